import { nhwc } from '../formats/formats.js';
import { mapOp, perPixel, withDefault } from '../spec.js';

/**
 * Reads each output pixel at the point that a map gives for it: an image of two numbers, x and y in pixels of the image that enters
 * the operator, with 0, 0 the centre of the first. The output has the map's size. Equals OpenCV's `remap` with `map1` of `CV_32FC2`
 * (or with `map1` and `map2` as the planes of `nchw('f32', { colour: 'xy' })`), without its 1/32-pixel quantisation of u8 images, and
 * CV-CUDA's `Remap` with absolute positions and a map as large as the output.
 *
 * Points may lie outside. One that is NaN counts as far to the left, or above, so it shows the border and never NaN, as in OpenCV. A map is read at the output's pixel, so inside of `resample([…])` it stands last.
 */
export const remap = mapOp({
  params: {
    /**
     * The map's format; default: f32 `[H, W, 2]` or `[N, H, W, 2]`. Other units go through point operators: of
     * `grid_sample` with `align_corners`, whose −1..1 are an image 640 wide and 480 high, `[nhwc('f32', { colour: 'xy' }),
     * scaleOffset({ scale: [319.5, 239.5], offset: [319.5, 239.5] })]`.
     */
    map: withDefault(perPixel('xy'), nhwc('f32', { colour: 'xy' })),
  },
  size: ({ map }) => ({ width: map.width, height: map.height }),
  apply: (_, { map: [x, y] }) => [x, y],
});
