/**
 * Makes the clips in this folder: `npx jiti test/media/make.ts`. They are stored, since another encoder version gives
 * other bytes.
 */
import { fileURLToPath } from 'node:url';
import {
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV444P,
  AVCOL_PRI_BT709,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_BT709,
  AVCOL_TRC_SMPTE170M,
  type AVPixelFormat,
  Encoder,
  type EncoderContextOptions,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  Frame,
  Muxer,
  Rational,
} from 'node-av';
import { type Clip, type ClipName, clips } from './clips.js';
import { drawPattern } from './pattern.js';

const codes = {
  bt709: { colorPrimaries: AVCOL_PRI_BT709, colorTrc: AVCOL_TRC_BT709, colorSpace: AVCOL_SPC_BT709 },
  bt601: {
    colorPrimaries: AVCOL_PRI_SMPTE170M,
    colorTrc: AVCOL_TRC_SMPTE170M,
    colorSpace: AVCOL_SPC_SMPTE170M,
  },
  bt2020: {},
} as const;

const colourOf = ({ tagged, matrix, range }: Clip): EncoderContextOptions =>
  tagged ? { ...codes[matrix], colorRange: range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG } : {};

const pixelFormats: Readonly<Record<Clip['pixels'], AVPixelFormat>> = {
  yuv420p: AV_PIX_FMT_YUV420P,
  yuv444p: AV_PIX_FMT_YUV444P,
  yuv420p10: AV_PIX_FMT_YUV420P10LE,
  gray: AV_PIX_FMT_GRAY8,
};

/** 8-bit samples as 10-bit ones, little-endian. */
const widen = (planes: Uint8Array): Buffer => {
  const wide = Uint16Array.from(planes, v => v << 2);
  return Buffer.from(wide.buffer);
};

const make = async (name: ClipName): Promise<void> => {
  const clip: Clip = clips[name];
  const [num, den] = clip.frameRate;
  const timeBase = new Rational(den, num);
  const context: EncoderContextOptions = { gopSize: clip.gop, maxBFrames: clip.bFrames, ...colourOf(clip) };
  const encoder =
    clip.codec === 'vp9'
      ? await Encoder.create(FF_ENCODER_LIBVPX_VP9, {
          context: { ...context, bitRate: 200_000 },
          options: { deadline: 'good', 'cpu-used': 2 },
        })
      : await Encoder.create(FF_ENCODER_LIBX264, {
          context,
          // Without b-adapt=0 x264 decides that a synthetic picture needs no B-frames.
          options: { preset: 'slow', crf: 20, 'x264-params': 'b-adapt=0' },
        });
  const muxer = await Muxer.open(fileURLToPath(new URL(clip.file, import.meta.url)));
  const stream = muxer.addStream(encoder);
  const format = pixelFormats[clip.pixels];
  const frames = async function* () {
    for (let n = 0; n < clip.frames; n++) {
      const drawn = drawPattern(clip, n);
      const planes = clip.pixels === 'gray' ? drawn.subarray(0, clip.width * clip.height) : drawn;
      const frame = Frame.fromVideoBuffer(clip.pixels.endsWith('10') ? widen(planes) : Buffer.from(planes), {
        width: clip.width,
        height: clip.height,
        format,
        pts: BigInt(n),
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
};

// Those that are named, or all.
const wanted = process.argv.slice(2);
for (const name of Object.keys(clips) as ClipName[]) {
  if (wanted.length === 0 || wanted.includes(name)) {
    await make(name);
  }
}
