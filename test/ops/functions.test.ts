import { describe, expect, it } from 'vitest';
import { yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import { adapt } from '../../ops/formats/formats.js';
import * as ops from '../../ops/index.js';

describe('operators are plain functions', () => {
  it('normalize', () => {
    const params = { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1], scale: 1 / 255 };
    expect(ops.normalize.apply([255, 0, 51] as never, params as never)).toEqual([1, -1, 0.2]);
  });

  it('analogYuvToRgb', () => {
    const [r, g, b] = ops.analogYuvToRgb.apply([100, 138, 118] as never, {} as never);
    expect([r, g, b].map(v => v.toFixed(6))).toEqual(['88.600000', '101.850000', '120.290000']);
  });

  it('yuvToRgb gives grey for no chroma, and white and black at the ends of the limited range', () => {
    const colour = yuvToRgbCoefficients('bt709', 'limited');
    const { op } = ops.yuvToRgb();
    const run = (px: readonly number[]): readonly number[] =>
      (op as ops.PointOp).apply(px as never, { colour } as never);
    expect(run([16, 128, 128])).toEqual([0, 0, 0]);
    for (const value of run([235, 128, 128])) {
      expect(value).toBeCloseTo(255, 9);
    }
  });

  it.each([
    ['u8', [-3, -0.2, 0.5, 1.5, 254.5, 255.5, 1e9, NaN], [0, 0, 0, 2, 254, 255, 255, 0]],
    ['u16', [-3, 0.5, 65534.5, 65536, NaN], [0, 0, 65534, 65535, 0]],
    ['f16', [0.1, 2049, 70000], [0.0999755859375, 2048, Infinity]],
    ['f32', [0.1, -7], [0.1, -7]],
  ] as const)('convertTo %s rounds half to even and clamps', (dtype, values, expected) => {
    const op = ops.convertTo(dtype).op as ops.PointOp;
    expect(op.apply([...values] as never, { dtype, scale: 1, offset: 0 } as never)).toEqual(expected);
  });

  it('flip and crop move whole pixels', () => {
    const sizes = { src: { width: 5, height: 4 }, dst: { width: 5, height: 4 } };
    const flipped = (direction: string): readonly number[] =>
      ops.flip.apply([1, 0], { direction } as never, sizes);
    expect(flipped('horizontal')).toEqual([3, 0]);
    expect(flipped('vertical')).toEqual([1, 3]);
    expect(flipped('both')).toEqual([3, 3]);
    const rect = { x: 2, y: 1, width: 3, height: 2 };
    expect(ops.crop.apply([0, 1], { rect } as never, sizes)).toEqual([2, 2]);
    expect(ops.crop.size?.({ rect } as never, sizes.src)).toEqual({ width: 3, height: 2 });
  });

  it('resize has half-pixel centres, warpAffine has none', () => {
    const sizes = { src: { width: 8, height: 6 }, dst: { width: 4, height: 12 } };
    expect(ops.resize.apply([0, 0], {} as never, sizes)).toEqual([0.5, -0.25]);
    expect(ops.resize.apply([3, 11], {} as never, sizes)).toEqual([6.5, 5.25]);
    const matrix = [1, 0.5, -2, 0, 2, 3];
    expect(ops.warpAffine.apply([4, 2], { matrix } as never, sizes)).toEqual([3, 7]);
    const size = (width: number, height: number): ops.Size | undefined =>
      ops.warpAffine.size?.({ matrix, width, height } as never, sizes.src);
    expect([size(0, 0), size(3, 0)]).toEqual([
      { width: 8, height: 6 },
      { width: 3, height: 6 },
    ]);
  });

  it('filters read the pixels around a point', () => {
    const tap = (x: number, y: number): ops.Pixel => [x, 10 * y, x * y];
    const run = (filter: ops.Filter, x: number, y: number): readonly number[] =>
      filter.apply(tap, [x, y], { scale: [1, 1], size: { width: 9, height: 9 } });
    expect(run(ops.nearest, 1.5, -0.5)).toEqual([2, 0, 0]);
    expect(run(ops.nearest, 1.49, -0.51)).toEqual([1, -10, -1]);
    expect(run(ops.linear, 1.25, 2.5)).toEqual([1.25, 25, 1.25 * 2.5]);
    expect(run(ops.linear, -1.75, 0)).toEqual([-1.75, 0, 0]);
  });

  it('replicate keeps to the edge', () => {
    const { replicate } = ops;
    if (replicate.kind !== 'indexBorder') {
      expect.fail('replicate is an index border');
    }
    expect([-7, -1, 0, 3, 4, 99].map(i => replicate.apply(i, 4))).toEqual([0, 0, 0, 3, 3, 3]);
  });

  it('i32 drops the fraction and saturates, f32 rounds', () => {
    expect([1.9, -1.9, 3e9, -3e9, NaN].map(ops.i32)).toEqual([1, -1, 2147483647, -2147483648, 0]);
    expect(ops.f32(0.1)).toBe(Math.fround(0.1));
  });
});

describe('formats', () => {
  const video = [
    ops.nv12(),
    ops.nv21(),
    ops.i420(),
    ops.yv12(),
    ops.nv16(),
    ops.yuv422p(),
    ops.nv24(),
    ops.yuv444p(),
    ops.nv12({ chroma: 'linear' }),
  ];
  const packed = [ops.yuyv(), ops.uyvy()];
  const deep = [ops.p010(), ops.p012(), ops.p016(), ops.yuv444p16()];
  const pictures = [ops.rgb8(), ops.bgr8(), ops.rgba8(), ops.bgra8(), ops.gray8(), ops.gray16(), ops.rgb16()];
  const tensors = [ops.nhwc('f16'), ops.nchw('u16'), ops.nchw('f32', { colour: 'gray' })];
  const all = [...video, ...packed, ...deep, ...pictures, ...tensors];

  it.each(all.map(format => [format.name, format] as const))('%s finds every channel once', (_, format) => {
    expect(format.channels).toHaveLength(ops.channelCount[format.colour]);
    const places = format.channels.flatMap(({ plane, lane, next }) =>
      next === undefined ? [`${plane}.${lane}`] : [`${plane}.${lane}`, `${plane}.${lane + next}`],
    );
    expect(new Set(places).size).toBe(places.length);
    const lanes = format.planes.reduce((sum, { channels }) => sum + channels, 0);
    expect(lanes).toBe(places.length);
  });

  it('a channel is where its name says', () => {
    const place = ({ planes, channels }: ops.Format, channel: number): string => {
      const { plane, lane } = channels[channel];
      return `${planes[plane].name}[${lane}]`;
    };
    const order = (format: ops.Format): string => format.channels.map((_, n) => place(format, n)).join(' ');
    expect(order(ops.nv21())).toBe('y[0] vu[1] vu[0]');
    expect(order(ops.nv24())).toBe('y[0] uv[0] uv[1]');
    expect(ops.yv12().planes.map(({ name }) => name)).toEqual(['y', 'v', 'u']);
    expect(order(ops.yv12())).toBe('y[0] u[0] v[0]');
    expect(order(ops.yuyv())).toBe('yuyv[0] yuyv[1] yuyv[3]');
    expect(order(ops.uyvy())).toBe('uyvy[1] uyvy[0] uyvy[2]');
    expect(order(ops.bgra8())).toBe('rgba[2] rgba[1] rgba[0] rgba[3]');
    expect(deep.map(({ code }) => code)).toEqual([
      { bits: 10, shift: 6 },
      { bits: 12, shift: 4 },
      { bits: 16, shift: 0 },
      { bits: 16, shift: 0 },
    ]);
  });

  it('a sink for any colour takes the planes of the colour that comes', () => {
    expect(adapt(ops.nchw('f32'), 'rgba').planes).toHaveLength(4);
    expect(adapt(ops.nhwc('u8'), 'gray').planes.map(({ channels }) => channels)).toEqual([1]);
    expect(adapt(ops.rgb8(), 'gray')).toEqual(ops.rgb8());
  });
});

it('a placed operator remembers its options, and an operator its declaration', () => {
  const stage = ops.warpAffine({ filter: ops.linear, border: ops.constant(3) });
  expect(stage.op).toBe(ops.warpAffine);
  expect(stage.options).toEqual({ filter: ops.linear, border: { kind: 'constantBorder', value: 3 } });
  expect([ops.warpAffine.role, ops.warpAffine.name]).toEqual(['map', undefined]);
  expect(ops.yuvToRgb().op.name).toBe('yuvToRgb');
});
