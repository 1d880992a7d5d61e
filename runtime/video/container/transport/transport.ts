/** MPEG-2 transport streams: PES packets of one stream, cut into pictures (ISO/IEC 13818-1, 2.4.3). */
import { setImmediate } from 'node:timers/promises';
import { beyondLimit } from '../../limits.js';
import { VideoError } from '../../videoError.js';
import { type AccessUnit, AccessUnits, type ParameterSets, restlessSets } from '../accessUnits.js';
import {
  type ContainerInput,
  groupSize,
  type Sample,
  type SampleSource,
  type Track,
  type Tracks,
} from '../samples.js';
import { bufferOf } from '../videoBytes.js';
import { Clock, type ClockState, ticksASecond, ticksUntil } from './clock.js';
import { beginsAt, type Framing, framingOf, readPacket, searched, type TransportPacket } from './packets.js';
import { Programs, type Stream } from './programs.js';

// Tables are looked for in the first bytes alone, as many as these.
const tablesWithin = 2 ** 25;
const pieceBytes = 2 ** 19;
// The last pictures are looked for in this number of bytes, and in more where there are none.
const tailBytes = 2 ** 21;

/** Where a PES packet lies and what is known there. */
type TransportPlace = {
  readonly at: number;
  /** Pictures that begin in that PES packet and come before the one that is meant. */
  readonly skip: number;
  readonly clock: ClockState;
  readonly sets: ParameterSets;
  readonly sequence: number;
};

/** All whole packets from a place on, with where each begins. */
async function* packetsOf(
  { bytes }: ContainerInput,
  framing: Framing,
  from: number,
  until: number,
): AsyncGenerator<readonly (readonly [number, TransportPacket])[], void, undefined> {
  const { stride } = framing;
  for (let at = from; at + 188 <= until; ) {
    const piece = bufferOf(await bytes.read(at, pieceBytes));
    const found: [number, TransportPacket][] = [];
    let in_ = 0;
    while (in_ + 188 <= piece.length) {
      if (beginsAt(piece, in_, stride)) {
        found.push([at + in_, readPacket(piece, in_)]);
        in_ += stride;
      } else {
        // Bytes are missing or too many: the next packet is looked for.
        in_ = piece.indexOf(0x47, in_ + 1);
        if (in_ < 0) {
          in_ = piece.length;
        }
      }
    }
    at += Math.max(in_, 1);
    yield found;
    await setImmediate();
  }
}

/** Whether the first bytes of a file are those of a transport stream. */
export const looksTransport = (head: Uint8Array): boolean => framingOf(head) !== undefined;

/** The tracks of a transport stream. */
export const openTransport = async (input: ContainerInput): Promise<Tracks> => {
  const { bytes, what } = input;
  const framing = framingOf(await bytes.read(0, searched));
  if (!framing) {
    throw new VideoError('corrupt', `${what} has no packets of 188 bytes`);
  }
  const programs = new Programs();
  search: for await (const packets of packetsOf(
    input,
    framing,
    framing.first,
    Math.min(bytes.size, tablesWithin),
  )) {
    for (const [, packet] of packets) {
      if (!packet.broken) {
        programs.push(packet);
      }
      if (programs.complete) {
        break search;
      }
    }
  }
  const { streams } = programs;
  if (streams.length === 0) {
    throw new VideoError(
      'truncated',
      `${what} is a transport stream without tables that say what it carries: is its beginning cut off?`,
    );
  }
  const several = new Set(streams.map(({ program }) => program)).size > 1;
  const video = streams
    .filter(({ kind }) => kind === 'video')
    .map(stream => trackOf(stream, several, framing, input));
  if (several && video.length > 1) {
    const list = video.map(({ codecName }, n) => `${n}: ${codecName}`).join(', ');
    input.warn(
      'programs',
      `${what} carries several programs, and one of them is read; options.track chooses (${list}).`,
    );
  }
  return {
    video,
    others: streams
      .filter(({ kind }) => kind !== 'video')
      .map(({ kind }) => (kind === 'audio' ? 'audio' : 'other data')),
  };
};

const trackOf = (stream: Stream, several: boolean, framing: Framing, input: ContainerInput): Track => {
  const { codec, name, program } = stream;
  return {
    ...(codec ? { codec } : {}),
    codecName: several ? `${name} of program ${program}` : name,
    width: 0,
    height: 0,
    colour: {},
    enabled: true,
    ownClock: true,
    open: () => sourceOf(stream, framing, input),
  };
};

/** The head of a PES packet (2.4.3.6). */
type PesHead = { readonly length: number; readonly shown?: number; readonly decoded?: number };

const timeAt = (bytes: Buffer, at: number): number =>
  (((bytes[at] as number) >> 1) & 7) * 2 ** 30 +
  (((bytes[at + 1] as number) << 7) | ((bytes[at + 2] as number) >> 1)) * 2 ** 15 +
  (((bytes[at + 3] as number) << 7) | ((bytes[at + 4] as number) >> 1));

const pesHead = (payload: Buffer): PesHead | undefined => {
  if (payload.length < 9 || payload.readUIntBE(0, 3) !== 1) {
    return undefined;
  }
  const flags = (payload[7] as number) >> 6;
  const length = Math.min(9 + (payload[8] as number), payload.length);
  return {
    length,
    ...(flags & 2 && length >= 14 ? { shown: timeAt(payload, 9) } : {}),
    ...(flags === 3 && length >= 19 ? { decoded: timeAt(payload, 14) } : {}),
  };
};

const beginsUnit = (bytes: Buffer | undefined): boolean =>
  bytes !== undefined && bytes.length >= 4 && (bytes.readUIntBE(0, 3) === 1 || bytes.readUInt32BE(0) === 1);

/** What goes with the pictures that begin in a PES packet. */
type Mark = {
  readonly at: number;
  readonly head: PesHead;
  readonly restarts: boolean;
  readonly sets: ParameterSets;
};

const sourceOf = (stream: Stream, framing: Framing, input: ContainerInput): SampleSource => {
  const { bytes, what, limits, warn } = input;
  const codec = stream.codec ?? 'avc';
  const rest = (bytes.size - framing.first) % framing.stride;
  // A file may end with the time that stands before the next packet, or without the last one's parity.
  const isWhole = rest === 0 || rest === framing.stride - 4 || rest === 188;
  let cut: string | undefined;

  /** Whether the packet that is cut off is the first of a PES packet: the one before is whole. */
  const endsBehindUnit = async (): Promise<boolean> => {
    const [sync, high = 0, low = 0, ...more] = await bytes.read(bytes.size - rest, 4);
    const pid = ((high & 0x1f) << 8) | low;
    return sync === 0x47 && more.length > 0 && pid === stream.pid && (high & 0x40) !== 0;
  };

  const read = async function* (from?: unknown): AsyncGenerator<readonly Sample[], void, undefined> {
    const place = from as TransportPlace | undefined;
    const most = limits.megabytes * 1e6;
    const units = new AccessUnits(
      codec,
      most,
      found =>
        found === 'sets'
          ? restlessSets(what)
          : beyondLimit(what, 'megabytes', limits.megabytes, 'a picture of more'),
      place?.sets,
    );
    const clock = new Clock(place?.clock, seconds => {
      warn(
        'clock',
        `The clock of ${what} starts anew at ${seconds.toFixed(3)} s; the frames from there on follow those before.`,
      );
    });
    let skip = place?.skip ?? 0;
    let sequence = place?.sequence ?? 0;
    let mark: Mark | undefined;
    let begun: Mark | undefined;
    let nth = 0;
    let previous: TransportPacket | undefined;
    let restarts = false;
    let group: Sample[] = [];
    let pieces: Buffer[] = [];
    let held = 0;
    const add = (found: readonly AccessUnit[]): void => {
      for (const unit of found) {
        const at = unit.mark as Mark;
        nth = at === begun ? nth + 1 : 0;
        begun = at;
        if (skip > 0) {
          skip--;
          continue;
        }
        const state = clock.state;
        // A PES packet tells the time of the first picture that begins in it.
        const head: Partial<PesHead> = nth === 0 ? at.head : {};
        const time = clock.secondsOf(head.shown, head.decoded, nth === 0 && at.restarts);
        if (head.shown === undefined) {
          warn('clock', `Pictures of ${what} have no times of their own: theirs are estimated.`);
        }
        if (sequence >= limits.samples) {
          throw beyondLimit(what, 'samples', limits.samples, 'more');
        }
        const { data, key, before } = unit;
        group.push({
          sequence,
          time,
          duration: 0,
          ...(head.shown === undefined ? { estimated: true as const } : {}),
          key,
          shown: true,
          offset: 0,
          size: data.length,
          data,
          ...(before ? { before } : {}),
          place: { at: at.at, skip: nth, clock: state, sets: at.sets, sequence } satisfies TransportPlace,
        });
        sequence++;
      }
    };
    const flush = (): void => {
      if (mark && pieces.length > 0) {
        add(units.push(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), mark));
      }
      pieces = [];
      held = 0;
    };
    for await (const packets of packetsOf(input, framing, place?.at ?? framing.first, bytes.size)) {
      for (const [at, packet] of packets) {
        if (packet.pid !== stream.pid) {
          continue;
        }
        if (packet.scrambled) {
          throw new VideoError(
            'unsupportedContainer',
            `${what} is encrypted from byte ${at} on: decrypt it first`,
          );
        }
        restarts ||= packet.discontinuous;
        if (packet.broken || packet.payload.length === 0) {
          continue;
        }
        let { payload } = packet;
        // A packet may come twice.
        if (previous && packet.counter === previous.counter && payload.equals(previous.payload)) {
          continue;
        }
        previous = packet;
        if (packet.starts) {
          flush();
          const head = pesHead(payload);
          mark = head && { at, head, restarts, sets: units.sets };
          restarts = false;
          payload = head ? payload.subarray(head.length) : payload;
        }
        // What stands before the first PES packet is the end of one.
        if (mark) {
          pieces.push(payload);
          held += payload.length;
          if (held > pieceBytes) {
            flush();
          }
        }
      }
      if (group.length >= groupSize) {
        yield group;
        group = [];
      }
    }
    cut = isWhole ? undefined : `its last packet has ${rest} of ${framing.stride} bytes`;
    if (!cut || (await endsBehindUnit())) {
      flush();
    } else if (!beginsUnit(pieces[0])) {
      // The picture under way lacks its end; where a unit begins the last PES packet, that before it is whole.
      units.drop();
    }
    add(units.end());
    yield group;
  };
  /** The latest time that the last PES packets of the file have, as its clock shows it. */
  const untilLast = async (from: number): Promise<number | undefined> => {
    const begin = framing.first + framing.stride * Math.floor((bytes.size - framing.first) / framing.stride);
    for (let back = tailBytes; ; back *= 4) {
      const start = Math.max(framing.first, begin - framing.stride * Math.ceil(back / framing.stride));
      let longest: number | undefined;
      for await (const packets of packetsOf(input, framing, start, bytes.size)) {
        for (const [, packet] of packets) {
          const shown =
            packet.pid === stream.pid && packet.starts && !packet.broken
              ? pesHead(packet.payload)?.shown
              : undefined;
          if (shown !== undefined) {
            longest = Math.max(longest ?? 0, ticksUntil(from, shown));
          }
        }
      }
      if (longest !== undefined || start === framing.first) {
        return longest === undefined ? undefined : longest / ticksASecond;
      }
    }
  };
  return { read, untilLast, cut: () => cut };
};
