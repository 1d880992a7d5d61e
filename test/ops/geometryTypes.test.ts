/** What the editor accepts and refuses of maps, filters and lenses. `npm run check` is the judge. */
import { expect, it } from 'vitest';
import * as ops from '../../ops/index.js';

const {
  constant,
  crop,
  filter,
  i32,
  letterbox,
  linear,
  nchw,
  normalize,
  pipeline,
  replicate,
  resample,
  rgb8,
} = ops;

it('resample takes maps, a filter and a border', () => {
  const made = pipeline(
    rgb8(),
    resample([letterbox({ width: 8, height: 8 }), ops.warpAffine()], { filter: linear, border: constant(0) }),
    normalize({ mean: 0, std: 1 }),
    nchw('f32'),
  );
  expect(made.stages.map(({ op }) => op.role)).toEqual(['resample', 'point']);
  const sampling = { filter: linear, border: replicate };
  // @ts-expect-error no map
  resample([], sampling);
  // @ts-expect-error an exact map stands outside
  resample([crop()], sampling);
  // @ts-expect-error nor is a point operator a map
  resample([ops.invert()], sampling);
  // @ts-expect-error no border
  resample([ops.rotate()], { filter: linear });
});

it('filter and border are needed where a map is sampled and reads outside', () => {
  const size = { width: 8, height: 8 };
  const { antialiasedLinear, area, resize } = ops;
  const made = pipeline(rgb8(), resize({ ...size, filter: antialiasedLinear }), nchw('f32'));
  expect(made.stages.map(({ options }) => Object.keys(options))).toEqual([['width', 'height', 'filter']]);
  pipeline(rgb8(), resize({ ...size, filter: area }), nchw('f32'));
  // A border is no error there, and has no effect.
  pipeline(rgb8(), resize({ ...size, filter: area, border: replicate }), nchw('f32'));
  pipeline(rgb8(), resize({ ...size, filter: linear, border: replicate }), nchw('f32'));
  // @ts-expect-error linear reads outside
  pipeline(rgb8(), resize({ ...size, filter: linear }), nchw('f32'));
  // @ts-expect-error a letterbox shows its border
  pipeline(rgb8(), letterbox({ ...size, filter: antialiasedLinear }), nchw('f32'));
  // @ts-expect-error no filter
  pipeline(rgb8(), resize({ ...size, border: replicate }), nchw('f32'));
  // @ts-expect-error neither
  pipeline(rgb8(), resize(), nchw('f32'));
  // @ts-expect-error neither
  pipeline(rgb8(), ops.outputs({ small: [resize(size), nchw('f32')], full: [nchw('f32')] }));
  // @ts-expect-error a filter that may be missing
  pipeline(rgb8(), resize({ ...size, ...({} as ops.Sampling) }), nchw('f32'));
  // @ts-expect-error several maps lead outside
  resample([resize(size)], { filter: antialiasedLinear });
  // @ts-expect-error no such option
  resize({ ...size, filter: area, antialias: true });
  // @ts-expect-error no number
  resize({ width: '8', filter: area });
  const own = ops.separableFilter({ radius: 1, inside: true, apply: (tap, at) => tap(i32(at)) });
  const outside = ops.separableFilter({ radius: 1, apply: (tap, at) => tap(i32(at)) });
  const half = ops.mapOp({ inside: true, apply: ([x, y]) => [x * 0.5, y * 0.5] });
  pipeline(rgb8(), half({ filter: own }), nchw('f32'));
  // @ts-expect-error it says nothing of where it reads
  pipeline(rgb8(), half({ filter: outside }), nchw('f32'));
});

it('a filter sees scale, size and its own constants', () => {
  const blocky = (step: number) =>
    filter({
      name: 'blocky',
      constants: { step, mode: 'low' },
      apply: (tap, [x, y], { scale: [sx], size: { width }, step: own, mode }) =>
        tap(Math.min(i32(x * sx * own), width), mode === 'low' ? i32(y) : 0),
    });
  expect(blocky(2).constants).toEqual({ step: 2, mode: 'low' });
  filter({
    // @ts-expect-error it has no such constant
    apply: (tap, [x, y], { steepness }) => tap(i32(x + steepness), i32(y)),
  });
  // @ts-expect-error a constant is a number or a word
  filter({ constants: { table: [1, 2] }, apply: (tap, [x, y]) => tap(i32(x), i32(y)) });
});

it('a lens takes named coefficients', () => {
  const camera = { fx: 1, fy: 1, cx: 0, cy: 0 };
  ops.undistort({ camera, distortion: { k1: -0.2, p1: 0.01 }, filter: linear, border: constant(0) });
  ops.undistort({ camera: [camera, camera], distortion: [{ k1: 1 }, {}] });
  // @ts-expect-error a fisheye has no tangential coefficients
  ops.undistortFisheye({ camera, distortion: { p1: 0.01 } });
  // @ts-expect-error a camera has four numbers
  ops.undistort({ camera: { fx: 1, fy: 1, cx: 0 } });
  // @ts-expect-error not an array of coefficients
  ops.undistort({ camera, distortion: [0.1, 0.2, 0, 0] });
  // @ts-expect-error its filter is the nearest pixel
  ops.padTo({ width: 8, height: 8, border: replicate, filter: linear });
  expect(ops.cubicWith({ a: -1 }).kind).toBe('filter');
});
