import type {
  Primaries,
  PrimariesChange,
  RgbCoefficients,
  RgbMatrix,
  YuvCoefficients,
  YuvEncoding,
  YuvMatrix,
  YuvRange,
} from '../spec.js';

/**
 * Weights of red and blue in luma.
 * Source: ITU-R BT.601-7 §2.5.1, BT.709-6 item 3.2, BT.2020-2 table 4 (non-constant luminance).
 */
export const lumaWeights: Readonly<Record<YuvMatrix, { readonly kr: number; readonly kb: number }>> = {
  bt601: { kr: 0.299, kb: 0.114 },
  bt709: { kr: 0.2126, kb: 0.0722 },
  bt2020: { kr: 0.2627, kb: 0.0593 },
};

/**
 * The largest code of a full range of n bits, 2^n − 1, on the scale of pixels, where a code is divided by 2^(n − 8): 255 for 8 bits,
 * 255.75 for 10, 255.9375 for 12. A limited range has no such number: its codes of n bits are those of 8 times 2^(n − 8).
 */
const fullCode = (bitDepth: number): number => (2 ** bitDepth - 1) / 2 ** (bitDepth - 8);

/**
 * The coefficients that turn YUV codes on the scale of 8 bits (code / 2^(n − 8)) into RGB in 0..255:
 * R = yScale·(Y−yOffset) + rv·(V−cOffset), G = … + gu·(U−cOffset) + gv·(V−cOffset), B = … + bu·(U−cOffset).
 *
 * Limited range holds luma in 16..235 and chroma in 16..240 around 128, times 2^(n − 8). Full range holds luma in 0..2^n − 1 and
 * chroma around 2^(n − 1), a unit of it 2^n − 1 long.
 * Source: the inverse of E'Y = Kr·R + Kg·G + Kb·B, E'Cb = (B − E'Y) / (2 (1 − Kb)), E'Cr = (R − E'Y) / (2 (1 − Kr))
 * with the quantisation of ITU-T H.273, section 8.3, for VideoFullRangeFlag 0: Y = 2^(n−8)·(219·E'Y + 16),
 * Cb = 2^(n−8)·(224·E'Cb + 128), and 1: Y = (2^n − 1)·E'Y, Cb = (2^n − 1)·E'Cb + 2^(n−1).
 *
 * @param bitDepth n, of the signal: what a container has room for may be more.
 */
export const yuvToRgbCoefficients = (matrix: YuvMatrix, range: YuvRange, bitDepth = 8): YuvCoefficients => {
  const { kr, kb } = lumaWeights[matrix];
  const kg = 1 - kr - kb;
  const full = 255 / fullCode(bitDepth);
  const chroma = range === 'limited' ? 255 / 224 : full;
  const rv = 2 * (1 - kr) * chroma;
  const bu = 2 * (1 - kb) * chroma;
  return {
    yOffset: range === 'limited' ? 16 : 0,
    cOffset: 128,
    yScale: range === 'limited' ? 255 / 219 : full,
    rv,
    gu: (-bu * kb) / kg,
    gv: (-rv * kr) / kg,
    bu,
  };
};

/**
 * The coefficients that turn RGB in 0..255 into YUV codes on the scale of 8 bits: Y = yOffset + yr·R + yg·G + yb·B,
 * U = cOffset + ur·R + …, V = cOffset + vr·R + …: the inverse of {@link yuvToRgbCoefficients}.
 * Source: ITU-R BT.601-7 §2.5, BT.709-6 items 3.2 to 3.4, BT.2020-2 tables 4 and 5; ITU-T H.273, section 8.3.
 *
 * @param bitDepth Of the signal that is made.
 */
export const rgbToYuvCoefficients = ({ matrix, range }: YuvEncoding, bitDepth = 8): RgbCoefficients => {
  const { kr, kb } = lumaWeights[matrix];
  const kg = 1 - kr - kb;
  const full = fullCode(bitDepth) / 255;
  const [luma, chroma] = range === 'limited' ? [219 / 255, 224 / 255] : [full, full];
  const u = chroma / (2 * (1 - kb));
  const v = chroma / (2 * (1 - kr));
  return {
    yOffset: range === 'limited' ? 16 : 0,
    cOffset: 128,
    yr: luma * kr,
    yg: luma * kg,
    yb: luma * kb,
    ur: -u * kr,
    ug: -u * kg,
    ub: chroma / 2,
    vr: chroma / 2,
    vg: -v * kg,
    vb: -v * kb,
  };
};

type Chromaticity = readonly [x: number, y: number];

/**
 * CIE 1931 x and y of red, green and blue.
 * Source: ITU-R BT.709-6 item 1.3, BT.2020-2 table 3, SMPTE EG 432-1, BT.601-7 §2.1 (both systems).
 */
export const chromaticities: Readonly<
  Record<Primaries, readonly [red: Chromaticity, green: Chromaticity, blue: Chromaticity]>
> = {
  bt709: [
    [0.64, 0.33],
    [0.3, 0.6],
    [0.15, 0.06],
  ],
  bt2020: [
    [0.708, 0.292],
    [0.17, 0.797],
    [0.131, 0.046],
  ],
  p3: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
  ],
  'bt601-525': [
    [0.63, 0.34],
    [0.31, 0.595],
    [0.155, 0.07],
  ],
  'bt601-625': [
    [0.64, 0.33],
    [0.29, 0.6],
    [0.15, 0.06],
  ],
};
const D65: Chromaticity = [0.3127, 0.329];

type Rows = readonly [readonly number[], readonly number[], readonly number[]];

const xyzOf = ([x, y]: Chromaticity): readonly number[] => [x / y, 1, (1 - x - y) / y];
const times = (rows: Rows, [a, b, c]: readonly number[]): number[] =>
  rows.map(row => row[0] * a + row[1] * b + row[2] * c);
const columnsOf = ([a, b, c]: Rows): Rows => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];
const cross = (a: readonly number[], b: readonly number[]): number[] => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const inverse = ([a, b, c]: Rows): Rows => {
  const bc = cross(b, c);
  const determinant = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
  return columnsOf([bc, cross(c, a), cross(a, b)].map(row => row.map(v => v / determinant)) as never);
};

// The lengths of the primaries follow from the white: R = G = B = 1 is D65 with Y = 1.
const rgbToXyz = (primaries: Primaries): Rows => {
  const [red, green, blue] = chromaticities[primaries];
  const directions = columnsOf([xyzOf(red), xyzOf(green), xyzOf(blue)]);
  const lengths = times(inverse(directions), xyzOf(D65));
  return directions.map(row => row.map((v, c) => v * lengths[c])) as never;
};

/**
 * The matrix that turns linear RGB of one set of primaries into that of another, row by row.
 * Source: SMPTE RP 177-1993 (from chromaticities to XYZ); the white is D65 on both sides, so nothing adapts.
 */
export const primariesMatrix = ({ from, to }: PrimariesChange): RgbMatrix => {
  const [back, there] = [inverse(rgbToXyz(to)), columnsOf(rgbToXyz(from))];
  const columns = there.map(column => times(back, column)) as never;
  return columnsOf(columns).flat() as never;
};
