import { requireInteger } from '../device/dtype.js';
import type { HostTensor } from '../device/tensor.js';
import { requireKnown } from '../options.js';
import type { HostImage } from './framePlanes.js';
import { type HostPicture, loadSharp, requirePictureName, toPictures, writePicture } from './picture.js';

const gap = 4;

/** How a contact sheet looks. */
export type SheetOptions = {
  /** How many pictures it has at most, evenly chosen among all; default: all that there are. */
  readonly tiles?: number;
  /** A picture's width on it, in pixels, 1..4096. Default 160. */
  readonly width?: number;
};

type Tile = { readonly data: Buffer; readonly width: number; readonly height: number };

/**
 * Collects pictures of a stretch whose length is not known, and lays out `tiles` of them, evenly spread, or all if there are fewer. Of the
 * pictures that come by it keeps at most twice as many as it needs.
 */
export class ContactSheet {
  private tiles: Tile[] = [];
  private seen = 0;
  private step = 1;

  constructor(private readonly options: SheetOptions = {}) {}

  /** Shows the sheet a picture; it keeps every n-th, and a larger n as they become many. */
  async add(picture: HostPicture): Promise<void> {
    if (this.seen++ % this.step !== 0) {
      return;
    }
    const { width, height, channels, data } = picture;
    const sharp = await loadSharp();
    const tile = await sharp(data, { raw: { width, height, channels } })
      .flatten({ background: '#000' })
      .resize({ width: this.options.width ?? 160 })
      .toColourspace('srgb')
      .png()
      .toBuffer({ resolveWithObject: true });
    this.tiles.push({ data: tile.data, width: tile.info.width, height: tile.info.height });
    if (this.tiles.length > 2 * this.limit) {
      this.tiles = this.tiles.filter((_, n) => n % 2 === 0);
      this.step *= 2;
    }
  }

  private get limit(): number {
    return this.options.tiles ?? Number.POSITIVE_INFINITY;
  }

  /** Writes the sheet as PNG or JPEG, about as wide as high in tiles. Returns the number of pictures on it. */
  async write(path: string): Promise<number> {
    const count = Math.min(this.limit, this.tiles.length);
    const tiles = Array.from(
      { length: count },
      (_, n) => this.tiles[Math.floor((n * this.tiles.length) / count)] as Tile,
    );
    if (tiles.length === 0) {
      return 0;
    }
    const columns = Math.ceil(Math.sqrt(tiles.length));
    const rows = Math.ceil(tiles.length / columns);
    const cellWidth = Math.max(...tiles.map(tile => tile.width)) + gap;
    const cellHeight = Math.max(...tiles.map(tile => tile.height)) + gap;
    const sharp = await loadSharp();
    const { data, info } = await sharp({
      create: {
        width: columns * cellWidth + gap,
        height: rows * cellHeight + gap,
        channels: 3,
        background: '#202020',
      },
    })
      .composite(
        tiles.map((tile, n) => ({
          input: tile.data,
          left: gap + (n % columns) * cellWidth,
          top: gap + Math.floor(n / columns) * cellHeight,
        })),
      )
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    await writePicture(path, { width: info.width, height: info.height, channels: 3, data });
    return tiles.length;
  }
}

/**
 * Writes one picture with many small ones on it, row by row: all that are given, or `options.tiles` of them, evenly chosen.
 *
 * @param path The file, `.png` or `.jpg`; one that is there is written over.
 * @param pictures u8 tensors of any number of images, as `Tensor.toHost` gives them, `rgb8` images, or pictures.
 * @returns How many pictures are on the sheet; with none, no file is written.
 * @throws {PictureError} `notWritten`, when the file cannot be written.
 */
export const contactSheet = async (
  path: string,
  pictures: readonly (HostTensor | HostPicture | HostImage)[],
  options: SheetOptions = {},
): Promise<number> => {
  requireKnown(options, ['tiles', 'width'], 'options');
  requireInteger(options.tiles ?? 1, 1, 65535, 'options.tiles');
  requireInteger(options.width ?? 160, 1, 4096, 'options.width');
  requirePictureName(path);
  const sheet = new ContactSheet(options);
  for (const some of pictures) {
    for (const picture of toPictures(some)) {
      await sheet.add(picture);
    }
  }
  return sheet.write(path);
};
