/** What bitstreams say of their pictures before the first is decoded. */
import { describe, expect, it } from 'vitest';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { CropReader } from '../../../runtime/video/decode/cropping.js';
import { sequenceHeader } from '../../../runtime/video/decode/headers/sequenceHeader.js';
import { caseVideo } from '../../cases/cases.js';
import { type DecodeClipName, decodeClipPath, decodeClips } from '../../media/decodeClips.js';
import { annexB, behindLengths, hevcUnits, pictureSet, sequenceSet } from '../../support/containers/avc.js';

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

describe('where pictures are cropped, from packet to packet', () => {
  const crop = { left: 2, right: 6, top: 4, bottom: 8 };
  const corner = { left: 0, right: 6, top: 0, bottom: 8 };

  it('HEVC: the conformance window', () => {
    const { sequence, picture, slice } = hevcUnits(96, 64, crop);
    expect(sequenceHeader('hevc', annexB(sequence, picture, slice))).toMatchObject({
      ...{ width: 88, height: 52, codedWidth: 96, codedHeight: 64, left: 2, top: 4 },
    });
    const reader = new CropReader('hevc', annexB(sequence, picture));
    expect(reader.window).toBeUndefined();
    expect(reader.packet(behindLengths(slice), 4)).toEqual(Uint32Array.of(2, 4, 88, 52));
    // Other pictures come without parameter sets; a damaged one says nothing.
    expect(reader.packet(behindLengths(slice), 4)).toEqual(Uint32Array.of(2, 4, 88, 52));
    expect(reader.packet(behindLengths(sequence.subarray(0, 12)), 4)).toEqual(Uint32Array.of(2, 4, 88, 52));
    const other = hevcUnits(96, 64, corner);
    expect(reader.packet(behindLengths(other.sequence, slice), 4)).toBeUndefined();
  });

  it('H.264: pieces of a stream', () => {
    const slice = Uint8Array.of(0x65, 0xe0, 1);
    const stream = annexB(sequenceSet(96, 64, crop), pictureSet, slice, sequenceSet(96, 64, corner), slice);
    for (const size of [1, 3, 7, stream.length]) {
      const reader = new CropReader('avc', undefined);
      const seen = new Set<string>();
      for (let at = 0; at < stream.length; at += size) {
        seen.add(String(reader.piece(stream.subarray(at, at + size))));
      }
      expect([...seen]).toEqual(size === stream.length ? ['undefined'] : ['undefined', '2,4,88,52']);
      expect(reader.window).toBeUndefined();
    }
  });
});
