/** Videos: the containers, the frames and single frames of them, decoded on the CPU. */
import { readdir, readFile } from 'node:fs/promises';
import { CuweaveError, openDevice, VideoReader } from '../../../runtime/index.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { changeParts } from '../mutate/boxes.js';
import { changeBytes } from '../mutate/bytes.js';
import { type Target, Wrong } from '../target.js';

// What is new goes behind the rest: input `n` of a seed begins with one of these clips by its place.
const folders = ['media', 'media/decode', 'cases/containers', 'cases/video'].map(
  name => new URL(`../../${name}/`, import.meta.url),
);
const isVideo = /\.(mp4|webm|mkv|m2t|ivf|h264|h265|flv)$/;
// All but bars.mp4, which is long and has nothing that a smaller one lacks.
const largest = 50_000;

const clips = async (): Promise<readonly Uint8Array[]> => {
  const found: Uint8Array[] = [];
  for (const folder of folders) {
    for (const name of (await readdir(folder)).filter(file => isVideo.test(file)).sort()) {
      const bytes = await readFile(new URL(name, folder));
      if (bytes.length <= largest) {
        found.push(bytes);
      }
    }
  }
  return found;
};

const change: Target['change'] = (random, bytes) =>
  random.next() < 0.7 ? changeParts(random, bytes) : changeBytes(random, bytes);

const isTyped = (error: unknown): boolean => error instanceof CuweaveError;

const firstFrames = 5;

/** Opens videos and decodes the first of their frames. */
export const video = (): Target => {
  const device = openDevice('cpu');
  return {
    name: 'video',
    seeds: clips,
    change,
    isTyped,
    run: async bytes => {
      const reader = await VideoReader.open(bytes, { device, decoder: 'software' });
      let frames = 0;
      const failures: unknown[] = [];
      const attempt = async (work: () => Promise<void>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          if (!isTyped(error)) {
            throw error;
          }
          failures.push(error);
        }
      };
      try {
        let last = Number.NEGATIVE_INFINITY;
        await attempt(async () => {
          for await (const frame of reader.frames()) {
            if (!Number.isFinite(frame.timestamp) || frame.timestamp < last) {
              throw new Wrong('a frame is not later than the one before it');
            }
            last = frame.timestamp;
            if (++frames >= firstFrames) {
              break;
            }
          }
        });
        await attempt(async () => (await reader.frameAt({ index: 3 })).dispose());
        await attempt(async () => (await reader.frameAt({ time: reader.duration / 2 })).dispose());
      } finally {
        reader.dispose();
      }
      if (failures.length > 0) {
        throw failures[0];
      }
      return frames === firstFrames ? 'frames' : 'few frames';
    },
    close: () => device.dispose(),
  };
};

/** Opens containers and lists their frames and packets, and decodes nothing. */
export const container = (): Target => ({
  name: 'container',
  seeds: clips,
  change,
  isTyped,
  run: async bytes => {
    const file = await openVideoFile(bytes);
    let packets = 0;
    try {
      await file.index();
      for await (const _ of file.packets()) {
        if (++packets >= 500) {
          break;
        }
      }
    } finally {
      file.close();
    }
    return packets > 0 ? 'packets' : 'no packets';
  },
});
