import { anyColour, type f32, oneOf, stencilOp } from '../spec.js';

type Two = readonly [f32, f32];
type Three = readonly [f32, f32, f32];
type Five = readonly [f32, f32, f32, f32, f32];

const ordered = (a: f32, b: f32): Two => [Math.min(a, b), Math.max(a, b)];
const medianOf3 = (a: f32, b: f32, c: f32): f32 => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

const sorted3 = (a: f32, b: f32, c: f32): Three => {
  const [low, high] = ordered(a, b);
  const [least, rest] = ordered(low, c);
  const [middle, most] = ordered(high, rest);
  return [least, middle, most];
};

/** Nine comparisons, the fewest for five numbers. */
const sorted5 = (a: f32, b: f32, c: f32, d: f32, e: f32): Five => {
  const [a1, b1] = ordered(a, b);
  const [d1, e1] = ordered(d, e);
  const [c1, e2] = ordered(c, e1);
  const [c2, d2] = ordered(c1, d1);
  const [b2, e3] = ordered(b1, e2);
  const [a2, d3] = ordered(a1, d2);
  const [a3, c3] = ordered(a2, c2);
  const [b3, d4] = ordered(b2, d3);
  const [b4, c4] = ordered(b3, c3);
  return [a3, b4, c4, d4, e3];
};

/** The median of nine: columns are sorted, and what remains is between the largest least, the median middle and the smallest most. */
const medianOf9 = (a: Three, b: Three, c: Three): f32 => {
  const [a0, a1, a2] = sorted3(a[0], a[1], a[2]);
  const [b0, b1, b2] = sorted3(b[0], b[1], b[2]);
  const [c0, c1, c2] = sorted3(c[0], c[1], c[2]);
  return medianOf3(Math.max(a0, b0, c0), medianOf3(a1, b1, c1), Math.min(a2, b2, c2));
};

/**
 * The median of 25: with its columns sorted and then its rows, a number in row i and column j has (i + 1)(j + 1) − 1 others that are no larger
 * and (5 − i)(5 − j) − 1 that are no smaller. Six have more than twelve of the one kind and six of the other, so that the median is that of
 * the thirteen between.
 */
const medianOf25 = (v: Five, w: Five, x: Five, y: Five, z: Five): f32 => {
  const a = sorted5(v[0], v[1], v[2], v[3], v[4]);
  const b = sorted5(w[0], w[1], w[2], w[3], w[4]);
  const c = sorted5(x[0], x[1], x[2], x[3], x[4]);
  const d = sorted5(y[0], y[1], y[2], y[3], y[4]);
  const e = sorted5(z[0], z[1], z[2], z[3], z[4]);
  const row0 = sorted5(a[0], b[0], c[0], d[0], e[0]);
  const row1 = sorted5(a[1], b[1], c[1], d[1], e[1]);
  const row2 = sorted5(a[2], b[2], c[2], d[2], e[2]);
  const row3 = sorted5(a[3], b[3], c[3], d[3], e[3]);
  const row4 = sorted5(a[4], b[4], c[4], d[4], e[4]);
  const six = middleOf8(row0[3], row0[4], row1[2], row1[3], row1[4], row2[1], row2[2], row2[3]);
  const five = middleOf7(six[0], six[1], six[2], six[3], six[4], six[5], row3[0]);
  const four = middleOf6(five[0], five[1], five[2], five[3], five[4], row3[1]);
  const three = middleOf5(four[0], four[1], four[2], four[3], row3[2]);
  const two = middleOf4(three[0], three[1], three[2], row4[0]);
  return medianOf3(two[0], two[1], row4[1]);
};

// Without the smallest and the largest: neither is the median of these and of so few more numbers.
const middleOf8 = (
  a: f32,
  b: f32,
  c: f32,
  d: f32,
  e: f32,
  f: f32,
  g: f32,
  h: f32,
): readonly [f32, f32, f32, f32, f32, f32] => {
  const [a1, b1] = ordered(a, b);
  const [c1, d1] = ordered(c, d);
  const [e1, f1] = ordered(e, f);
  const [g1, h1] = ordered(g, h);
  const [ac, ca] = ordered(a1, c1);
  const [eg, ge] = ordered(e1, g1);
  const [bd, db] = ordered(b1, d1);
  const [fh, hf] = ordered(f1, h1);
  return [ca, ge, Math.max(ac, eg), bd, fh, Math.min(db, hf)];
};
const middleOf7 = (
  a: f32,
  b: f32,
  c: f32,
  d: f32,
  e: f32,
  f: f32,
  g: f32,
): readonly [f32, f32, f32, f32, f32] => {
  const [a1, b1] = ordered(a, b);
  const [c1, d1] = ordered(c, d);
  const [e1, f1] = ordered(e, f);
  const [ac, ca] = ordered(a1, c1);
  const [bd, db] = ordered(b1, d1);
  const [eg, ge] = ordered(e1, g);
  const [gf, fg] = ordered(ge, f1);
  return [ca, Math.max(ac, eg), bd, gf, Math.min(db, fg)];
};
const middleOf6 = (a: f32, b: f32, c: f32, d: f32, e: f32, f: f32): readonly [f32, f32, f32, f32] => {
  const [a1, b1] = ordered(a, b);
  const [c1, d1] = ordered(c, d);
  const [e1, f1] = ordered(e, f);
  const [ac, ca] = ordered(a1, c1);
  const [bd, db] = ordered(b1, d1);
  return [ca, Math.max(ac, e1), bd, Math.min(db, f1)];
};
const middleOf5 = (a: f32, b: f32, c: f32, d: f32, e: f32): Three => {
  const [a1, b1] = ordered(a, b);
  const [c1, d1] = ordered(c, d);
  const [ac, ca] = ordered(a1, c1);
  const [bd, db] = ordered(b1, d1);
  const ea = Math.max(ac, e);
  return [ca, bd, Math.min(ea, db)];
};
const middleOf4 = (a: f32, b: f32, c: f32, d: f32): Two => {
  const [a1, b1] = ordered(a, b);
  const [c1, d1] = ordered(c, d);
  return [Math.max(a1, c1), Math.min(b1, d1)];
};

/**
 * The median of a window of 3 × 3 or 5 × 5 pixels, channel by channel: OpenCV's `medianBlur` (with `border: replicate`), byte for byte.
 */
export const median = stencilOp({
  from: anyColour,
  radius: ({ size }) => (size - 1) / 2,
  params: {
    /** Width and height of the window, in pixels. */
    size: oneOf(3, 5),
  },
  apply: (tap, { size }) => {
    if (size === 3) {
      const [a, b, c] = [tap(-1, -1), tap(-1, 0), tap(-1, 1)];
      const [d, e, f] = [tap(0, -1), tap(0, 0), tap(0, 1)];
      const [g, h, i] = [tap(1, -1), tap(1, 0), tap(1, 1)];
      return e.map((_, n) => medianOf9([a[n]!, b[n]!, c[n]!], [d[n]!, e[n]!, f[n]!], [g[n]!, h[n]!, i[n]!]));
    }
    const [a, b, c, d, e] = [tap(-2, -2), tap(-2, -1), tap(-2, 0), tap(-2, 1), tap(-2, 2)];
    const [f, g, h, i, j] = [tap(-1, -2), tap(-1, -1), tap(-1, 0), tap(-1, 1), tap(-1, 2)];
    const [k, l, m, n, o] = [tap(0, -2), tap(0, -1), tap(0, 0), tap(0, 1), tap(0, 2)];
    const [p, q, r, s, t] = [tap(1, -2), tap(1, -1), tap(1, 0), tap(1, 1), tap(1, 2)];
    const [u, v, w, x, y] = [tap(2, -2), tap(2, -1), tap(2, 0), tap(2, 1), tap(2, 2)];
    return m.map((_, z) =>
      medianOf25(
        [a[z]!, b[z]!, c[z]!, d[z]!, e[z]!],
        [f[z]!, g[z]!, h[z]!, i[z]!, j[z]!],
        [k[z]!, l[z]!, m[z]!, n[z]!, o[z]!],
        [p[z]!, q[z]!, r[z]!, s[z]!, t[z]!],
        [u[z]!, v[z]!, w[z]!, x[z]!, y[z]!],
      ),
    );
  },
});
