/** `cuweave serve` as a process, and what its consumers are to have from it: the frames that Node reads. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { type Device, type RingReader, type Tensor, VideoReader } from '../../runtime/index.js';
import { root } from '../support/executions.js';
import { Program } from './consumers.js';

const videos = ['test/media/bars.mp4', 'test/media/full601.mp4'] as const;

/** A frame as a consumer tells of it: its file, number and timestamp, and the mean of what was made of it. */
export type Told = readonly [file: string, index: number, timestamp: number, mean: number];

/** Serves two videos from a build of pipelines.ts. */
export const served = (build: string, ring: string, device: string): Program =>
  new Program(process.execPath, [
    ...['dist/compiler/cli.js', 'serve', 'preprocess', ...videos, '-b', build, '--ring', ring],
    ...['--batch', '4', '--slots', '3', '--device', device],
  ]);

const meanOf = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((sum, value) => sum + value, 0) / data.length;

/** What Node has of a ring. */
export const toldByNode = async (reader: RingReader): Promise<readonly Told[]> => {
  const told: Told[] = [];
  for await (const batch of reader) {
    const { frames } = batch.info as { frames: { file: string; index: number; timestamp: number }[] };
    const { data } = (await batch.tensors.result?.toHost()) ?? { data: [] };
    const each = data.length / frames.length;
    for (const [n, { file, index, timestamp }] of frames.entries()) {
      told.push([file, index, timestamp, meanOf(data.slice(n * each, (n + 1) * each))]);
    }
  }
  reader.close();
  return told;
};

/** All frames, in order, with what the pipeline gives for each. */
export const expectFrames = async (build: string, device: Device, told: readonly Told[]): Promise<void> => {
  const { preprocess } = (await import(pathToFileURL(join(build, 'index.js')).href)) as {
    preprocess: (image: object) => Tensor;
  };
  let n = 0;
  for (const file of videos) {
    const video = await VideoReader.open(join(root, file), { device });
    for await (const frame of video.frames()) {
      using result = preprocess(frame);
      const [name, index, timestamp, mean] = told[n++] ?? [];
      expect([name, index, timestamp]).toEqual([file, frame.index, frame.timestamp]);
      expect(mean).toBeCloseTo(meanOf((await result.toHost()).data), 4);
    }
    video.dispose();
  }
  expect(told).toHaveLength(n);
};
