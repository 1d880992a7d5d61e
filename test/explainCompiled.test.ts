import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { build } from '../compiler/build/build.js';
import { type CacheEntry, readEntry } from '../compiler/build/cache.js';
import { sectionSizes } from '../compiler/build/elf.js';
import { findCuobjdump, findCxx, findNvcc, isGcc } from '../compiler/build/toolchain.js';
import { explanationText } from '../compiler/commands/explain.js';
import { type Explanation, explain } from '../compiler/report/explain.js';
import { makeProject, type Project } from './support/project.js';

const entry = `import { constant, linear, nchw, nhwc, outputs, pipeline, resize, replicate, rgb8, antialiasedLinear, normalize, warpAffine } from 'cuweave/ops';
export const plain = pipeline(rgb8(), normalize({ mean: 0.5, std: 0.25 }), nchw('f32'));
export const views = pipeline(
  rgb8(),
  warpAffine({ filter: linear, border: constant(0) }),
  outputs({
    small: [resize({ width: 64, height: 64, filter: antialiasedLinear, border: replicate }), nchw('f16')],
    full: [nhwc('u8')],
  }),
);
`;

let project: Project;
const explained = (options: Partial<Parameters<typeof explain>[0]> = {}): Promise<readonly Explanation[]> =>
  explain({ root: project.root, entries: ['pipelines.ts'], ...options });

beforeAll(() => {
  project = makeProject({ 'pipelines.ts': entry });
});
afterAll(() => project.remove());

/** The text without what depends on compilers and the machine. */
const masked = (text: string): string =>
  text
    .replace(/^ +not vectorised for .*\n?/gm, '')
    .replace(/(\(line )\d+(\)): .*/g, '$1N$2: …')
    .replace(/^( {4}(?:CUDA: nvcc|host:)).*/gm, '$1 …')
    .replace(/\d+\.\d s\b/g, 'N s')
    .replace(/\d+ (registers|bytes of (?:code|stack|constant memory))/g, 'N $1')
    // They take cuobjdump.
    .replace(/^ +[Gg]lobal loads.*\n?/gm, '');

const cxx = await findCxx();
const nvcc = await findNvcc();
describe.skipIf(!cxx || !isGcc(cxx))('of the host', () => {
  it('reports every kernel that a build makes, and says that there is no CUDA', async () => {
    const [, views] = await explained({ compiled: true, cpu: true });
    const text = explanationText(views!);
    expect(masked(text.slice(text.indexOf('  Compiled with')))).toMatchInlineSnapshot(`
      "  Compiled with the flags of a build:
          CUDA: not, asked for with --cpu
          host: …

        views_1: rgb8 > warpAffine (linear, constant) > { between: rgb_nhwc_f32; full: rgb_nhwc_u8 }
          Blocks of 32×8 threads, 1×2 pixels each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code

        views_small: rgb_nhwc_f32 > resize (antialiasedLinear, replicate) > rgb_nchw_f16
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code

        views_small_across: rgb_nhwc_f32 > resizeAcross (antialiasedLinear, replicate) > rgb_nhwc_f32
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code

        views_small_down: rgb_nhwc_f32 > resizeDown (antialiasedLinear, replicate) > rgb_nchw_f16
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code"
    `);
  });
});

describe('what is reported is what is built', () => {
  const entries = ['plain.ts'];
  /** ELF's `e_type` of an object. */
  const RELOCATABLE = 1;
  // Its own objects.
  beforeAll(() => vi.stubEnv('CUWEAVE_CACHE', ''));
  afterAll(() => vi.unstubAllEnvs());
  /** What the build's cache has of compilers. */
  const cached = (): CacheEntry[] =>
    // The stamp of the build is none of them.
    project.list('build/.cache').flatMap(name => readEntry(project.path(`build/.cache/${name}`)) ?? []);
  beforeAll(() => project.write('plain.ts', entry.replace(/export const views[\s\S]*/, '')));

  it('on the host', async () => {
    await build({ root: project.root, entries, cpu: true });
    // The library is among them, and the functions for callers in C, which belong to no kernel.
    const objects = cached().filter(
      ({ object }) =>
        new Uint8Array(object)[16] === RELOCATABLE && !Buffer.from(object).includes('cuweaveErrorText'),
    );
    const sizes = objects.map(({ object }) =>
      sectionSizes(object).reduce((sum, { name, size }) => sum + (/^\.text(\.|$)/.test(name) ? size : 0), 0),
    );
    const [explanation] = await explained({ entries, compiled: true, cpu: true });
    expect(explanation!.built.map(({ host }) => host!.codeSize)).toEqual(sizes);
  });

  it.skipIf(!nvcc)('on the GPU', async () => {
    const archs = ['sm_80', 'sm_90'];
    await build({ root: project.root, entries, archs });
    const said = cached()
      .map(({ report }) => report)
      .join('');
    const registers = [...said.matchAll(/Used (\d+) registers/g)].map(found => Number(found[1]));
    const [explanation] = await explained({ entries, compiled: true, archs });
    const reported = explanation!.built[0]!.cuda!.flatMap(({ functions }) =>
      functions.map(one => one.registers),
    );
    expect(reported.toSorted()).toEqual(registers.toSorted());
  });
});

describe('refusals', () => {
  it('of an architecture that is none, and without a C++ compiler', async () => {
    await expect(explained({ archs: ['hopper'] })).rejects.toThrow(
      'Expected sm_NN, as in sm_90, for --arch but received "hopper"',
    );
    vi.stubEnv('CXX', '/nowhere/g++');
    await expect(explained({ compiled: true, cpu: true })).rejects.toThrow(
      'Expected a C++ compiler in CXX but received "/nowhere/g++", which does not run',
    );
    vi.unstubAllEnvs();
  });
});

describe('as JSON', () => {
  /** JSON has no undefined: an empty place in a list is null. */
  const withNulls = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(item => withNulls(item) ?? null);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNulls(inner)]));
  };

  it('is the explanation itself, with the whole plan', async () => {
    const explanations = await explained({ cpu: true });
    expect(JSON.parse(JSON.stringify(explanations))).toEqual(withNulls(explanations));
    expect(explanations.map(({ plan }) => plan.kernels.map(({ name }) => name))).toEqual([
      ['plain'],
      ['views_1', 'views_small'],
    ]);
  });
});

describe.skipIf(!nvcc)(`with nvcc${nvcc ? '' : ' (skipped: no nvcc found)'}`, () => {
  it('says the same of each architecture in text and figures', async () => {
    const explanations = await explained({ compiled: true, names: ['plain'], archs: ['sm_80', 'sm_90'] });
    const text = explanationText(explanations[0]!);
    expect(masked(text.slice(text.indexOf('  Compiled with')))).toMatchInlineSnapshot(`
      "  Compiled with the flags of a build:
          CUDA: nvcc …
          host: …

        plain: rgb8 > normalize > rgb_nchw_f32
          Blocks of 32×8 threads, 4×1 pixels each: reads runs of rgb (4 bytes at a time), writes runs of r, g, b (16 bytes at a time)
          sm_80, compiled in N s:
            aligned rows: N registers, no spills, no stack, N bytes of code
              no shared memory, up to N bytes of constant memory
            other rows: N registers, no spills, no stack, N bytes of code
              no shared memory, up to N bytes of constant memory
          sm_90, compiled in N s:
            aligned rows: N registers, no spills, no stack, N bytes of code
              no shared memory, up to N bytes of constant memory
            other rows: N registers, no spills, no stack, N bytes of code
              no shared memory, up to N bytes of constant memory
          host, compiled in N s: N bytes of code"
    `);
    const { built, compilers } = explanations[0]!;
    expect(compilers).toMatchObject({ nvcc: nvcc!.version, strict: false });
    expect(built.map(({ cuda }) => cuda?.map(({ arch }) => arch))).toEqual([['sm_80', 'sm_90']]);
    for (const { functions } of built[0]!.cuda!) {
      const aligned = functions.filter(({ aligned }) => aligned);
      expect(aligned.map(({ images }) => images)).toEqual(built[0]!.schedule.imagesPerLaunch.toReversed());
      expect(text).toContain(
        `aligned rows: ${Math.max(...aligned.map(({ registers }) => registers))} registers, no spills`,
      );
      for (const one of functions) {
        expect(one).toMatchObject({ spillStores: 0, spillLoads: 0, stack: 0, shared: 0 });
        expect(one.codeSize).toBeGreaterThan(500);
        expect(one.constant).toBeGreaterThan(500);
        if (!findCuobjdump(nvcc!)) {
          continue;
        }
        expect(one.global!.stores.map(({ bytes }) => bytes)).toEqual(one.aligned ? [16, 4] : [4]);
      }
    }
  });
});
