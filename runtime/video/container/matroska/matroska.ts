/** Matroska and WebM (RFC 9559): tracks, and the blocks of clusters, which are read one after the other. */
import { setImmediate } from 'node:timers/promises';
import { beyondLimit } from '../../limits.js';
import { VideoError } from '../../videoError.js';
import {
  type ContainerInput,
  groupSize,
  type Sample,
  type SampleSource,
  type Track,
  type Tracks,
} from '../samples.js';
import { bufferOf } from '../videoBytes.js';
import { blockHead, isLaced, lacesOf, mostBlockHead, readGroup } from './blocks.js';
import { broken, elementHeader, elementsIn, floatOf, mostHeader, uintOf } from './ebml.js';
import { UnpackingRoom } from './packing.js';
import { readTrackEntry, type TrackEntry } from './tracks.js';

const ids = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  cues: 0x1c53bb6b,
  chapters: 0x1043a770,
  tags: 0x1254c367,
  attachments: 0x1941a469,
} as const;
/** What ends a cluster of unknown size. */
const topLevel: ReadonlySet<number> = new Set(Object.values(ids));
const mostTracks = 1000;
// So many elements are read before other work of the process passes.
const looksAtOnce = 2048;
// Before its first picture a file has some ten elements; each is looked at by a read of its own.
const mostElements = 2 ** 16;

/** What stands before the first cluster, or is found without looking at all of them. */
type Head = {
  readonly start: number;
  readonly end: number;
  /** Why the file is cut off. */
  readonly cut: string | undefined;
  /** Ticks a second. */
  readonly scale: number;
  /** Seconds. */
  readonly duration: number | undefined;
  readonly entries: readonly TrackEntry[];
  readonly firstCluster: number | undefined;
  readonly cues: number | undefined;
};

/** The body of an element, which must lie in the file and within the limit. */
const bodyOf = async (
  { bytes, what, limits }: ContainerInput,
  at: number,
  size: number | undefined,
): Promise<Buffer> => {
  if (size === undefined || at + size > bytes.size) {
    throw new VideoError('truncated', `${what} is cut off: an element at byte ${at} goes on behind its end`);
  }
  if (size > limits.megabytes * 1e6) {
    throw beyondLimit(what, 'megabytes', limits.megabytes, `an element of ${Math.ceil(size / 1e6)}`);
  }
  return bufferOf(await bytes.peek(at, size));
};

const headerAt = async ({ bytes, what }: ContainerInput, at: number) => {
  const found = elementHeader(await bytes.peek(at, mostHeader));
  if (!found) {
    throw at + mostHeader > bytes.size
      ? new VideoError('truncated', `${what} is cut off in an element at byte ${at}`)
      : broken(what, at, 'its structure leads nowhere');
  }
  return found;
};

/** Says that another file was written behind this one. */
const warnOfAnother = ({ what, warn }: ContainerInput, at: number): void =>
  warn(
    'joined',
    `Another Matroska file begins at byte ${at} of ${what}, behind the end of the first, and is not read: open it apart, or join them: mkvmerge -o joined.mkv first.mkv + second.mkv.`,
  );

const begins: readonly number[] = [ids.ebml, ids.segment];
// What may lie between two files, such as filling, is this many elements at most.
const mostBetween = 16;

/** Looks whether another file begins behind the segment. */
const lookBehind = async (input: ContainerInput, end: number): Promise<void> => {
  let at = end;
  for (let n = 0; n < mostBetween && at < input.bytes.size; n++) {
    const found = elementHeader(await input.bytes.peek(at, mostHeader));
    if (found && begins.includes(found.id)) {
      warnOfAnother(input, at);
    }
    if (found?.size === undefined || begins.includes(found.id)) {
      return;
    }
    at += found.header + found.size;
  }
};

const readHead = async (input: ContainerInput): Promise<Head> => {
  const { bytes, what } = input;
  const ebml = await headerAt(input, 0);
  await bodyOf(input, ebml.header, ebml.size);
  let at = ebml.header + (ebml.size ?? 0);
  let segment = await headerAt(input, at);
  while (segment.id !== ids.segment) {
    if (segment.size === undefined) {
      throw broken(what, at, 'an element has no end');
    }
    at += segment.header + segment.size;
    segment = await headerAt(input, at);
  }
  const start = at + segment.header;
  const announced = segment.size === undefined ? bytes.size : start + segment.size;
  const end = Math.min(announced, bytes.size);
  let cut: string | undefined;
  if (announced > bytes.size) {
    cut = `its segment announces ${announced - bytes.size} bytes more than there are`;
  }
  await lookBehind(input, end);
  let [scale, ticks, entries]: [number, number | undefined, TrackEntry[] | undefined] = [
    1000,
    undefined,
    undefined,
  ];
  let [firstCluster, cues]: (number | undefined)[] = [];
  let looks = 0;
  for (at = start; at < end; ) {
    if (++looks % looksAtOnce === 0) {
      await setImmediate();
    }
    if (looks > mostElements) {
      throw broken(what, at, `more than ${mostElements} elements stand before its first picture`);
    }
    const { id, header, size } = await headerAt(input, at);
    const body = at + header;
    if (id === ids.cluster) {
      firstCluster ??= at;
      if (entries) {
        break;
      }
    } else if (id === ids.info) {
      [scale, ticks] = readInfo(await bodyOf(input, body, size), what, body);
    } else if (id === ids.tracks) {
      entries = readEntries(await bodyOf(input, body, size), what, body);
    } else if (id === ids.seekHead) {
      const place = readSeek(await bodyOf(input, body, size), what, body);
      cues ??= place === undefined ? undefined : start + place;
    } else if (id === ids.cues) {
      cues ??= at;
    }
    if (size === undefined) {
      if (id === ids.cluster) {
        break;
      }
      throw broken(what, at, 'an element has no end');
    }
    at = body + size;
  }
  const duration = ticks === undefined || !(ticks > 0) ? undefined : ticks / scale;
  return { start, end, cut, scale, duration, entries: entries ?? [], firstCluster, cues };
};

const readInfo = (body: Buffer, what: string, place: number): [number, number | undefined] => {
  let [nanoseconds, ticks]: [number, number | undefined] = [1e6, undefined];
  for (const { id, body: value } of elementsIn(body, what, place)) {
    if (id === 0x2ad7b1) {
      nanoseconds = uintOf(value);
    } else if (id === 0x4489) {
      ticks = floatOf(value);
    }
  }
  if (nanoseconds === 0) {
    throw broken(what, place, 'a tick of its clock has no length');
  }
  return [1e9 / nanoseconds, ticks];
};

const readEntries = (body: Buffer, what: string, place: number): TrackEntry[] => {
  const entries: TrackEntry[] = [];
  for (const { id, body: entry } of elementsIn(body, what, place)) {
    if (id === 0xae) {
      entries.push(readTrackEntry(entry, what, place));
    }
    if (entries.length > mostTracks) {
      throw broken(what, place, `it has more than ${mostTracks} tracks`);
    }
  }
  return entries;
};

/** Where the cues stand, from the beginning of the segment. */
const readSeek = (body: Buffer, what: string, place: number): number | undefined => {
  for (const { id, body: seek } of elementsIn(body, what, place)) {
    const parts = id === 0x4dbb ? [...elementsIn(seek, what, place)] : [];
    const target = parts.find(part => part.id === 0x53ab);
    const position = parts.find(part => part.id === 0x53ac);
    if (target && position && uintOf(target.body) === ids.cues) {
      return uintOf(position.body);
    }
  }
  return undefined;
};

const kinds: Readonly<Record<number, string>> = { 2: 'audio', 17: 'subtitles' };

/** The tracks of a Matroska or WebM file. */
export const openMatroska = async (input: ContainerInput): Promise<Tracks> => {
  const head = await readHead(input);
  if (head.entries.length === 0) {
    throw new VideoError('truncated', `${input.what} holds no tracks: is it cut off before its index?`);
  }
  return {
    video: head.entries.filter(({ type }) => type === 1).map(entry => trackOf(entry, head, input)),
    others: head.entries.filter(({ type }) => type !== 1).map(({ type }) => kinds[type] ?? 'other data'),
  };
};

const trackOf = (entry: TrackEntry, head: Head, input: ContainerInput): Track => {
  const { codec, codecName, refusal, width, height, description, colour, matrix, transparent, enabled } =
    entry;
  return {
    ...(codec ? { codec } : {}),
    codecName,
    ...(refusal ? { refusal } : {}),
    width,
    height,
    ...(description ? { description } : {}),
    colour,
    ...(matrix ? { matrix } : {}),
    transparent,
    enabled,
    ...(entry.defaultDuration > 0 ? { frameRate: 1e9 / entry.defaultDuration } : {}),
    ...(head.duration === undefined ? {} : { duration: head.duration }),
    open: () => sourceOf(entry, head, input),
  };
};

/** Where reading goes on: an element of a cluster, or a cluster. */
type MatroskaPlace = { readonly at: number; readonly cluster?: Cluster };
type Cluster = { readonly end: number; readonly bounded: boolean; readonly time: number };

const sourceOf = (entry: TrackEntry, head: Head, input: ContainerInput): SampleSource => {
  const { bytes, what, limits } = input;
  let cut: string | undefined;
  let samples = 0;
  const { unpack } = entry;

  /** Blocks that must be held whole to know what is in them. */
  const heldBytes = async (at: number, size: number): Promise<Buffer> => {
    if (size > limits.megabytes * 1e6) {
      throw beyondLimit(what, 'megabytes', limits.megabytes, `a block of ${Math.ceil(size / 1e6)}`);
    }
    return bufferOf(await bytes.read(at, size));
  };

  /** The samples of a block whose body lies at `at`. */
  const samplesOf = async (
    at: number,
    size: number,
    cluster: Cluster,
    place: MatroskaPlace,
    group: { readonly key?: boolean; readonly duration?: number; readonly alpha?: Buffer },
    room: UnpackingRoom,
  ): Promise<readonly Sample[]> => {
    const first = bytes.read(at, Math.min(size, mostBlockHead));
    const block = blockHead(bufferOf(first instanceof Uint8Array ? first : await first));
    if (!block) {
      throw broken(what, at, 'a block has no head');
    }
    if (block.track !== entry.number) {
      return [];
    }
    const laces = isLaced(block)
      ? lacesOf(await heldBytes(at, size), block, what, at)
      : [{ offset: block.length, size: size - block.length }];
    const each =
      group.duration === undefined ? entry.defaultDuration / 1e9 : group.duration / head.scale / laces.length;
    const found: Sample[] = [];
    for (const [n, lace] of laces.entries()) {
      // A frame without bytes is no picture.
      if (lace.size <= 0) {
        continue;
      }
      if (++samples > limits.samples) {
        throw beyondLimit(what, 'samples', limits.samples, 'more');
      }
      const offset = at + lace.offset;
      found.push({
        sequence: offset,
        time: (cluster.time + block.time) / head.scale + n * each,
        duration: each,
        key: group.key ?? (block.flags & 0x80) !== 0,
        shown: true,
        offset,
        size: lace.size,
        ...(unpack ? { unpack: (data: Uint8Array) => unpack(data, room) } : {}),
        ...(group.alpha ? { alpha: group.alpha } : {}),
        place,
      });
    }
    return found;
  };

  const read = async function* (from?: unknown): AsyncGenerator<readonly Sample[], void, undefined> {
    let { at, cluster } = (from as MatroskaPlace | undefined) ?? { at: head.firstCluster ?? head.end };
    samples = 0;
    const room = new UnpackingRoom(input);
    let group: Sample[] = [];
    const over = function* (): Generator<readonly Sample[]> {
      if (group.length > 0) {
        yield group;
        group = [];
      }
    };
    try {
      let looks = 0;
      while (at < head.end) {
        if (++looks % looksAtOnce === 0) {
          await setImmediate();
        }
        if (cluster && at >= cluster.end) {
          cluster = undefined;
          continue;
        }
        const peeked = bytes.read(at, mostHeader);
        const found = elementHeader(peeked instanceof Uint8Array ? peeked : await peeked);
        if (!found) {
          if (head.end - at < mostHeader) {
            cut ??= `it ends within an element at byte ${at}`;
            break;
          }
          throw broken(what, at, 'its structure leads nowhere');
        }
        const { id, header, size } = found;
        if (cluster && !cluster.bounded && topLevel.has(id)) {
          cluster = undefined;
          continue;
        }
        const body = at + header;
        if (!cluster && begins.includes(id)) {
          // A segment that does not say how large it is ends where another begins.
          warnOfAnother(input, at);
          break;
        }
        if (!cluster && id === ids.cluster) {
          cluster = {
            end: size === undefined ? head.end : body + size,
            bounded: size !== undefined,
            time: 0,
          };
          at = body;
          continue;
        }
        if (size === undefined) {
          throw broken(what, at, 'an element has no end');
        }
        if (cluster?.bounded && body + size > cluster.end && cluster.end <= head.end) {
          throw broken(what, at, 'an element is larger than that which holds it');
        }
        if (body + size > head.end) {
          cut ??= `its element at byte ${at} announces ${body + size - head.end} bytes more than there are`;
          break;
        }
        if (cluster && id === 0xe7) {
          cluster = { ...cluster, time: uintOf(bufferOf(await bytes.read(body, Math.min(size, 8)))) };
        } else if (cluster && id === 0xa3) {
          group.push(...(await samplesOf(body, size, cluster, { at, cluster }, {}, room)));
        } else if (cluster && id === 0xa0) {
          const facts = readGroup(await heldBytes(body, size), what, body);
          if (facts.block) {
            const { block, refers, duration, alpha } = facts;
            const own = {
              key: !refers,
              ...(duration === undefined ? {} : { duration }),
              ...(alpha ? { alpha } : {}),
            };
            group.push(
              ...(await samplesOf(body + block.at, block.body.length, cluster, { at, cluster }, own, room)),
            );
          }
        }
        at = body + size;
        if (group.length >= groupSize) {
          yield* over();
        }
      }
    } catch (error) {
      // What was read before the damage comes first.
      yield* over();
      throw error;
    }
    yield* over();
    cut ??= head.cut;
  };

  let cues: Promise<readonly (readonly [number, number])[]> | undefined;
  return {
    read,
    find: async function* (seconds) {
      cues ??= readCues(entry.number, head, input).catch(() => []);
      for (const [time, at] of (await cues).toReversed()) {
        if (time <= seconds) {
          yield { at } satisfies MatroskaPlace;
        }
      }
    },
    cut: () => cut,
  };
};

/** Seconds, and the cluster in which a key frame of that moment lies; those that lead nowhere are left out. */
const readCues = async (
  track: number,
  head: Head,
  input: ContainerInput,
): Promise<readonly (readonly [number, number])[]> => {
  const { what, bytes } = input;
  if (head.cues === undefined) {
    return [];
  }
  const { id, header, size } = await headerAt(input, head.cues);
  if (id !== ids.cues) {
    return [];
  }
  const cues: [number, number][] = [];
  for (const { id: kind, body } of elementsIn(
    await bodyOf(input, head.cues + header, size),
    what,
    head.cues,
  )) {
    if (kind !== 0xbb) {
      continue;
    }
    const parts = [...elementsIn(body, what, head.cues)];
    const time = parts.find(part => part.id === 0xb3);
    for (const part of parts) {
      const positions = part.id === 0xb7 ? [...elementsIn(part.body, what, head.cues)] : [];
      const number = positions.find(position => position.id === 0xf7);
      const place = positions.find(position => position.id === 0xf1);
      if (time && number && place && uintOf(number.body) === track) {
        cues.push([uintOf(time.body) / head.scale, head.start + uintOf(place.body)]);
      }
    }
  }
  cues.sort(([a], [b]) => a - b);
  const [first] = cues;
  const leads = first && elementHeader(await bytes.peek(first[1], mostHeader))?.id === ids.cluster;
  return leads ? cues.filter(([, at]) => at < head.end) : [];
};
