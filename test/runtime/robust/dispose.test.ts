/** A reader that is disposed of while something is read. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Device, DisposedError, openDevice, VideoError, VideoReader } from '../../../runtime/index.js';

const clip = fileURLToPath(new URL('../../media/full601.mp4', import.meta.url));
let device: Device;
beforeAll(() => {
  device = openDevice('cpu');
});
afterAll(() => device.dispose());

const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeEach(() => {
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

const reads: Readonly<Record<string, (reader: VideoReader) => Promise<unknown>>> = {
  frames: async reader => {
    for await (const frame of reader.frames()) {
      await frame.toHost();
    }
  },
  batches: async reader => {
    for await (const batch of reader.batches(3)) {
      await batch.images[0].toHost();
    }
  },
  frameAt: async reader => (await reader.frameAt({ index: 7 })).dispose(),
  'frameAt a time': async reader => (await reader.frameAt({ time: 0.2 })).dispose(),
  framesAt: async reader => (await reader.framesAt([{ index: 9 }, { index: 1 }])).dispose(),
};
// How long to wait before dispose(), in turns of the event loop: reads are then in different places.
const turns = [0, 2, 5, 13, 50];

const outcomes = async (own: boolean): Promise<readonly unknown[]> => {
  const all = Object.values(reads).flatMap(read =>
    turns.map(async wait => {
      const reader = await VideoReader.open(clip, { decoder: 'software', ...(own ? {} : { device }) });
      const reading = read(reader).then(
        () => undefined,
        (error: unknown) => error,
      );
      for (let turn = 0; turn < wait; turn++) {
        await new Promise(resolve => setImmediate(resolve));
      }
      reader.dispose();
      reader.dispose();
      return reading;
    }),
  );
  return Promise.all(all);
};

it('ends what is read with an error of its own, on a device that lives on', async () => {
  const failed = (await outcomes(false)).filter(error => error !== undefined);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.filter(error => !(error instanceof VideoError && error.code === 'disposed'))).toEqual([]);
  await device.synchronize();
  expect(device.memory().live).toBe(0);
});

it('ends what is read with a typed error, on the device of the reader', async () => {
  const failed = (await outcomes(true)).filter(error => error !== undefined);
  const other = failed.filter(
    error => !(error instanceof DisposedError || (error instanceof VideoError && error.code === 'disposed')),
  );
  expect(other).toEqual([]);
});

it('refuses every use afterwards', async () => {
  const reader = await VideoReader.open(clip, { decoder: 'software', device });
  reader.dispose();
  for (const read of Object.values(reads)) {
    await expect(read(reader)).rejects.toMatchObject({ name: 'VideoError', code: 'disposed' });
  }
});
