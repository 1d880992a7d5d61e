/** The generated files: as a whole, line by line back to the author's, and what changes them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../compiler/build/process.js';
import { cudaFlags, findNvcc, hostFlags, includeDirectory } from '../../compiler/build/toolchain.js';
import {
  bindingSources,
  cudaSource,
  headerSource,
  hostSource,
  interfaceSource,
  manifestSource,
  oracleSource,
  packageSources,
} from '../../compiler/generate.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { version } from '../../compiler/package.js';
import { plan } from '../../compiler/pass/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { root } from '../support/executions.js';
import { plansIn } from '../support/plans.js';
import { anySpec, runSpecs } from '../support/specFiles.js';

/** A decoder's frame with a constant border, a resize with a border of indices, all stages at once, the author's own, two results. */
const shown = ['preprocess', 'thumbnail', 'everything', 'ownGeometry', 'forkedPlanar'];
const entries = ['examples/pipelines.ts', 'test/support/pipelines.ts'];
/** Of the suite: several results, images beside the source, stencils. */
const parts = ['forkPipelines', 'compositePipelines', 'stencilPipelines'];

/** Every generated file of some kernels, by name. */
const generated = (plans: readonly Plan[]): Map<string, string> => {
  const { js, dts } = bindingSources(plans);
  return new Map([
    ...plans
      .flatMap(({ kernels }) => kernels)
      .flatMap((kernel): [string, string][] => [
        [`${kernel.name}.cu`, cudaSource(kernel, `${kernel.name}.cu`)],
        [`${kernel.name}.cpp`, hostSource(kernel, `${kernel.name}.cpp`)],
        [`${kernel.name}.oracle.js`, oracleSource(kernel)],
      ]),
    ['index.js', js],
    ['index.d.ts', dts],
    ['pipelines.h', headerSource(plans, 'pipelines.so')],
    ['manifest.json', manifestSource(plans, { library: 'pipelines.so', archs: ['sm_90'], strict: false })],
  ]);
};

let plans: readonly Plan[];
beforeAll(async () => {
  plans = (await Promise.all(entries.map(plansIn))).flat();
});
const planOf = (name: string): Plan => plans.find(plan => plan.name === name)!;

describe('generated files', () => {
  const names = [
    ...shown.flatMap(name => [`${name}.cu`, `${name}.cpp`, `${name}.oracle.js`]),
    ...['index.js', 'index.d.ts', 'pipelines.h', 'manifest.json', 'interface_host.cpp', 'pipelines.hpp'],
  ];
  let files: Map<string, string>;
  beforeAll(() => {
    const plans = shown.map(planOf);
    const prep = { name: 'prep', soname: 'libprep.so.1', isStatic: false, hasCuda: true };
    files = new Map([
      ...generated(plans),
      ['interface_host.cpp', interfaceSource(plans, true)],
      ['pipelines.hpp', packageSources(plans, prep).get('include/prep/pipelines.hpp')!],
    ]);
  });

  it('are these', () => {
    expect([...files.keys()]).toEqual(names);
  });

  it.each(names)('%s', async name => {
    // The author's lines move without a meaning, and so does the version.
    const text = files
      .get(name)!
      .replace(/^#line .*\n/gm, '')
      .replaceAll(version, 'VERSION');
    expect(text).not.toMatch(/undefined|\[object|NaN|@@|[ \t]\n/);
    await expect(text).toMatchFileSnapshot(`snapshots/${name}`);
  });

  it('are the same each time, whatever is read beside them', async () => {
    // Others may have read what `plansIn` gives, at another time.
    const again = await plansOf({
      root,
      entries: ['examples/pipelines.ts', ...parts.map(part => `test/support/${part}.ts`)],
    });
    expect(again.length).toBeGreaterThan(50);
    expect(generated(again)).toEqual(generated(again.map(({ name }) => planOf(name))));
  });
});

const nvcc = await findNvcc();
describe('#line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cuweave-lines-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const author = 'test/support/pipelines.ts';
  /** The number of the only line of a text that has these words. */
  const lineOf = (text: string, words: string): number => {
    const found = text.split('\n').flatMap((line, index) => (line.includes(words) ? [index + 1] : []));
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  /** Where a compiler says that `missing` is. */
  const places = async (text: string, file: string): Promise<string[]> => {
    writeFileSync(join(folder, file), text);
    const include = `-I${includeDirectory()}`;
    const cuda = cudaFlags(['sm_90'], false);
    const [program, flags] = file.endsWith('.cu')
      ? [nvcc!.path, [...cuda.slice(0, cuda.indexOf('-gencode')), '-arch=sm_90', '-ptx', '-o', 'out.ptx']]
      : ['g++', [...hostFlags, '-fsyntax-only']];
    const { stdout, stderr } = await runProgram(program, [...flags, include, file], { cwd: folder });
    const found = [...`${stdout}${stderr}`.matchAll(/^(\S+?)(?::(\d+):\d+|\((\d+)\)): error: .*missing/gm)];
    return found.map(([, path, line, other]) => `${path}:${line ?? other}`);
  };

  const targets = [
    { tool: 'g++', file: 'language.cpp', print: hostSource },
    { tool: 'nvcc', file: 'language.cu', print: cudaSource },
  ];
  it.each(targets.filter(({ tool }) => tool === 'g++' || nvcc))(
    '$tool reports an error in an operator at its own line',
    async ({ file, print }) => {
      const text = print(planOf('language').kernels[0], file);
      const planted = text.replace('floorf(v * phase)', 'floorf(v * missing)').replace(' < 2', ' < missing');
      const written = readFileSync(join(root, author), 'utf8');
      expect(await places(planted, file)).toEqual([
        `${author}:${lineOf(written, 'v - Math.floor(v * phase)')}`,
        `${author}:${lineOf(written, '!(cell < 2)')}`,
      ]);
    },
  );
  it.each(targets.filter(({ tool }) => tool === 'g++' || nvcc))(
    '$tool reports an error in generated code at its own line',
    async ({ file, print }) => {
      const text = print(planOf('language').kernels[0], file).replace('put(px.x,', 'put(missing,');
      expect(await places(text, file)).toEqual([`${file}:${lineOf(text, 'put(missing,')}`]);
    },
  );
});

describe('numbers', () => {
  const spec = {
    mean: '[0.485, 0.456, 0.406]',
    std: '0.25',
    width: '64',
    matrix: '{ dstToSrc: [1, 0, 0, 0, 1, 0] }',
    border: '0',
    rect: '{ x: 0, y: 0, width: 8, height: 8 }',
    colour: "matrix: 'bt709', range: 'limited'",
    scale: '2',
    filter: 'linear',
    direction: 'both',
    sink: "nchw('f16')",
    source: 'nv12()',
  };
  const files = async (changes: Partial<typeof spec>): Promise<Map<string, string> & { hash: string }> => {
    const all = { ...spec, ...changes };
    const text = anySpec(`export const p = pipeline(${all.source}, crop({ rect: ${all.rect} }),
  flip({ direction: '${all.direction}' }), yuvToRgb({ ${all.colour} }), convertTo('u8', { scale: ${all.scale} }),
  warpAffine({ matrix: ${all.matrix}, width: ${all.width}, filter: ${all.filter}, border: constant(${all.border}) }),
  normalize({ mean: ${all.mean}, std: ${all.std} }), ${all.sink});`);
    const { specs } = await runSpecs({ 'p.ts': text });
    expect(specs.diagnostics).toEqual([]);
    const made = plan(specs.pipelines[0]!).plan!;
    return Object.assign(generated([made]), { hash: made.kernels[0].hash });
  };
  let before: Awaited<ReturnType<typeof files>>;
  beforeAll(async () => {
    before = await files({});
  });
  const changed = async (changes: Partial<typeof spec>): Promise<string[]> => {
    const after = await files(changes);
    const differ = [...before].flatMap(([name, text]) => (after.get(name) === text ? [] : [name]));
    return after.hash === before.hash ? differ : ['hash', ...differ];
  };

  it.each<[string, Partial<typeof spec>]>([
    ['a mean', { mean: '[0.5, 0.6, 0.7]' }],
    ['a deviation for every channel alike', { std: '0.5' }],
    ['a size', { width: '128' }],
    ['a matrix', { matrix: '{ dstToSrc: [2, 0, 1, 0, 2, 1] }' }],
    ["a matrix's direction", { matrix: '{ srcToDst: [2, 0, 1, 0, 2, 1] }' }],
    ['a border', { border: '114' }],
    ['a rectangle', { rect: '{ x: 1, y: 2, width: 3, height: 4 }' }],
    ['a colour standard', { colour: "matrix: 'bt601', range: 'full'" }],
    ['a scale', { scale: '3.5' }],
  ])('%s changes the manifest alone', async (_, changes) => {
    expect(await changed(changes)).toEqual(['manifest.json']);
  });
  it('a colour standard from the stream changes what the header leaves to the caller, too', async () => {
    const changes = { colour: "matrix: 'auto', range: 'auto'" };
    expect(await changed(changes)).toEqual(['pipelines.h', 'manifest.json']);
  });

  it.each<[string, Partial<typeof spec>]>([
    ['a filter', { filter: 'nearest' }],
    ['a direction', { direction: 'vertical' }],
    ['a sink', { sink: "nchw('f32')" }],
    ['a source', { source: 'yuv444p()' }],
  ])('%s changes the code', async (_, changes) => {
    expect(await changed(changes)).toEqual(
      expect.arrayContaining(['hash', 'p.cu', 'p.cpp', 'manifest.json']),
    );
  });
});
