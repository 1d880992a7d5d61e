import { mat3x4, perImage, pointOp } from '../spec.js';

/**
 * An affine map of colours: r' = m[0]·r + m[1]·g + m[2]·b + m[3], and so on. Saturation, hue and white balance are such matrices.
 * Equals CV-CUDA's `ColorTwist`, and OpenCV's `transform` with a 3×4 matrix, without their rounding.
 */
export const colorTwist = pointOp({
  from: ['rgb', 'linear'],
  params: {
    /**
     * Twelve numbers, row by row; the fourth of each row is added, in the units of the pixels. May differ from image to
     * image: one list of twelve, or a list of such lists.
     */
    matrix: perImage(mat3x4),
  },
  apply: ([r, g, b], { matrix: m }) => [
    m[0] * r + m[1] * g + m[2] * b + m[3],
    m[4] * r + m[5] * g + m[6] * b + m[7],
    m[8] * r + m[9] * g + m[10] * b + m[11],
  ],
});
