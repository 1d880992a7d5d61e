/** A video file as packets in time. Decodes nothing. */
import { stat } from 'node:fs/promises';
import type { Orientation } from '../../../ops/spec.js';
import { isOtherCoding, type StreamColour } from '../../device/videoColour.js';
import { CuweaveError, describe, expected } from '../../errors.js';
import type { SequenceHeader } from '../decode/headers/sequence.js';
import { sequenceHeader } from '../decode/headers/sequenceHeader.js';
import { limitsOf, type VideoLimits } from '../limits.js';
import { messageOf, VideoError } from '../videoError.js';
import type { VideoWarning, VideoWarningCode } from '../videoWarning.js';
import type { ContainedCodec } from './codecs.js';
import { elementaryCodec, openElementary } from './elementaryStream.js';
import type { FrameIndex } from './frameIndex.js';
import { indexOf } from './frameIndex.js';
import { frameRateOf } from './frameRate.js';
import { looksIvf, openIvf } from './ivf.js';
import { openMatroska } from './matroska/matroska.js';
import { openMp4 } from './mp4/mp4.js';
import { orientationOf, upright } from './orientation.js';
import type { Packet } from './packet.js';
import { type PictureReader, pictureReader } from './pictures.js';
import {
  bytesOf,
  type ContainerInput,
  type Place,
  type Sample,
  type SampleSource,
  type Track,
  type Tracks,
} from './samples.js';
import { isKeyPacket } from './shown.js';
import { looksMatroska, looksMp4, refusal } from './signature.js';
import { looksTransport, openTransport } from './transport/transport.js';
import { bufferOf, openBytes, systemError, type VideoBytes } from './videoBytes.js';

/** What a decoder must know before the first packet. */
export type DecoderSetup = {
  readonly codec: ContainedCodec;
  /** Size in pixels, as the container has it; the bitstream may know better. 0: only the bitstream knows. */
  readonly width: number;
  readonly height: number;
  /** The container's codec description (avcC, hvcC …), where it has one. */
  readonly description?: Uint8Array;
  /** Width × height of its pictures, at most. */
  readonly mostPixels?: number;
};

/** How to read a file. */
export type VideoFileOptions = {
  readonly limits?: VideoLimits;
  /** Which of the video tracks, from 0 in the file's order; default: the first that is decoded here. */
  readonly track?: number;
};

/** An open container. Times are in seconds. */
export type VideoFile = {
  /** How messages name it. */
  readonly what: string;
  readonly setup: DecoderSetup;
  /** How long it plays. */
  readonly duration: number;
  readonly frameRate?: number;
  readonly orientation: Orientation;
  /** What the container says. */
  readonly colour: StreamColour;
  /** What the first key frame's own header says. */
  readonly bitstreamColour?: StreamColour;
  /** Packets have no times of their own: frames are counted, and their times follow from this rate, in frames a second. */
  readonly counted?: number;
  /** What the caller should know of the file, although it is read. */
  readonly warnings: readonly VideoWarning[];
  /** Adds to them, once for each text. */
  readonly warn: (code: VideoWarningCode, message: string) => void;
  /** Packets in decode order, from the key frame at or before `from`, or from the first one, to the end. */
  readonly packets: (from?: number) => AsyncGenerator<Packet, void, undefined>;
  /** Packets in decode order from that at a place on; without one, from the first one. */
  readonly packetsAt: (place?: Place) => AsyncGenerator<Packet, void, undefined>;
  /** Whether decoding can begin with the packet at a place, as its own bits say. */
  readonly isKeyAt: (place: Place) => Promise<boolean>;
  /** The key frames, from that at or before `from`, or from the first one. */
  readonly keys: (from?: number) => AsyncGenerator<Packet, void, undefined>;
  /** The list of frames; read from the container once. */
  readonly index: () => Promise<FrameIndex>;
  /** The list, where it has been read. */
  readonly listed: () => FrameIndex | undefined;
  /** Why the file is cut off, once its packets were read to the end. */
  readonly cut: () => string | undefined;
  readonly close: () => void;
};

/**
 * Opens a file, or its bytes, and reads the container's index.
 *
 * @throws {VideoError} Its `code` says what is wrong.
 */
export const openVideoFile = async (
  source: string | Uint8Array,
  options: VideoFileOptions = {},
): Promise<VideoFile> => {
  const what = typeof source === 'string' ? source : `a video of ${source.byteLength} bytes`;
  const limits = limitsOf(options.limits);
  if (typeof source === 'string') {
    await checkFile(source);
  }
  let bytes: VideoBytes | undefined;
  try {
    bytes = await openBytes(source);
    if (bytes.size === 0) {
      throw emptyVideo(source);
    }
    const warnings: VideoWarning[] = [];
    const warn = (code: VideoWarningCode, message: string): void => {
      if (!warnings.some(warning => warning.message === message)) {
        warnings.push({ code, message });
      }
    };
    const file = typeof source === 'string' ? quoted(source) : 'FILE';
    const input = { bytes, what, file, limits, warn };
    const { tracks, lists } = await openTracks(input);
    return await openTrack(chooseTrack(tracks, options.track, input), lists, input, warnings);
  } catch (error) {
    await bytes?.close().catch(() => {});
    throw openError(error, what);
  }
};

/** A path as a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** The tracks of a file, and whether its frames are listed without a look at all of it. */
const openTracks = async (
  input: ContainerInput,
): Promise<{ readonly tracks: Tracks; readonly lists: boolean }> => {
  const head = bufferOf(await input.bytes.read(0, 2 ** 16));
  if (looksMatroska(head)) {
    return { tracks: await openMatroska(input), lists: false };
  }
  if (looksMp4(head)) {
    return { tracks: await openMp4(input), lists: true };
  }
  if (looksIvf(head)) {
    return { tracks: await openIvf(input), lists: false };
  }
  const codec = elementaryCodec(head.subarray(0, 4096));
  if (codec) {
    return { tracks: await openElementary(codec, input), lists: true };
  }
  const refused = refusal(head, input);
  // Few bytes are enough to look like packets: what is known to be something else is no transport stream.
  if (refused.code === 'notVideo' && looksTransport(head)) {
    return { tracks: await openTransport(input), lists: false };
  }
  throw refused;
};

const kinds: readonly (readonly [keyof import('node:fs').Stats & `is${string}`, string])[] = [
  ['isDirectory', 'a folder'],
  ['isFIFO', 'a FIFO, in which nothing can be read twice: write it into a file first'],
  ['isSocket', 'a socket: write it into a file first'],
  ['isCharacterDevice', 'a device: write it into a file first'],
  ['isBlockDevice', 'a device: write it into a file first'],
];

const checkFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
      ? new VideoError('notFound', `There is no file at ${path}`, { cause })
      : new VideoError('unreadable', `Cannot read the video at ${path}: ${cause.message}`, { cause });
  });
  if (!found.isFile()) {
    const kind = kinds.find(([is]) => (found[is] as () => boolean)())?.[1] ?? 'not a regular file';
    throw new VideoError('unreadable', `Cannot read a video from ${path}: it is ${kind}`);
  }
};

const emptyVideo = (source: string | Uint8Array): VideoError =>
  new VideoError(
    'notVideo',
    typeof source === 'string'
      ? `The file ${source} is empty (0 bytes): save or download it anew`
      : 'Expected the bytes of a video but received none (0 bytes)',
  );

const openError = (error: unknown, what: string): unknown => {
  if (error instanceof CuweaveError) {
    return error;
  }
  return (
    systemError(error, what) ??
    new VideoError('corrupt', `Cannot read ${what}: ${messageOf(error)}`, {
      cause: error,
    })
  );
};

const readable = ({ codec, refusal }: Track): boolean => codec !== undefined && refusal === undefined;

const chooseTrack = (
  { video, others }: Tracks,
  wanted: number | undefined,
  { what, file }: ContainerInput,
): Track => {
  if (video.length === 0) {
    const found = others.length > 0 ? `holds ${[...new Set(others)].join(' and ')} only` : 'holds no tracks';
    throw new VideoError('noVideoTrack', `${what} ${found}`);
  }
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 0 && wanted < video.length)) {
    const list = video.map(({ codecName }, n) => `${n}: ${codecName}`).join(', ');
    const range = `a video track of ${what}, 0 to ${video.length - 1} (${list})`;
    throw expected(range, 'options.track', describe(wanted));
  }
  const track =
    wanted === undefined
      ? (video.find(one => one.enabled && readable(one)) ??
        video.find(readable) ??
        video.find(({ codec }) => codec) ??
        video[0])
      : video[wanted];
  if (!track?.codec) {
    const others = video.filter(readable).length;
    const remedy =
      others > 0
        ? 'options.track names another one'
        : `encode it anew: ffmpeg -i ${file} -c:v libx264 new.mp4`;
    throw new VideoError(
      'unsupportedCodec',
      `The codec of ${what} is ${track?.codecName}, and only H.264, HEVC, VP8, VP9 and AV1 are read: ${remedy}`,
    );
  }
  if (track.refusal) {
    throw new VideoError('unsupportedContainer', `${what} ${track.refusal.replaceAll('FILE', file)}`);
  }
  return track;
};

// A file of no more bytes is read once to know all its frames; a larger one when they are asked for.
const mostEager = 2 ** 25;
// Frames whose times tell the rate.
const ratedFrames = 256;
// How often a key frame is looked for that the container announces wrongly.
const mostTries = 64;
// It is looked for in samples of at most this multiple of the file's size; after that the file is read from its beginning.
const mostLooked = 2;

const openTrack = async (
  track: Track,
  lists: boolean,
  input: ContainerInput,
  warnings: readonly VideoWarning[],
): Promise<VideoFile> => {
  const { bytes, what } = input;
  const codec = track.codec as ContainedCodec;
  const source = await track.open();
  const reader = pictureReader(track, source, input);
  const header = await firstHeader(reader, track, bytes);
  const orientation = track.matrix ? orientationOf(track.matrix) : upright;
  warnOf(track, orientation, header, input);
  const { first, rate } = await rateOf(reader.read(), track.frameRate ?? header?.frameRate);
  const frameRate = track.counted ?? rate;
  const step = frameRate === undefined ? 0 : 1 / frameRate;

  let known: FrameIndex | undefined;
  let reading: Promise<FrameIndex> | undefined;
  const isFileError = (error: unknown): error is CuweaveError =>
    error instanceof VideoError && ['corrupt', 'unsupportedContainer'].includes(error.code);
  const index = (): Promise<FrameIndex> => {
    reading ??= indexOf(reader.read(), () => step, isFileError).then(
      found => {
        known = found;
        return found;
      },
      error => {
        reading = undefined;
        throw error;
      },
    );
    return reading;
  };
  if (bytes.size <= mostEager || (lists && !reader.looks)) {
    const { timestamps, error } = await index();
    if (timestamps.length === 0) {
      throw (
        error ??
        new VideoError('truncated', `${what} has no frames${source.cut() ? `: ${source.cut()}` : ''}`)
      );
    }
  }
  // The container's length holds until all frames are known.
  const told = known ? 0 : (track.duration ?? (await lengthOf(source, first, step)) ?? (await index()).end);
  const duration = (): number =>
    known ? known.end - (track.ownClock ? (known.timestamps[0] ?? 0) : 0) : told;

  const toPacket = async (sample: Sample): Promise<Packet | undefined> =>
    packetOf(sample, await bytesOf(sample, bytes));
  let shorter: string | undefined;
  const packetOf = (sample: Sample, found: Uint8Array | undefined): Packet | undefined => {
    if (!found) {
      shorter = 'it became shorter while it was read';
      return undefined;
    }
    const { before, alpha, key, time, duration, sequence, shown, place } = sample;
    return {
      data: before ? Buffer.concat([before, found]) : found,
      type: key ? 'key' : 'delta',
      timestamp: time,
      duration: duration || step,
      sequenceNumber: sequence,
      shown,
      sideData: alpha ? { alpha } : {},
      place,
    };
  };

  let readers = 0;
  async function* packetsFrom(place?: Place): AsyncGenerator<Packet, void, undefined> {
    bytes.readers(++readers);
    try {
      for await (const group of reader.read(place)) {
        for (const sample of group) {
          const found = bytesOf(sample, bytes);
          const packet = packetOf(sample, found instanceof Promise ? await found : found);
          if (!packet) {
            return;
          }
          yield packet;
        }
      }
    } finally {
      bytes.readers(--readers);
    }
  }

  const isKey = async (sample: Sample): Promise<boolean> => {
    const packet = await toPacket(sample);
    return packet !== undefined && isKeyPacket(codec, packet.data, reader.lengthSize);
  };
  /** Places of key frames at or before a moment, the last one first. */
  async function* candidates(seconds: number): AsyncGenerator<Place> {
    if (track.counted !== undefined) {
      return;
    }
    let found = 0;
    for await (const place of source.find?.(seconds) ?? []) {
      found++;
      yield place;
    }
    if (found > 0) {
      return;
    }
    const { keys, places } = await index();
    for (let n = keys.length - 1; n >= 0; n--) {
      if ((keys[n] as number) <= seconds) {
        yield places[n];
      }
    }
  }
  /** Where the last key frame at or before a moment lies; undefined: at the beginning. */
  const seek = async (seconds: number | undefined): Promise<Place | undefined> => {
    if (seconds === undefined) {
      return undefined;
    }
    let tries = 0;
    let looked = 0;
    for await (const place of candidates(seconds)) {
      const { key, passed } = await lastKey(place, seconds);
      looked += passed;
      if (key && (await isKey(key))) {
        return key.place;
      }
      if (++tries === mostTries || looked > mostLooked * bytes.size) {
        break;
      }
    }
    return undefined;
  };
  /** The last key frame at or before a moment among the samples from a place on, and the bytes of those before the moment. */
  const lastKey = async (
    place: Place,
    seconds: number,
  ): Promise<{ readonly key: Sample | undefined; readonly passed: number }> => {
    let [key, passed]: [Sample | undefined, number] = [undefined, 0];
    for await (const group of reader.read(place)) {
      for (const sample of group) {
        if (sample.time > seconds) {
          return { key, passed };
        }
        key = sample.key ? sample : key;
        passed += sample.size;
      }
    }
    return { key, passed };
  };

  return {
    what,
    setup: {
      codec,
      width: header?.width ?? track.width,
      height: header?.height ?? track.height,
      ...(track.description ? { description: track.description } : {}),
      mostPixels: input.limits.pixels,
    },
    get duration() {
      return duration();
    },
    ...(frameRate === undefined ? {} : { frameRate }),
    orientation: orientation ?? upright,
    colour: track.colour,
    ...(header ? { bitstreamColour: header.colour } : {}),
    ...(track.counted === undefined ? {} : { counted: track.counted }),
    warnings,
    warn: input.warn,
    packets: async function* (from) {
      yield* packetsFrom(await seek(from));
    },
    packetsAt: packetsFrom,
    isKeyAt: async place => {
      for await (const [first] of reader.read(place)) {
        if (first) {
          return isKey(first);
        }
      }
      return false;
    },
    keys: async function* (from) {
      let any = false;
      for await (const group of reader.read(await seek(from))) {
        for (const sample of group) {
          // Packets without times are decoded from the first one on.
          if (sample.key && !(any && track.counted !== undefined) && (!any || (await isKey(sample)))) {
            const packet = await toPacket(sample);
            if (packet) {
              any = true;
              yield packet;
            }
          }
        }
      }
    },
    index,
    listed: () => known,
    cut: () => shorter ?? source.cut(),
    close: () => {
      bytes.close().catch(() => {});
    },
  };
};

/** Says what a track has that frames come without. */
const warnOf = (
  { matrix, transparent, colour }: Track,
  orientation: Orientation | undefined,
  header: SequenceHeader | undefined,
  { what, warn }: ContainerInput,
): void => {
  if (!orientation) {
    const numbers = [0, 1, 3, 4].map(n => Number((matrix?.[n] ?? 0).toFixed(3))).join(', ');
    warn(
      'orientation',
      `${what} asks players to transform its pictures by [${numbers}], which is no turn by quarters: they are left as they are.`,
    );
  }
  if (transparent) {
    warn('alphaDropped', `${what} has transparency (alpha), which is not decoded: its frames are opaque.`);
  }
  const coding = colour.matrix ?? header?.colour.matrix;
  if (isOtherCoding(coding)) {
    warn(
      'matrix',
      `The colours of ${what} are coded by '${coding}', which yuvToRgb() does not undo: it refuses its frames.`,
    );
  }
};

/** The first key frame's description of itself; undefined where it has none, or cannot be read. */
const firstHeader = async (
  reader: PictureReader,
  { codec, description }: Track,
  bytes: VideoBytes,
): Promise<SequenceHeader | undefined> => {
  try {
    for await (const group of reader.read()) {
      const [first] = group;
      if (first) {
        const data = (await bytesOf(first, bytes)) ?? new Uint8Array(0);
        const whole = first.before ? Buffer.concat([first.before, data]) : data;
        return sequenceHeader(codec as ContainedCodec, whole, description);
      }
    }
  } catch (error) {
    // Whoever reads the frames is told what is wrong with them.
    if (!(error instanceof VideoError)) {
      throw error;
    }
  }
  return undefined;
};

/** How long a stream plays whose ends alone are looked at. */
const lengthOf = async (
  { untilLast }: SampleSource,
  first: number | undefined,
  step: number,
): Promise<number | undefined> => {
  const last = first === undefined ? undefined : await untilLast?.(first);
  return last === undefined ? undefined : last + step;
};

/** When the first frame is shown, and the rate that the first frames tell. */
const rateOf = async (
  samples: AsyncGenerator<readonly Sample[], void, undefined>,
  told: number | undefined,
) => {
  const times: number[] = [];
  try {
    for await (const group of samples) {
      for (const { time, shown } of group) {
        if (shown) {
          times.push(time);
        }
      }
      if (times.length >= ratedFrames) {
        break;
      }
    }
  } catch (error) {
    // Whoever reads the frames is told what is wrong with them.
    if (!(error instanceof VideoError)) {
      throw error;
    }
  }
  // Some that are shown earlier than the last ones may not be there yet.
  const sorted = times.sort((a, b) => a - b);
  const rate = frameRateOf(sorted.length > ratedFrames - 32 ? sorted.slice(0, -32) : sorted, told);
  return { first: sorted[0], rate };
};
