import { type LumaMatrix, perImage, pointOp, withDefault, type YuvRange, yuvCoding } from '../spec.js';

const yuvToRgbOp = pointOp({
  name: 'yuvToRgb',
  from: ['yuv'],
  to: 'rgb',
  params: { colour: withDefault(perImage(yuvCoding), { matrix: 'auto', range: 'auto' }) },
  apply: ([y, u, v], { colour: k }) => {
    const luma = k.yScale * (y - k.yOffset);
    const cb = u - k.cOffset;
    const cr = v - k.cOffset;
    return [luma + k.rv * cr, luma + k.gu * cb + k.gv * cr, luma + k.bu * cb];
  },
});

/**
 * YUV to RGB in 0..255, in float: nothing is rounded or clamped here, so values outside 0..255 stay. Compressed video of limited range
 * has them (−39 to 307 in photographs that x264 had compressed); before a network that was trained on u8 pictures stands a `clamp()`.
 * The coefficients follow from the standard (ops/colour/colour.ts) and are arguments of the kernel: another
 * matrix does not recompile. Follows the ITU formula; OpenCV and CV-CUDA use 20-bit fixed point for the same
 * (BT.601 limited only) and differ by at most one level.
 */
export const yuvToRgb = (
  options: {
    /**
     * `'bt601'`, `'bt709'`, `'bt2020'` (non-constant luminance), `'smpte240m'`, `'fcc'`, or `'auto'` (default): the image's
     * own colour description; an image without one is an error, and so is one that is coded in another way: YCgCo and GBR
     * have operators of their own (`ycgcoToRgb`, `gbrToRgb`), and no matrix undoes BT.2020 with constant luminance or
     * ICtCp.
     */
    readonly matrix?: LumaMatrix | 'auto';
    /**
     * `'limited'` (luma 16–235, in n bits times 2^(n − 8)), `'full'` (0–255, in n bits 0 to 2^n − 1), or `'auto'`
     * (default). Source: ITU-T H.273, section 8.3. n is the format's, or the image's `colour.bitDepth`.
     */
    readonly range?: YuvRange | 'auto';
  } = {},
) => yuvToRgbOp({ colour: { matrix: options.matrix ?? 'auto', range: options.range ?? 'auto' } });
