import { f32, oneOf, perImage, pointOp, withDefault } from '../spec.js';

/**
 * Compares each channel with a number. `binary`: most where v > level, else 0; `binaryInv`: the other way round; `trunc`: at most
 * level; `toZero`: v where v > level, else 0; `toZeroInv`: 0 where v > level, else v. Equals OpenCV's and CV-CUDA's `threshold`
 * of the same names. NaN is not above any level.
 */
export const threshold = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** One of the five. */
    kind: oneOf('binary', 'binaryInv', 'trunc', 'toZero', 'toZeroInv'),
    /** In the units of the pixels. May differ from image to image. */
    level: perImage(f32),
    /** What `binary` and `binaryInv` write; default 255. May differ from image to image. */
    most: withDefault(perImage(f32), 255),
  },
  apply: (px, { kind, level, most }) =>
    px.map(v => {
      const above = v > level;
      if (kind === 'binary') {
        return above ? most : 0;
      }
      if (kind === 'binaryInv') {
        return above ? 0 : most;
      }
      if (kind === 'trunc') {
        return above ? level : v;
      }
      if (kind === 'toZero') {
        return above ? v : 0;
      }
      return above ? 0 : v;
    }),
});
