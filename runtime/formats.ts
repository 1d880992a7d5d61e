import type { ManifestFormat, ManifestPlane } from '../native/manifest.js';
import { nchw, nhwc, nv12, rgb8, yuv444p } from '../ops/formats.js';
import type { Format } from '../ops/spec.js';
import { byteSize } from './dtype.js';
import { describe, expected } from './errors.js';

/** What the runtime needs to know of a format: one of ops/formats.ts, or one that a manifest describes. */
export type ImageFormat = Pick<Format, 'name' | 'dtype' | 'colour' | 'planes'>;

const known: ReadonlyMap<string, ImageFormat> = new Map(
  [
    nv12(),
    yuv444p(),
    rgb8(),
    ...(['u8', 'f16', 'f32'] as const).flatMap(dtype =>
      (['gray', 'yuv', 'rgb', 'rgba'] as const).flatMap(colour => [
        nhwc(dtype, { colour }),
        nchw(dtype, { colour }),
      ]),
    ),
  ].map(format => [format.name, format as ImageFormat]),
);

/** The format of that name. */
export const formatOf = (name: unknown, path: string): ImageFormat => {
  const format = typeof name === 'string' ? known.get(name) : undefined;
  if (format === undefined) {
    throw expected(
      "'nv12', 'yuv444p', 'rgb8' or a tensor's format such as 'rgb_nchw_f32'",
      path,
      describe(name),
      'Tensors: gray, yuv, rgb or rgba, then nhwc or nchw, then u8, f16 or f32.',
    );
  }
  return format;
};

/** Whether images of one format can be taken for the other's: the same planes of the same type. */
export const sameFormat = (a: ImageFormat | ManifestFormat, b: ImageFormat | ManifestFormat): boolean =>
  a.dtype === b.dtype &&
  a.colour === b.colour &&
  a.planes.length === b.planes.length &&
  a.planes.every((plane, n) => {
    const other = b.planes[n];
    return (
      plane.channels === other.channels &&
      plane.subsampling[0] === other.subsampling[0] &&
      plane.subsampling[1] === other.subsampling[1]
    );
  });

/** How many bytes a row of a plane has and how many rows there are; subsampled sizes are rounded up. */
export const planeExtent = (
  format: ImageFormat | ManifestFormat,
  plane: Pick<ManifestPlane, 'channels' | 'subsampling'>,
  width: number,
  height: number,
): { readonly rowBytes: number; readonly rows: number } => ({
  rowBytes: Math.ceil(width / plane.subsampling[0]) * plane.channels * byteSize[format.dtype],
  rows: Math.ceil(height / plane.subsampling[1]),
});
