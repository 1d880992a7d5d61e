/** MP4 and MOV: the tracks that `moov` describes, and their samples, in it and in fragments (ISO/IEC 14496-12). */
import { setImmediate } from 'node:timers/promises';
import { colourOfCodes } from '../../decode/h273.js';
import { beyondLimit } from '../../limits.js';
import { VideoError } from '../../videoError.js';
import type { ContainedCodec } from '../codecs.js';
import { pause, pauses } from '../pauses.js';
import {
  type ContainerInput,
  groupSize,
  type Sample,
  type SampleSource,
  type Track,
  type Tracks,
} from '../samples.js';
import { bufferOf } from '../videoBytes.js';
import { boxesIn, boxHeader, damaged, Fields, findBox } from './boxes.js';
import { parameterSetsOf } from './description.js';
import { timelineOf } from './editList.js';
import { FragmentReader, readDefaults } from './fragments.js';
import { readSampleTable, SampleTable } from './sampleTable.js';

const codecs: Readonly<Record<string, ContainedCodec>> = {
  avc1: 'avc',
  avc2: 'avc',
  avc3: 'avc',
  avc4: 'avc',
  hvc1: 'hevc',
  hev1: 'hevc',
  dvh1: 'hevc',
  dvhe: 'hevc',
  vp08: 'vp8',
  vp09: 'vp9',
  av01: 'av1',
};
const descriptionBoxes: Partial<Record<ContainedCodec, string>> = { avc: 'avcC', hevc: 'hvcC', av1: 'av1C' };
const mostTracks = 1000;
// So many boxes are read before other work of the process passes.
const looksAtOnce = 1024;

/** A `moof` and where it begins in the file. */
type Fragment = { readonly start: number; readonly body: Buffer };
type Index = {
  readonly moov: Buffer;
  readonly fragments: readonly Fragment[];
  readonly cut: string | undefined;
};

/** The boxes of the file that say where its samples are. Those that hold pictures are passed over. */
const readIndex = async ({ bytes, what, limits, warn }: ContainerInput): Promise<Index> => {
  const most = limits.megabytes * 1e6;
  const fragments: Fragment[] = [];
  let [moov, cut, held]: [Buffer | undefined, string | undefined, number] = [undefined, undefined, 0];
  for (let [at, looks] = [0, 1]; at + 8 <= bytes.size; looks++) {
    if (looks % looksAtOnce === 0) {
      await setImmediate();
    }
    const found = boxHeader(bufferOf(await bytes.peek(at, 16)), bytes.size - at);
    if (!found) {
      break;
    }
    const { type, header, size } = found;
    if (at + size > bytes.size) {
      cut = `its box ${type} at byte ${at} announces ${at + size - bytes.size} bytes more than there are`;
    }
    if (type === 'moov' && moov) {
      warn(
        'joined',
        `Another MP4 begins before byte ${at} of ${what}, behind the end of the first, and is not read: open it apart, or join them by ffmpeg -f concat.`,
      );
      break;
    }
    if (type === 'moov' || type === 'moof') {
      if (cut) {
        break;
      }
      held += size;
      if (held > most) {
        throw beyondLimit(what, 'megabytes', limits.megabytes, `an index of ${Math.ceil(held / 1e6)}`);
      }
      const body = bufferOf(await bytes.peek(at + header, size - header));
      if (type === 'moov') {
        moov = body;
      } else {
        fragments.push({ start: at, body });
      }
    }
    at += size;
  }
  if (!moov) {
    throw new VideoError('truncated', `${what} holds no tracks: is it cut off before its index?`);
  }
  return { moov, fragments, cut };
};

/** The tracks of an MP4 or MOV. */
export const openMp4 = async (input: ContainerInput): Promise<Tracks> => {
  const { what } = input;
  const index = await readIndex(input);
  const movieHeader = findBox(index.moov, 'mvhd');
  const movieScale = movieHeader ? timescaleOf(new Fields(movieHeader, 'mvhd', what)) : 0;
  const video: Track[] = [];
  const others: string[] = [];
  for (const { type, body } of boxesIn(index.moov)) {
    if (type !== 'trak') {
      continue;
    }
    if (video.length + others.length >= mostTracks) {
      throw damaged(what, `it has more than ${mostTracks} tracks`);
    }
    await pause();
    const handler = findBox(body, 'mdia', 'hdlr')?.toString('latin1', 8, 12);
    if (handler === 'vide') {
      video.push(readTrack(body, index, movieScale, input));
    } else {
      others.push(handler === 'soun' ? 'audio' : 'other data');
    }
  }
  return { video, others };
};

/** The timescale of `mvhd` and `mdhd`, which begin alike. */
const timescaleOf = (fields: Fields): number => {
  fields.skip(fields.u32() >>> 24 === 1 ? 16 : 8);
  return fields.u32();
};

/** One entry of `stsd`. */
type Entry = {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: Buffer;
};

const readEntries = (stbl: Buffer, what: string): readonly Entry[] => {
  const stsd = findBox(stbl, 'stsd');
  if (!stsd || stsd.length < 8) {
    throw damaged(what, 'a track says nothing of its codec');
  }
  const entries: Entry[] = [];
  for (const { type, body } of boxesIn(stsd.subarray(8))) {
    if (body.length < 78) {
      throw damaged(what, `the description ${JSON.stringify(type)} of a track is too short`);
    }
    entries.push({
      type,
      width: body.readUInt16BE(24),
      height: body.readUInt16BE(26),
      boxes: body.subarray(78),
    });
    if (entries.length > mostTracks) {
      break;
    }
  }
  return entries;
};

const readTrack = (trak: Buffer, index: Index, movieScale: number, input: ContainerInput): Track => {
  const { what } = input;
  const stbl = findBox(trak, 'mdia', 'minf', 'stbl');
  const entries = stbl ? readEntries(stbl, what) : [];
  const [first] = entries;
  const { trackId, ...header } = readHeader(findBox(trak, 'tkhd'), findBox(index.moov, 'mvhd'));
  const facts = { width: first?.width ?? 0, height: first?.height ?? 0, ...header };
  if (!stbl || !first) {
    return {
      codecName: 'none',
      colour: {},
      ...facts,
      open: () => Promise.reject(damaged(what, 'a track has no samples')),
    };
  }
  const protectedFormat = findBox(first.boxes, 'sinf', 'frma')?.toString('latin1', 0, 4);
  const fourcc = protectedFormat ?? first.type;
  const codec = codecs[fourcc];
  const same = entries.every(
    ({ type, boxes }) => codecs[findBox(boxes, 'sinf', 'frma')?.toString('latin1', 0, 4) ?? type] === codec,
  );
  const refusal = entries.some(({ type, boxes }) => type === 'encv' || findBox(boxes, 'sinf'))
    ? 'is encrypted: decrypt it first, with its key: ffmpeg -decryption_key KEY -i FILE -c copy decrypted.mp4'
    : codec && !same
      ? 'changes its codec in the middle: cut it there, or write it anew: ffmpeg -i FILE -c:v libx264 new.mp4'
      : undefined;
  const box = codec && descriptionBoxes[codec];
  const description = box ? findBox(first.boxes, box) : undefined;
  return {
    ...(codec ? { codec } : {}),
    codecName: fourcc.trim(),
    ...(refusal ? { refusal } : {}),
    ...facts,
    ...(description ? { description } : {}),
    colour: readColour(first.boxes),
    open: () => openTrack(trak, stbl, entries, codec, { index, movieScale, trackId }, input),
  };
};

type Header = Pick<Track, 'matrix' | 'enabled'> & { readonly trackId: number };

/** The nine numbers of a display matrix, by rows. The last of each row has 30 bits behind the point, the others 16. */
const matrixAt = (box: Buffer | undefined, at: number): readonly number[] | undefined =>
  box && box.length >= at + 36
    ? Array.from({ length: 9 }, (_, n) => box.readInt32BE(at + 4 * n) / (n % 3 === 2 ? 2 ** 30 : 2 ** 16))
    : undefined;

/** The track's matrix leads to the movie's picture, and the movie's from there to what is shown. */
const multiplied = (track: readonly number[], movie: readonly number[]): readonly number[] =>
  track.map((_, n) => {
    const row = n - (n % 3);
    return [0, 1, 2].reduce(
      (sum, k) => sum + (track[row + k] as number) * (movie[3 * k + (n % 3)] as number),
      0,
    );
  });

const readHeader = (tkhd: Buffer | undefined, mvhd: Buffer | undefined): Header => {
  const long = tkhd?.[0] === 1;
  const own = matrixAt(tkhd, long ? 52 : 40);
  if (!tkhd || !own) {
    return { enabled: true, trackId: 0 };
  }
  const movie = matrixAt(mvhd, mvhd?.[0] === 1 ? 48 : 36);
  return {
    matrix: movie ? multiplied(own, movie) : own,
    enabled: ((tkhd[3] as number) & 1) === 1,
    trackId: tkhd.readUInt32BE(long ? 20 : 12),
  };
};

const readColour = (boxes: Buffer): Track['colour'] => {
  const colr = findBox(boxes, 'colr');
  const kind = colr?.toString('latin1', 0, 4);
  if (!colr || colr.length < 10 || (kind !== 'nclx' && kind !== 'nclc')) {
    return {};
  }
  const [primaries, transfer, matrix] = [colr.readUInt16BE(4), colr.readUInt16BE(6), colr.readUInt16BE(8)];
  const fullRange = kind === 'nclx' && colr.length > 10 ? ((colr[10] as number) & 0x80) !== 0 : null;
  return colourOfCodes({ matrix, primaries, transfer, fullRange });
};

const openTrack = async (
  trak: Buffer,
  stbl: Buffer,
  entries: readonly Entry[],
  codec: ContainedCodec | undefined,
  at: { readonly index: Index; readonly movieScale: number; readonly trackId: number },
  input: ContainerInput,
): Promise<SampleSource> => {
  const { what, bytes } = input;
  const mdhd = findBox(trak, 'mdia', 'mdhd');
  const scale = mdhd ? timescaleOf(new Fields(mdhd, 'mdhd', what)) : 0;
  if (scale === 0) {
    throw damaged(what, 'its track counts time in 0 ticks a second');
  }
  const elst = findBox(trak, 'edts', 'elst');
  if (elst && at.movieScale === 0) {
    throw damaged(what, 'it counts time in 0 ticks a second');
  }
  const timeline = timelineOf(elst, scale, at.movieScale, what);
  const table = new SampleTable(input);
  await readSampleTable(stbl, table, input);
  const end = table.count === 0 ? 0 : table.time(table.count - 1) + table.duration(table.count - 1);
  const defaults = readDefaults(at.index.moov, at.trackId, what);
  const fragments = new FragmentReader(at.trackId, defaults, table, input, end);
  for (const { start, body } of at.index.fragments) {
    await fragments.read(body, start);
  }
  const sets =
    entries.length > 1
      ? parameterSetsOf(
          codec,
          entries.map(({ boxes }) => boxes),
          what,
        )
      : undefined;
  // What is shown last need not be decoded last.
  let last = -1;
  const keys: number[] = [];
  for (let n = 0; n < table.count; n++) {
    if (table.description(n) >= entries.length) {
      throw damaged(what, `sample ${n} has a description that is not there`);
    }
    if (table.isKey(n)) {
      keys.push(n);
    }
    if (timeline.shows(table.time(n), table.duration(n))) {
      last = n;
    }
    if (pauses(n)) {
      await pause();
    }
  }
  let cut: string | undefined;
  const sampleAt = (n: number): Sample => {
    const ticks = table.time(n);
    const key = table.isKey(n);
    const description = table.description(n);
    const before =
      sets && (key || (n > 0 && description !== table.description(n - 1))) ? sets[description] : undefined;
    return {
      sequence: n,
      time: timeline.seconds(ticks),
      duration: timeline.length(ticks, table.duration(n)) / scale,
      key,
      shown: timeline.shows(ticks, table.duration(n)),
      offset: table.offset(n),
      size: table.size(n),
      ...(before ? { before } : {}),
      place: n,
    };
  };
  return {
    read: async function* (from) {
      for (let n = typeof from === 'number' ? from : 0; n <= last; ) {
        const group: Sample[] = [];
        for (; n <= last && group.length < groupSize; n++) {
          // A sample without bytes is no picture.
          if (table.size(n) === 0) {
            continue;
          }
          if (table.offset(n) + table.size(n) > bytes.size) {
            cut = `sample ${n} of ${table.count} lies behind the end of the file`;
            n = table.count;
            break;
          }
          group.push(sampleAt(n));
        }
        yield group;
      }
      cut ??= at.index.cut;
    },
    find: async function* (seconds) {
      for (let k = keys.length - 1; k >= 0; k--) {
        if (timeline.seconds(table.time(keys[k] as number)) <= seconds) {
          yield keys[k];
        }
      }
    },
    cut: () => cut,
  };
};
