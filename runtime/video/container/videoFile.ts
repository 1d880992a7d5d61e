/** A video file as packets in time: mediabunny reads the container. Decodes nothing. */
import { stat } from 'node:fs/promises';
import type { EncodedPacket, EncodedPacketSink, Input } from 'mediabunny';
import type { StreamColour } from '../../device/videoColour.js';
import { lazily, systemCode, systemRemedy } from '../../libraries.js';
import { messageOf, VideoError } from '../videoError.js';
import { type ContainedCodec, isContained } from './codecs.js';
import { looksElementary, readElementary } from './elementaryStream.js';
import { checkMp4Index } from './mp4Index.js';
import { guardedSource, openBytes, type VideoBytes } from './videoBytes.js';

/** What a decoder must know before the first packet. */
export type DecoderSetup = {
  readonly codec: ContainedCodec;
  /** Size in pixels, as the container has it; the bitstream may know better. */
  readonly width: number;
  readonly height: number;
  /** The container's codec description (avcC, hvcC …), where it has one. */
  readonly description?: Uint8Array;
};

/** An open container. Times are in seconds. */
export type VideoFile = {
  /** How messages name it. */
  readonly what: string;
  readonly setup: DecoderSetup;
  readonly duration: number;
  readonly frameRate?: number;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly colour: StreamColour;
  /** Packets have no times of their own: frames are counted, and have those of so many a second. */
  readonly counted?: number;
  /** Packets in decode order, from the key frame at or before `from`, or from the first one, to the end. */
  readonly packets: (from?: number) => AsyncGenerator<EncodedPacket, void, undefined>;
  /** Packets in decode order from this one on. */
  readonly packetsAfter: (key: EncodedPacket) => AsyncGenerator<EncodedPacket, void, undefined>;
  /** The key frames, from that at or before `from`, or from the first one. */
  readonly keys: (from?: number) => AsyncGenerator<EncodedPacket, void, undefined>;
  /** When each frame is shown, and each key frame, ascending; read from the container once. */
  readonly index: () => Promise<{ readonly timestamps: Float64Array; readonly keys: Float64Array }>;
  readonly close: () => void;
};

const loadMediabunny = lazily(async () => {
  const mediabunny = await import('mediabunny');
  const { LogLevel, Logging } = mediabunny;
  // What it finds wrong becomes a VideoError; it need not stand on stderr too, unless the app chose so.
  if (Logging.level === LogLevel.Info) {
    Logging.level = LogLevel.Silent;
  }
  return mediabunny;
});

/**
 * Opens a file, or its bytes, and reads the container's index.
 *
 * @throws {VideoError} Its `code` says what is wrong.
 */
export const openVideoFile = async (source: string | Uint8Array): Promise<VideoFile> => {
  const what = typeof source === 'string' ? source : `${source.byteLength} bytes`;
  if (typeof source === 'string') {
    await checkFile(source);
  }
  const mediabunny = await loadMediabunny().catch((error: unknown) => {
    throw systemError(error, what) ?? error;
  });
  let bytes: VideoBytes | undefined;
  let input: Input | undefined;
  try {
    bytes = await openBytes(source);
    if (bytes.size === 0) {
      throw emptyVideo(source);
    }
    const elementary = await openElementary(bytes, what, mediabunny.EncodedPacket);
    if (elementary) {
      await bytes.close();
      return elementary;
    }
    await checkMp4Index(bytes, what);
    input = new mediabunny.Input({
      source: guardedSource(mediabunny, bytes),
      formats: mediabunny.ALL_FORMATS,
    });
    return await inspect(input, what, mediabunny, bytes);
  } catch (error) {
    input?.dispose();
    await bytes?.close().catch(() => {});
    throw openError(error, what, mediabunny);
  }
};

// A stream without a container is read whole.
const largestElementary = 2 ** 31;

const openElementary = async (
  bytes: VideoBytes,
  what: string,
  Packet: typeof EncodedPacket,
): Promise<VideoFile | undefined> => {
  const head = await bytes.read(0, Math.min(bytes.size, 4096));
  if (!looksElementary(head)) {
    return undefined;
  }
  if (bytes.size > largestElementary) {
    throw new VideoError(
      'unreadable',
      `Expected a stream without a container of at most 2 GiB but ${what} has ${bytes.size} bytes: put it into an MP4`,
    );
  }
  const stream = readElementary(await bytes.read(0, bytes.size), what, Packet);
  const { codec, width, height, frameRate, packets } = stream;
  const first = packets.findIndex(({ type }) => type === 'key');
  if (first < 0) {
    throw new VideoError('truncated', `Expected frames in ${what} but it has no key frame`);
  }
  const usable = packets.slice(first);
  const from = async function* () {
    yield* usable;
  };
  // Where pictures are reordered, only decoding tells when each is shown: every stretch begins with the first frame.
  const counted = stream.reorders ? { counted: frameRate } : {};
  const times = Float64Array.from(usable, ({ timestamp }, n) =>
    stream.reorders ? n / frameRate : timestamp,
  );
  return {
    what,
    setup: { codec, width, height },
    duration: times[times.length - 1] + 1 / frameRate,
    frameRate,
    rotation: 0,
    colour: {},
    ...counted,
    packets: from,
    packetsAfter: from,
    keys: async function* () {
      yield usable[0];
    },
    index: async () => ({ timestamps: times, keys: times.slice(0, 1) }),
    close: () => {},
  };
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

const emptyVideo = (source: string | Uint8Array): VideoError =>
  new VideoError(
    'notVideo',
    typeof source === 'string'
      ? `Expected a video at ${source} but the file is empty (0 bytes): save or download it anew`
      : 'Expected the bytes of a video but received none (0 bytes)',
  );

const notVideo = (what: string, cause?: unknown): VideoError =>
  new VideoError(
    'notVideo',
    `Expected a video but received ${what}, which is no container known here ` +
      '(MP4, MOV, Matroska, WebM, MPEG-TS and more), nor IVF nor H.264 or HEVC with start codes',
    { cause },
  );

const openError = (error: unknown, what: string, mediabunny: typeof import('mediabunny')): unknown => {
  if (error instanceof VideoError) {
    return error;
  }
  if (error instanceof mediabunny.UnsupportedInputFormatError) {
    return notVideo(what, error);
  }
  return (
    systemError(error, what) ??
    new VideoError('corrupt', `Expected a video but cannot read ${what}: ${messageOf(error)}`, {
      cause: error,
    })
  );
};

/** What the system refused, which says nothing of the file's content. */
export const systemError = (error: unknown, what: string): VideoError | undefined => {
  const code = systemCode(error);
  return code === undefined
    ? undefined
    : new VideoError('unreadable', `Cannot read ${what}: ${messageOf(error)}${systemRemedy(code)}`, {
        cause: error,
      });
};

const inspect = async (
  input: Input,
  what: string,
  mediabunny: typeof import('mediabunny'),
  bytes: VideoBytes,
): Promise<VideoFile> => {
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
  if (!codec || !config || !isContained(codec)) {
    throw new VideoError(
      'unsupportedCodec',
      `Expected H.264, HEVC, VP8, VP9 or AV1 in ${what} but its codec is ` +
        `${codec ?? String(await track.getInternalCodecId())}`,
    );
  }
  const width = await track.getCodedWidth();
  const height = await track.getCodedHeight();
  const { underlyingFrameRate } = await track.computeFrameRateMetrics();
  const sink = new mediabunny.EncodedPacketSink(track);
  let readers = 0;
  async function* packetsFrom(
    key: () => Promise<EncodedPacket | null> | EncodedPacket,
  ): AsyncGenerator<EncodedPacket, void, undefined> {
    bytes.readers(++readers);
    try {
      for (let packet = await key(); packet; packet = await sink.getNextPacket(packet)) {
        yield packet;
      }
    } finally {
      bytes.readers(--readers);
    }
  }
  let index: ReturnType<VideoFile['index']> | undefined;
  return {
    what,
    setup: { codec, width, height, ...describedBy(config.description) },
    duration: await track.computeDuration(),
    ...(underlyingFrameRate === null ? {} : { frameRate: underlyingFrameRate }),
    rotation: await track.getRotation(),
    colour: await track.getColorSpace(),
    packets: from => packetsFrom(() => keyAt(sink, from)),
    packetsAfter: key => packetsFrom(() => key),
    keys: async function* (from) {
      let key = await keyAt(sink, from);
      while (key) {
        yield key;
        key = await sink.getNextKeyPacket(key, verify);
      }
    },
    index: () => {
      index ??= readIndex(sink, what);
      return index;
    },
    close: () => input.dispose(),
  };
};

const verify = { verifyKeyPackets: true };

const keyAt = async (sink: EncodedPacketSink, from?: number): Promise<EncodedPacket | null> =>
  (from === undefined ? null : await sink.getKeyPacket(from, verify)) ?? sink.getFirstKeyPacket(verify);

const readIndex = async (sink: EncodedPacketSink, what: string): ReturnType<VideoFile['index']> => {
  const first = await keyAt(sink);
  const timestamps: number[] = [];
  const keys: number[] = [];
  if (first) {
    for await (const { timestamp, type } of sink.packets(first, undefined, { metadataOnly: true })) {
      // Frames that are shown before the first key frame cannot be decoded.
      if (timestamp < first.timestamp) {
        continue;
      }
      timestamps.push(timestamp);
      if (type === 'key') {
        keys.push(timestamp);
      }
    }
  }
  if (timestamps.length === 0) {
    throw new VideoError('truncated', `Expected frames in ${what} but it has none`);
  }
  return { timestamps: Float64Array.from(timestamps).sort(), keys: Float64Array.from(keys).sort() };
};
const describedBy = (
  description?: ArrayBufferLike | ArrayBufferView,
): { readonly description?: Uint8Array } => {
  if (!description) {
    return {};
  }
  return {
    description: ArrayBuffer.isView(description)
      ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
      : new Uint8Array(description),
  };
};
