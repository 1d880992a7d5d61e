/** The images that a pipeline reads beside its source, as `cuweave run` takes them: files, placed once for all calls of a run. */
import type { ManifestFormat, ManifestImage, ManifestPipeline } from '../../../native/manifest.js';
import { gray8, rgb8 } from '../../../ops/formats/formats.js';
import { openImagesOf } from '../../../runtime/call/steps.js';
import type { Device } from '../../../runtime/device/device.js';
import { sameFormat } from '../../../runtime/device/formats.js';
import type { Image } from '../../../runtime/device/image.js';
import type { Tensor } from '../../../runtime/device/tensor.js';
import { expected, shown } from '../../../runtime/errors.js';
import { headOf } from '../../../runtime/files/fileHead.js';
import { isNpy, readNpy } from '../../../runtime/files/npyReader.js';
import { readPicture } from '../../../runtime/files/pictureReader.js';

/** Maps the name under which the pipeline leaves an image open to one file for all images of the run, or to one for each in order. */
export type ImageFiles = Readonly<Record<string, string | readonly string[]>>;
type Runtime = { readonly Image: typeof Image; readonly Tensor: typeof Tensor };
type Asked = ManifestImage & { readonly files: readonly string[] };

/** Checks that every image which the pipeline reads has a file, and that it reads all that have one. */
export const imagesToRead = (pipeline: ManifestPipeline, files: ImageFiles = {}): readonly Asked[] => {
  const asked = new Map(openImagesOf(pipeline).map(image => [image.open, image]));
  for (const name of Object.keys(files)) {
    if (asked.has(name)) {
      continue;
    }
    const hint =
      asked.size === 0 ? 'It reads none beside its source.' : `Known: ${[...asked.keys()].join(', ')}.`;
    throw expected(`a name of an image that ${pipeline.name} reads`, 'images', `'${name}'`, hint);
  }
  return [...asked.values()].map(image => {
    const given = Object.hasOwn(files, image.open) ? [files[image.open]!].flat() : [];
    if (given.length > 0) {
      return { ...image, files: given };
    }
    const { stage, name, format } = image;
    const hint = `${stage}.${name} is an image in ${format.name}: --image ${image.open}=PATH`;
    throw expected('a file', `images.${image.open}`, 'none', hint);
  });
};

/** Images on a device, by the name of their option: one for all images of the run, or one for each. */
export class RunImages {
  private constructor(readonly placed: ReadonlyMap<string, readonly (Image | Tensor)[]>) {}

  /** Reads the files and places what is in them. */
  static async open(asked: readonly Asked[], runtime: Runtime, device: Device): Promise<RunImages> {
    const placed = new Map<string, (Image | Tensor)[]>();
    const images = new RunImages(placed);
    try {
      for (const { open: name, format, files } of asked) {
        const own: (Image | Tensor)[] = [];
        placed.set(name, own);
        for (const file of files) {
          own.push(await place(file, format, `images.${name}`, runtime, device));
        }
      }
      return images;
    } catch (error) {
      images.dispose();
      throw error;
    }
  }

  /** Checks, before anything runs, that those with several files have one for each image. */
  requireFor(total: number): void {
    for (const [name, images] of this.placed) {
      if (images.length === 1 || images.length === total) {
        continue;
      }
      throw expected(
        'a file for each image, or one for all,',
        `images.${name}`,
        `${images.length} files for ${total} images`,
      );
    }
  }

  dispose(): void {
    for (const image of [...this.placed.values()].flat()) {
      image.dispose();
    }
  }
}

const place = async (
  path: string,
  format: ManifestFormat,
  name: string,
  runtime: Runtime,
  device: Device,
): Promise<Image | Tensor> => {
  // A missing file is reported by the reader of pictures.
  const head = await headOf(path, 6);
  if (head && isNpy(head)) {
    return placeArray(path, format, name, runtime, device);
  }
  const picture = await readPicture(path);
  if (sameFormat(rgb8(), format)) {
    return runtime.Image.fromHost(device, { ...picture, format: format.name });
  }
  if (!sameFormat(gray8(), format)) {
    const hint = format.layout
      ? `A .npy file may hold it; a picture is read by a pipeline that says rgb8() or gray8() there.`
      : 'Pictures are rgb8, or gray8 where they have no colours: let the pipeline convert, as in [rgb8(), rgbToGray()].';
    throw expected(format.name, name, `the picture ${shown(path)}`, hint);
  }
  const { width, height, data: rgb } = picture;
  const data = rgb.filter((_, n) => n % 3 === 0);
  if (rgb.some((value, n) => value !== data[Math.floor(n / 3)])) {
    const hint = 'Make it gray, or let the pipeline do it: [rgb8(), rgbToGray()].';
    throw expected('a gray picture', name, `${shown(path)}, which has colours`, hint);
  }
  return runtime.Image.fromHost(device, { format: format.name, width, height, planes: [{ data }] });
};

/** An array of one image, as a tensor of the format: its axes in the format's order; that of one image, or of one channel, may be missing. */
const placeArray = async (
  path: string,
  format: ManifestFormat,
  name: string,
  runtime: Runtime,
  device: Device,
): Promise<Tensor> => {
  const { dtype, shape, data } = await readNpy(path);
  const channels = format.channels.length;
  const isInterleaved = format.layout === 'NHWC';
  const whole = shape.length === 2 ? (isInterleaved ? [...shape, 1] : [1, ...shape]) : shape;
  const one = whole.length === 4 && whole[0] === 1 ? whole.slice(1) : whole;
  const isFitting = one.length === 3 && one[isInterleaved ? 2 : 0] === channels;
  if (!format.layout || dtype !== format.dtype || !isFitting) {
    const axes = isInterleaved ? `[H, W, ${channels}]` : `[${channels}, H, W]`;
    const wanted = format.layout ? `${format.dtype} ${axes}` : `a picture (${format.name})`;
    throw expected(wanted, name, `${dtype} [${shape.join(', ')}] in ${shown(path)}`);
  }
  return runtime.Tensor.fromHost(device, data, { shape: one, dtype, layout: isInterleaved ? 'HWC' : 'CHW' });
};
