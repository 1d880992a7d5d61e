import { f32, oneOf, pointOp, withDefault } from '../spec.js';

/**
 * YCgCo to RGB in 0..255, for video that says so (`colour.matrix` is `'ycgco'`): R = Y − Cg + Co, G = Y + Cg, B = Y − Cg − Co, with the
 * channels in the order Y, Cg, Co. It stands in place of `yuvToRgb`, whose kernel has the fewer products of the usual matrices.
 * Source: ITU-T H.273, section 8.3; in limited range all three are scaled by 255 / 219.
 */
export const ycgcoToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {
    /** `'limited'` or `'full'`: what `image.colour.range` says. */
    range: oneOf('limited', 'full'),
    /** The code of white in full range, on the scale of 8 bits: 255 (default), 255.75 for 10 bits, 255.9375 for 12. */
    white: withDefault(f32, 255),
  },
  apply: ([y, u, v], { range, white }) => {
    const scale = range === 'limited' ? 255 / 219 : 255 / white;
    const luma = scale * (range === 'limited' ? y - 16 : y);
    const green = scale * (u - 128);
    const orange = scale * (v - 128);
    return [luma - green + orange, luma + green, luma - green - orange];
  },
});
