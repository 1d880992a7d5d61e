import { type Primaries, perImage, pointOp, primariesChange } from '../spec.js';

const primariesOp = pointOp({
  name: 'primaries',
  from: ['linear'],
  params: { change: perImage(primariesChange) },
  apply: ([r, g, b], { change: m }) => [
    m[0] * r + m[1] * g + m[2] * b,
    m[3] * r + m[4] * g + m[5] * b,
    m[6] * r + m[7] * g + m[8] * b,
  ],
});

/**
 * The same colours in numbers for another set of primaries, in linear light. A colour outside the new gamut gets negative numbers
 * or such above 1, which stay. The matrix follows from the standards' chromaticities (ops/colour/colour.ts, by SMPTE RP 177) and is an
 * argument of the kernel. BT.2020 to BT.709 is the matrix of ITU-R BT.2407, the other way that of BT.2087. ffmpeg's
 * `zscale=primaries=…` does the same; OpenCV, PyTorch and CV-CUDA have no such operator.
 */
export const primaries = (options: {
  /** What the pixels are in: `'bt709'`, `'bt2020'`, `'p3'`, `'bt601-525'` or `'bt601-625'`. */
  readonly from: Primaries;
  /** What they become; one of the same. */
  readonly to: Primaries;
}) => primariesOp({ change: { from: options.from, to: options.to } });
