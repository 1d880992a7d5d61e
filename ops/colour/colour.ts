import type {
  LumaMatrix,
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
 * Weights of red and blue in luma, of the matrices that are made of them.
 * Source: ITU-R BT.601-7 §2.5.1, BT.709-6 item 3.2, BT.2020-2 table 4 (non-constant luminance); SMPTE 240M and FCC by ITU-T H.273,
 * table 4, values 7 and 4.
 */
export const lumaWeights: Readonly<Record<LumaMatrix, { readonly kr: number; readonly kb: number }>> = {
  bt601: { kr: 0.299, kb: 0.114 },
  bt709: { kr: 0.2126, kb: 0.0722 },
  bt2020: { kr: 0.2627, kb: 0.0593 },
  smpte240m: { kr: 0.212, kb: 0.087 },
  fcc: { kr: 0.3, kb: 0.11 },
};

/** YUV from RGB, and back, with luma in 0..1 and chroma around 0, by rows. */
type Transform = {
  readonly there: Rows;
  readonly back: Rows;
  readonly chroma: 224 | 219;
  readonly centred: boolean;
};

/**
 * The transform of a matrix, how long chroma's unit is where luma's is 219, and whether chroma lies around 128.
 * Source: E'Y = Kr·R + Kg·G + Kb·B, E'Cb = (B − E'Y) / (2 (1 − Kb)), E'Cr = (R − E'Y) / (2 (1 − Kr)); YCgCo and GBR by ITU-T H.273,
 * section 8.3, equations 24 to 29 and 11 to 16: they are made of the codes of R, G and B, so that chroma's unit is luma's.
 */
const transformOf = (matrix: YuvMatrix): Transform => {
  if (matrix === 'gbr') {
    const there: Rows = [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ];
    return { there, back: columnsOf(there), chroma: 219, centred: false };
  }
  if (matrix === 'ycgco') {
    return {
      there: [
        [0.25, 0.5, 0.25],
        [-0.25, 0.5, -0.25],
        [0.5, 0, -0.5],
      ],
      back: [
        [1, -1, 1],
        [1, 1, 0],
        [1, -1, -1],
      ],
      chroma: 219,
      centred: true,
    };
  }
  const { kr, kb } = lumaWeights[matrix];
  const kg = 1 - kr - kb;
  const [u, v] = [2 * (1 - kb), 2 * (1 - kr)];
  return {
    there: [
      [kr, kg, kb],
      [-kr / u, -kg / u, 0.5],
      [0.5, -kg / v, -kb / v],
    ],
    back: [
      [1, 0, v],
      [1, (-u * kb) / kg, (-v * kr) / kg],
      [1, u, 0],
    ],
    chroma: 224,
    centred: true,
  };
};

/**
 * The largest code of a full range of n bits, 2^n − 1, on the scale of pixels, where a code is divided by 2^(n − 8): 255 for 8 bits,
 * 255.75 for 10, 255.9375 for 12. A limited range has no such number: its codes of n bits are those of 8 times 2^(n − 8).
 */
const fullCode = (bitDepth: number): number => (2 ** bitDepth - 1) / 2 ** (bitDepth - 8);

/** What codes add to luma and chroma, and how long their units are, on the scale of 8 bits. */
const quantised = ({ chroma, centred }: Transform, range: YuvRange, bitDepth: number) => {
  const full = fullCode(bitDepth);
  const yOffset = range === 'limited' ? 16 : 0;
  const [luma, difference] = range === 'limited' ? [219, chroma] : [full, full];
  return { yOffset, cOffset: centred ? 128 : yOffset, units: [luma, difference, difference] as const };
};

/**
 * The coefficients that turn YUV codes on the scale of 8 bits (code / 2^(n − 8)) into RGB in 0..255:
 * R = yScale·(Y−yOffset) + rv·(V−cOffset), G = yScale·(Y−yOffset) + gu·(U−cOffset) + gv·(V−cOffset),
 * B = yScale·(Y−yOffset) + bu·(U−cOffset).
 *
 * Limited range holds luma in 16..235 and chroma in 16..240 around 128, times 2^(n − 8). Full range holds luma in 0..2^n − 1 and
 * chroma around 2^(n − 1), a unit of it 2^n − 1 long.
 * Source: the inverse of the matrix, with the quantisation of ITU-T H.273, section 8.3.
 *
 * @param bitDepth n, of the signal: what a container has room for may be more.
 */
export const yuvToRgbCoefficients = (matrix: LumaMatrix, range: YuvRange, bitDepth = 8): YuvCoefficients => {
  const transform = transformOf(matrix);
  const { yOffset, cOffset, units } = quantised(transform, range, bitDepth);
  const [[yScale, , rv], [, gu, gv], [, bu]] = transform.back.map(row =>
    row.map((factor, n) => factor * (255 / (units[n] as number))),
  ) as never as readonly [Row, Row, Row];
  return { yOffset, cOffset, yScale, rv, gu, gv, bu };
};

/**
 * The coefficients that turn RGB in 0..255 into YUV codes on the scale of 8 bits: Y = yOffset + yr·R + yg·G + yb·B,
 * U = cOffset + ur·R + …, V = cOffset + vr·R + …: the inverse of {@link yuvToRgbCoefficients}.
 * Source: ITU-R BT.601-7 §2.5, BT.709-6 items 3.2 to 3.4, BT.2020-2 tables 4 and 5; ITU-T H.273, section 8.3.
 *
 * @param bitDepth Of the signal that is made.
 */
export const rgbToYuvCoefficients = ({ matrix, range }: YuvEncoding, bitDepth = 8): RgbCoefficients => {
  const transform = transformOf(matrix);
  const { yOffset, cOffset, units } = quantised(transform, range, bitDepth);
  const [[yr, yg, yb], [ur, ug, ub], [vr, vg, vb]] = transform.there.map((row, n) =>
    row.map(factor => factor * ((units[n] as number) / 255)),
  ) as never as readonly [Row, Row, Row];
  return { yOffset, cOffset, yr, yg, yb, ur, ug, ub, vr, vg, vb };
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

type Row = readonly [number, number, number];
type Rows = readonly [Row, Row, Row];

const xyzOf = ([x, y]: Chromaticity): Row => [x / y, 1, (1 - x - y) / y];
const ofEach = <T>([a, b, c]: readonly [T, T, T], of: (value: T, n: 0 | 1 | 2) => number): Row => [
  of(a, 0),
  of(b, 1),
  of(c, 2),
];
const times = (rows: Rows, [a, b, c]: Row): Row => ofEach(rows, row => row[0] * a + row[1] * b + row[2] * c);
const columnsOf = ([a, b, c]: Rows): Rows => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];
const cross = (a: Row, b: Row): Row => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const inverse = ([a, b, c]: Rows): Rows => {
  const bc = cross(b, c);
  const determinant = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
  const scaled = (row: Row): Row => ofEach(row, v => v / determinant);
  return columnsOf([scaled(bc), scaled(cross(c, a)), scaled(cross(a, b))]);
};

// The lengths of the primaries follow from the white: R = G = B = 1 is D65 with Y = 1.
const rgbToXyz = (primaries: Primaries): Rows => {
  const [red, green, blue] = chromaticities[primaries];
  const directions = columnsOf([xyzOf(red), xyzOf(green), xyzOf(blue)]);
  const lengths = times(inverse(directions), xyzOf(D65));
  const scaled = (row: Row): Row => ofEach(row, (v, n) => v * lengths[n]);
  return [scaled(directions[0]), scaled(directions[1]), scaled(directions[2])];
};

/**
 * The matrix that turns linear RGB of one set of primaries into that of another, row by row.
 * Source: SMPTE RP 177-1993 (from chromaticities to XYZ); the white is D65 on both sides, so nothing adapts.
 */
export const primariesMatrix = ({ from, to }: PrimariesChange): RgbMatrix => {
  const back = inverse(rgbToXyz(to));
  const [red, green, blue] = columnsOf(rgbToXyz(from));
  const [x, y, z] = columnsOf([times(back, red), times(back, green), times(back, blue)]);
  return [...x, ...y, ...z];
};
