/** What `cuweave explain --compiled` and `--json` say, with the compilers of this machine. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { build } from '../compiler/build/build.js';
import { sectionSizes } from '../compiler/build/elf.js';
import { findCuobjdump, findCxx, findNvcc, isGcc } from '../compiler/build/toolchain.js';
import { explanationText } from '../compiler/commands/explain.js';
import { type ExplainJson, explanationJson } from '../compiler/commands/explainJson.js';
import { packageFile } from '../compiler/package.js';
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

type PipelineJson = ExplainJson['pipelines'][number];
let project: Project;
const explained = (options: Partial<Parameters<typeof explain>[0]> = {}): Promise<readonly Explanation[]> =>
  explain({ root: project.root, entries: ['pipelines.ts'], ...options });
/** As a program gets it. */
const parsed = (explanations: readonly Explanation[]): ExplainJson =>
  JSON.parse(JSON.stringify(explanationJson(explanations))) as ExplainJson;

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
  it('names the loops of every kernel that a build makes, and says that there is no CUDA', async () => {
    const [, views] = await explained({ compiled: true, cpu: true });
    const text = explanationText(views!);
    expect(masked(text.slice(text.indexOf('  Compiled with')))).toMatchInlineSnapshot(`
      "  Compiled with the flags of a build:
          CUDA: not, asked for with --cpu
          host: …

        views_1: rgb8 > warpAffine (linear, constant) > { between: rgb_nhwc_f32; full: rgb_nhwc_u8 }
          Blocks of 32×8 threads, 1×2 pixels each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code
            Inner loops of generated/views_1.cpp:
              finds points (line N): …
              finds points (line N): …
              asks for taps ahead (line N): …
              reads taps (line N): …
              filters taps (line N): …
              fills what lies beyond the image (line N): …
              reads pixels at the edge (line N): …
              writes pixels (line N): …
              writes pixels (line N): …

        views_small: rgb_nhwc_f32 > resize (antialiasedLinear, replicate) > rgb_nchw_f16
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code
            Inner loops of generated/views_small.cpp:
              reads and filters taps (line N): …
              writes pixels (line N): …

        views_small_across: rgb_nhwc_f32 > resizeAcross (antialiasedLinear, replicate) > rgb_nhwc_f32
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code
            Inner loops of generated/views_small_across.cpp:
              reads and filters taps (line N): …
              writes pixels (line N): …

        views_small_down: rgb_nhwc_f32 > resizeDown (antialiasedLinear, replicate) > rgb_nchw_f16
          Blocks of 32×8 threads, 1×1 pixel each: reads taps where they lie, writes pixel by pixel
          host, compiled in N s: N bytes of code
            Inner loops of generated/views_small_down.cpp:
              reads and filters taps (line N): …
              writes pixels (line N): …"
    `);
  });
});

describe('what is reported is what is built', () => {
  const entries = ['plain.ts'];
  /** What the build's cache has of a kind. */
  const cached = (extension: string): Buffer[] =>
    project
      .list('build/.cache')
      .filter(name => name.endsWith(extension))
      .map(name => readFileSync(project.path(`build/.cache/${name}`)));
  beforeAll(() => project.write('plain.ts', entry.replace(/export const views[\s\S]*/, '')));

  it('on the host', async () => {
    await build({ root: project.root, entries, cpu: true });
    const sizes = cached('.o').map(object =>
      sectionSizes(object).reduce((sum, { name, size }) => sum + (/^\.text(\.|$)/.test(name) ? size : 0), 0),
    );
    const [{ built }] = parsed(await explained({ entries, compiled: true, cpu: true })).pipelines as [
      PipelineJson,
    ];
    expect(built.map(({ host }) => host!.codeBytes)).toEqual(sizes);
  });

  it.skipIf(!nvcc)('on the GPU', { timeout: 300_000 }, async () => {
    const archs = ['sm_80', 'sm_90'];
    await build({ root: project.root, entries, archs });
    const said = Buffer.concat(cached('.log')).toString();
    const registers = [...said.matchAll(/Used (\d+) registers/g)].map(found => Number(found[1]));
    const [{ built }] = parsed(await explained({ entries, compiled: true, archs })).pipelines as [
      PipelineJson,
    ];
    const reported = built[0]!.cuda!.flatMap(({ functions }) => functions.map(one => one.registers));
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
  /** Every name of an object and what is in it. */
  const keysOf = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.flatMap(keysOf)
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
        : [];

  it('has the names that docs/explain.md describes', async () => {
    const page = readFileSync(packageFile('docs', 'explain.md'), 'utf8');
    const keys = new Set(keysOf(parsed(await explained({ compiled: true, cpu: true, code: true }))));
    expect([...keys].filter(key => !page.includes(`\`${key}\``))).toEqual([]);
  });

  it('has the figures of the text', async () => {
    const explanations = await explained({ cpu: true });
    const { pipelines } = parsed(explanations);
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
    pipelines.forEach((pipeline, n) => {
      const text = explanationText(explanations[n]!);
      const rows = [...text.matchAll(/^ {4}(\S+) +reads +(\S+ MB) +writes +(\S+ MB)$/gm)].map(found =>
        found.slice(1),
      );
      const expected = [
        ...pipeline.kernels.map(
          ({ name, ...bytes }) => [pipeline.kernels.length === 1 ? 'fused' : name, bytes] as const,
        ),
        ...pipeline.unfused.map(({ step, ...bytes }) => [step, bytes] as const),
      ];
      expect(rows).toEqual(
        expected.map(([name, { bytesRead, bytesWritten }]) => [
          name,
          megabytes(bytesRead),
          megabytes(bytesWritten),
        ]),
      );
      for (const { stages } of pipeline.kernels) {
        for (const { name, rule } of stages) {
          expect(text).toMatch(new RegExp(`^    ${name} +${rule}: `, 'm'));
        }
        expect(stages.every(({ why }) => text.includes(why))).toBe(true);
      }
      for (const { after, image, alternatives } of pipeline.splits) {
        expect(text).toContain(`Split after ${after}: `);
        expect(text).toContain(`${image.format}, ${image.bytesPerPixel} bytes per pixel`);
        for (const other of alternatives) {
          expect(text).toContain(
            `After ${other.after} it would be ${other.format}, ${other.bytesPerPixel} bytes`,
          );
        }
      }
      for (const { bytesPerPixel } of pipeline.results?.ways ?? []) {
        expect(text).toMatch(new RegExp(`^    ${bytesPerPixel} `, 'm'));
      }
      const launches = [...text.matchAll(/Images per launch: up to (.*)$/gm)].map(found => found[1]);
      const main = pipeline.built.filter(({ name }) => pipeline.kernels.some(kernel => kernel.name === name));
      expect(launches).toEqual(main.map(({ schedule }) => schedule.imagesPerLaunch.join(' or ')));
    });
  });
});

describe.skipIf(!nvcc)(`with nvcc${nvcc ? '' : ' (skipped: no nvcc found)'}`, () => {
  it('says the same of each architecture in text and JSON', { timeout: 300_000 }, async () => {
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
          host, compiled in N s: N bytes of code
            Inner loops of generated/plain.cpp:
              reads pixels (line N): …
              writes pixels (line N): …"
    `);
    const [{ built, compilers }] = parsed(explanations).pipelines as [PipelineJson];
    expect(compilers).toMatchObject({ nvcc: nvcc!.version, strict: false });
    expect(built.map(({ cuda }) => cuda?.map(({ arch }) => arch))).toEqual([['sm_80', 'sm_90']]);
    for (const { functions } of built[0]!.cuda!) {
      const aligned = functions.filter(({ alignedRows }) => alignedRows);
      expect(aligned.map(({ images }) => images)).toEqual(built[0]!.schedule.imagesPerLaunch.toReversed());
      expect(text).toContain(
        `aligned rows: ${Math.max(...aligned.map(({ registers }) => registers))} registers, no spills`,
      );
      for (const one of functions) {
        expect(one).toMatchObject({ spillStoreBytes: 0, spillLoadBytes: 0, stackBytes: 0, sharedBytes: 0 });
        expect(one.codeBytes).toBeGreaterThan(500);
        expect(one.constantBytes).toBeGreaterThan(500);
        if (!findCuobjdump(nvcc!)) {
          continue;
        }
        const bytes = (accesses: typeof one.globalStores): number[] => accesses!.map(access => access.bytes);
        expect(bytes(one.globalStores)).toEqual(one.alignedRows ? [16, 4] : [4]);
      }
    }
  });
});
