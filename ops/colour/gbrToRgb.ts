import { f32, oneOf, pointOp, withDefault } from '../spec.js';

/**
 * Video that is coded as green, blue and red without a matrix (`colour.matrix` is `'gbr'`) to RGB in 0..255. It stands in place of `yuvToRgb`,
 * whose kernel has the fewer products of the usual matrices.
 * Source: ITU-T H.273, section 8.3 and table 4, value 0; in limited range all three channels are codes of 16..235.
 */
export const gbrToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {
    /** `'limited'` or `'full'`: what `image.colour.range` says. */
    range: oneOf('limited', 'full'),
    /** The code of white in full range, on the scale of 8 bits: 255 (default), 255.75 for 10 bits, 255.9375 for 12. */
    white: withDefault(f32, 255),
  },
  apply: (px, { range, white }) => {
    const [green, blue, red] = px.map(v =>
      range === 'limited' ? (255 / 219) * (v - 16) : (255 / white) * v,
    );
    return [red!, green!, blue!];
  },
});
