import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, Image, ImageBatch, openDevice, Tensor } from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
});
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

/** An rgb8 image whose values follow from their place: value(x, y, c), with `extra` bytes at the end of each row. */
const rgb = (width: number, height: number, extra = 0): Image => {
  const pitch = width * 3 + extra;
  const data = new Uint8Array(pitch * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        data[y * pitch + x * 3 + c] = value(x, y, c);
      }
    }
  }
  return Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data, pitch }] });
};
const value = (x: number, y: number, c: number): number => (x * 7 + y * 13 + c * 31) % 251;
const whole = (width: number, height: number) => ({ x: 0, y: 0, width, height });

describe('a pipeline on the CPU', () => {
  it('gives one tensor for images of one output size', async () => {
    const images = [rgb(9, 5), rgb(6, 8, 5)];
    const rect = [
      { x: 2, y: 1, width: 3, height: 4 },
      { x: 0, y: 4, width: 3, height: 4 },
    ];
    const tensor = made.cropped(images, { rect, gain: 2 });
    expect(tensor.shape).toEqual([2, 3, 4, 3]);
    const { data, layout, dtype } = await tensor.toHost();
    expect([layout, dtype]).toEqual(['NCHW', 'f32']);
    for (let n = 0; n < 2; n++) {
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < 4; y++) {
          for (let x = 0; x < 3; x++) {
            const source = value(x + rect[n].x, y + rect[n].y, c);
            expect(data[((n * 3 + c) * 4 + y) * 3 + x]).toBe(source * 2 + c);
          }
        }
      }
    }
  });

  it('gives a tensor for each image where outputs differ in size', async () => {
    const images = new ImageBatch([rgb(9, 5), rgb(1, 1)]);
    const tensors = made.cropped.runEach(images, { rect: [whole(9, 5), whole(1, 1)], gain: 1 });
    expect(tensors.map(({ shape, layout }) => [shape, layout])).toEqual([
      [[3, 5, 9], 'CHW'],
      [[3, 1, 1], 'CHW'],
    ]);
    expect((await tensors[1].toHost()).data).toEqual(Float32Array.of(0, 32, 64));
    expect((await tensors[0].toHost()).data[3 * 5 * 9 - 1]).toBe(value(8, 4, 2) + 2);
  });

  it('writes into memory that is there, with strides', async () => {
    const backing = new Float32Array(device.allocateHost(800)).fill(-1);
    const output = Image.fromHost(device, {
      format: 'rgb_nchw_f32',
      width: 3,
      height: 2,
      planes: [0, 1, 2].map(c => ({ data: backing, offset: c * 200, pitch: 20 })),
    });
    expect(made.cropped.runInto(output, rgb(3, 2), { rect: whole(3, 2), gain: 1 })).toBe(output);
    await device.synchronize();
    expect(Array.from(backing.subarray(50, 60))).toEqual([
      value(0, 0, 1) + 1,
      value(1, 0, 1) + 1,
      value(2, 0, 1) + 1,
      -1,
      -1,
      value(0, 1, 1) + 1,
      value(1, 1, 1) + 1,
      value(2, 1, 1) + 1,
      -1,
      -1,
    ]);
  });

  it('takes a tensor where the source has a layout', async () => {
    const data = Uint8Array.from({ length: 2 * 2 * 2 * 3 }, (_, n) => n);
    const input = Tensor.fromHost(device, data, { shape: [2, 2, 2, 3], dtype: 'u8', layout: 'NHWC' });
    const { data: out } = await made.cropped(input, { rect: whole(2, 2), gain: 1 }).toHost();
    expect(out[0]).toBe(0);
    expect(out[2 * 3 * 4 - 1]).toBe(23 + 2);
  });

  it('passes matrices and colours of each image', async () => {
    const nv12 = (matrix: 'bt601' | 'bt709') =>
      Image.fromHost(device, {
        format: 'nv12',
        width: 3,
        height: 3,
        planes: [{ data: new Uint8Array(9).fill(50) }, { data: new Uint8Array(8).fill(2) }],
        colour: { matrix, range: 'full', source: 'stream' },
      });
    const matrix = [{ srcToDst: [2, 0, 4, 0, 2, 6] }, { dstToSrc: [1, 0, 0.5, 0, 1, 0] }];
    const out = await made.slow([nv12('bt601'), nv12('bt709')], { matrix, pause: 0, code: 0 }).toHost();
    expect(out.data[0]).toBeCloseTo(50 + 2000 - 2 + 1.402, 3);
    expect(out.data[9]).toBeCloseTo(50 + 2000 + 0.5 + 1.5748, 3);
  });
});
