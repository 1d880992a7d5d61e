import { idiv, lookup, roundHalfEven } from '../math.js';
import { binsOp, i32, measured, pointOp, withDefault } from '../spec.js';

/**
 * The tables of `equalize`, `[N, C, 256]` in f32. With h the histogram of a channel and s = ⌊(all pixels but those of its last bin that is not
 * empty) / 255⌋: min(⌊(h[0] + … + h[i−1] + ⌊s/2⌋) / s⌋, 255); i itself if s is 0.
 * Source: torchvision, transforms/_functional_tensor.py, `_scale_channel`; Pillow's ImageOps.equalize is the same.
 */
export const equalizationOfChannels = binsOp({
  from: ['gray', 'rgb'],
  bins: 256,
  bin: ([v]) => i32(roundHalfEven(v)),
  finish: (bins, i) => {
    let last: i32 = 0;
    let all: i32 = 0;
    let below: i32 = 0;
    for (let j = 0; j < 256; j++) {
      const n: i32 = lookup(bins, j);
      all = all + n;
      if (n > 0) {
        last = n;
      }
      if (j < i) {
        below = below + n;
      }
    }
    const step = idiv(all - last, 255);
    return step > 0 ? Math.min(idiv(below + idiv(step, 2), step), 255) : i;
  },
});

/**
 * Spreads the levels of each channel of each image: torchvision's and Pillow's `equalize`, to the byte. Of gray and RGB in 0..255; values are
 * rounded first.
 */
export const equalize = pointOp({
  from: ['gray', 'rgb'],
  params: {
    /** 256 numbers for each channel of each image: `equalizationOfChannels()`. */
    tables: withDefault(measured(), equalizationOfChannels()),
  },
  apply: (px, { tables }) =>
    px.map((v, c) => lookup(tables, 256 * c + Math.min(Math.max(i32(roundHalfEven(v)), 0), 255))),
});
