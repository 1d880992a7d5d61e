/**
 * Makes the clips in the folder decode, and hashes.json beside them: `npx jiti test/media/makeDecodeClips.ts [NAME…]`. They are
 * stored, since another encoder version gives other bytes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as av from 'node-av';
import { toHostImage } from '../../runtime/files/framePlanes.js';
import { digestOf } from '../support/digest.js';
import { type DecodeClip, type DecodeClipName, decodeClipPath, decodeClips } from './decodeClips.js';

av.Log.setLevel(av.AV_LOG_FATAL);
// node-av's demuxer needs it, and Node 20 has none.
Object.assign(Promise, {
  withResolvers: () => {
    const made: Record<string, unknown> = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return made;
  },
});

/** Blobs that wander over a slope, and a patch of noise, in codes of 8 bits. */
const draw = (plane: number, width: number, height: number, n: number): Uint8Array => {
  const out = new Uint8Array(width * height);
  let noise = 12345 + n * 7919 + plane;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x / width) * 6.28 + n * 0.13;
      const v = (y / height) * 6.28 - n * 0.07;
      let value = 128 + 50 * Math.sin(u * (1 + plane)) * Math.cos(v) + 30 * Math.sin(3 * v + u);
      if (x < width / 8 && y < height / 8) {
        noise = (noise * 1103515245 + 12345) % 2147483648;
        value += (noise >> 16) % 24;
      }
      out[y * width + x] = Math.min(235, Math.max(16, Math.round(value)));
    }
  }
  return out;
};

const drawFrame = ({ pixels, width, height, picture }: DecodeClip, n: number): Buffer => {
  const half = pixels.includes('420');
  const [cw, ch] = half ? [(width + 1) >> 1, (height + 1) >> 1] : [width, height];
  if (picture === 'ends') {
    const luma = Uint16Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 0 : 1023));
    return Buffer.concat(
      [luma, new Uint16Array(2 * cw * ch).fill(512)].map(plane => Buffer.from(plane.buffer)),
    );
  }
  const planes = Buffer.concat([draw(0, width, height, n), draw(1, cw, ch, n), draw(2, cw, ch, n)]);
  const bits = Number(/p(\d\d)le$/.exec(pixels)?.[1] ?? 8);
  if (bits === 8) {
    return planes;
  }
  // The lower bits say something, too.
  const wide = Uint16Array.from(planes, (code, i) => (code << (bits - 8)) | (i % (1 << (bits - 8))));
  return Buffer.from(wide.buffer);
};

const encode = async (name: DecodeClipName): Promise<void> => {
  const clip: DecodeClip = decodeClips[name];
  const { encoder: codec, colour, width, height } = clip;
  const timeBase = new av.Rational(1, 25);
  const encoder = await av.Encoder.create(codec as never, {
    context: {
      gopSize: clip.gop,
      maxBFrames: clip.bFrames,
      ...(codec.startsWith('mpeg') || codec.startsWith('libvpx') ? { bitRate: 150_000 } : {}),
      ...(colour
        ? {
            colorSpace: colour[0],
            colorPrimaries: colour[1],
            colorTrc: colour[2],
            colorRange: colour[3] === 'full' ? av.AVCOL_RANGE_JPEG : av.AVCOL_RANGE_MPEG,
          }
        : {}),
    } as never,
    options: clip.options as never,
  });
  const muxer = await av.Muxer.open(decodeClipPath(name), codec === 'mpeg4' ? { format: 'm4v' } : {});
  const stream = muxer.addStream(encoder);
  const frames = async function* () {
    for (let n = 0; n < clip.frames; n++) {
      const frame = av.Frame.fromVideoBuffer(drawFrame(clip, n), {
        width,
        height,
        format: av.avGetPixFmtFromName(clip.pixels) as never,
        pts: BigInt(clip.times?.(n) ?? n),
        timeBase,
      });
      frame.duration = 1n;
      yield frame;
    }
    yield null;
  };
  for await (const packet of encoder.packets(frames())) {
    if (packet) {
      await muxer.writePacket(packet, stream);
    }
  }
  await muxer.close();
  encoder.close();
  if (clip.rotation) {
    rotate(decodeClipPath(name));
  }
};

/** Writes a quarter turn into the track header of an MP4 (ISO/IEC 14496-12, 8.3.2). */
const rotate = (path: string): void => {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('tkhd') + 4 + 40;
  for (const [n, value] of [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000].entries()) {
    bytes.writeInt32BE(value, at + 4 * n);
  }
  writeFileSync(path, bytes);
};

/** What FFmpeg decodes of the clip, a digest per frame. */
const hash = async (name: DecodeClipName): Promise<readonly string[]> => {
  const demuxer = await av.Demuxer.open(decodeClipPath(name));
  const stream = demuxer.video();
  if (!stream) {
    throw new Error(`${name} has no video`);
  }
  const decoder = await av.Decoder.create(stream);
  const digests: string[] = [];
  const pictures: Buffer[] = [];
  for await (const frame of decoder.frames(demuxer.packets(stream.index))) {
    if (!frame) {
      continue;
    }
    const pixels = av.avGetPixFmtName(frame.format as never) as never;
    const planes = (frame.data ?? []).map((data, n) => ({ data, stride: frame.linesize[n] }));
    const image = toHostImage(pixels, { width: frame.width, height: frame.height }, planes);
    digests.push(digestOf(image));
    pictures.push(Buffer.concat(image.planes.map(({ data }) => Buffer.from(data.buffer)).slice(0, 1)));
    frame.free();
  }
  decoder.close();
  await demuxer.close();
  // These standards leave the last bit of the inverse transform open: here the pictures themselves are stored.
  if (name.startsWith('mpeg')) {
    writeFileSync(`${decodeClipPath(name)}.nv12.gz`, gzipSync(Buffer.concat(pictures), { level: 9 }));
  }
  return digests;
};

const file = fileURLToPath(new URL('decode/hashes.json', import.meta.url));
const hashes: Record<string, readonly string[]> = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : {};
const wanted = process.argv.slice(2);
for (const name of Object.keys(decodeClips) as DecodeClipName[]) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  try {
    await encode(name);
    hashes[name] = await hash(name);
    console.log(name, readFileSync(decodeClipPath(name)).length, 'bytes', hashes[name].length, 'frames');
  } catch (error) {
    console.error(name, error);
  }
}
writeFileSync(file, `${JSON.stringify(hashes, null, 2)}\n`);
