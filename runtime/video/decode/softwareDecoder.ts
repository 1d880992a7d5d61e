/**
 * H.264, HEVC, VP8, VP9 and AV1 on the CPU, by FFmpeg (node-av). mediabunny has a decoder on node-av too
 * (@mediabunny/server); it is not used, since a damaged packet there ends the process with an unhandled rejection, and
 * it decodes on one thread.
 */
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import type { AVCodecID, AVPixelFormat, CodecContext, Frame } from 'node-av';
import { describeColour, isOtherCoding, type StreamColour } from '../../device/videoColour.js';
import {
  type HostImage,
  type ReadablePixels,
  readablePixels,
  signalBits,
  toHostImage,
} from '../../files/framePlanes.js';
import { lazily, systemCode, systemRemedy } from '../../libraries.js';
import type { ContainedCodec } from '../container/codecs.js';
import { type Packet, type PacketTiming, timingOf } from '../container/packet.js';
import type { DecoderSetup, VideoFile } from '../container/videoFile.js';
import { messageOf, VideoError } from '../videoError.js';
import { listen, takeLog } from './ffmpegLog.js';
import { colourOfCodes } from './h273.js';
import type { PictureDecoder, TimedPicture } from './pictureDecoder.js';

type Av = typeof import('node-av');

const importAv = lazily(async () => {
  const av = await import('node-av');
  // FFmpeg's messages about bad input become part of an error or a warning; they need not stand on stderr too.
  takeLog(av);
  return av;
});

/** Loads FFmpeg; throws a {@link VideoError} `noDecoder` or `unreadable` where it does not load. */
export const loadSoftwareDecoder = async (): Promise<Av> => {
  try {
    return await importAv();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'EMFILE' || code === 'ENFILE') {
      throw new VideoError(
        'unreadable',
        `Cannot load the video decoder: ${messageOf(cause)}${systemRemedy(code)}`,
        { cause },
      );
    }
    throw new VideoError(
      'noDecoder',
      `The video decoder for ${process.platform}-${process.arch} does not load: ` +
        `${messageOf(cause)}\nInstall with optional dependencies, so that node-av's binary comes along: ` +
        'npm install --include=optional',
      { cause },
    );
  }
};

/**
 * FFmpeg's binding ends the whole process when a worker is terminated, or ends with an exception, while it decodes: its addon
 * throws into an environment that takes no more exceptions.
 */
const requireSafeThread = (what: string): void => {
  if (isMainThread || process.env.CUWEAVE_DECODE_IN_WORKERS === '1') {
    return;
  }
  throw new VideoError(
    'noDecoder',
    `Cannot decode ${what} in software in a worker thread: if the worker ended meanwhile, FFmpeg's binding (node-av) would end ` +
      'the whole process. Decode in the main thread, in a process of its own (child_process.fork), or with NVDEC',
  );
};

/** A picture in the decoder's own memory; valid until the next is asked for. */
type DecodedPicture = PacketTiming & { readonly frame: Frame; readonly damage: string };

// Every thread holds a picture of its own; more than a few gain little and cost memory.
const maxThreads = 8;

/** Pictures that encoders' usual settings show after one that was decoded later, and the most that H.264 allows. */
const [usualReorder, mostReorder] = [4, 16];

const codecId = (av: Av, codec: ContainedCodec): AVCodecID =>
  ({
    avc: av.AV_CODEC_ID_H264,
    hevc: av.AV_CODEC_ID_HEVC,
    vp8: av.AV_CODEC_ID_VP8,
    vp9: av.AV_CODEC_ID_VP9,
    av1: av.AV_CODEC_ID_AV1,
  })[codec];

const openContext = async (av: Av, setup: DecoderSetup): Promise<CodecContext> => {
  const codec = av.Codec.findDecoder(codecId(av, setup.codec));
  if (!codec) {
    throw new Error(`this FFmpeg has no decoder for ${setup.codec}`);
  }
  const threads = Math.min(availableParallelism(), maxThreads);
  const context = new av.CodecContext();
  context.allocContext3(codec);
  const parameters = new av.CodecParameters();
  parameters.alloc();
  parameters.codecType = av.AVMEDIA_TYPE_VIDEO;
  parameters.codecId = codecId(av, setup.codec);
  parameters.width = setup.width;
  parameters.height = setup.height;
  parameters.extradata = setup.description ? Buffer.from(setup.description) : null;
  if (setup.codec === 'avc') {
    // A thread hands out what another one decodes, with what is known of its damage by then (libavcodec/h264dec.c, `finalize_frame`).
    // Pictures that wait for this many others come from threads that are done, since each has begun another picture meanwhile.
    parameters.videoDelay = Math.min(threads + usualReorder, mostReorder);
  }
  const copied = context.parametersToContext(parameters);
  parameters.free();
  av.FFmpegError.throwIfError(copied, 'set up');
  context.threadCount = threads;
  // Strict: H.264 streams that do not say how far they reorder get the most that their level allows, not a guess.
  // Unaligned: cropping on the left holds to the pixel, and not only as far as vector loads like it.
  const options = av.Dictionary.fromObject({
    strict: av.FF_COMPLIANCE_STRICT,
    flags: '+unaligned',
    // A stream may change its size in the middle.
    ...(setup.mostPixels === undefined
      ? {}
      : { max_pixels: Math.floor(Math.min(setup.mostPixels, 2 ** 31 - 1)) }),
  });
  try {
    av.FFmpegError.throwIfError(await context.open2(codec, options), 'open');
  } catch (error) {
    context.freeContext();
    throw error;
  }
  return context;
};

/**
 * What is sent behind the last packet, so that every thread is done with its picture when the end is announced: a delimiter for each.
 * At the end of H.264 a thread hands out another one's picture, with what is known of its damage by then, and does not wait until it
 * is decoded (FFmpeg's libavcodec/h264dec.c, `send_next_delayed_frame`).
 */
const delimitersFor = ({ codec, description }: DecoderSetup, threads: number): readonly Buffer[] => {
  if (codec !== 'avc') {
    return [];
  }
  const unit = [0x09, 0xf0];
  // avcC begins with 1, and says how long the lengths before units are; without it units stand behind start codes.
  const lengthSize = description?.[0] === 1 ? ((description[4] ?? 3) & 3) + 1 : 0;
  const before = lengthSize === 0 ? [0, 0, 0, 1] : [...Array(lengthSize - 1).fill(0), unit.length];
  return Array(threads).fill(Buffer.from([...before, ...unit]));
};

/**
 * Decodes packets (in decode order) to pictures (in the order they are shown). Nothing is decoded before it is asked
 * for, but for what the decoder's threads hold. Throws FFmpeg's error at a packet that it refuses.
 */
async function* decodePackets(
  av: Av,
  setup: DecoderSetup,
  packets: AsyncIterable<Packet>,
): AsyncGenerator<DecodedPicture, void, undefined> {
  const context = await openContext(av, setup);
  const frame = new av.Frame();
  const packet = new av.Packet();
  frame.alloc();
  packet.alloc();
  // FFmpeg hands each packet's pts on to its picture: a running number finds the container's exact seconds again.
  const timings = new Map<bigint, PacketTiming>();
  const log = listen();
  const received = async function* (): AsyncGenerator<DecodedPicture, void, undefined> {
    for (;;) {
      const status = await context.receiveFrame(frame);
      if (status === av.AVERROR_EAGAIN || status === av.AVERROR_EOF) {
        return;
      }
      av.FFmpegError.throwIfError(status, 'receive');
      const timing = timings.get(frame.pts);
      if (!timing) {
        throw new Error('the decoder gave a picture that no packet announced');
      }
      timings.delete(frame.pts);
      yield { frame, damage: frame.decodeErrorFlags === 0 ? '' : await log.take(), ...timing };
      frame.unref();
    }
  };
  try {
    let number = 0n;
    for await (const coded of packets) {
      const { data, type } = coded;
      packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      packet.isKeyframe = type === 'key';
      packet.pts = number;
      packet.dts = av.AV_NOPTS_VALUE;
      timings.set(number, timingOf(coded));
      // Packets that never become a picture (hidden or dropped ones) must not pile up.
      timings.delete(number - 256n);
      number++;
      av.FFmpegError.throwIfError(await context.sendPacket(packet), 'decode');
      packet.unref();
      yield* received();
    }
    for (const delimiter of delimitersFor(setup, context.threadCount)) {
      // Without it, a packet without a picture is an error.
      context.setOption('skip_frame', av.AVDISCARD_NONREF);
      packet.data = delimiter;
      packet.pts = av.AV_NOPTS_VALUE;
      av.FFmpegError.throwIfError(await context.sendPacket(packet), 'decode');
      packet.unref();
      yield* received();
    }
    av.FFmpegError.throwIfError(await context.sendPacket(null), 'finish');
    yield* received();
  } catch (error) {
    // FFmpeg's errors say that data are invalid, and its log says which.
    const said = error instanceof av.FFmpegError ? await log.take() : '';
    throw said === '' ? error : new Error(`${messageOf(error)}${said}`, { cause: error });
  } finally {
    log.close();
    frame.free();
    packet.free();
    context.freeContext();
  }
}

/** Decodes a file on the CPU. */
export const softwareDecoder = async (file: VideoFile): Promise<PictureDecoder<HostImage>> => {
  requireSafeThread(file.what);
  const av = await loadSoftwareDecoder();
  return {
    decode: async function* (from) {
      for await (const picture of decodePackets(av, file.setup, file.packets(from))) {
        yield toPicture(av, picture, file);
      }
    },
    decodePieces: async function* (pieces) {
      for await (const { packets, pick } of pieces) {
        for await (const picture of decodePackets(av, file.setup, packets())) {
          const picked = pick(picture);
          if (picked !== undefined) {
            yield [toPicture(av, picture, file), picked];
          }
        }
      }
    },
  };
};

const toPicture = (av: Av, picture: DecodedPicture, file: VideoFile): TimedPicture<HostImage> => {
  const { frame } = picture;
  return {
    ...timingOf(picture),
    damaged: frame.decodeErrorFlags !== 0,
    damage: picture.damage,
    read: () => {
      const pixels = av.avGetPixFmtName(frame.format as AVPixelFormat);
      const { data, linesize, width, height } = frame;
      if (!isReadable(pixels) || !data) {
        throw new VideoError(
          'unsupportedPixels',
          `The pixels of ${file.what} are ${pixels ?? 'of an unknown format'}, and only 4:2:0, 4:4:4 and RGB of 8, 10 or 12 bits and ` +
            `4:2:2 of 8 are read (${readablePixels.join(', ')})`,
        );
      }
      const planes = data.flatMap((plane, n) => {
        const stride = linesize[n];
        return stride === undefined ? [] : [{ data: plane, stride }];
      });
      return {
        image: toHostImage(pixels, { width, height }, planes),
        colour: describeColour(
          coloursOf(file, frameColour(av, frame, pixels), pixels),
          height,
          signalBits[pixels],
        ),
      };
    },
    drop: () => {},
  };
};

/** Who says what of the colours, first who is believed first. That the planes are green, blue and red, only the bitstream knows. */
const coloursOf = (
  { colour: container, bitstreamColour }: VideoFile,
  frame: StreamColour,
  pixels: ReadablePixels,
): readonly StreamColour[] => {
  if (pixels.startsWith('gbr')) {
    return [{ ...container, matrix: 'rgb' }, frame];
  }
  // FFmpeg takes a reserved matrix for an unspecified one.
  const { matrix } = bitstreamColour ?? {};
  return [container, frame, ...(isOtherCoding(matrix) ? [{ matrix }] : [])];
};

/** What the bitstream says. */
const frameColour = (av: Av, frame: Frame, pixels: ReadablePixels): StreamColour => {
  const full = pixels.startsWith('yuvj') || frame.colorRange === av.AVCOL_RANGE_JPEG;
  return colourOfCodes({
    matrix: frame.colorSpace,
    primaries: frame.colorPrimaries,
    transfer: frame.colorTrc,
    fullRange: full ? true : frame.colorRange === av.AVCOL_RANGE_MPEG ? false : null,
  });
};

const isReadable = (pixels: string | null): pixels is ReadablePixels =>
  (readablePixels as readonly (string | null)[]).includes(pixels);
