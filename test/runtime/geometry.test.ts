/** What a call says of a pipeline's geometry, and what it refuses. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import {
  type Pipeline as Built,
  type Device,
  Image,
  openDevice,
  randomResizedCrop,
} from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';

type Calls = Readonly<
  Record<
    | 'shrunk'
    | 'shrunkTwice'
    | 'regions'
    | 'stacked'
    | 'straight'
    | 'sized'
    | 'sizedExactly'
    | 'sizedNearest'
    | 'sizedBox'
    | 'sizedFrame'
    | 'margins'
    | 'settledMargins',
    Built
  >
>;
let built: Calls;
let device: Device;
beforeAll(async () => {
  const out = buildFolder('geometryCalls');
  const entry = fileURLToPath(new URL('../support/geometryCalls.ts', import.meta.url));
  await build({ root, entries: [entry], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as Calls;
  device = openDevice('cpu');
});
afterAll(async () => {
  await device.synchronize();
  expect(device.memory().live).toBe(0);
  device.dispose();
});

/** A picture whose red is x, whose green is y, whose blue is given. */
const picture = (width: number, height: number, blue = 0): Image =>
  Image.fromHost(device, {
    format: 'rgb8',
    width,
    height,
    planes: [
      {
        data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
          const pixel = Math.floor(i / 3);
          return [pixel % width, Math.floor(pixel / width), blue][i % 3]!;
        }),
      },
    ],
  });
const message = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};

it('refuses to shrink by more than a filter covers', () => {
  const images = [picture(171, 2), picture(340, 2), picture(7000, 3)];
  const size = { width: 2, height: 2 };
  expect(message(() => built.shrunk(images.slice(0, 2), { width: 1, height: 1 }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected at most 170 pixels of the input for one of the output (what the filter antialiasedLanczos covers) for the scale of resize for image 0 but received 171. Shrink in two steps."`,
  );
  expect(message(() => built.shrunk(images[1]!, { width: 1, height: 1 }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected at most 170 pixels of the input for one of the output (what the filter antialiasedLanczos covers) for the scale of resize but received 340. Shrink in two steps."`,
  );
  built.shrunk(images[1]!, size).dispose();
  // 7000 → 20 is 350 alone; 340 → 20 → 2 is 170 together, and 340 → 20 → 1 is 340.
  expect(message(() => built.shrunkTwice(images[2]!, size))).toMatchInlineSnapshot(
    `"ArgumentError: Expected at most 170 pixels of the input for one of the output (what the filter antialiasedLanczos covers) for the scale of letterbox but received 3500. Shrink in two steps."`,
  );
  expect(message(() => built.shrunkTwice(images[1]!, { width: 1, height: 1 }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected at most 170 pixels of the input for one of the output (what the filter antialiasedLanczos covers) for the scale of letterbox but received 340. Shrink in two steps."`,
  );
  built.shrunkTwice(images[1]!, size).dispose();
  for (const image of images) {
    image.dispose();
  }
});

it('one image alone is read for every value: many regions of one frame', async () => {
  const frame = picture(40, 30, 5);
  const rect = Array.from({ length: 50 }, (_, n) => ({ x: n % 36, y: n % 26, width: 4, height: 4 }));
  const tensor = built.regions(frame, { rect });
  const { data, shape } = await tensor.toHost();
  expect(shape).toEqual([50, 4, 4, 3]);
  rect.forEach(({ x, y }, n) => {
    expect(Array.from(data.slice(n * 48, n * 48 + 6))).toEqual([x, y, 5, x + 1, y, 5]);
  });
  const copies = built.regions(new Array<Image>(50).fill(frame), { rect });
  expect((await copies.toHost()).data).toEqual(data);
  const each = built.regions.runEach(frame, { rect: rect.slice(0, 3) });
  expect(each).toHaveLength(3);
  // An array of one image is one image.
  expect(message(() => built.regions([frame], { rect }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected one value for options.rect but received an array of 50. An image is read for each value where it stands alone, not in an array."`,
  );
  expect(
    message(() => built.regions(frame, { rect: new Array(65_536).fill(rect[0]) })),
  ).toMatchInlineSnapshot(
    `"ArgumentError: Expected up to 65535 values for options.rect but received an array of 65536."`,
  );
  expect(message(() => built.regions(frame, { rect: [] }))).toMatchInlineSnapshot(
    `"ArgumentError: Expected one value for options.rect but received an array of 0."`,
  );
  for (const held of [tensor, copies, ...each, frame]) {
    held.dispose();
  }
});

it('cuts out drawn rectangles and resizes them at once', async () => {
  const images = [picture(40, 30), picture(9, 50)];
  const rect = randomResizedCrop(images, { seed: 11 });
  const tensor = built.regions(images, { rect });
  const { data } = await tensor.toHost();
  rect.forEach(({ x, width }, n) => {
    // The first pixel's centre, held to the region.
    const at = Math.max(0.5 * (width / 4) - 0.5, 0);
    expect(Math.abs(data[n * 48]! - (x + at))).toBeLessThanOrEqual(0.5);
  });
  for (const held of [tensor, ...images]) {
    held.dispose();
  }
});

it('images of unequal sizes become one tensor', async () => {
  const images = [picture(6, 4, 1), picture(2, 1, 2)];
  const tensor = built.stacked(images);
  const { data, shape } = await tensor.toHost();
  expect(shape).toEqual([2, 4, 6, 3]);
  expect(Array.from(data.slice(72, 72 + 9))).toEqual([0, 0, 2, 1, 0, 2, 9, 9, 9]);
  expect(Array.from(data.slice(-3))).toEqual([9, 9, 9]);
  const large = picture(7, 4);
  expect(message(() => built.stacked([...images, large]))).toMatchInlineSnapshot(
    `"ArgumentError: Expected 1 to 65535 pixels each way for the size of image 2 after padTo but received 0×4 from an image of 7×4."`,
  );
  for (const held of [tensor, large, ...images]) {
    held.dispose();
  }
});

it('a lens is given at the call', async () => {
  const image = picture(8, 6);
  const camera = { fx: 8, fy: 8, cx: 3.5, cy: 2.5 };
  const plain = built.straight(image, { camera, distortion: {} });
  const original = Array.from({ length: 8 * 6 }, (_, i) => [i % 8, Math.floor(i / 8), 0]).flat();
  expect(Array.from((await plain.toHost()).data)).toEqual(original);
  const several = built.straight(image, { camera, distortion: [{}, { k1: -0.2 }] });
  expect(several.shape).toEqual([2, 6, 8, 3]);
  const refused = (options: Record<string, unknown>): string => message(() => built.straight(image, options));
  expect(refused({ camera: { fx: 8, fy: 8, cx: 3.5 }, distortion: {} })).toMatchInlineSnapshot(
    `"ArgumentError: Expected a finite number for options.camera.cy but received undefined."`,
  );
  expect(refused({ camera: { ...camera, fx: 0 }, distortion: {} })).toMatchInlineSnapshot(
    `"ArgumentError: Expected a number other than 0 for options.camera.fx but received 0."`,
  );
  expect(refused({ camera, distortion: { k7: 1 } })).toMatchInlineSnapshot(
    `"ArgumentError: Expected { k1, k2, p1, p2, k3, k4, k5, k6 } for options.distortion but received { k7 }."`,
  );
  expect(refused({ camera, distortion: [1, 2, 3] })).toMatchInlineSnapshot(
    `"ArgumentError: Expected { k1, k2, p1, p2, k3, k4, k5, k6 } for options.distortion[0] but received 1."`,
  );
  for (const held of [plain, several, image]) {
    held.dispose();
  }
});

const sides = { width: [30, 41, 64], height: Int32Array.of(25, 30, 33) };
const edges = { left: [0, 3, -2], top: [1, 1, 1], right: Int16Array.of(4, 0, -5), bottom: [0, 2, 5] };
it.each([
  ['sized', sides],
  ['sizedExactly', sides],
  ['sizedNearest', sides],
  ['sizedBox', sides],
  ['sizedFrame', sides],
  ['margins', edges],
] as const)('%s: each image has sizes of its own in one call', async (name, options) => {
  const images = [picture(20, 25, 1), picture(41, 30, 2), picture(9, 33, 3)];
  const together = built[name].runEach(images, options);
  const geometries = built[name].geometry(images, options);
  for (const [n, image] of images.entries()) {
    const own = Object.fromEntries(Object.entries(options).map(([option, each]) => [option, each[n]!]));
    const alone = built[name](image, own);
    const [expected, found] = [await alone.toHost(), await together[n]!.toHost()];
    expect(found.shape).toEqual(expected.shape.slice(1));
    expect(Buffer.from(found.data as Uint8Array)).toEqual(Buffer.from(expected.data as Uint8Array));
    const { width, height } = geometries[n]!.result;
    expect([height, width, 3]).toEqual(found.shape);
    alone.dispose();
    together[n]!.dispose();
  }
  expect(message(() => built[name](images, { ...options, [Object.keys(options)[0]!]: [1, 2] }))).toContain(
    'one value, or an array of 3 (one per image)',
  );
  expect(message(() => built[name](images, options))).toContain('outputs of one size');
  for (const image of images) {
    image.dispose();
  }
});

it('takes margins that the pipeline settles for each image', async () => {
  const images = [picture(4, 2, 1), picture(3, 2, 2)];
  const made = built.settledMargins.runEach(images);
  expect(made.map(({ shape }) => shape)).toEqual([
    [5, 5, 3],
    [5, 10, 3],
  ]);
  const { data } = await made[1]!.toHost();
  const at = (x: number, y: number) => [
    ...(data as Uint8Array).subarray(3 * (10 * y + x), 3 * (10 * y + x) + 3),
  ];
  expect([at(1, 3), at(2, 3), at(4, 4), at(5, 4), at(2, 2)]).toEqual([
    [9, 9, 9],
    [0, 0, 2],
    [2, 1, 2],
    [9, 9, 9],
    [9, 9, 9],
  ]);
  for (const one of [...made, ...images]) {
    one.dispose();
  }
});
