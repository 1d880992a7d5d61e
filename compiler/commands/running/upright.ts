/** Frames of a video put upright before a pipeline that does not do it: on the host, plane by plane. */
import type { ManifestPipeline } from '../../../native/manifest.js';
import type { Orientation } from '../../../ops/spec.js';
import { stepsOf } from '../../../runtime/call/steps.js';
import { formatOf } from '../../../runtime/device/formats.js';
import type { Image } from '../../../runtime/device/image.js';

/** In words; undefined where nothing is to be turned. */
const turnInWords = ({ rotation, flip }: Orientation): string | undefined => {
  const turned = rotation === 0 ? [] : [`turned ${rotation}° clockwise`];
  const words = [...turned, ...(flip ? ['mirrored'] : [])];
  return words.length === 0 ? undefined : words.join(' and ');
};

/** Whether one of the pipeline's operators turns images, as `orient()` does. */
export const orients = (pipeline: ManifestPipeline): boolean =>
  stepsOf(pipeline).some(({ kernel }) => kernel.params.some(({ kind }) => kind === 'orientation'));

/** From a place in the upright picture to that in the stored one; both as `orient` has them. */
const source = ({ rotation, flip }: Orientation, width: number, height: number) => {
  const isQuarter = rotation === 90 || rotation === 270;
  const last = (isQuarter ? height : width) - 1;
  return (upX: number, y: number): readonly [number, number] => {
    const x = flip ? last - upX : upX;
    switch (rotation) {
      case 0:
        return [x, y];
      case 90:
        return [y, height - 1 - x];
      case 180:
        return [width - 1 - x, height - 1 - y];
      case 270:
        return [width - 1 - y, x];
    }
  };
};

/**
 * Whether every sample of chroma has a place of its own in the upright picture. It has none where what one sample covers would lie
 * across two: in 4:2:2 that is turned by a quarter, and where an odd size is counted from its other end.
 *
 * @param format Of the images.
 * @param size Of the stored picture, in pixels.
 */
export const keepsChroma = (
  { planes }: { readonly planes: readonly { readonly subsampling: readonly [number, number] }[] },
  { rotation, flip }: Orientation,
  { width, height }: { readonly width: number; readonly height: number },
): boolean => {
  const isQuarter = rotation === 90 || rotation === 270;
  // Whether the stored picture's columns and rows come from the last to the first.
  const reversed: Readonly<Record<Orientation['rotation'], readonly [boolean, boolean]>> = {
    0: [flip === true, false],
    90: [false, flip !== true],
    180: [flip !== true, true],
    270: [true, flip === true],
  };
  const [isAcross, isDown] = reversed[rotation];
  return planes.every(
    ({ subsampling: [across, down] }) =>
      (!isQuarter || across === down) &&
      (!isAcross || width % across === 0) &&
      (!isDown || height % down === 0),
  );
};

/**
 * What a run says of a video whose frames are to be turned; undefined where they stand upright as they are stored.
 *
 * @param isDone Whether the run turns them.
 */
export const uprightNote = (
  format: Parameters<typeof keepsChroma>[0],
  orientation: Orientation,
  size: Parameters<typeof keepsChroma>[2],
  isDone: boolean,
): string | undefined => {
  const turn = turnInWords(orientation);
  if (turn === undefined) {
    return undefined;
  }
  if (!isDone) {
    return `The video asks for its frames to be ${turn}: they are left as they are stored.`;
  }
  const loss = keepsChroma(format, orientation, size)
    ? ''
    : ', by which chroma loses: orient() in the pipeline is exact';
  return `Its frames are ${turn}, as the video asks for${loss}; --no-orient leaves them as they are stored.`;
};

/**
 * A copy of an image that stands upright, in a new image of the same format. A sample of chroma that covers several pixels is the one of
 * the first pixel which it covers in the copy. Where {@link keepsChroma} says so, each sample is kept, and a pipeline that takes chroma
 * as it lies has to the bit what `orient()` behind it would make of the stored picture. One that interpolates chroma (`chroma: 'linear'`)
 * reads it by its siting in the copy, and what was sited left or at the top left lies up to one pixel beside that after a turn
 * or a mirror. Elsewhere samples are dropped and repeated, or lie a pixel away. `orient()` in a pipeline is exact for all.
 */
export const putUpright = async (
  image: Image,
  make: (spec: Parameters<typeof Image.fromHost>[1]) => Image,
): Promise<Image> => {
  const { orientation = { rotation: 0 } } = image;
  const { format, width, height, colour, planes } = await image.toHost();
  const isQuarter = orientation.rotation === 90 || orientation.rotation === 270;
  const size = { width: isQuarter ? height : width, height: isQuarter ? width : height };
  const from = source(orientation, width, height);
  const turned = formatOf(format, 'image.format').planes.map(
    ({ channels, subsampling: [across, down] }, p) => {
      const { data } = planes[p] as (typeof planes)[number];
      const stored = channels * Math.ceil(width / across);
      const [columns, rows] = [Math.ceil(size.width / across), Math.ceil(size.height / down)];
      const out = new (data.constructor as Uint8ArrayConstructor)(columns * rows * channels);
      let at = 0;
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const [fromX, fromY] = from(x * across, y * down);
          const sample = Math.floor(fromY / down) * stored + Math.floor(fromX / across) * channels;
          for (let lane = 0; lane < channels; lane++) {
            out[at++] = (data as Uint8Array)[sample + lane] as number;
          }
        }
      }
      return { data: out };
    },
  );
  return make({ format, ...size, ...(colour ? { colour } : {}), planes: turned });
};
