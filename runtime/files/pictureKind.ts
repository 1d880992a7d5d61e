/** What a picture is by its first bytes, whatever its name. */

/** The formats that {@link pictureKind} tells. Each only holds pixels: an SVG or a PDF may name other files, and has no size of its own. */
export type PictureKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'heif';

// Little-endian and big-endian TIFF, and the same of BigTIFF.
const tiff = ['49492a00', '4d4d002a', '49492b00', '4d4d002b'];
const heifBrands = /^(avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|msf1|miaf)$/;

/** @internal How many bytes {@link pictureKind} looks at, at most. */
export const PICTURE_HEAD = 64;

/** @internal The format of a picture that begins with these bytes; undefined: it is no picture that is read here. */
export const pictureKind = (head: Uint8Array): PictureKind | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const begins = (hex: string): boolean => bytes.toString('hex', 0, hex.length / 2) === hex;
  if (begins('ffd8ff')) {
    return 'jpeg';
  }
  if (begins('89504e470d0a1a0a')) {
    return 'png';
  }
  if (begins('47494638')) {
    return 'gif';
  }
  if (tiff.some(begins)) {
    return 'tiff';
  }
  if (bytes.toString('latin1', 0, 4) === 'RIFF') {
    return bytes.toString('latin1', 8, 12) === 'WEBP' ? 'webp' : undefined;
  }
  return bytes.toString('latin1', 4, 8) === 'ftyp' && heifBrands.test(bytes.toString('latin1', 8, 12))
    ? 'heif'
    : undefined;
};
