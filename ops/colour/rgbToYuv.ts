import { perImage, pointOp, type YuvMatrix, type YuvRange, yuvEncoding } from '../spec.js';

const rgbToYuvOp = pointOp({
  name: 'rgbToYuv',
  from: ['rgb'],
  to: 'yuv',
  params: { coding: perImage(yuvEncoding) },
  apply: ([r, g, b], { coding: k }) => [
    k.yOffset + (k.yr * r + k.yg * g + k.yb * b),
    k.cOffset + (k.ur * r + k.ug * g + k.ub * b),
    k.cOffset + (k.vr * r + k.vg * g + k.vb * b),
  ],
});

/**
 * RGB in 0..255 to the YUV codes of a standard, in float: nothing is rounded or clamped here. The inverse of `yuvToRgb`; the
 * coefficients (ops/colour/colour.ts) are arguments of the kernel. OpenCV's `RGB2YUV` and CV-CUDA's are another thing: analog YUV, U in
 * 0.492 (B − Y). Their `RGB2YCrCb` is `rgbToYCrCb`. `RGB2YUV_NV12` there is BT.601 limited.
 */
export const rgbToYuv = (options: {
  /**
   * `'bt601'`, `'bt709'`, `'bt2020'` (non-constant luminance), `'smpte240m'`, `'fcc'`, `'ycgco'` or `'gbr'`. It belongs
   * to the signal that is made, so it has no default.
   */
  readonly matrix: YuvMatrix;
  /**
   * `'limited'` (luma 16–235, chroma 16–240, in n bits times 2^(n − 8)) or `'full'` (0–255, in n bits 0 to 2^n − 1).
   * Source: ITU-T H.273, section 8.3. n is that of the format that the pipeline ends in.
   */
  readonly range: YuvRange;
}) => rgbToYuvOp({ coding: { matrix: options.matrix, range: options.range } });
