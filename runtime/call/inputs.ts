import type { ManifestFormat } from '../../native/manifest.js';
import { byteSize } from '../device/dtype.js';
import { codeBits, planeExtent, sameFormat } from '../device/formats.js';
import { Image, ImageBatch, MAX_SIZE } from '../device/image.js';
import type { BoundImage, PlacedPlane } from '../device/placed.js';
import { axesOf, Tensor } from '../device/tensor.js';
import { describe, expected } from '../errors.js';

/** What a pipeline takes: one image, several, or a tensor of N images where its source format has a layout. */
export type PipelineInput = Image | readonly Image[] | ImageBatch | Tensor;
/** What `runInto` writes: a tensor of all images, or one image each. */
export type PipelineOutput = Tensor | Image | readonly Image[] | ImageBatch;
/** The launch's grid has one layer per image. */
export const MAX_IMAGES = 65535;

/**
 * @internal The images of an input or output, checked against the format that the pipeline has there.
 * @param path `input` or `output`, for messages.
 */
export const bindImages = (
  given: PipelineInput | PipelineOutput,
  format: ManifestFormat,
  path: string,
): readonly BoundImage[] => {
  if (given instanceof Tensor) {
    return bindTensor(given, format, path);
  }
  const isSingle = given instanceof Image;
  const images = isSingle ? [given] : given instanceof ImageBatch ? given.images : given;
  if (!Array.isArray(images)) {
    throw expected('an Image, an array of them, an ImageBatch or a Tensor', path, describe(given));
  }
  if (images.length < 1 || images.length > MAX_IMAGES) {
    throw expected(`1 to ${MAX_IMAGES} images`, path, `${images.length}`);
  }
  return Array.from(images, (image: unknown, n) => {
    const at = isSingle ? path : `${path}[${n}]`;
    if (!(image instanceof Image)) {
      throw expected('an Image', at, describe(image));
    }
    if (!sameFormat(image._format, format)) {
      throw expected(`${format.name} (${format.colour}, ${format.dtype})`, `${at}.format`, image.format);
    }
    return {
      device: image.device,
      width: image.width,
      height: image.height,
      planes: image._placed(),
      colour: image.colour,
      bitDepth: image.colour?.bitDepth ?? codeBits(format),
      orientation: image.orientation,
      passes: image._passes,
    };
  });
};

/** A tensor's shape, strides and memory never change: what it was bound to last holds as long as it is not disposed. */
const lastBound = new WeakMap<
  Tensor,
  { readonly format: ManifestFormat; readonly images: readonly BoundImage[] }
>();

const bindTensor = (tensor: Tensor, format: ManifestFormat, path: string): readonly BoundImage[] => {
  tensor._memory();
  const last = lastBound.get(tensor);
  if (last?.format === format) {
    return last.images;
  }
  const images = placeTensor(tensor, format, path);
  lastBound.set(tensor, { format, images });
  return images;
};

const placeTensor = (tensor: Tensor, format: ManifestFormat, path: string): BoundImage[] => {
  const { layout } = format;
  if (layout === undefined) {
    throw expected(
      'images',
      path,
      'a Tensor',
      `The format ${format.name} is not one tensor: its planes differ in size.`,
    );
  }
  const single = layout.slice(1);
  if (tensor.layout !== layout && tensor.layout !== single) {
    throw expected(`${layout} or ${single}`, `${path}.layout`, tensor.layout);
  }
  if (tensor.dtype !== format.dtype) {
    throw expected(format.dtype, `${path}.dtype`, tensor.dtype);
  }
  const { count, height, width, channels, stride } = axesOf(tensor);
  const wanted = format.planes.reduce((sum, plane) => sum + plane.channels, 0);
  const axis = tensor.layout.indexOf('C');
  if (channels !== wanted) {
    throw expected(`${wanted} (the channels of ${format.name})`, `${path}.shape[${axis}]`, `${channels}`);
  }
  if (width > MAX_SIZE || height > MAX_SIZE || count > MAX_IMAGES) {
    throw expected(`sizes up to ${MAX_SIZE}`, `${path}.shape`, describe(tensor.shape));
  }
  const size = byteSize[format.dtype];
  const interleaved = layout === 'NHWC';
  const isDense =
    (width === 1 || stride.column === (interleaved ? channels : 1)) &&
    (!interleaved || channels === 1 || stride.channel === 1);
  const rowValues = interleaved ? width * channels : width;
  if (!isDense || (height > 1 && stride.row < rowValues)) {
    throw expected('dense rows that do not overlap', `${path}.strides`, describe(tensor.strides));
  }
  const memory = tensor._memory();
  const start = Number(tensor.pointer);
  // The stride of one row says nothing; a pitch that holds the row is as good.
  const pitch = (height > 1 ? stride.row : rowValues) * size;
  return Array.from({ length: count }, (_, n) => ({
    device: tensor.device,
    width,
    height,
    bitDepth: codeBits(format),
    planes: format.planes.map((_, p) => ({
      memory,
      address: start + (n * stride.image + (interleaved ? 0 : p * stride.channel)) * size,
      pitch,
    })),
  }));
};

type Span = { readonly start: number; readonly end: number };

/** @internal Refuses an output that lies on an input: later rows would read what earlier ones wrote. And one on another. */
export const refuseOverlap = (
  inputs: readonly BoundImage[],
  source: ManifestFormat,
  outputs: readonly BoundImage[],
  sink: ManifestFormat,
  path = 'output',
  other = 'the input',
): void => {
  // Mostly the two lie apart as wholes, and nothing needs sorting.
  const [a, b] = [hull(inputs, source), hull(outputs, sink)];
  if (a.end <= b.start || b.end <= a.start) {
    return;
  }
  const read = spans(inputs, source);
  const written = spans(outputs, sink);
  // Addresses are compared: an input that starts before an output's end and ends after its start overlaps it.
  read.sort((one, other) => one.start - other.start);
  let furthest = 0;
  const ends = read.map(({ end }) => {
    furthest = Math.max(furthest, end);
    return furthest;
  });
  for (const { start, end } of written) {
    const last = countBefore(read, end) - 1;
    if (last >= 0 && ends[last]! > start) {
      throw expected(`memory apart from ${other}`, path, 'some of the same memory');
    }
  }
};

const endOf = (
  { address, pitch }: PlacedPlane,
  { width, height }: BoundImage,
  format: ManifestFormat,
  p: number,
): number => {
  const { rowBytes, rows } = planeExtent(format, format.planes[p]!, width, height);
  return address + pitch * (rows - 1) + rowBytes;
};

const spans = (images: readonly BoundImage[], format: ManifestFormat): Span[] =>
  images.flatMap(image =>
    image.planes.map((plane, p) => ({ start: plane.address, end: endOf(plane, image, format, p) })),
  );

const hull = (images: readonly BoundImage[], format: ManifestFormat): Span => {
  let [start, end] = [Number.POSITIVE_INFINITY, 0];
  for (const image of images) {
    for (let p = 0; p < image.planes.length; p++) {
      start = Math.min(start, image.planes[p]!.address);
      end = Math.max(end, endOf(image.planes[p]!, image, format, p));
    }
  }
  return { start, end };
};

/** How many of the spans, sorted by start, start before `address`. */
const countBefore = (sorted: readonly Span[], address: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.start < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
};
