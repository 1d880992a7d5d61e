import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import type { HostTensor } from '../device/tensor.js';
import { ArgumentError, CuweaveError, describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import type { HostImage } from './framePlanes.js';

/** What may be wrong with a picture's file. */
export type PictureErrorCode = 'notFound' | 'unreadable' | 'notPicture' | 'notWritten' | 'noLibrary';

/** A picture cannot be read or written. */
export class PictureError extends CuweaveError {
  override readonly name = 'PictureError';
  constructor(
    readonly code: PictureErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message);
    this.cause = options?.cause;
  }
}

/** 8-bit channels side by side, rows without padding. */
export type HostPicture = {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
};

// Formats that only hold pixels: an SVG or a PDF may name other files, and has no size of its own.
const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif'];

/** @internal sharp, loaded when it is first needed. */
export const loadSharp = async (): Promise<typeof import('sharp')['default']> => {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PictureError(
      'noLibrary',
      `Expected sharp to read and write pictures but it does not load: ${why}`,
      {
        cause,
      },
    );
  }
};

/**
 * Reads a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF) as 8-bit RGB. It is turned upright as its EXIF orientation says and
 * converted to sRGB by its colour profile; transparent pixels are composited over black. Of an animation, the first frame.
 *
 * @param source A file's path, or its bytes.
 * @returns An image for `Image.fromHost`, format `rgb8`.
 * @throws {PictureError} when the file is not there, or holds no picture that is known.
 */
export const readPicture = async (
  source: string | Uint8Array,
): Promise<HostImage & { readonly format: 'rgb8'; readonly data: Uint8Array }> => {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    throw expected('a path or the bytes of a picture', 'source', describe(source));
  }
  const what = typeof source === 'string' ? source : `${source.byteLength} bytes`;
  if (typeof source === 'string') {
    const found = await stat(source).catch((cause: Error) => {
      throw new PictureError(
        'notFound',
        `Expected a picture at ${source} but there is none: ${cause.message}`,
        {
          cause,
        },
      );
    });
    if (!found.isFile()) {
      throw new PictureError('unreadable', `Expected a picture at ${source} but it is no file`);
    }
  }
  const sharp = await loadSharp();
  try {
    const picture: Sharp = sharp(source);
    const { format } = await picture.metadata();
    if (!formats.includes(format)) {
      throw new Error(`its format is ${format}`);
    }
    const { data, info } = await picture
      .autoOrient()
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const rgb = channels === 3 ? data : spread(data, width * height, channels);
    return { format: 'rgb8', width, height, data: rgb, planes: [{ data: rgb, pitch: 3 * width, offset: 0 }] };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PictureError(
      'notPicture',
      `Expected a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF) in ${what} but: ${why}`,
      {
        cause,
      },
    );
  }
};

/** Gray to RGB. */
const spread = (data: Uint8Array, pixels: number, channels: number): Uint8Array => {
  const rgb = new Uint8Array(3 * pixels);
  for (let n = 0; n < pixels; n++) {
    rgb.fill(data[n * channels], 3 * n, 3 * n + 3);
  }
  return rgb;
};

/** Why a tensor cannot be shown as pictures, or nothing. */
export const notPictures = ({
  dtype,
  layout,
  channels,
}: {
  dtype: string;
  layout?: string;
  channels: number;
}) => {
  if (dtype !== 'u8') {
    return `its values are ${dtype}, and pictures hold u8`;
  }
  if (!layout) {
    return 'it is not one tensor';
  }
  return [1, 3, 4].includes(channels)
    ? undefined
    : `it has ${channels} channels, and pictures have 1, 3 or 4`;
};

/**
 * A u8 tensor in host memory as pictures, one per image of the batch.
 *
 * @param tensor u8 of shape [N, H, W, C], [N, C, H, W], [H, W, C] or [C, H, W], as its layout says; C is 1, 3 or 4.
 */
export const picturesOf = (tensor: HostTensor): HostPicture[] => {
  const { layout, dtype, data } = tensor;
  const shape = layout.startsWith('N') ? tensor.shape : [1, ...tensor.shape];
  const interleaved = layout.endsWith('C');
  const [count] = shape;
  const [height, width, channels] = interleaved ? shape.slice(1) : [shape[2], shape[3], shape[1]];
  const wrong = notPictures({ dtype, layout, channels });
  if (wrong || !(data instanceof Uint8Array)) {
    throw expected('a u8 tensor of 1, 3 or 4 channels', 'tensor', `${dtype} ${layout}: ${wrong}`);
  }
  const size = height * width * channels;
  return Array.from({ length: count }, (_, n) => {
    const image = data.subarray(n * size, (n + 1) * size);
    return {
      width,
      height,
      channels: channels as HostPicture['channels'],
      data: interleaved ? image : interleave(image, height * width, channels),
    };
  });
};

const interleave = (planes: Uint8Array, pixels: number, channels: number): Uint8Array => {
  const out = new Uint8Array(planes.length);
  for (let c = 0; c < channels; c++) {
    for (let n = 0; n < pixels; n++) {
      out[n * channels + c] = planes[c * pixels + n];
    }
  }
  return out;
};

const isOnDevice = (given: object): boolean => 'toHost' in given;
const isTensor = (picture: object): picture is HostTensor => 'layout' in picture;
const isImage = (picture: object): picture is HostImage => 'planes' in picture;

/** One picture from any of the forms that {@link writePicture} takes. */
const onePicture = (picture: HostPicture | HostTensor | HostImage): HostPicture => {
  const [one, ...others] = toPictures(picture);
  if (!one || others.length > 0) {
    throw expected('a tensor of one image', 'picture', `${others.length + (one ? 1 : 0)} images`);
  }
  return one;
};

/** @internal The pictures in any of the forms that {@link writePicture} takes; a tensor may hold several. */
export const toPictures = (picture: HostPicture | HostTensor | HostImage): readonly HostPicture[] => {
  if (typeof picture !== 'object' || picture === null) {
    throw expected('a u8 tensor, an rgb8 image or a picture in host memory', 'picture', describe(picture));
  }
  if (isOnDevice(picture)) {
    const hint = `Give what \`await ${isTensor(picture) ? 'tensor' : 'image'}.toHost()\` gives.`;
    throw expected('a picture in host memory', 'picture', describe(picture), hint);
  }
  if (isTensor(picture)) {
    return picturesOf(picture);
  }
  if (isImage(picture)) {
    return [imageAsPicture(picture)];
  }
  requireKnown(picture, ['width', 'height', 'channels', 'data'], 'picture');
  return [picture];
};

const imageAsPicture = (picture: HostImage): HostPicture => {
  const { pitch } = picture.planes[0];
  if (picture.format !== 'rgb8' || pitch !== 3 * picture.width) {
    throw expected(
      'an rgb8 image without padding',
      'picture',
      `${picture.format} with a pitch of ${pitch} bytes`,
      picture.format === 'rgb8' ? '' : 'A pipeline that ends with rgb8() makes a picture of it.',
    );
  }
  const [plane] = picture.planes;
  // `Image.toHost` gives planes of their own, without an offset.
  const start = plane.offset ?? 0;
  const data = plane.data.subarray(start, start + plane.pitch * picture.height);
  return { width: picture.width, height: picture.height, channels: 3, data };
};

/** The formats that {@link writePicture} knows by their file extension. */
export const pictureExtensions = ['.png', '.jpg', '.jpeg'] as const;

/**
 * Writes a picture: PNG without loss, or JPEG of quality 95 without chroma subsampling, by the file's extension.
 *
 * @param path The file, `.png`, `.jpg` or `.jpeg`; one that is there is written over.
 * @param picture A u8 tensor of one image (`Tensor.toHost`), an `rgb8` image, or 8-bit channels side by side.
 * @throws {ArgumentError} when that is no picture, or still on its device.
 * @throws {PictureError} `notWritten`, when the file cannot be written.
 */
export const writePicture = async (
  path: string,
  picture: HostPicture | HostTensor | HostImage,
): Promise<void> => {
  const extension = extname(path).toLowerCase();
  if (!(pictureExtensions as readonly string[]).includes(extension)) {
    throw expected(`a file name that ends with ${pictureExtensions.join(', ')}`, 'path', describe(path));
  }
  const { width, height, channels, data } = onePicture(picture);
  if (data.length !== width * height * channels) {
    throw expected(`${width * height * channels} bytes`, 'picture.data', `${data.length} bytes`);
  }
  const jpeg = extension !== '.png';
  if (jpeg && channels === 4) {
    throw new ArgumentError(
      'Expected 1 or 3 channels for a JPEG but received RGBA. Write a .png instead.',
      'path',
    );
  }
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels } });
  try {
    await (jpeg ? image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }) : image.png()).toFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.trim().replaceAll('\n', '; ') : String(cause);
    throw new PictureError('notWritten', `Expected to write a picture to ${path} but: ${why}`, { cause });
  }
};
