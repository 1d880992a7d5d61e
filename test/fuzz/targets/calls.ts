/** Calls with values that do not fit: options, descriptions, images and tensors. */
import { readFile } from 'node:fs/promises';
import {
  CuweaveError,
  Image,
  ImageBatch,
  openDevice,
  randomResizedCrop,
  readPicture,
  Tensor,
  VideoReader,
} from '../../../runtime/index.js';
import { buildHandmade } from '../../support/handmade.js';
import { random } from '../../support/random.js';
import { changeBytes } from '../mutate/bytes.js';
import { oddWithin, tape } from '../tape.js';
import { type Target, Wrong } from '../target.js';

const clip = new URL('../../media/full601.mp4', import.meta.url);

/** Calls of pipelines and of everything that makes what they take. */
export const calls = async (): Promise<Target> => {
  const made = await buildHandmade();
  const device = openDevice('cpu');
  const video = await readFile(clip);
  const wrong = (value: unknown): never => value as never;
  const format = 'rgb8';
  const spec = { shape: [2, 3, 4, 3], dtype: 'u8', layout: 'NHWC' };
  const rgb = (): Image =>
    Image.fromHost(device, { format, width: 4, height: 3, planes: [{ data: new Uint8Array(36) }] });
  const rect = { x: 0, y: 0, width: 4, height: 3 };
  const disposed = rgb();
  disposed.dispose();
  return {
    name: 'calls',
    seeds: async () =>
      Array.from({ length: 16 }, (_, n) => {
        const { int } = random(n);
        return Uint8Array.from({ length: 96 }, () => int(0, 255));
      }),
    change: changeBytes,
    isTyped: error => error instanceof CuweaveError,
    run: async bytes => {
      const read = tape(bytes);
      const [image, tensor] = [rgb(), Tensor.empty(device, wrong(spec))];
      const things = [image, tensor, disposed, new ImageBatch([image]), device, device.stream, video, rect];
      const odd = (value: unknown, chance = 0.15): never => wrong(oddWithin(read, value, things, chance));
      const planes = [{ data: new Uint8Array(64), pitch: 12, offset: 0 }];
      const work: readonly (() => unknown)[] = [
        () => made.cropped(odd(image), odd({ rect, gain: 1 }), odd({ stream: device.stream })),
        () => made.cropped(odd([image, image]), odd({ rect: [rect, rect], gain: 1 })),
        () => made.cropped(odd(tensor, 0.05), odd({ rect, gain: 1 })),
        () => made.cropped.runEach(odd([image]), odd({ rect: [rect], gain: 0.5 })),
        () =>
          made.cropped.runInto(
            odd(Tensor.empty(device, wrong({ ...spec, dtype: 'f32' }))),
            odd(image),
            odd({ rect, gain: 1 }),
          ),
        () => Image.fromHost(odd(device, 0.02), odd({ format, width: 4, height: 3, planes }), odd({})),
        () => Image.empty(device, odd({ format, width: 4, height: 3, colour: { matrix: 'bt709' } })),
        () => Tensor.fromHost(device, odd(new Uint8Array(72)), odd(spec)),
        () => Tensor.empty(device, odd(spec), odd({ stream: device.stream })),
        () => tensor.toHost(odd({ into: new Uint8Array(72), stream: device.stream })),
        () => tensor.copyTo(odd(Tensor.empty(device, wrong(spec)))),
        () => image.toHost(odd({ stream: device.stream })),
        () => image.clone(odd({})),
        () => new ImageBatch(odd([image])),
        () => device.stream.waitFor(odd(device.stream.record())),
        () => device.stream.record().since(odd(device.stream.record())),
        () => randomResizedCrop(odd({ width: 64, height: 48 }), odd({ scale: [0.1, 1], ratio: [0.7, 1.3] })),
        () => readPicture(odd(new Uint8Array(8), 0.5)),
        () => device.allocateHost(odd(16, 0.5)),
        async () => {
          const reader = await VideoReader.open(
            odd(video, 0.03),
            odd({ device, decoder: 'software', onDamage: 'keep' }, 0.05),
          );
          try {
            for await (const batch of reader.batches(odd(2, 0.2), odd({ from: 0, to: 1, step: 2 }))) {
              batch.dispose();
              break;
            }
            (await reader.framesAt(odd([{ index: 0 }, { time: 0.1 }]))).dispose();
          } finally {
            reader.dispose();
          }
        },
      ];
      try {
        const result = await read.pick(work)();
        for (const one of Array.isArray(result) ? result : [result]) {
          if (one instanceof Tensor) {
            const { data, shape } = await one.toHost();
            if (data.length !== shape.reduce((product, extent) => product * extent, 1)) {
              throw new Wrong('a tensor has other values than its shape says');
            }
          }
          if (one instanceof Tensor || one instanceof Image) {
            one.dispose();
          }
        }
        return 'done';
      } finally {
        image.dispose();
        tensor.dispose();
      }
    },
    close: async () => {
      device.dispose();
      await made.remove();
    },
  };
};
