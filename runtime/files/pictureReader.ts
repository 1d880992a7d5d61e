/** Reads pictures as 8-bit sRGB. sharp decodes them; what it leaves in other colours or other numbers is converted here, or refused by name. */
import { stat } from 'node:fs/promises';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { describe, expected, shown } from '../errors.js';
import { requireKnown } from '../options.js';
import { colourCodes, type ToSrgb, toSrgb } from './codedColour.js';
import { headOf, kindOfFile } from './fileHead.js';
import type { HostImage } from './framePlanes.js';
import { loadSharp, PictureError } from './picture.js';
import { pictureKind } from './pictureKind.js';

/** How to read a picture. */
export type PictureOptions = {
  /** What a picture may have at most, so that a small file cannot fill the memory. */
  readonly limits?: {
    /** Width × height. Default 2²⁷ (134,217,728): 384 MiB of RGB. */
    readonly pixels?: number;
  };
};

/** A picture that was read. */
export type ReadPicture = HostImage & { readonly format: 'rgb8'; readonly data: Uint8Array };

const defaultPixels = 2 ** 27;
// Colours and their codes stand before the pixels; a large profile may stand before them.
const headBytes = 2 ** 18;

/**
 * Reads a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF) as 8-bit sRGB. It is turned upright as its EXIF orientation says; transparent pixels
 * are composited over black; of an animation it is the first frame. Its colours are converted by its ICC profile, or by its code points of
 * ITU-T H.273 (PNG's cICP, AVIF's nclx), at its own depth; what has neither is taken for sRGB. Samples of 16 bits are rounded to 8. Floats of
 * a TIFF are sRGB values of 0..1.
 *
 * @param source A file's path, or its bytes. A path names a regular file: neither a FIFO nor a device.
 * @returns An image for `Image.fromHost`, format `rgb8`.
 * @throws {PictureError} `notFound`, `unreadable` or `notPicture`; `unsupported`, where its pixels have no right form in 8-bit sRGB: HDR
 *   pictures (PQ, HLG), floats outside of 0..1, integers of 32 bits; `limit`, where it has more pixels than `options.limits.pixels`.
 */
export const readPicture = async (
  source: string | Uint8Array,
  options: PictureOptions = {},
): Promise<ReadPicture> => {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    throw expected('a path or the bytes of a picture', 'source', describe(source));
  }
  const most = pixelLimit(options);
  const what = typeof source === 'string' ? shown(source) : `${source.byteLength} bytes`;
  const size = typeof source === 'string' ? await sizeOfFile(source) : source.byteLength;
  const head = typeof source === 'string' ? await headOf(source, headBytes) : source.subarray(0, headBytes);
  const kind = head && pictureKind(head);
  if (!kind) {
    throw notPicture(what, 'its first bytes are not those of any of them');
  }
  if (kind === 'png') {
    checkPngSize(head, size, what);
  }
  const sharp = await loadSharp();
  const open = (more?: SharpOptions): Sharp =>
    sharp(source, { ...more, limitInputPixels: false }).autoOrient();
  try {
    const metadata = await open().metadata();
    const { width, height } = metadata;
    if (width * height > most) {
      throw new PictureError(
        'limit',
        `${what} has ${width}×${height} pixels, and options.limits.pixels allows ${most}: ` +
          'raise the limit if the file is to be trusted',
      );
    }
    // An ICC profile goes before the codes of an AVIF, and after those of a PNG.
    const codes = kind === 'heif' && metadata.hasProfile ? undefined : colourCodes(head, kind);
    if (codes && kind === 'png' && !codes.full) {
      throw unsupported(what, 'its range is limited (cICP), which PNG viewers do not agree upon');
    }
    const convert = codes && toSrgb(codes);
    if (typeof convert === 'string') {
      throw unsupported(what, convert);
    }
    const samples = await samplesOf(metadata, what, codes !== undefined, open);
    return toRgb8(samples, convert, what);
  } catch (cause) {
    if (cause instanceof PictureError) {
      throw cause;
    }
    throw notPicture(what, cause instanceof Error ? cause.message : String(cause), cause);
  }
};

const pixelLimit = (options: PictureOptions): number => {
  requireKnown(options, ['limits'], 'options');
  const { limits = {} } = options;
  requireKnown(limits, ['pixels'], 'options.limits');
  const { pixels = defaultPixels } = limits;
  if (typeof pixels !== 'number' || !(pixels >= 1)) {
    throw expected('a number of pixels, at least 1', 'options.limits.pixels', describe(pixels));
  }
  return pixels;
};

const sizeOfFile = async (path: string): Promise<number> => {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    throw new PictureError(
      isMissing ? 'notFound' : 'unreadable',
      isMissing
        ? `There is no picture at ${shown(path)}`
        : `The picture at ${shown(path)} cannot be read: ${shown(cause.message)}`,
      { cause },
    );
  });
  if (!found.isFile()) {
    throw new PictureError(
      'unreadable',
      `Cannot read a picture from ${shown(path)}: it is ${kindOfFile(found)}`,
    );
  }
  return found.size;
};

// What one byte of DEFLATE holds at most. Source: zlib's technical details, "Maximum Compression Factor".
const mostInflated = 1032;
/** Samples of a pixel by the colour type. Source: PNG (W3C), 11.2.1. */
const pngSamples = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** Refuses a PNG that announces more pixels than its bytes can hold: its memory would be asked for before they are missed. */
const checkPngSize = (head: Uint8Array, size: number, what: string): void => {
  if (head.length < 26) {
    return;
  }
  const view = new DataView(head.buffer, head.byteOffset);
  const [width, height, depth] = [view.getUint32(16), view.getUint32(20), view.getUint8(24)];
  const bits = depth * (pngSamples.get(view.getUint8(25)) ?? 1);
  if ((width * height * bits) / 8 > mostInflated * size) {
    throw notPicture(what, `its ${size} bytes cannot hold the ${width}×${height} pixels that it announces`);
  }
};

const notPicture = (what: string, why: string, cause?: unknown): PictureError =>
  new PictureError('notPicture', `${what} is not a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF): ${why}`, {
    cause,
  });
const unsupported = (what: string, why: string): PictureError =>
  new PictureError('unsupported', `Cannot read ${what} as 8-bit sRGB: ${why}`);

/** Channels side by side. */
type Samples = {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
  /** How many of its steps are one of 8 bits. */
  readonly step: number;
};

// Leads back what was widened from 8 bits, be it by 257, as PNG says, or by 256, as libvips does.
const stepOf16 = 256.5;

/** The pixels in sRGB, or where `coded` in the picture's own primaries and transfer, at a depth that loses nothing. */
const samplesOf = async (
  { space, depth, hasProfile, hasAlpha, icc }: Metadata,
  what: string,
  coded: boolean,
  open: (more?: SharpOptions) => Sharp,
): Promise<Samples> => {
  if (depth === 'uchar') {
    const own = open({ ignoreIcc: coded });
    const { data, info } = await (coded ? own : own.flatten({ background: '#000' }))
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { ...info, data, step: 1 };
  }
  if (depth === 'ushort' && space === 'grey16' && hasProfile) {
    // sharp applies profiles of gray pictures to 8 bits only.
    const { data, info } = await open()
      .pipelineColourspace('b-w')
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { ...info, data, step: 1 };
  }
  if (depth === 'ushort' && (space === 'rgb16' || space === 'grey16')) {
    const wide = open({ ignoreIcc: true }).toColourspace('rgb16');
    const converted = !coded && isRgbProfile(icc) ? wide.withIccProfile('srgb') : wide;
    const { data, info } = await converted.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
    const pixels = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    return { ...info, data: pixels, step: stepOf16 };
  }
  if (depth === 'float' && (space === 'scrgb' || (space === 'b-w' && !hasAlpha))) {
    if (hasProfile) {
      throw unsupported(what, 'it holds floats with a colour profile: save it with 16 bits');
    }
    const { data, info } = await open()
      .pipelineColourspace(space)
      .toColourspace(space)
      .raw({ depth: 'float' })
      .toBuffer({ resolveWithObject: true });
    const floats = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    return { ...info, data: floats16(floats, what), step: 257 };
  }
  throw unsupported(what, `its samples are ${depth} in ${space}: save it with 8 or 16 bits for a sample`);
};

/** Whether these bytes are a profile for RGB. Source: ICC.1:2022, table 17. */
const isRgbProfile = (icc: Buffer | undefined): boolean =>
  icc?.toString('latin1', 36, 40) === 'acsp' && icc.toString('latin1', 16, 20) === 'RGB ';

/** Values of 0..1 as codes of 16 bits. A rounding beyond is no other picture. */
const floats16 = (floats: Float32Array, what: string): Uint16Array => {
  const slack = 1 / 512;
  return Uint16Array.from(floats, v => {
    if (!(v >= -slack && v <= 1 + slack)) {
      throw unsupported(
        what,
        `its floats reach ${v}, and those of 0 to 1 are read: scale it, or tone-map it`,
      );
    }
    return Math.round(65535 * Math.min(Math.max(v, 0), 1));
  });
};

/** Gray to RGB, transparency over black, 16 bits to 8. */
const toRgb8 = (samples: Samples, convert: ToSrgb | undefined, what: string): ReadPicture => {
  const { width, height, channels } = samples;
  const colours = channels < 3 ? 1 : 3;
  if (channels > 4) {
    throw unsupported(what, `it has ${channels} channels: save it as RGB`);
  }
  let { data, step } = samples;
  if (convert && colours === 3) {
    if (data instanceof Uint8Array) {
      data = Uint16Array.from(data, v => 257 * v);
      step = 257;
    }
    convert(data, channels);
  }
  const pixels = width * height;
  const isPlain = data instanceof Uint8Array && channels === 3;
  const rgb = isPlain ? (data as Uint8Array) : new Uint8Array(3 * pixels);
  if (!isPlain) {
    const opaque = data instanceof Uint8Array ? 255 : 65535;
    const values = data;
    const sample = (at: number): number => values[at] as number;
    for (let n = 0, at = 0; n < pixels; n++, at += channels) {
      const share = (channels === colours ? 1 : sample(at + colours) / opaque) / step;
      for (let c = 0; c < 3; c++) {
        rgb[3 * n + c] = Math.round(share * sample(at + (colours === 1 ? 0 : c)));
      }
    }
  }
  return { format: 'rgb8', width, height, data: rgb, planes: [{ data: rgb, pitch: 3 * width, offset: 0 }] };
};
