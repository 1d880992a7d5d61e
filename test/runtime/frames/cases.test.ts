/** Files of kinds that are easily read wrongly: every frame is FFmpeg's, by every way to ask for it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Device, openDevice, VideoReader } from '../../../runtime/index.js';
import { caseVideo, expectedFrames, md5OfFrame } from '../../cases/cases.js';

let device: Device;
beforeAll(() => {
  device = openDevice('cpu');
});
afterAll(() => device.dispose());

it.each(Object.entries(expectedFrames))('%s', async (name, { size, frames }) => {
  const reader = await VideoReader.open(caseVideo(name), { device });
  expect([reader.width, reader.height]).toEqual(size);
  expect(reader.frameCount).toBe(frames.length);
  const timestamps = await reader.timestamps();
  expect(timestamps).toHaveLength(frames.length);
  const shown: string[] = [];
  for await (const frame of reader.frames()) {
    expect([frame.index, frame.timestamp]).toEqual([shown.length, timestamps[shown.length]]);
    shown.push(md5OfFrame(await frame.toHost()));
  }
  expect(shown).toEqual(frames);
  const batched: string[] = [];
  for await (const batch of reader.batches(4)) {
    for (const frame of batch.frames) {
      batched.push(md5OfFrame(await frame.toHost()));
    }
  }
  expect(batched).toEqual(frames);
  for (const index of [frames.length - 1, 0, Math.floor(frames.length / 2)]) {
    const byIndex = await reader.frameAt({ index });
    const byTime = await reader.frameAt({ time: timestamps[index]! });
    for (const frame of [byIndex, byTime]) {
      expect(frame.index).toBe(index);
      expect(md5OfFrame(await frame.toHost())).toBe(frames[index]);
      frame.dispose();
    }
  }
  await reader.dispose();
});
