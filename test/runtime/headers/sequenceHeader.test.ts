/** What bitstreams say of their pictures before the first is decoded. */
import { describe, expect, it } from 'vitest';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { sequenceHeader } from '../../../runtime/video/decode/headers/sequenceHeader.js';
import { caseVideo } from '../../cases/cases.js';
import { type DecodeClipName, decodeClipPath, decodeClips } from '../../media/decodeClips.js';

const firstPacket = async (path: string) => {
  const file = await openVideoFile(path);
  const { value: packet } = await file.packets().next();
  file.close();
  if (!packet) {
    throw new Error(`${path} has no packets`);
  }
  return { codec: file.setup.codec, data: packet.data, description: file.setup.description };
};
const headerOf = async (path: string) => {
  const { codec, data, description } = await firstPacket(path);
  return sequenceHeader(codec, data, description);
};

const chromaOf = (pixels: string) =>
  pixels.includes('444') ? '4:4:4' : pixels.includes('422') ? '4:2:2' : '4:2:0';
const depthOf = (pixels: string) => Number(/p(\d\d)le/.exec(pixels)?.[1] ?? 8);

describe('the header of a bitstream', () => {
  const names = (Object.keys(decodeClips) as DecodeClipName[]).filter(
    name => !/\.(m2v|m4v)$/.test(decodeClips[name].file),
  );
  it.each(names)('%s: what its encoder was told', async name => {
    const { width, height, pixels } = decodeClips[name];
    expect(await headerOf(decodeClipPath(name))).toMatchObject({
      width,
      height,
      chroma: chromaOf(pixels),
      bitDepth: depthOf(pixels),
    });
  });

  it('cropping on all sides, and the rate', async () => {
    const cropped = {
      ...{ width: 88, height: 52, codedWidth: 96, codedHeight: 64, left: 2, top: 4 },
      ...{ chroma: '4:2:0', bitDepth: 8, fields: false, colour: {}, frameRate: 10 },
    };
    expect(await headerOf(caseVideo('cropq.mp4'))).toEqual(cropped);
    expect(await headerOf(caseVideo('crop.m2t'))).toEqual(cropped);
  });

  it('pictures of two fields have the size of the frame', async () => {
    expect(await headerOf(caseVideo('interl.m2t'))).toMatchObject({
      width: 64,
      height: 48,
      codedHeight: 64,
      fields: true,
    });
  });

  it('colours, by H.273', async () => {
    expect((await headerOf(decodeClipPath('hdr2020')))?.colour).toEqual({
      matrix: 'bt2020-ncl',
      primaries: 'bt2020',
      transfer: 'pq',
      fullRange: false,
    });
    expect((await headerOf(decodeClipPath('full709')))?.colour).toMatchObject({
      matrix: 'bt709',
      fullRange: true,
    });
  });

  it('VP9 of 4:4:4', async () => {
    expect(await headerOf(caseVideo('vp9_yuv444p.webm'))).toMatchObject({
      width: 64,
      height: 48,
      chroma: '4:4:4',
      bitDepth: 8,
    });
  });

  it('a header that is cut off or damaged ends in nothing, and not in an error', async () => {
    for (const name of ['avcBFrames', 'hevc10', 'vp8', 'vp910', 'av1'] as const) {
      const { codec, data, description } = await firstPacket(decodeClipPath(name));
      const found = { known: 0, unknown: 0 };
      const read = (packet: Uint8Array): void => {
        found[sequenceHeader(codec, packet, description) ? 'known' : 'unknown']++;
      };
      for (let length = 0; length < 48; length++) {
        read(data.slice(0, length));
        const damaged = data.slice(0, 96);
        damaged[length] ^= 0xff;
        read(damaged);
      }
      expect(found.known + found.unknown).toBe(96);
    }
    // A count of 2^32 − 2 in place of the first fields of a parameter set.
    const hostile = Uint8Array.of(0, 0, 0, 1, 0x67, 100, 0, 10, 0, 0, 3, 0, 0, 3, 1, 255, 255, 255, 255, 255);
    expect(sequenceHeader('avc', hostile)).toBeUndefined();
  });
});
