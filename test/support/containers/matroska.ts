/** Matroska files, put together element by element. */
import { deflateSync } from 'node:zlib';
import { be, type Coded } from './bytes.js';

export type MatroskaOptions = {
  /** Segment and clusters do not say how large they are, as in live streams. */
  readonly unknownSizes?: boolean;
  readonly cues?: boolean;
  /** So many frames in each block. */
  readonly lacing?: { readonly kind: 'xiph' | 'ebml'; readonly frames: number };
  /** Blocks in groups with durations, instead of simple ones. */
  readonly groups?: boolean;
  /** The first bytes of each frame, which are stored once. */
  readonly stripped?: Uint8Array;
  /** Frames are packed by zlib. */
  readonly zlib?: boolean;
  /** Elements of the track beside the usual ones. */
  readonly track?: Buffer;
  readonly codec?: string;
  readonly description?: Uint8Array;
  readonly clusterFrames?: number;
};

const idOf = (id: number): Buffer => be(id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
const unknown = Buffer.from([0x01, 255, 255, 255, 255, 255, 255, 255]);

/** An element; its size takes four bytes. */
export const element = (id: number, ...body: readonly Uint8Array[]): Buffer => {
  const whole = Buffer.concat(body);
  return Buffer.concat([idOf(id), be(0x10000000 + whole.length, 4), whole]);
};
const uint = (id: number, value: number): Buffer => element(id, be(value, 6));
const text = (id: number, value: string): Buffer => element(id, Buffer.from(value, 'latin1'));
const open = (id: number, ...body: readonly Uint8Array[]): Buffer =>
  Buffer.concat([idOf(id), unknown, ...body]);

const lacedSizes = (frames: readonly Uint8Array[], kind: 'xiph' | 'ebml'): Buffer => {
  const sizes = frames.slice(0, -1).map(({ length }) => length);
  if (kind === 'xiph') {
    return Buffer.from(
      sizes.flatMap(size => [...Array<number>(Math.floor(size / 255)).fill(255), size % 255]),
    );
  }
  const [first = 0, ...others] = sizes;
  const differences = others.map((size, n) => size - (sizes[n] as number) + 2 ** 20 - 1);
  return Buffer.concat([
    be(0x10000000 + first, 4),
    ...differences.map(difference => be(0x200000 + difference, 3)),
  ]);
};

/** Pictures 25 a second, one track. */
export const matroska = (coded: readonly Coded[], options: MatroskaOptions = {}): Buffer => {
  const { unknownSizes = false, lacing, groups = false, stripped, clusterFrames = 12 } = options;
  const stored = ({ data }: Coded): Uint8Array =>
    options.zlib ? deflateSync(data) : stripped ? data.subarray(stripped.length) : data;
  const block = (frames: readonly Coded[], from: number, simple: boolean): Buffer => {
    const [first] = frames as readonly [Coded];
    const flags =
      (simple && first.key ? 0x80 : 0) | (frames.length === 1 ? 0 : lacing?.kind === 'ebml' ? 6 : 2);
    const bodies = frames.map(stored);
    const laces =
      frames.length === 1
        ? []
        : [Buffer.from([frames.length - 1]), lacedSizes(bodies, lacing?.kind ?? 'xiph')];
    return Buffer.concat([
      Buffer.from([0x81]),
      be(40 * (first.time - from), 2),
      Buffer.from([flags]),
      ...laces,
      ...bodies,
    ]);
  };
  const cluster = (frames: readonly Coded[]): Buffer => {
    const from = Math.min(...frames.map(({ time }) => time));
    const size = lacing?.frames ?? 1;
    const blocks: Buffer[] = [];
    for (let n = 0; n < frames.length; n += size) {
      const some = frames.slice(n, n + size);
      const parts = [
        element(0xa1, block(some, from, false)),
        uint(0x9b, 40 * some.length),
        ...(some[0]?.key ? [] : [element(0xfb, be(-40, 2))]),
      ];
      blocks.push(groups ? element(0xa0, ...parts) : element(0xa3, block(some, from, true)));
    }
    return (unknownSizes ? open : element)(0x1f43b675, uint(0xe7, 40 * from), ...blocks);
  };
  const encoding = element(
    0x6d80,
    element(
      0x6240,
      options.zlib
        ? element(0x5034, uint(0x4254, 0))
        : element(0x5034, uint(0x4254, 3), element(0x4255, stripped ?? Buffer.alloc(0))),
    ),
  );
  const tracks = element(
    0x1654ae6b,
    element(
      0xae,
      uint(0xd7, 1),
      uint(0x83, 1),
      text(0x86, options.codec ?? 'V_MPEG4/ISO/AVC'),
      ...(options.description ? [element(0x63a2, options.description)] : []),
      ...(lacing ? [uint(0x23e383, 40_000_000)] : []),
      element(0xe0, uint(0xb0, 320), uint(0xba, 180)),
      ...(stripped || options.zlib ? [encoding] : []),
      ...(options.track ? [options.track] : []),
    ),
  );
  const info = element(0x1549a966, uint(0x2ad7b1, 1_000_000));
  const clusters: Buffer[] = [];
  const cues: Buffer[] = [];
  // Cues that stand in front have a size that does not depend on their numbers.
  const cuesAt = (offset: number): Buffer => {
    cues.length = 0;
    let at = offset;
    for (const [n, bytes] of clusters.entries()) {
      const time = 40 * (coded[n * clusterFrames] as Coded).time;
      cues.push(element(0xbb, uint(0xb3, time), element(0xb7, uint(0xf7, 1), uint(0xf1, at))));
      at += bytes.length;
    }
    return element(0x1c53bb6b, ...cues);
  };
  for (let n = 0; n < coded.length; n += clusterFrames) {
    clusters.push(cluster(coded.slice(n, n + clusterFrames)));
  }
  const front = Buffer.concat([info, tracks]);
  const table = options.cues ? cuesAt(front.length + cuesAt(0).length) : Buffer.alloc(0);
  return Buffer.concat([
    element(0x1a45dfa3, text(0x4282, 'matroska')),
    (unknownSizes ? open : element)(0x18538067, front, table, ...clusters),
  ]);
};
