/** Files of kinds that are easily read wrongly, on NVDEC: every frame is FFmpeg's, or the chip's limit is named. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice, VideoReader } from '../../runtime/index.js';
import { caseVideo, expectedFrames, md5OfFrame } from '../cases/cases.js';
import { nvdec } from './clips.js';

describe.skipIf(!nvdec.usable)(`files on NVDEC${nvdec.title}`, () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(Object.entries(expectedFrames))('%s', async (name, { size, pixels, frames }) => {
    for (const engines of [1, 4]) {
      const opened = VideoReader.open(caseVideo(name), { device, decoder: 'nvdec', engines });
      if (pixels === 'yuv444p' && name.startsWith('vp9')) {
        await expect(opened).rejects.toMatchObject({
          code: 'nvdecUnavailable',
          reason: 'unsupportedByDevice',
        });
        continue;
      }
      const reader = await opened;
      expect([reader.width, reader.height]).toEqual(size);
      const shown: string[] = [];
      for await (const frame of reader.frames()) {
        shown.push(md5OfFrame(await frame.toHost()));
      }
      expect(shown).toEqual(frames);
      await reader.dispose();
    }
  });
});
