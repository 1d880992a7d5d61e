/** Files of kinds that are easily read wrongly, on NVDEC: every frame is FFmpeg's, or the chip's limit is named. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice, VideoReader } from '../../runtime/index.js';
import { casePath, expectedFrames, md5OfFrame } from '../cases/cases.js';
import { nvdec } from './clips.js';

/** A machine for tests on a GPU may lack the optional package. */
const hasSoftware = await import('node-av').then(
  () => true,
  () => false,
);

describe.skipIf(!nvdec.usable)(`files on NVDEC${nvdec.title}`, () => {
  let device: Device;
  /** Files that this chip does not decode: pictures that are too small for it, and 4:4:4 of VP9. */
  const refused: string[] = [];
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(Object.entries(expectedFrames))('%s', async (path, frames) => {
    for (const engines of [1, 4]) {
      let reader: VideoReader;
      try {
        reader = await VideoReader.open(casePath(path), { device, decoder: 'nvdec', engines });
      } catch (error) {
        expect(error).toMatchObject({ code: 'nvdecUnavailable', reason: 'unsupportedByDevice' });
        refused.push(path);
        if (hasSoftware) {
          // The CPU decodes them where nothing else is asked for.
          const software = await VideoReader.open(casePath(path), { device });
          expect(software.decoder).toBe('software');
          await software.dispose();
        }
        continue;
      }
      const shown: string[] = [];
      const iterate = async (): Promise<void> => {
        for await (const frame of reader.frames()) {
          shown.push(md5OfFrame(await frame.toHost()));
        }
      };
      // Files that are cut off end with their last whole frame.
      await (/\/(trunc|twelve_cut)\./.test(path)
        ? expect(iterate()).rejects.toMatchObject({ code: 'truncated' })
        : iterate());
      expect(shown).toEqual(frames);
      await reader.dispose();
    }
  });

  it('decodes most of them', () => {
    console.log(`not decoded by ${device.name}: ${[...new Set(refused)].join(', ')}`);
    expect(refused).toContain('video/vp9_yuv444p.webm');
    expect(refused).not.toContain('video/cropq.mp4');
    expect(refused).not.toContain('video/crop.m2t');
    expect(new Set(refused).size).toBeLessThan(Object.keys(expectedFrames).length / 2);
  });
});
