import { pointOp } from '../spec.js';

const CHROMA_ZERO = 128;

/**
 * YUV to RGB with the classic analog coefficients: R = Y + 1.14 V', G = Y − 0.396 U' − 0.581 V', B = Y + 2.029 U', where
 * U' = U − 128 and V' = V − 128. Full range, in float, nothing rounded or clamped.
 * Source: ITU-R BT.470 analog YUV (U = 0.492 (B − Y), V = 0.877 (R − Y)); the same numbers as CV-CUDA's YUV2RGB, which
 * works with 14-bit fixed point. For a modern video's colours use `yuvToRgb`.
 */
export const analogYuvToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {},
  apply: ([y, u, v]) => {
    const cb = u - CHROMA_ZERO;
    const cr = v - CHROMA_ZERO;
    return [y + 1.14 * cr, y - 0.396 * cb - 0.581 * cr, y + 2.029 * cb];
  },
});
