/** Transport streams of H.264, put together packet by packet. */
import { be, type Coded } from './bytes.js';

export type TransportOptions = {
  /** Bytes from packet to packet: 192 have a time in front, 204 parity behind. */
  readonly stride?: 188 | 192 | 204;
  /** Ticks of 90 kHz at which the first picture is shown. */
  readonly start?: number;
  /** Pieces of so many bytes become PES packets, whatever is in them; only those that a picture begins in have a time. */
  readonly pieces?: number;
  readonly program?: number;
  readonly pid?: number;
  /** `stream_type`; default: H.264. */
  readonly type?: number;
  /** The first picture's packet says that its clock starts anew. */
  readonly restarts?: boolean;
  readonly scrambled?: boolean;
};

const step = 3600;

const packet = (
  pid: number,
  starts: boolean,
  payload: Uint8Array,
  options: TransportOptions,
  flags = 0,
  counter = 0,
): Buffer => {
  const room = 184 - payload.length;
  // An adaptation field fills what is left.
  const adapted = room > 0 || flags !== 0;
  const field = adapted ? Buffer.alloc(room, 0xff) : Buffer.alloc(0);
  if (adapted) {
    field[0] = room - 1;
    if (room > 1) {
      field[1] = flags;
    }
  }
  const head = Buffer.from([
    0x47,
    (starts ? 0x40 : 0) | (pid >> 8),
    pid & 255,
    (adapted ? 0x30 : 0x10) | (counter & 15) | (options.scrambled ? 0x80 : 0),
  ]);
  const { stride = 188 } = options;
  return Buffer.concat([
    Buffer.alloc(stride === 192 ? 4 : 0),
    head,
    field,
    payload,
    Buffer.alloc(stride === 204 ? 16 : 0),
  ]);
};

const section = (table: number, id: number, body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0, table]),
    be(0xb000 | (body.length + 9), 2),
    be(id, 2),
    Buffer.from([0xc1, 0, 0]),
    body,
    Buffer.alloc(4),
  ]);

/** The tables of programs, which all have one stream. */
export const tables = (programs: readonly TransportOptions[]): Buffer => {
  const mapPid = (n: number): number => 0x1000 + n;
  const list = programs.map(({ program = 1 }, n) =>
    Buffer.concat([be(program, 2), be(0xe000 | mapPid(n), 2)]),
  );
  const maps = programs.map((options, n) => {
    const { program = 1, pid = 0x100, type = 27 } = options;
    const body = Buffer.concat([
      be(0xe000 | pid, 2),
      be(0xf000, 2),
      Buffer.from([type]),
      be(0xe000 | pid, 2),
      be(0xf000, 2),
    ]);
    return packet(mapPid(n), true, section(2, program, body), options);
  });
  return Buffer.concat([packet(0, true, section(0, 1, Buffer.concat(list)), programs[0] ?? {}), ...maps]);
};

const timestamp = (kind: number, ticks: number): Buffer => {
  const value = ((ticks % 2 ** 33) + 2 ** 33) % 2 ** 33;
  const high = Math.floor(value / 2 ** 30);
  const middle = Math.floor(value / 2 ** 15) & 0x7fff;
  const low = value & 0x7fff;
  return Buffer.from([
    (kind << 4) | (high << 1) | 1,
    middle >> 7,
    ((middle & 127) << 1) | 1,
    low >> 7,
    ((low & 127) << 1) | 1,
  ]);
};

const pes = (data: Uint8Array, times: readonly [number, number] | undefined): Buffer => {
  const stamps = times ? Buffer.concat([timestamp(3, times[0]), timestamp(1, times[1])]) : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, times ? 0xc0 : 0, stamps.length]),
    stamps,
    data,
  ]);
};

/** The packets of one stream, without tables. */
export const transportPackets = (coded: readonly Coded[], options: TransportOptions = {}): Buffer => {
  const { start = 126_000, pieces, pid = 0x100 } = options;
  const whole = Buffer.concat(coded.map(({ data }) => data));
  const timesOf = (n: number): [number, number] => [
    start + Math.round(step * (coded[n] as Coded).time),
    start + step * (n - 2),
  ];
  const packets: Buffer[] = [];
  const write = (bytes: Buffer, flags: number): void => {
    // Flags take two bytes of the first packet.
    for (let at = 0; at < bytes.length; ) {
      const first = at === 0;
      const size = first && flags !== 0 ? 180 : 184;
      packets.push(
        packet(pid, first, bytes.subarray(at, at + size), options, first ? flags : 0, packets.length),
      );
      at += size;
    }
  };
  const flagsOf = (n: number): number => (n === 0 && options.restarts ? 0x80 : 0);
  if (pieces === undefined) {
    for (const [n, { data }] of coded.entries()) {
      write(pes(data, timesOf(n)), flagsOf(n));
    }
    return Buffer.concat(packets);
  }
  let [at, begun] = [0, 0];
  const starts = coded.map((_, n) => coded.slice(0, n).reduce((sum, { data }) => sum + data.length, 0));
  while (at < whole.length) {
    const end = at + pieces;
    const first = starts.findIndex(place => place >= at && place < end);
    write(pes(whole.subarray(at, end), first < 0 ? undefined : timesOf(first)), flagsOf(begun++));
    at = end;
  }
  return Buffer.concat(packets);
};

/** A transport stream of one program. */
export const transportStream = (coded: readonly Coded[], options: TransportOptions = {}): Buffer =>
  Buffer.concat([tables([options]), transportPackets(coded, options)]);
