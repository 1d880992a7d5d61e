import type { ManifestFormat, ManifestPlane } from '../../native/manifest.js';
import * as formats from '../../ops/formats/formats.js';
import { anyColour, type Format } from '../../ops/spec.js';
import { describe, expected } from '../errors.js';
import { byteSize } from './dtype.js';

/** What the runtime needs to know of a format: one of ops/formats/formats.ts, or one that a manifest describes. */
export type ImageFormat = Pick<Format, 'name' | 'dtype' | 'colour' | 'planes' | 'channels' | 'code'>;

const known: ReadonlyMap<string, ImageFormat> = new Map(
  [
    formats.nv12(),
    formats.nv21(),
    formats.i420(),
    formats.yv12(),
    formats.nv16(),
    formats.yuv422p(),
    formats.yuyv(),
    formats.uyvy(),
    formats.nv24(),
    formats.yuv444p(),
    formats.yuv444p16(),
    formats.p010(),
    formats.p012(),
    formats.p016(),
    formats.rgb8(),
    formats.bgr8(),
    formats.rgba8(),
    formats.bgra8(),
    formats.rgb16(),
    formats.gray8(),
    formats.gray16(),
    ...(['u8', 'u16', 'f16', 'bf16', 'f32'] as const).flatMap(dtype =>
      anyColour.flatMap(colour => [formats.nhwc(dtype, { colour }), formats.nchw(dtype, { colour })]),
    ),
  ].map(format => [format.name, format as ImageFormat]),
);

const pictureNames = [...known.keys()].filter(name => !/_n(hwc|chw)_/.test(name)).join(', ');

/** Whether a format has a name that it cannot have: one of another format, which is known. */
export const isMisnamed = (format: ManifestFormat): boolean => {
  const own = known.get(format.name);
  return own !== undefined && !sameFormat(own, format);
};
/** Bits of a code, where an image says nothing else. */
export const codeBits = ({ code }: Pick<ImageFormat, 'code'>): number => code?.bits ?? 8;

/** The format of that name. */
export const formatOf = (name: unknown, path: string): ImageFormat => {
  const format = typeof name === 'string' ? known.get(name) : undefined;
  if (format === undefined) {
    throw expected(
      "a format such as 'nv12', 'rgb8' or, for a tensor's, 'rgb_nchw_f32'",
      path,
      describe(name),
      `Known: ${pictureNames}. Tensors: ${anyColour.join(', ')}, then nhwc or nchw, then u8, u16, f16, bf16 or f32.`,
    );
  }
  return format;
};

/** Whether images of one format can be taken for the other's: the same values in the same places. */
export const sameFormat = (a: ImageFormat | ManifestFormat, b: ImageFormat | ManifestFormat): boolean =>
  a.dtype === b.dtype &&
  a.colour === b.colour &&
  a.code?.bits === b.code?.bits &&
  a.code?.shift === b.code?.shift &&
  a.code?.range === b.code?.range &&
  a.channels.every(({ plane, lane, next }, n) => {
    const other = b.channels[n];
    return plane === other?.plane && lane === other.lane && next === other.next;
  }) &&
  a.planes.length === b.planes.length &&
  a.planes.every((plane, n) => {
    const other = b.planes[n];
    return (
      plane.channels === other?.channels &&
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
