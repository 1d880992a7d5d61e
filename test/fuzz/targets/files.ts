/** Pictures and arrays in files. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readNpy } from '../../../runtime/files/npyReader.js';
import { CuweaveError, readPicture, writeNpy } from '../../../runtime/index.js';
import { changeBytes } from '../mutate/bytes.js';
import { changePieces } from '../mutate/pictures.js';
import { type Target, Wrong } from '../target.js';

const isTyped = (error: unknown): boolean => error instanceof CuweaveError;

const pictures = async (): Promise<readonly Uint8Array[]> => {
  const stored: Uint8Array[] = [];
  for (const name of ['media/decode', 'cases/pictures']) {
    const folder = new URL(`../../${name}/`, import.meta.url);
    for (const file of (await readdir(folder)).filter(entry => /\.(jpg|png|tif)$/.test(entry)).sort()) {
      stored.push(await readFile(new URL(file, folder)));
    }
  }
  const drawn = Uint8Array.from({ length: 24 * 16 * 4 }, (_, n) => (n * 7) % 256);
  const of = (channels: 3 | 4) =>
    sharp(drawn.subarray(0, 24 * 16 * channels), { raw: { width: 24, height: 16, channels } });
  return [
    ...stored,
    await of(3).jpeg().toBuffer(),
    await of(3).png().toBuffer(),
    await of(4).png({ palette: true }).toBuffer(),
    await of(4).png({ progressive: true }).toBuffer(),
    await of(3).webp().toBuffer(),
    await of(4).webp({ lossless: true }).toBuffer(),
    await of(4).gif().toBuffer(),
    await of(3).tiff({ compression: 'lzw' }).toBuffer(),
    await of(3).tiff({ compression: 'none', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    await of(3).avif({ effort: 0 }).toBuffer(),
    await of(3)
      .withExif({ IFD0: { ImageDescription: 'drawn' } })
      .jpeg()
      .toBuffer(),
  ].map(bytes => new Uint8Array(bytes));
};

/** Reads pictures. */
export const picture = (): Target => ({
  name: 'picture',
  seeds: pictures,
  change: (random, bytes) => (random.next() < 0.5 ? changePieces(random, bytes) : changeBytes(random, bytes)),
  isTyped,
  run: async bytes => {
    const { width, height, data } = await readPicture(bytes);
    if (data.length !== 3 * width * height) {
      throw new Wrong('a picture has other bytes than its size says');
    }
    return 'picture';
  },
});

// What the header of an array may hold in the place of its words.
const odd = [
  '0',
  '-1',
  '9'.repeat(30),
  '1e9',
  '(',
  "'",
  '',
  'True',
  '<f8',
  '>f4',
  '|O',
  ' '.repeat(300),
  '4, 4,',
];

/** Reads .npy files, as options of `cuweave run` do. */
export const npy = async (): Promise<Target> => {
  const folder = await mkdtemp(join(tmpdir(), 'cuweave-fuzz-'));
  const path = join(folder, 'given.npy');
  const of = async (shape: readonly number[], data: Uint8Array | Float32Array): Promise<Uint8Array> => {
    await writeNpy(path, { shape, dtype: data instanceof Uint8Array ? 'u8' : 'f32', layout: 'HWC', data });
    return readFile(path);
  };
  return {
    name: 'npy',
    seeds: async () => [
      await of([2, 3, 4], new Uint8Array(24)),
      await of([4, 4, 2], new Float32Array(32)),
      await of([1], new Float32Array(1)),
    ],
    change: (random, bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      const words = [...text.slice(0, 192).matchAll(/\d+|'[^']*'|\w+|[(){},:]/g)];
      if (words.length === 0 || random.next() < 0.5) {
        return changeBytes(random, bytes);
      }
      const { index, 0: word } = random.pick(words);
      return Buffer.from(text.slice(0, index) + random.pick(odd) + text.slice(index + word.length), 'latin1');
    },
    isTyped,
    run: async bytes => {
      await writeFile(path, bytes);
      const { shape, data } = await readNpy(path);
      if (data.length !== shape.reduce((product, extent) => product * extent, 1)) {
        throw new Wrong('an array has other values than its shape says');
      }
      return 'array';
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
};
