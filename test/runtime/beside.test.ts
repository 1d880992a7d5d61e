/** Calls with images as options: what they take, and what they refuse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { type Device, Image, openDevice, type Pipeline, Tensor, VideoReader } from '../../runtime/index.js';
import { clipPath } from '../media/clips.js';
import { buildFolder, root } from '../support/executions.js';

type Call = Pipeline<Record<string, unknown>>;
let built: Readonly<Record<'over' | 'overFloat' | 'overVideo' | 'moved' | 'twiceOver' | 'both', Call>>;
let device: Device;
beforeAll(async () => {
  const out = buildFolder('beside');
  await build({ root, entries: ['test/support/besidePipelines.ts'], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
  device = openDevice('cpu');
});
afterAll(() => device?.dispose());

/** A picture of one value. */
const plain = (value: number, width = 3, height = 2, format = 'rgb8'): Image => {
  const data = new Uint8Array(width * height * (format === 'rgb8' ? 3 : 1)).fill(value);
  return Image.fromHost(device, { format, width, height, planes: [{ data }] });
};
const mask = (value: number, width = 3, height = 2): Image => plain(value, width, height, 'gray8');
const values = async (tensor: unknown): Promise<number[]> => [...(await (tensor as Tensor).toHost()).data];
const firsts = async (tensor: unknown): Promise<number[]> =>
  (await values(tensor)).filter((_, n) => n % 18 === 0);

describe('images as options', () => {
  it('are one for all images, or one for each', async () => {
    const images = [plain(200), plain(100)];
    const options = { background: plain(0), mask: mask(51) };
    expect(await firsts(built.over(images, options))).toEqual([40, 20]);
    expect(await firsts(built.over(images, { ...options, background: [plain(0), plain(50)] }))).toEqual([
      40, 60,
    ]);
    expect(await firsts(built.over(images, { ...options, mask: [mask(0), mask(255)] }))).toEqual([0, 100]);
    // One image alone is read for each of them.
    expect(
      await firsts(built.over(plain(200), { ...options, mask: [mask(0), mask(51), mask(255)] })),
    ).toEqual([0, 40, 200]);
  });

  it('are tensors, too, of one image or of as many as the input', async () => {
    const tensor = (data: number[], shape: number[], layout: 'HWC' | 'NHWC') =>
      Tensor.fromHost(device, new Float32Array(data), { shape, dtype: 'f32', layout });
    const input = tensor([1, 1, 1, 2, 2, 2], [2, 1, 1, 3], 'NHWC');
    const background = tensor([5, 6, 7], [1, 1, 3], 'HWC');
    const weights = tensor([0.5, 0], [2, 1, 1, 1], 'NHWC');
    expect(await values(built.overFloat(input, { background, mask: weights }))).toEqual([3, 3.5, 4, 5, 6, 7]);
  });

  it('may be frames of a video, with the colours that they say themselves', async () => {
    const video = await VideoReader.open(clipPath('bars'), { device });
    for await (const batch of video.batches(2, { to: 0.1 })) {
      const { width, height } = batch.frames[0];
      const options = { background: batch.frames[0], mask: mask(0, 64, 48) };
      if (width === 64 && height === 48) {
        expect(built.overVideo(plain(9), options)).toBeInstanceOf(Tensor);
      } else {
        expect(() => built.overVideo(plain(9), options)).toThrow(
          `Expected 64×48 for the size of options.background but received ${width}×${height}.`,
        );
      }
      batch.dispose();
      expect(() => built.overVideo(plain(9), options)).toThrow();
    }
    video.dispose();
  });

  it('a map gives the size of the output, and the points that it reads', async () => {
    const data = Uint8Array.from({ length: 12 }, (_, n) => 10 * Math.floor(n / 3));
    const image = Image.fromHost(device, { format: 'rgb8', width: 2, height: 2, planes: [{ data }] });
    const map = (points: number[], shape: number[]) =>
      Tensor.fromHost(device, new Float32Array(points), {
        shape,
        dtype: 'f32',
        layout: shape.length === 3 ? 'HWC' : 'NHWC',
      });
    const result = built.moved(image, { map: map([1, 1, 0.5, 0, -9, 0], [1, 3, 2]) });
    expect((result as Tensor).shape).toEqual([1, 1, 3, 3]);
    expect(await values(result)).toEqual([30, 30, 30, 5, 5, 5, 0, 0, 0]);
    const two = built.moved(image, { map: map([0, 0, 1, 0], [2, 1, 1, 2]) });
    expect(await values(two)).toEqual([0, 0, 0, 10, 10, 10]);
  });

  it('reach every kernel that reads them', async () => {
    const options = { background: plain(0), first: mask(51), paper: plain(0, 2, 2), second: mask(51, 2, 2) };
    const { small, full } = built.both(plain(250), options) as never as Record<'small' | 'full', Tensor>;
    expect(await values(small)).toEqual(new Array(12).fill(10));
    expect(await values(full)).toEqual(new Array(18).fill(50));
  });

  it('are one where several operators read it under one name', async () => {
    const data = Uint8Array.from({ length: 18 }, (_, n) => 10 * (n % 3));
    const paper = Image.fromHost(device, { format: 'rgb8', width: 3, height: 2, planes: [{ data }] });
    const made = built.twiceOver(plain(200), { paper, mask: mask(51) }) as never;
    const { full, tiny } = made as Record<'full' | 'tiny', Tensor>;
    // A fifth of what comes, four fifths of the paper; the second time of its blue, green and red.
    const over = (pixel: readonly number[], back: readonly number[]) =>
      pixel.map((v, c) => back[c] + (v - back[c]) / 5);
    const once = over([200, 200, 200], [0, 10, 20]);
    const twice = over(once, [20, 10, 0]);
    const thrice = over(twice, [0, 10, 20]);
    expect((await values(full)).slice(0, 3)).toEqual(twice.map(Math.round));
    expect(await values(tiny)).toEqual(thrice.map(Math.round));
    expect(readFileSync(join(buildFolder('beside'), 'index.d.ts'), 'utf8').match(/"paper"/g)).toHaveLength(2);
  });
});

describe('a call refuses', () => {
  const refusal = (options: unknown, input: unknown = [plain(1), plain(2)]): string => {
    try {
      built.over(input as never, options as never);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  };
  const good = () => ({ background: plain(0), mask: mask(0) });

  it('an image that is missing, or none', () => {
    expect(refusal({ mask: mask(0) })).toBe(
      'Expected an image for options.background but received none. composite.background is an image in rgb8, for all images of the call or one for each.',
    );
    expect(refusal({ ...good(), mask: 255 })).toBe(
      'Expected an Image, an array of them, an ImageBatch or a Tensor for options.mask but received 255.',
    );
    expect(refusal({ ...good(), opaque: 3 })).toContain("received 'opaque'");
  });

  it('another size, format, dtype or count', () => {
    expect(refusal({ ...good(), mask: mask(0, 3, 3) })).toBe(
      'Expected 3×2 for image 0 for the size of options.mask but received 3×3. composite reads it pixel by pixel: it has the size of the image there.',
    );
    expect(refusal({ ...good(), mask: [mask(0), mask(0, 4, 2)] })).toContain(
      'Expected 3×2 for the size of options.mask[1] but received 4×2.',
    );
    expect(refusal(good(), [plain(1), plain(2, 5, 5)])).toContain('Expected 5×5 for image 1');
    expect(refusal({ ...good(), background: mask(0) })).toBe(
      'Expected rgb8 (rgb, u8) for options.background.format but received gray8.',
    );
    const floats = Tensor.fromHost(device, new Float32Array(6), {
      shape: [2, 3, 1],
      dtype: 'f32',
      layout: 'HWC',
    });
    expect(refusal({ ...good(), mask: floats })).toContain(
      'Expected u8 for options.mask.dtype but received f32',
    );
    expect(refusal({ ...good(), mask: [mask(0), mask(0), mask(0)] })).toContain(
      'Expected one image, or 2 (one for each of the input) for options.mask but received 3.',
    );
  });

  it('an image that is given back, and one under the output', () => {
    const gone = mask(0);
    gone.dispose();
    expect(refusal({ ...good(), mask: gone })).toMatch(/disposed/);
    const background = Tensor.fromHost(device, new Uint8Array(18), {
      shape: [2, 3, 3],
      dtype: 'u8',
      layout: 'HWC',
    });
    expect(() => built.over.runInto(background, plain(1), { background, mask: mask(0) })).toThrow(
      'Expected memory apart from options.background for output but received some of the same memory.',
    );
  });
});
