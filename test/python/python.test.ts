/** Calls from Python: the bytes, and the words, of calls from Node. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { type Device, openDevice } from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';
import { type AnyPipeline, BesideImages, type Call, forPython, inNode, type Made } from './calls.js';
import { beside, python, runPython, whyNot } from './python.js';

const out = buildFolder('python');
let device: Device;
let built: Readonly<Record<string, AnyPipeline>>;

const one = (width: number, height: number, seed = 1) => ({ width, height, seed });
const three = [one(17, 13, 3), one(17, 13, 4), one(17, 13, 5)];
const unequal = [one(17, 13, 3), one(1, 1, 4), one(40, 9, 5)];
const bt709 = { matrix: 'bt709', range: 'limited' };
const identity = [1, 0, 0, 0, 1, 0];
const turn = { dstToSrc: [0.9, 0.1, -2, -0.1, 1.1, 3.5] };
const twist = [0.9, 0.1, 0, 4, 0, 1.1, 0, -3, 0.2, 0, 0.7, 1.5];
const ramp = Array.from({ length: 256 }, (_, n) => 255 - n * 0.75);
const region = { x: 2, y: 1, width: 9, height: 7 };
const camera = { fx: 20.5, fy: 19.25, cx: 8, cy: 6 };
const toned = { rect: region, exponent: 0.8, scale: [1, 0.5, 2], offset: 3, areas: [] };

beforeAll(async () => {
  if (!python) {
    return;
  }
  await build({ root, entries: ['test/python/pipelines.ts'], out, cpu: true, python: true });
  built = (await import(join(out, 'index.js'))) as typeof built;
  device = openDevice('cpu');
});
afterAll(() => device?.dispose());

/** What both make of the calls. */
const both = async (calls: readonly Call[]) => {
  const given = calls.map(call => forPython(built[call.pipeline]!, call));
  const inPython = JSON.parse(runPython([beside('call.py'), out], JSON.stringify(given))) as readonly Made[];
  const inNodes = await Promise.all(calls.map(call => inNode(device, built[call.pipeline]!, call)));
  return calls.map((call, n) => ({ call, python: inPython[n]!, node: inNodes[n]! }));
};

describe.skipIf(!python)(`calls from Python${whyNot}`, () => {
  it('give the bytes of calls from Node', async () => {
    const size = { width: 12, height: 10 };
    const calls: Call[] = [
      { pipeline: 'tensor', form: 'list', images: unequal, options: size, colour: bt709, padding: 3 },
      { pipeline: 'tensor', form: 'batch', images: three, options: size, colour: bt709 },
      {
        pipeline: 'tensor',
        form: 'list',
        images: three,
        options: size,
        colour: [bt709, { matrix: 'bt601', range: 'full' }, { matrix: 'bt2020', range: 'full', bitDepth: 8 }],
        orientation: [{ rotation: 90 }, { rotation: 180, flip: true }, { rotation: 0 }],
      },
      // Too small, as it is, and too large.
      {
        pipeline: 'within',
        form: 'list',
        how: 'each',
        images: [one(20, 30), one(70, 99), one(400, 300)],
        options: { most: 20_000 },
      },
      {
        pipeline: 'withinAsPillow',
        form: 'list',
        how: 'each',
        images: [one(20, 30), one(70, 99), one(40, 300)],
        options: { most: 5000, rect: { x: 1, y: 2, width: 19, height: 27 } },
      },
      { pipeline: 'warped', form: 'single', images: [one(23, 11)], options: { from: turn, twist } },
      // One image for each of the values.
      {
        pipeline: 'warped',
        form: 'single',
        images: [one(23, 11)],
        options: {
          from: [turn, { srcToDst: [1, 0.2, 3, 0, 1.5, 1] }],
          twist: [twist, twist.map(v => v / 3)],
        },
      },
      {
        pipeline: 'warped',
        form: 'list',
        how: 'each',
        images: unequal,
        padding: 5,
        options: {
          from: [turn, { dstToSrc: new Float32Array(identity) }, turn],
          twist: new Float32Array(twist),
        },
      },
      {
        pipeline: 'projected',
        form: 'batch',
        images: three,
        options: { matrix: { srcToDst: [1, 0.1, 2, 0.05, 0.9, 1, 0.001, -0.002, 1] } },
      },
      { pipeline: 'toned', form: 'batch', images: three, options: toned },
      {
        pipeline: 'toned',
        form: 'list',
        images: three,
        options: {
          rect: [region, { ...region, x: 0 }, { ...region, y: 3 }],
          exponent: [0.5, 1, 2.2],
          scale: 0.5,
          offset: [1, 2, 3],
          areas: [[region], [], [{ x: -3, y: 2, width: 2147483647, height: 2 }]],
        },
      },
      { pipeline: 'looked', form: 'single', images: [one(16, 9)], options: { table: ramp, degrees: 30 } },
      {
        pipeline: 'looked',
        form: 'list',
        images: three,
        options: { table: [ramp, ramp.map(v => v / 2), ramp], degrees: [90, -450, 12.5] },
      },
      {
        pipeline: 'lens',
        form: 'list',
        images: three,
        options: { camera, distortion: [{}, { k1: -0.3, p2: 0.002 }, { k6: 0.01 }] },
      },
      {
        pipeline: 'weighed',
        form: 'list',
        images: three,
        options: { weights: [0, 1, 0, 1, -3, 1, 0, 1.5, 0], sigma: [0.3, 1, 40], spread: [0, 1.1, 2.75] },
      },
      {
        pipeline: 'weighed',
        form: 'single',
        images: [one(16, 9)],
        options: { weights: new Float32Array(9).fill(1 / 9), sigma: 1e-30, spread: 0 },
      },
      { pipeline: 'light', form: 'batch', images: three },
      { pipeline: 'several', form: 'list', images: three, colour: bt709 },
      { pipeline: 'several', form: 'list', how: 'each', images: unequal, colour: bt709, padding: 1 },
      { pipeline: 'several', form: 'single', images: [one(5, 3)], colour: { matrix: 'fcc', range: 'full' } },
      { pipeline: 'twice', form: 'list', images: unequal, options: { matrix: turn } },
      {
        pipeline: 'twice',
        form: 'batch',
        images: three,
        options: { matrix: [turn, turn, { srcToDst: identity }] },
      },
      // Large enough for two kernels, and for threads.
      { pipeline: 'halved', form: 'single', images: [one(640, 480)], options: { width: 60, height: 50 } },
      { pipeline: 'halved', form: 'single', images: [one(20, 10)], options: { width: 200, height: 190 } },
      {
        pipeline: 'over',
        form: 'batch',
        images: three,
        options: {
          background: new BesideImages('single', [one(17, 13, 9)]),
          mask: new BesideImages('list', three),
        },
      },
      {
        pipeline: 'over',
        form: 'single',
        images: [one(17, 13)],
        options: {
          background: new BesideImages('list', three),
          mask: new BesideImages('single', [one(17, 13, 8)]),
        },
      },
      { pipeline: 'packed', form: 'batch', images: [one(16, 5, 1), one(16, 5, 2)] },
      { pipeline: 'deep', form: 'list', how: 'each', images: unequal, colour: { ...bt709, range: 'full' } },
      {
        pipeline: 'deep',
        form: 'list',
        how: 'each',
        images: unequal,
        colour: { ...bt709, range: 'full', bitDepth: 12 },
      },
    ];
    const found = await both(calls);
    const what = ({ pipeline, form, options }: Call): string =>
      `${pipeline}, ${form}, ${JSON.stringify(options)}`;
    expect(found.map(({ call, python: theirs }) => ({ call: what(call), ...theirs }))).toEqual(
      found.map(({ call, node }) => ({ call: what(call), ...node })),
    );
    expect(found.flatMap(({ node }) => node.error ?? [])).toEqual([]);
  });

  it('are refused in the words of Node', async () => {
    const image = [one(17, 13)];
    const warped = (options: Readonly<Record<string, unknown>>, images = image): Call => ({
      pipeline: 'warped',
      form: 'list',
      images,
      options: { from: turn, twist, ...options },
    });
    const tone = (options: Readonly<Record<string, unknown>>, images = image): Call => ({
      pipeline: 'toned',
      form: 'list',
      images,
      options: { ...toned, ...options },
    });
    const look = (options: Readonly<Record<string, unknown>>): Call => ({
      pipeline: 'looked',
      form: 'list',
      images: image,
      options: { table: ramp, degrees: 1, ...options },
    });
    const seen = (options: Readonly<Record<string, unknown>>): Call => ({
      pipeline: 'lens',
      form: 'list',
      images: image,
      options: { camera, distortion: {}, ...options },
    });
    const tensor = (options: Readonly<Record<string, unknown>>, more: Partial<Call> = {}): Call => ({
      pipeline: 'tensor',
      form: 'list',
      images: image,
      options: { width: 4, height: 4, ...options },
      colour: bt709,
      ...more,
    });
    const over = (options: Readonly<Record<string, unknown>>, images = image): Call => ({
      pipeline: 'over',
      form: 'list',
      images,
      options: {
        background: new BesideImages('single', image),
        mask: new BesideImages('single', image),
        ...options,
      },
    });
    const weigh = (options: Readonly<Record<string, unknown>>): Call => ({
      pipeline: 'weighed',
      form: 'list',
      images: image,
      options: { weights: new Array<number>(9).fill(1), sigma: 1, spread: 1, ...options },
    });
    const calls: readonly Call[] = [
      weigh({ weights: [1, 2, 3] }),
      weigh({ weights: 3 }),
      weigh({ weights: [1, 2, 3, 4, 5, 6, 7, 8, Number.NaN] }),
      weigh({ sigma: 0 }),
      weigh({ sigma: [1, 0] }),
      weigh({ spread: -0.5 }),
      weigh({ spread: 'wide' }),
      warped({ from: identity }),
      warped({ from: { dstToSrc: [1, 2, 3] } }),
      warped({ from: { dstToSrc: identity, srcToDst: identity } }),
      warped({ from: { dstToSrc: [1, 0, 0, 0, 'a', 0] } }),
      warped({ from: { dstToSrc: [1, 0, Number.NaN, 0, 1, 0] } }),
      warped({ from: { dstToSrc: [1e39, 0, 0, 0, 1, 0] } }),
      warped({ from: { srcToDst: [1, 1, 0, 1, 1, 0] } }),
      warped({ from: { srcToDst: [1e-40, 0, 0, 0, 1, 0] } }),
      warped({ from: 'left' }),
      warped({ from: 5 }),
      warped({ from: undefined }),
      warped({ from: [turn, turn] }),
      warped({ from: [turn, turn] }, three),
      warped({ from: [turn, {}, turn] }, three),
      warped({ twist: twist.slice(3) }),
      warped({ twist: [...twist.slice(1), Number.POSITIVE_INFINITY] }),
      warped({ twist: { dstToSrc: twist } }),
      warped({ twist: [twist, [1], twist] }, three),
      warped({ form: 1 }),
      warped({}, unequal),
      tone({ exponent: 0 }),
      tone({ exponent: -1.5 }),
      tone({ exponent: '2' }),
      tone({ exponent: true }),
      tone({ exponent: [1, 2] }, three),
      tone({ exponent: [1, 0, 2] }, three),
      tone({ scale: [1, 2] }),
      tone({ scale: [1, 2, 'x'] }),
      tone({ scale: 1e-7, offset: { a: 1 } }),
      tone({ scale: 'a text that is much longer than what fits into a message of one line, or two' }),
      tone({ rect: { ...region, width: 0 } }),
      tone({ rect: { ...region, height: -3 } }),
      tone({ rect: { ...region, x: 0.5 } }),
      tone({ rect: { ...region, x: 2147483648 } }),
      tone({ rect: { ...region, x: 12 } }),
      tone({ rect: { ...region, z: 1 } }),
      tone({ rect: [1, 2, 3, 4] }),
      tone({ rect: region }, [one(17, 13), one(4, 4)]),
      tone({ areas: region }),
      tone({ areas: [region, region, region, region, region] }),
      tone({ areas: [{ ...region, width: 0 }] }),
      look({ table: ramp.slice(1) }),
      look({ table: [ramp, ramp] }),
      look({ table: [ramp, [1], ramp] }),
      look({ table: [...ramp.slice(1), Number.NaN] }),
      look({ degrees: Number.NEGATIVE_INFINITY }),
      look({ degrees: [] }),
      look({ degrees: 'right' }),
      seen({ camera: { ...camera, fz: 1 } }),
      seen({ camera: { ...camera, fx: 'far' } }),
      seen({ distortion: { k1: 1e300 } }),
      seen({ distortion: { k9: 1 } }),
      seen({ distortion: [1, 2] }),
      tensor({ width: 0.5 }),
      tensor({ width: 65536 }),
      tensor({ width: -1 }),
      tensor({ width: 3e9 }),
      tensor({}, { colour: undefined }),
      tensor({}, { colour: { matrix: 'ycgco', range: 'full' } }),
      tensor({}, { colour: { matrix: 'ictcp', range: 'full' } }),
      tensor({}, { colour: { matrix: 'bt709', range: 'all' } }),
      tensor({}, { orientation: { rotation: 45 } }),
      tensor({}, { orientation: { rotation: 90, flip: 1 } }),
      { pipeline: 'tensor', form: 'list', images: image, colour: bt709 },
      { pipeline: 'projected', form: 'list', images: image, options: { matrix: { srcToDst: identity } } },
      { pipeline: 'halved', form: 'list', images: [one(700, 700)], options: { width: 1, height: 1 } },
      over({ mask: new BesideImages('single', [one(16, 13)]) }),
      over({ mask: new BesideImages('list', [one(17, 13), one(17, 12), one(17, 13)]) }, three),
      over({ mask: new BesideImages('list', [one(17, 13), one(17, 12)]) }, three),
      over({ background: undefined }),
      over({ ground: 1 }),
    ];
    const found = await both(calls);
    // Python's words for three values, and its method.
    const words = (text = 'accepted'): string =>
      text
        .replaceAll(/\b(null|undefined)\b/g, 'None')
        .replace(/received true\b/, 'received True')
        .replace('.runEach, which gives a tensor', '.each, which gives an array');
    expect(found.map(({ python: theirs }) => theirs.error ?? 'accepted')).toEqual(
      found.map(({ node }) => words(node.error)),
    );
    expect(found.filter(({ node }) => node.error === undefined)).toEqual([]);
  });

  it('does what test_module.py says', () => {
    const said = runPython([beside('test_module.py')], '', { CUWEAVE_BUILD: out });
    expect(said).toBe('');
  });
});
