/** The inverses of maps that are given from input to output pixels, in double precision. */

import type { Mat2x3, Mat3x3 } from './values.js';

/** A matrix's inverse, and whether it is one: neither singular nor beyond what f32 holds. */
export type Invert = (matrix: readonly number[]) => {
  readonly inverse: number[];
  readonly determinant: number;
  readonly isInverse: boolean;
};
const found = (inverse: number[], determinant: number): ReturnType<Invert> => ({
  inverse,
  determinant,
  isInverse: determinant !== 0 && inverse.every(number => Number.isFinite(Math.fround(number))),
});

/** The inverse of an affine map: six numbers, row by row. */
export const invertAffine: Invert = matrix => {
  const [a, b, c, d, e, f] = matrix as Mat2x3;
  const determinant = a * e - b * d;
  const inverse = [
    e / determinant,
    -b / determinant,
    (b * f - c * e) / determinant,
    -d / determinant,
    a / determinant,
    (c * d - a * f) / determinant,
  ];
  return found(inverse, determinant);
};

/**
 * Of a projective map: nine numbers, row by row. By cofactors. Any multiple maps alike, so the last number is made 1 where it can be: that
 * keeps the others in f32's range.
 */
export const invertProjective: Invert = matrix => {
  const [a, b, c, d, e, f, g, h, i] = matrix as Mat3x3;
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ] as const;
  const determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6];
  const scale = adjugate[8] === 0 ? determinant : adjugate[8];
  return found(
    adjugate.map(number => number / scale),
    determinant,
  );
};
