import { extname } from 'node:path';
import type { HostTensor } from '../device/tensor.js';
import { ArgumentError, CuweaveError, describe, expected } from '../errors.js';
import { lazily, systemCode, systemRemedy } from '../libraries.js';
import { requireKnown } from '../options.js';
import type { HostImage } from './framePlanes.js';
import { FileError, writeWhole } from './wholeFile.js';

/**
 * What may be wrong with a picture's file.
 * - `notFound`, `unreadable`: the file is not there, or cannot be read.
 * - `notPicture`: no format that is read here, or a damaged one.
 * - `unsupported`: a picture whose pixels have no right form in 8-bit sRGB.
 * - `limit`: it goes beyond `options.limits`.
 * - `notWritten`: the file cannot be written.
 * - `noLibrary`: sharp does not load on this machine.
 */
export type PictureErrorCode =
  | 'notFound'
  | 'unreadable'
  | 'notPicture'
  | 'unsupported'
  | 'limit'
  | 'notWritten'
  | 'noLibrary';

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

const importSharp = lazily(async () => (await import('sharp')).default);

/** @internal sharp, loaded when it is first needed. */
export const loadSharp = async (): Promise<typeof import('sharp')['default']> => {
  try {
    return await importSharp();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const code = systemCode(cause);
    const remedy =
      code === 'EMFILE' || code === 'ENFILE'
        ? systemRemedy(code)
        : '\nInstall with optional dependencies, so that its binary for this platform comes along: npm install --include=optional sharp';
    throw new PictureError(
      'noLibrary',
      `sharp, which reads and writes pictures, does not load on ${process.platform}-${process.arch}: ${why}${remedy}`,
      { cause },
    );
  }
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
  const [count = 0, first = 0, second = 0, third = 0] = shape;
  const [height, width, channels] = interleaved ? [first, second, third] : [second, third, first];
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
      out[n * channels + c] = planes[c * pixels + n] as number;
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
  const [plane] = picture.format === 'rgb8' ? picture.planes : [];
  if (plane?.pitch !== 3 * picture.width) {
    throw expected(
      'an rgb8 image without padding',
      'picture',
      `${picture.format} with a pitch of ${picture.planes[0]?.pitch} bytes`,
      picture.format === 'rgb8' ? '' : 'A pipeline that ends with rgb8() makes a picture of it.',
    );
  }
  // `Image.toHost` gives planes of their own, without an offset.
  const start = plane.offset ?? 0;
  const data = plane.data.subarray(start, start + plane.pitch * picture.height);
  return { width: picture.width, height: picture.height, channels: 3, data };
};

/** The formats that {@link writePicture} knows by their file extension. */
export const pictureExtensions = ['.png', '.jpg', '.jpeg'] as const;

/** @internal Throws where a file's name does not end as that of a picture; else its extension in lower case. */
export const requirePictureName = (path: unknown, where = 'path'): string => {
  const extension = typeof path === 'string' ? extname(path).toLowerCase() : '';
  if (!(pictureExtensions as readonly string[]).includes(extension)) {
    throw expected(`a file name that ends with ${pictureExtensions.join(', ')}`, where, describe(path));
  }
  return extension;
};

/**
 * Writes a picture: PNG without loss, or JPEG of quality 95 without chroma subsampling, by the file's extension.
 *
 * @param path The file, `.png`, `.jpg` or `.jpeg`; one that is there is written over.
 * @param picture A u8 tensor of one image (`Tensor.toHost`), an `rgb8` image, or 8-bit channels side by side.
 * @throws {ArgumentError} when that is no picture, or still on its device.
 * @throws {PictureError} `notWritten`, when the file cannot be written; the one that was there stays then.
 */
export const writePicture = async (
  path: string,
  picture: HostPicture | HostTensor | HostImage,
): Promise<void> => {
  const jpeg = requirePictureName(path) !== '.png';
  const { width, height, channels, data } = onePicture(picture);
  if (data.length !== width * height * channels) {
    throw expected(`${width * height * channels} bytes`, 'picture.data', `${data.length} bytes`);
  }
  if (jpeg && channels === 4) {
    throw new ArgumentError(
      'Expected 1 or 3 channels for a JPEG but received RGBA. Write a .png instead.',
      'path',
    );
  }
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels } });
  try {
    const encoded = jpeg ? image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }) : image.png();
    await writeWhole(path, await encoded.toBuffer());
  } catch (cause) {
    if (cause instanceof FileError) {
      throw new PictureError('notWritten', cause.message, { cause: cause.cause ?? cause });
    }
    const why = cause instanceof Error ? cause.message.trim().replaceAll('\n', '; ') : String(cause);
    throw new PictureError('notWritten', `Cannot write ${path}: ${why}`, { cause });
  }
};
