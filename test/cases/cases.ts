/** Small files of real-life kinds that are easily read wrongly; README.md says what each is. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { VideoFrame } from '../../runtime/index.js';

/** The path of a file in the folder video. */
export const caseVideo = (name: string): string => casePath(`video/${name}`);
/** A path below this folder as one of the machine. */
export const casePath = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const inVideo = read('expected.json') as Readonly<Record<string, { readonly frames: readonly string[] }>>;
const inContainers = read('containers/expected.json') as Readonly<Record<string, readonly string[]>>;

/** The MD5 of each frame that FFmpeg shows of a file, by its path below this folder: what {@link md5OfFrame} gives. */
export const expectedFrames: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...Object.entries(inVideo).map(([name, { frames }]) => [`video/${name}`, frames] as const),
  ...Object.entries(inContainers).map(([name, frames]) => [`containers/${name}`, frames] as const),
]);

/** The MD5 of a frame's samples as FFmpeg has them: planes one behind the other, without padding. */
export const md5OfFrame = ({
  format,
  width,
  height,
  planes,
}: Awaited<ReturnType<VideoFrame['toHost']>>): string => {
  const sum = createHash('md5');
  const isHalved = /^(nv12|p01\d|yuv420p)/.test(format);
  const rowsOf = (n: number, values: number): Uint8Array[] => {
    const { data, pitch } = planes[n]!;
    const size = data.BYTES_PER_ELEMENT;
    const rows = n > 0 && isHalved ? Math.ceil(height / 2) : height;
    return Array.from(
      { length: rows },
      (_, row) => new Uint8Array(data.buffer, data.byteOffset + row * pitch, values * size),
    );
  };
  const across = isHalved ? Math.ceil(width / 2) : width;
  if (planes.length === 2) {
    const chroma = rowsOf(1, 2 * across);
    const size = planes[1]!.data.BYTES_PER_ELEMENT;
    const everySecond = (row: Uint8Array, first: number): Uint8Array =>
      Uint8Array.from({ length: across * size }, (_, n) => row[2 * n - (n % size) + first * size]!);
    for (const row of [
      ...rowsOf(0, width),
      ...chroma.map(row => everySecond(row, 0)),
      ...chroma.map(row => everySecond(row, 1)),
    ]) {
      sum.update(row);
    }
  } else {
    for (const row of planes.flatMap((_, n) => rowsOf(n, n === 0 ? width : across))) {
      sum.update(row);
    }
  }
  return sum.digest('hex');
};
