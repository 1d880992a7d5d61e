/** MP4 files, put together box by box. */
import { be, type Coded } from './bytes.js';

/** A box. */
export const box = (type: string, ...body: readonly Uint8Array[]): Buffer => {
  const whole = Buffer.concat(body);
  return Buffer.concat([be(whole.length + 8, 4), Buffer.from(type, 'latin1'), whole]);
};
/** A box with version and flags. */
export const fullBox = (
  type: string,
  version: number,
  flags: number,
  ...body: readonly Uint8Array[]
): Buffer => box(type, be(version * 2 ** 24 + flags, 4), ...body);
const u32s = (...values: readonly number[]): Buffer => Buffer.concat(values.map(value => be(value, 4)));

/** What an edit list says: ticks of 1/1000 s, ticks of the track, and a rate. */
export type EditEntry = { readonly duration: number; readonly start: number; readonly rate?: number };

export type Mp4Options = {
  readonly description: Uint8Array;
  /** Ticks of the track a second; a frame lasts 40 ms. */
  readonly scale?: number;
  readonly edits?: readonly EditEntry[];
  /** Samples in fragments of so many, each in `runs` track runs. */
  readonly fragment?: {
    readonly frames: number;
    readonly runs?: number;
    readonly offsets?: 'moof' | 'file' | 'none';
  };
  /** Tables in their other form: co64, stz2. */
  readonly otherTables?: boolean;
  readonly extra?: readonly Buffer[];
};

const trackId = 1;

/** An MP4 of H.264, 25 frames a second, with times that may be negative. */
export const mp4 = (coded: readonly Coded[], options: Mp4Options): Buffer => {
  const { description, scale = 1000, edits, fragment, otherTables = false } = options;
  const step = (scale * 40) / 1000;
  const entry = box(
    'avc1',
    Buffer.concat([Buffer.alloc(6), be(1, 2), Buffer.alloc(16), be(320, 2), be(180, 2), Buffer.alloc(50)]),
    box('avcC', description),
  );
  const tabled = fragment ? [] : coded;
  const sizes = tabled.map(({ data }) => data.length);
  const keys = tabled.flatMap(({ key }, n) => (key ? [n + 1] : []));
  const stbl = (chunk: number): Buffer =>
    box(
      'stbl',
      fullBox('stsd', 0, 0, u32s(1), entry),
      fullBox('stts', 0, 0, tabled.length === 0 ? u32s(0) : u32s(1, tabled.length, step)),
      fullBox(
        'ctts',
        1,
        0,
        u32s(tabled.length),
        ...tabled.map(({ time }, n) => u32s(1, Math.round((time - n) * step))),
      ),
      fullBox('stss', 0, 0, u32s(keys.length, ...keys)),
      fullBox('stsc', 0, 0, tabled.length === 0 ? u32s(0) : u32s(1, 1, tabled.length, 1)),
      otherTables
        ? fullBox('stz2', 0, 0, u32s(16, sizes.length), ...sizes.map(size => be(size, 2)))
        : fullBox('stsz', 0, 0, u32s(0, sizes.length, ...sizes)),
      otherTables
        ? fullBox('co64', 0, 0, u32s(1), be(chunk, 8))
        : fullBox('stco', 0, 0, tabled.length === 0 ? u32s(0) : u32s(1, chunk)),
    );
  const elst = fullBox(
    'elst',
    0,
    0,
    u32s((edits ?? []).length),
    ...(edits ?? []).map(({ duration, start, rate = 1 }) => u32s(duration, start, rate * 0x10000)),
  );
  const moov = (chunk: number): Buffer =>
    box(
      'moov',
      fullBox('mvhd', 0, 0, u32s(0, 0, 1000, 40 * coded.length), Buffer.alloc(80)),
      box(
        'trak',
        fullBox('tkhd', 0, 3, u32s(0, 0, trackId), Buffer.alloc(68)),
        ...(edits ? [box('edts', elst)] : []),
        box(
          'mdia',
          fullBox('mdhd', 0, 0, u32s(0, 0, scale, step * coded.length), Buffer.alloc(4)),
          fullBox('hdlr', 0, 0, Buffer.alloc(4), Buffer.from('vide'), Buffer.alloc(13)),
          box('minf', stbl(chunk)),
        ),
      ),
      ...(fragment ? [box('mvex', fullBox('trex', 0, 0, u32s(trackId, 1, step, 0, 0x10000)))] : []),
      ...(options.extra ?? []),
    );
  const head = box('ftyp', Buffer.from('isom'), Buffer.alloc(4), Buffer.from('isom'));
  const data = Buffer.concat(tabled.map(sample => sample.data));
  const parts = [head, moov(head.length + moov(0).length + 8)];
  if (!fragment) {
    return Buffer.concat([...parts, box('mdat', data)]);
  }
  let written = Buffer.concat(parts).length;
  for (let n = 0; n < coded.length; n += fragment.frames) {
    const part = fragmentOf(coded.slice(n, n + fragment.frames), n, step, fragment, written);
    parts.push(part);
    written += part.length;
  }
  return Buffer.concat(parts);
};

const fragmentOf = (
  coded: readonly Coded[],
  first: number,
  step: number,
  { runs = 1, offsets = 'moof' }: NonNullable<Mp4Options['fragment']>,
  start: number,
): Buffer => {
  const perRun = Math.ceil(coded.length / runs);
  const made = (moofSize: number): Buffer => {
    const truns: Buffer[] = [];
    for (let n = 0; n < coded.length; n += perRun) {
      const some = coded.slice(n, n + perRun);
      const samples = some.map(({ data, key, time }, k) =>
        u32s(data.length, key ? 0 : 0x10000, Math.round((time - first - n - k) * step)),
      );
      // Only the first run says where its data begins.
      const where = n === 0 && offsets !== 'none';
      const place = offsets === 'file' ? 0 : moofSize + 8;
      truns.push(
        fullBox('trun', 1, 0xe00 | (where ? 1 : 0), u32s(some.length, ...(where ? [place] : [])), ...samples),
      );
    }
    const base =
      offsets === 'file'
        ? [be(start + moofSize + 8, 8)]
        : offsets === 'none'
          ? [be(start + moofSize + 8, 8)]
          : [];
    const flags = offsets === 'moof' ? 0x20000 : 1;
    return box(
      'moof',
      fullBox('mfhd', 0, 0, u32s(first)),
      box(
        'traf',
        fullBox('tfhd', 0, flags, u32s(trackId), ...base),
        fullBox('tfdt', 1, 0, be(first * step, 8)),
        ...truns,
      ),
    );
  };
  const moof = made(made(0).length);
  return Buffer.concat([moof, box('mdat', ...coded.map(({ data }) => data))]);
};
