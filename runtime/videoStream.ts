/**
 * A video file as a stream of pictures in host memory. mediabunny reads the container, FFmpeg decodes on the
 * CPU. Knows of no device: VideoReader puts the pictures on one.
 */
import { stat } from 'node:fs/promises';
import type { EncodedPacket, Input, InputVideoTrack } from 'mediabunny';
import type { AVPixelFormat, Frame } from 'node-av';
import { describe, expected } from './errors.js';
import { type HostImage, type ReadablePixels, readablePixels, toHostImage } from './framePlanes.js';
import { checkMp4Index } from './mp4Index.js';
import {
  type DecodableCodec,
  type DecodedPicture,
  type DecoderSetup,
  decodableCodecs,
  decodePackets,
} from './softwareDecoder.js';
import { guardedSource, openBytes, type VideoBytes } from './videoBytes.js';
import { type ColourDescription, describeColour, type StreamColour } from './videoColour.js';
import { VideoError } from './videoError.js';

/** The stretch of a video to read, in seconds of its own clock: frames with `from` ≤ timestamp < `to`. */
export type FrameRange = {
  /** Default: the first frame. */
  readonly from?: number;
  /** Default: the end. */
  readonly to?: number;
  /** Every n-th frame of the stretch, from its first on. Default 1: all. */
  readonly step?: number;
};

/** When a frame is shown. */
export type FrameTiming = {
  /** Seconds, as the container has it. */
  readonly timestamp: number;
  /** Seconds; 0 where the container does not say. */
  readonly duration: number;
  /** The frame's place in the stretch, counted from 0 before `step` leaves some out. */
  readonly index: number;
};

/** A decoded frame. */
export type DecodedFrame = FrameTiming & { readonly image: HostImage; readonly colour: ColourDescription };

/** An open video. */
export type VideoStream = {
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly frameRate?: number;
  readonly codec: string;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly colour: ColourDescription;
  readonly decode: (range?: FrameRange) => AsyncGenerator<DecodedFrame, void, undefined>;
  readonly close: () => void;
};

type Codecs = {
  readonly mediabunny: typeof import('mediabunny');
  readonly av: typeof import('node-av');
};

const loadCodecs = async (): Promise<Codecs> => {
  try {
    const [mediabunny, av] = await Promise.all([import('mediabunny'), import('node-av')]);
    // What FFmpeg says of bad input becomes a VideoError; it need not stand on stderr too, unless the app chose so.
    if (av.Log.getLevel() === av.AV_LOG_INFO) av.Log.setLevel(av.AV_LOG_FATAL);
    return { mediabunny, av };
  } catch (cause) {
    throw new VideoError(
      'noDecoder',
      `Expected a video decoder for ${process.platform}-${process.arch} but it does not load: ` +
        `${messageOf(cause)}\nInstall with optional dependencies, so that node-av's binary comes along: ` +
        'npm install --include=optional',
      { cause },
    );
  }
};
let codecs: Promise<Codecs> | undefined;

/** Loads the software decoder once; throws a {@link VideoError} `noDecoder` where it does not load. */
export const videoCodecs = (): Promise<Codecs> => {
  codecs ??= loadCodecs();
  return codecs;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens a video: a file's path, or its bytes. Reads the container's index, and decodes nothing yet. */
export const openVideoStream = async (source: string | Uint8Array): Promise<VideoStream> => {
  const what = typeof source === 'string' ? source : `${source.byteLength} bytes`;
  if (typeof source === 'string') await checkFile(source);
  const loaded = await videoCodecs();
  let bytes: VideoBytes | undefined;
  let input: Input | undefined;
  try {
    bytes = await openBytes(source);
    if (bytes.size === 0) throw notVideo(what);
    await checkMp4Index(bytes, what);
    const { ALL_FORMATS, Input } = loaded.mediabunny;
    input = new Input({ source: guardedSource(loaded.mediabunny, bytes), formats: ALL_FORMATS });
    return await inspect(input, what, loaded);
  } catch (error) {
    input?.dispose();
    await bytes?.close().catch(() => {});
    throw openError(error, what, loaded);
  }
};

const checkFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
      ? new VideoError('notFound', `Expected a file at ${path} but there is none`, { cause })
      : new VideoError('unreadable', `Expected a readable video at ${path} but: ${cause.message}`, { cause });
  });
  if (!found.isFile()) {
    const kind = found.isDirectory() ? 'a folder' : 'not a regular file';
    throw new VideoError('unreadable', `Expected a video at ${path} but it is ${kind}`);
  }
};

const notVideo = (what: string, cause?: unknown): VideoError =>
  new VideoError(
    'notVideo',
    `Expected a video but received ${what}, which is no container known here ` +
      '(MP4, MOV, Matroska, WebM, MPEG-TS and more)',
    { cause },
  );

const openError = (error: unknown, what: string, { mediabunny }: Codecs): unknown => {
  if (error instanceof VideoError) return error;
  if (error instanceof mediabunny.UnsupportedInputFormatError) {
    return notVideo(what, error);
  }
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EACCES' || code === 'EPERM'
    ? new VideoError('unreadable', `Expected a readable video but: ${messageOf(error)}`, { cause: error })
    : new VideoError('corrupt', `Expected a video but cannot read ${what}: ${messageOf(error)}`, {
        cause: error,
      });
};

const inspect = async (input: Input, what: string, loaded: Codecs): Promise<VideoStream> => {
  const tracks = await input.getTracks();
  const track = await input.getPrimaryVideoTrack();
  if (!track) {
    throw tracks.length === 0
      ? new VideoError(
          'truncated',
          `Expected a video but ${what} holds no tracks: is it cut off before its index?`,
        )
      : new VideoError(
          'noVideoTrack',
          `Expected a video but ${what} holds ${[...new Set(tracks.map(t => t.type))].join(' and ')} only`,
        );
  }
  const codec = await track.getCodec();
  const config = await track.getDecoderConfig();
  if (!codec || !config || !isDecodable(codec)) {
    throw new VideoError(
      'unsupportedCodec',
      `Expected H.264, HEVC, VP8, VP9 or AV1 in ${what} but its codec is ` +
        `${codec ?? String(await track.getInternalCodecId())}`,
    );
  }
  const width = await track.getCodedWidth();
  const height = await track.getCodedHeight();
  const container = await track.getColorSpace();
  const duration = await track.computeDuration();
  const { underlyingFrameRate } = await track.computeFrameRateMetrics();
  const setup = { codec, width, height, ...describedBy(config.description) };
  const state: State = { closed: false, active: new Set() };
  return {
    width,
    height,
    duration,
    ...(underlyingFrameRate === null ? {} : { frameRate: underlyingFrameRate }),
    codec,
    rotation: await track.getRotation(),
    colour: describeColour([container], height),
    decode: range => guard(decode({ track, setup, container, duration, what, state, loaded }, range), state),
    close: () => {
      if (state.closed) return;
      state.closed = true;
      input.dispose();
      // Gives back what an iteration holds that nobody goes on with.
      for (const frames of state.active) frames.return().catch(() => {});
    },
  };
};

const isDecodable = (codec: string): codec is DecodableCodec =>
  (decodableCodecs as readonly string[]).includes(codec);

const describedBy = (
  description?: ArrayBufferLike | ArrayBufferView,
): { readonly description?: Uint8Array } => {
  if (!description) return {};
  return {
    description: ArrayBuffer.isView(description)
      ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
      : new Uint8Array(description),
  };
};

type Frames = AsyncGenerator<DecodedFrame, void, undefined>;
type State = { closed: boolean; readonly active: Set<Frames> };
type Opened = {
  readonly track: InputVideoTrack;
  readonly setup: DecoderSetup;
  readonly container: StreamColour;
  readonly duration: number;
  readonly what: string;
  readonly state: State;
  readonly loaded: Codecs;
};

const disposed = (): VideoError =>
  new VideoError('disposed', 'Expected an open VideoReader but it was disposed of');

/** Makes an iteration end with an error, and not as if the video were over, when its video is closed. */
async function* guard(frames: Frames, state: State): Frames {
  if (state.closed) throw disposed();
  state.active.add(frames);
  try {
    for await (const frame of frames) {
      if (state.closed) break;
      yield frame;
    }
  } catch (error) {
    throw state.closed ? disposed() : error;
  } finally {
    state.active.delete(frames);
  }
  if (state.closed) throw disposed();
}

/** Packets in decode order from the key frame before `from`, or from the first one, to the end. */
async function* packetsFrom({ track, loaded }: Opened, from?: number): AsyncGenerator<EncodedPacket> {
  const sink = new loaded.mediabunny.EncodedPacketSink(track);
  const verify = { verifyKeyPackets: true };
  const key = from === undefined ? null : await sink.getKeyPacket(from, verify);
  let packet = key ?? (await sink.getFirstKeyPacket(verify));
  while (packet) {
    yield packet;
    packet = await sink.getNextPacket(packet);
  }
}

async function* decode(opened: Opened, range: FrameRange = {}): Frames {
  const { setup, duration, what, loaded } = opened;
  const { from, to = Number.POSITIVE_INFINITY, step = 1 } = checkRange(range);
  let index = 0;
  let end = Number.NEGATIVE_INFINITY;
  let lastDuration = 0;
  // FFmpeg's errors and the container's, but not those of the loop's own body, are about a corrupt video.
  const pictures = decodePackets(loaded.av, setup, packetsFrom(opened, from));
  try {
    for (;;) {
      const next = await pictures.next().catch((cause: unknown) => {
        throw decodeError(cause, what, end);
      });
      if (next.done) break;
      const picture = next.value;
      if (picture.timestamp >= to) return;
      end = picture.timestamp + picture.duration;
      lastDuration = picture.duration;
      if (from !== undefined && picture.timestamp < from) continue;
      if (index % step === 0) yield toDecodedFrame(picture, index, opened);
      index++;
    }
  } finally {
    await pictures.return();
  }
  // A file that is cut off behind its index decodes to where it ends, without an error.
  if (duration - end > 1.5 * lastDuration + 0.05) {
    const found =
      end === Number.NEGATIVE_INFINITY
        ? `Expected frames in ${what} but it has none`
        : `Expected ${duration.toFixed(3)} s of video in ${what} but it ends at ${end.toFixed(3)} s`;
    throw new VideoError('truncated', `${found}: is the file cut off?`);
  }
}

const toDecodedFrame = (picture: DecodedPicture, index: number, opened: Opened): DecodedFrame => {
  const { container, what, loaded } = opened;
  const { av } = loaded;
  const { frame, timestamp, duration } = picture;
  const pixels = av.avGetPixFmtName(frame.format as AVPixelFormat);
  const { data, linesize, width, height } = frame;
  if (!isReadable(pixels) || !data) {
    throw new VideoError(
      'unsupportedPixels',
      `Expected 8-bit 4:2:0, 4:2:2 or 4:4:4, or 10-bit 4:2:0 (${readablePixels.join(', ')}) in ${what} but received ` +
        `${pixels ?? 'an unknown pixel format'}`,
    );
  }
  if (frame.decodeErrorFlags !== 0) {
    throw new VideoError(
      'corrupt',
      `Expected a whole picture at ${timestamp.toFixed(3)} s in ${what} but parts of its data are damaged`,
    );
  }
  const planes = data.map((plane, n) => ({ data: plane, stride: linesize[n] }));
  return {
    timestamp,
    duration,
    index,
    image: toHostImage(pixels, { width, height }, planes),
    colour: describeColour([container, frameColour(av, frame, pixels)], height),
  };
};

/** What the bitstream says, in the words that mediabunny has for the container. */
const frameColour = (av: Codecs['av'], frame: Frame, pixels: ReadablePixels): StreamColour => {
  const matrix = new Map<number, string>([
    [av.AVCOL_SPC_BT709, 'bt709'],
    [av.AVCOL_SPC_BT470BG, 'bt470bg'],
    [av.AVCOL_SPC_SMPTE170M, 'smpte170m'],
    [av.AVCOL_SPC_BT2020_NCL, 'bt2020-ncl'],
  ]).get(frame.colorSpace);
  if (pixels.startsWith('yuvj') || frame.colorRange === av.AVCOL_RANGE_JPEG)
    return { matrix, fullRange: true };
  return { matrix, fullRange: frame.colorRange === av.AVCOL_RANGE_MPEG ? false : null };
};

const isReadable = (pixels: string | null): pixels is ReadablePixels =>
  (readablePixels as readonly (string | null)[]).includes(pixels);

const decodeError = (cause: unknown, what: string, end: number): VideoError =>
  new VideoError(
    'corrupt',
    `Expected video in ${what} but the decoder refused it ${
      end === Number.NEGATIVE_INFINITY ? 'at its start' : `near ${end.toFixed(3)} s`
    }: ${messageOf(cause)}`,
    { cause },
  );

const checkRange = (range: FrameRange): FrameRange => {
  for (const key of ['from', 'to'] as const) {
    const value = range[key];
    if (value !== undefined && !(typeof value === 'number' && !Number.isNaN(value))) {
      throw expected('seconds', `options.${key}`, describe(value));
    }
  }
  if (range.step !== undefined && !(Number.isInteger(range.step) && range.step >= 1)) {
    throw expected('a whole number of at least 1', 'options.step', describe(range.step));
  }
  return range;
};
