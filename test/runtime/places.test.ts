/** `pipeline.geometry`: against the pixels of results, which say where they come from, and there and back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import {
  type Pipeline as Built,
  type Device,
  type Geometry,
  Image,
  openDevice,
  Tensor,
} from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';

type Calls = Readonly<Record<string, Built<Record<string, unknown>>>>;
let built: Calls;
let device: Device;
beforeAll(async () => {
  const out = buildFolder('places');
  const entry = fileURLToPath(new URL('../support/placesPipelines.ts', import.meta.url));
  await build({ root, entries: [entry], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as Calls;
  device = openDevice('cpu');
});
afterAll(async () => {
  await device.synchronize();
  expect(device.memory().live).toBe(0);
  device.dispose();
});

const message = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};
const size = { width: 61, height: 37 };
const camera = { fx: 60, fy: 55, cx: 31, cy: 17 };
const turn = { degrees: 30 };
const sheared = { matrix: { dstToSrc: [0.9, 0.2, 3, -0.1, 0.8, 4] } };
const tilted = { matrix: { dstToSrc: [0.9, 0.2, 3, -0.1, 0.8, 4, 0.002, 0.001, 1] } };
const bent = { camera, distortion: { k1: -0.2, k2: 0.05, p1: 0.003, p2: -0.002 } };

/** Pipelines with a matrix, and without one. */
const cases: readonly (readonly [name: string, kind: Geometry['kind'], options: Record<string, unknown>])[] =
  [
    ['boxed', 'scale', {}],
    ['cornered', 'scale', {}],
    ['middle', 'scale', {}],
    ['aligned', 'scale', {}],
    ['cut', 'scale', { rect: { x: 7, y: 9, width: 20, height: 11 } }],
    ['mirrored', 'scale', { rect: { x: 7, y: 9, width: 20, height: 11 } }],
    ['padded', 'scale', {}],
    ['upright', 'affine', {}],
    ['turned', 'affine', turn],
    ['expanded', 'affine', turn],
    ['affine', 'affine', sheared],
    ['chained', 'affine', sheared],
    ['twice', 'affine', sheared],
    ['projective', 'projective', tilted],
    ['straightened', 'free', bent],
    ['defished', 'free', { camera, distortion: { k1: 0.05, k2: -0.01 } }],
  ];

/** The pipeline's result for an image whose pixels are their own places. */
const run = async (name: string, options: Record<string, unknown>) => {
  const { width, height } = size;
  const data = Float32Array.from({ length: width * height * 2 }, (_, n) => {
    const pixel = n >> 1;
    return n % 2 === 0 ? pixel % width : Math.floor(pixel / width);
  });
  const source = Tensor.fromHost(device, data, {
    shape: [1, height, width, 2],
    dtype: 'f32',
    layout: 'NHWC',
  });
  const result = built[name]!(source, options);
  const host = await result.toHost();
  source.dispose();
  result.dispose();
  return host;
};

describe.each(cases)('%s', (name, kind, options) => {
  it('says what its pixels say', async () => {
    const geometry = built[name]!.geometry(size, options, { zero: 'centre' });
    expect(geometry.kind).toBe(kind);
    expect(geometry.source).toEqual(size);
    const { data, shape } = await run(name, options);
    const [, height, width] = shape as [number, number, number, number];
    expect(geometry.result).toEqual({ width, height });
    let seen = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [at] = geometry.toSource([[x, y]]);
        const [sourceX, sourceY] = at as unknown as [number, number];
        // Elsewhere the pixel is of the border, or mixed with it; a second kernel reads the mixed ones once more.
        const margin = name === 'twice' ? 2 : 0;
        const isInside = (at: number, length: number) => at >= margin && at <= length - 1 - margin;
        if (!isInside(sourceX, size.width) || !isInside(sourceY, size.height)) {
          continue;
        }
        seen++;
        const n = 2 * (y * width + x);
        // 2⁻¹⁸ is a step of f32 below 64, and no map here takes 50 of them.
        expect(Math.abs((data[n] as number) - sourceX)).toBeLessThan(2e-4);
        expect(Math.abs((data[n + 1] as number) - sourceY)).toBeLessThan(2e-4);
      }
    }
    expect(seen).toBeGreaterThan(0.3 * width * height);
  });

  it('leads there and back', () => {
    const geometry = built[name]!.geometry(size, options);
    const { width, height } = geometry.result;
    const points = Array.from({ length: 60 }, (_, n) => ({ x: (n * 7.3) % width, y: (n * 5.1) % height, n }));
    const back = geometry.toResult(geometry.toSource(points));
    for (const [n, point] of points.entries()) {
      expect(back[n]!.n).toBe(n);
      expect(back[n]!.x).toBeCloseTo(point.x, 5);
      expect(back[n]!.y).toBeCloseTo(point.y, 5);
    }
    const other = geometry.toSource(geometry.toResult(geometry.toSource(points)));
    for (const [n, { x, y }] of geometry.toSource(points).entries()) {
      expect(other[n]!.x).toBeCloseTo(x, 5);
      expect(other[n]!.y).toBeCloseTo(y, 5);
    }
  });

  it('holds a box around what its corners become', () => {
    const geometry = built[name]!.geometry(size, options);
    const { width, height } = geometry.result;
    const box = [0.3 * width, 0.4 * height, 0.7 * width, 0.6 * height, 0.9, 17];
    const [moved] = geometry.toSource([box]);
    const [left, top, right, bottom] = box as [number, number, number, number];
    const corners = geometry.toSource([
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ]);
    const xs = corners.map(([x]) => x as number);
    const ys = corners.map(([, y]) => y as number);
    expect(moved!.slice(4)).toEqual([0.9, 17]);
    const around = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    // The edges of a bent box bulge by less than a pixel here.
    const digits = kind === 'free' ? 0 : 9;
    for (const [n, side] of around.entries()) {
      expect(moved![n]).toBeCloseTo(side, digits);
    }
    if (kind === 'scale') {
      const [again] = geometry.toResult([moved!]);
      for (const [n, side] of box.entries()) {
        expect(again![n]).toBeCloseTo(side, 9);
      }
    }
  });
});

it('counts letterboxes as Ultralytics does', () => {
  // 1280×720 into 640×640: gain 0.5, and 140 rows above.
  const geometry = built.boxed!.geometry({ width: 128, height: 72 });
  expect(geometry.scale).toEqual([2, 2]);
  expect(geometry.offset).toEqual([0, -12]);
  expect(geometry.toSource([[10, 10, 30, 34, 0.9, 2]])).toEqual([[20, 8, 60, 56, 0.9, 2]]);
  expect(geometry.toSource([{ x: 10, y: 10, width: 20, height: 24, label: 'cat' }])).toEqual([
    { x: 20, y: 8, width: 40, height: 48, label: 'cat' },
  ]);
  expect(geometry.toResult([[20, 8, 60, 56]])).toEqual([[10, 10, 30, 34]]);
  // Key points with a score.
  expect(geometry.toSource([[10, 10, 0.5]])).toEqual([[20, 8, 0.5]]);
  const row = Float32Array.of(10, 10, 30, 34, 0.5);
  expect(geometry.toSource([row])).toEqual([Float32Array.of(20, 8, 60, 56, 0.5)]);
  expect([...row]).toEqual([10, 10, 30, 34, 0.5]);
});

it('holds boxes to the image where that is asked for', () => {
  const geometry = built.boxed!.geometry({ width: 128, height: 72 });
  const box = [-4, 0, 70, 20];
  expect(geometry.toSource([box])).toEqual([[-8, -12, 140, 28]]);
  expect(geometry.toSource([box], { clip: true })).toEqual([[0, 0, 128, 28]]);
  expect(geometry.toSource([[0, 0, 10, 4]], { clip: true })).toEqual([[0, 0, 20, 0]]);
  expect(geometry.toResult([[-500, 0, 4, 4]], { clip: true })).toEqual([[0, 6, 2, 8]]);
  const centred = built.boxed!.geometry({ width: 128, height: 72 }, {}, { zero: 'centre' });
  expect(centred.toSource([[-4, 0]], { clip: true })).toEqual([[-0.5, -0.5]]);
  expect(centred.toSource([[70, 60]], { clip: true })).toEqual([[127.5, 71.5]]);
});

it('gives matrices that lead as the methods do', () => {
  for (const zero of ['corner', 'centre'] as const) {
    const geometry = built.projective!.geometry(size, tilted, { zero });
    const by = (m: readonly number[], x: number, y: number) => {
      const w = m[6]! * x + m[7]! * y + m[8]!;
      return [(m[0]! * x + m[1]! * y + m[2]!) / w, (m[3]! * x + m[4]! * y + m[5]!) / w];
    };
    const { dstToSrc, srcToDst } = geometry.matrix!;
    const [led] = geometry.toSource([[11, 23]]);
    expect(by(dstToSrc, 11, 23)).toEqual(led);
    const back = by(srcToDst!, led![0]!, led![1]!);
    expect(back[0]).toBeCloseTo(11, 8);
    expect(back[1]).toBeCloseTo(23, 8);
  }
  // Counted from pixel centres it is the matrix that was given, in the precision in which the kernel has it.
  const { dstToSrc } = built.affine!.geometry(size, sheared, { zero: 'centre' }).matrix!;
  for (const [n, number] of [...sheared.matrix.dstToSrc, 0, 0, 1].entries()) {
    expect(dstToSrc[n]).toBeCloseTo(Math.fround(number), 9);
  }
});

it('takes several images, with options for each', () => {
  const images = [size, { width: 30, height: 40 }];
  const rect = [
    { x: 1, y: 2, width: 3, height: 4 },
    { x: 5, y: 6, width: 7, height: 8 },
  ];
  const both = built.cut!.geometry(images, { rect });
  expect(both.map(({ result }) => result)).toEqual([
    { width: 3, height: 4 },
    { width: 7, height: 8 },
  ]);
  expect(both.map(one => one.toSource([[0, 0]])[0])).toEqual([
    [1, 2],
    [5, 6],
  ]);
  expect(message(() => built.cut!.geometry(size, { rect }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected one value for options.rect but received an array of 2. An image is read for each value where it stands alone, not in an array."`,
  );
  const turned = { ...size, orientation: { rotation: 90 } } as const;
  // As it is stored, a pixel right of the upper left one; upright below it; clockwise once more: to the left of the upper right.
  expect(built.upright!.geometry(turned).result).toEqual(size);
  expect(built.upright!.geometry(turned).toResult([[1.5, 0.5]])).toEqual([[59.5, 36.5]]);
});

it('has one for each result, and passes whatever moves no pixel', () => {
  const several = built.several as unknown as Built<
    Record<string, unknown>,
    { readonly small: Tensor; readonly whole: Tensor; readonly level: Tensor }
  >;
  const part = { x: 2, y: 4, width: 10, height: 8 };
  // The colours that the call asks the image for are none of the geometry's business.
  const { small, whole, level } = several.geometry({ width: 64, height: 48 }, { part });
  expect(small.scale).toEqual([2, 1.5]);
  expect(whole.offset).toEqual([2, 4]);
  expect(level.kind).toBe('scale');
  const exact = built.exact!.geometry({ width: 80, height: 90 });
  expect([exact.kind, exact.scale, exact.offset, exact.result]).toEqual([
    'scale',
    [2, 3],
    [0, 0],
    { width: 40, height: 30 },
  ]);
  const tokens = built.tokens!.geometry({ width: 100, height: 50 });
  expect(tokens.result).toEqual({ width: 84, height: 28 });
  expect(tokens.toSource([[84, 28]])[0]!.map(side => Math.round(1e9 * side) / 1e9)).toEqual([100, 50]);
  expect(built.overlaid!.geometry(size, { rect: part }).offset).toEqual([2, 4]);
});

describe('rotate with room for the corners', () => {
  const lines = readFileSync(join(root, 'test', 'golden', 'data', 'pillowRotations.txt'), 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(' '));

  it('has the sizes of Pillow', () => {
    const rows = lines.map(line => line.slice(0, 5).map(Number) as [number, number, number, number, number]);
    const images = rows.map(([width, height]) => ({ width, height }));
    const geometries = built.expanded!.geometry(images, { degrees: rows.map(([, , degrees]) => degrees) });
    const found = rows.map(([width, height, degrees], n) => {
      const { result } = geometries[n]!;
      return [width, height, degrees, result.width, result.height];
    });
    expect(found.length).toBeGreaterThan(1500);
    expect(found).toEqual(rows);
  });

  it('has the pixels of Pillow', async () => {
    const [width, height, degrees, toWidth, toHeight, hex] = lines.at(-1)!;
    const size = { width: Number(width), height: Number(height) };
    const data = Uint8Array.from({ length: size.width * size.height }, (_, n) => (37 * n) % 251);
    const source = Image.fromHost(device, { format: 'gray8', ...size, planes: [{ data }] });
    const options = { degrees: Number(degrees) };
    const result = built.expandedGray!(source, options);
    const host = await result.toHost();
    expect(host.shape).toEqual([1, Number(toHeight), Number(toWidth), 1]);
    const geometry = built.expandedGray!.geometry(source, options, { zero: 'centre' });
    const pillow = Buffer.from(hex!, 'hex');
    let seen = 0;
    for (const [n, byte] of pillow.entries()) {
      const [at] = geometry.toSource([[n % Number(toWidth), Math.floor(n / Number(toWidth))]]);
      const [x, y] = at as unknown as [number, number];
      if (x < 0 || y < 0 || x > size.width - 1 || y > size.height - 1) {
        continue;
      }
      seen++;
      // Pillow drops the fraction; points in f32 are within 2⁻¹⁸ of its doubles, along a slope of up to 250 a pixel.
      const value = host.data[n] as number;
      expect([Math.floor(value - 0.002), Math.floor(value + 0.002)]).toContain(byte);
    }
    expect(seen).toBeGreaterThan(300);
    source.dispose();
    result.dispose();
  });
});

it('stretches what single pixels are taken from', () => {
  const geometry = built.sampled!.geometry({ width: 60, height: 37 });
  expect([geometry.kind, geometry.scale, geometry.offset]).toEqual(['scale', [2, 0.5], [0, 0]]);
});

it('gives pixels of one column a place', () => {
  const geometry = built.boxed!.geometry({ width: 1, height: 1 });
  for (const [n, side] of geometry.toSource([[8, 0, 56, 48]])[0]!.entries()) {
    expect(side).toBeCloseTo([0, 0, 1, 1][n]!, 12);
  }
  const shrunk = built.shrunk!.geometry(size, { width: 1, height: 1 });
  expect(shrunk.toSource([[0, 0, 1, 1]])).toEqual([[0, 0, 61, 37]]);
});

it('says what it cannot do', () => {
  const geometry = built.boxed!.geometry(size);
  const wrong = (run: () => unknown) => message(run).replace('ArgumentError: ', '');
  const shapes = (...given: unknown[]) => wrong(() => geometry.toSource(given as number[][]));
  const crossing = { matrix: { dstToSrc: [1, 0, 0, 0, 1, 0, 0.1, 0, -1] } };
  const flat = { matrix: { dstToSrc: [1, 1, 0, 1, 1, 0] } };
  const found = {
    'no image': wrong(() => built.boxed!.geometry(undefined as never)),
    'no width': wrong(() => built.boxed!.geometry({ height: 3 } as never)),
    'a fraction': wrong(() => built.boxed!.geometry([size, { width: 3, height: 2.5 }])),
    'an unknown option': wrong(() => built.cut!.geometry(size, { rects: 3 })),
    'no rectangle': wrong(() => built.cut!.geometry(size)),
    'another zero': wrong(() => built.boxed!.geometry(size, {}, { zero: 'middle' as never })),
    'an unknown setting': wrong(() => built.boxed!.geometry(size, {}, { clip: true } as never)),
    'points from pixels': wrong(() => built.remapped!.geometry(size, {})),
    'one shape': wrong(() => geometry.toSource({ x: 1, y: 2 } as never)),
    'a number': shapes([1, 2], 3),
    'an empty row': shapes([]),
    'a string in a row': shapes([1, '2']),
    'a point without y': shapes({ x: 1 }),
    'a box without height': shapes({ x: 1, y: 2, width: 3 }),
    NaN: shapes([1, Number.NaN]),
    'corners changed': shapes([5, 1, 3, 4]),
    'a word for clip': wrong(() => geometry.toSource([[1, 2]], { clip: 'yes' as never })),
    'an unknown move': wrong(() => geometry.toSource([[1, 2]], { clamp: true } as never)),
    'across the horizon': wrong(() => built.projective!.geometry(size, crossing).toSource([[1, 1, 20, 20]])),
    'no inverse': wrong(() => built.affine!.geometry(size, flat).toResult([[1, 2]])),
    'no way back': wrong(() => built.twofold!.geometry(size).toResult([[-20, 2]])),
  };
  const text = Object.entries(found).map(([name, said]) => `${name}: ${said}`);
  expect(text.join('\n')).toMatchInlineSnapshot(`
    "no image: Expected { width, height } or an Image for image but received undefined.
    no width: Expected a whole number from 1 to 65535 for image.width but received undefined.
    a fraction: Expected a whole number from 1 to 65535 for image[1].height but received 2.5.
    an unknown option: Expected an option of cut for options but received 'rects'. Known: rect.
    no rectangle: Expected a value for options.rect but received none. The pipeline leaves crop.rect to the caller.
    another zero: Expected 'corner' or 'centre' for geometry.zero but received 'middle'.
    an unknown setting: Expected a known name for geometry but received 'clip'. Known: zero.
    points from pixels: Expected maps whose points follow from numbers for geometry but received remap. It reads them from the pixels of options.map.
    one shape: Expected an array of boxes or points for shapes but received { x, y }.
    a number: Expected a point { x, y } or a box { x, y, width, height }, or a row of their numbers for shapes[1] but received 3.
    an empty row: Expected a point [x, y] or a box [left, top, right, bottom] for shapes[0] but received [].
    a string in a row: Expected a finite number for shapes[0][1] but received '2'.
    a point without y: Expected a point { x, y } or a box { x, y, width, height }, or a row of their numbers for shapes[0] but received { x }.
    a box without height: Expected a finite number for shapes[0].height but received undefined.
    NaN: Expected a finite number for shapes[0][1] but received NaN.
    corners changed: Expected a box whose right and bottom are not less than its left and top for shapes[0] but received [5, 1, 3, 4]. A box by its centre, [x, y, width, height], is [x - width / 2, y - height / 2, x + width / 2, y + height / 2].
    a word for clip: Expected true or false for options.clip but received 'yes'.
    an unknown move: Expected a known name for options but received 'clamp'. Known: clip.
    across the horizon: Expected a place on one side of the horizon of the projective map for shapes[0] but received one that reaches it.
    no inverse: Expected a geometry that leads back for toResult but received one whose matrix, [1, 1, -0.5, 1, 1, -0.5, 0, 0, … (9)], has no inverse.
    no way back: Expected a place that the result shows, or nearly for shapes[0] but received [-20, 2]."
  `);
  // To where the fold leads, two places do; one of them is given.
  const [back] = built.twofold!.geometry(size).toResult([[10, 2]]);
  expect(built.twofold!.geometry(size).toSource([back!])[0]![0]).toBeCloseTo(10, 6);
});
