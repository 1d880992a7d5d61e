/** Filters that read all input pixels which an output pixel covers: for pictures that shrink. */
import { type f32, i32, separableFilter } from '../spec.js';

type Window = 'box' | 'linear' | 'hamming' | 'cubic' | 'lanczos' | 'area';

/** Pixels that one output pixel reads along an axis, at most. */
const MOST_TAPS = 1024;
/** How far each window reaches, in pixels of the output, where it shrinks. */
const radius: Readonly<Record<Window, number>> = {
  box: 0.5,
  linear: 1,
  hamming: 1,
  cubic: 2,
  lanczos: 3,
  area: 0.5,
};

/** sin(a) / a for a² = z in 0..π²; a polynomial, so that every target computes the same bits. */
const sineRatio = (z: f32): f32 => {
  const tail = 1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000 - z / 121645100408832000));
  return (
    1 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * (1 / 362880 + z * (-1 / 39916800 + z * tail)))))
  );
};

/** How far the window reaches from its point, in pixels of the input. */
const reach = (window: Window, scale: f32): f32 => {
  if (window === 'area') {
    return (scale + 1) * 0.5;
  }
  const wide = Math.max(scale, 1);
  if (window === 'box') {
    return wide * 0.5;
  }
  if (window === 'cubic') {
    return wide * 2;
  }
  return window === 'lanczos' ? wide * 3 : wide;
};

/** What {@link weight} measures distances by: pixels of the output where it shrinks; `area` needs the scale itself. */
const measure = (window: Window, scale: f32): f32 => (window === 'area' ? scale : 1 / Math.max(scale, 1));

/** The weight of a pixel at a distance in pixels of the input, up to a factor. */
const weight = (window: Window, distance: f32, unit: f32): f32 => {
  // Which pixels a box holds follows from where it begins and ends.
  if (window === 'box') {
    return 1;
  }
  const far = Math.abs(distance);
  // The part of the pixel that is covered: two intervals, of lengths 1 and unit.
  if (window === 'area') {
    return Math.max(Math.min(Math.min(unit, 1), (unit + 1) * 0.5 - far), 0);
  }
  const t = far * unit;
  if (window === 'linear') {
    return Math.max(1 - t, 0);
  }
  if (window === 'cubic') {
    if (t < 1) {
      return (1.5 * t - 2.5) * t * t + 1;
    }
    return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
  }
  if (window === 'hamming') {
    if (t >= 1) {
      return 0;
    }
    const z = Math.PI * Math.PI * (t * t);
    const half = sineRatio(z * 0.25);
    const cosine = 1 - z * 0.5 * (half * half);
    return sineRatio(z) * (0.54 + 0.46 * cosine);
  }
  if (t >= 3) {
    return 0;
  }
  // sinc(t) · sinc(t / 3), where sin(3a) = 3 sin(a) − 4 sin³(a) leaves one sine, and nothing to divide by.
  const z = ((Math.PI * Math.PI) / 9) * (t * t);
  const q = sineRatio(z);
  const square = q * q;
  return square * (1 - (4 / 3) * (square * z));
};

/**
 * A box takes a pixel whole or not at all, and its edges meet the pixels' centres wherever sizes have a common factor: what lies
 * within this distance counts as met, so that no rounding decides.
 */
const MET: f32 = 1 / 4096;
const edge = (window: Window, at: f32): i32 => i32(window === 'box' ? at + 1 + MET : at + 1);

/** The first pixel of the window, inside the image. */
const firstOf = (window: Window, at: f32, reaching: f32, size: i32): i32 =>
  Math.min(Math.max(edge(window, at - reaching), 0), size - 1);
/** The first pixel after the window; there is at least one in it. */
const endOf = (window: Window, at: f32, reaching: f32, size: i32, first: i32): i32 =>
  Math.min(Math.max(edge(window, at + reaching), first + 1), size);

/**
 * All pixels under a window, weighted by their distances and divided by the sum of the weights: along rows, then down. Pixels outside the
 * image are left out. Definition: Pillow's `ImagingResample`, which torch's antialiasing follows: the window's centre is c = x + 0.5, it
 * begins with pixel trunc(c − reach + 0.5) and ends before trunc(c + reach + 0.5).
 */
const covering = <const W extends Window>(name: string, window: W) =>
  separableFilter({
    name,
    constants: { window: window as Window },
    radius: radius[window],
    maxScale: Math.floor((MOST_TAPS - 2) / (2 * radius[window])),
    inside: true,
    apply: (tap, at, { window, scale, size }) => {
      const reaching = reach(window, scale);
      const unit = measure(window, scale);
      const first = firstOf(window, at, reaching, size);
      const count = endOf(window, at, reaching, size, first) - first;
      let sum = tap(first).map(() => 0);
      let total: f32 = 0;
      for (let n = 0; n < Math.min(count, MOST_TAPS); n++) {
        const share = weight(window, first + n - at, unit);
        const px = tap(first + n);
        sum = sum.map((v, c) => v + share * px[c]!);
        total += share;
      }
      return sum.map(v => v / total);
    },
  });

/**
 * The mean of the pixels whose centres an output pixel covers; enlarging, the nearest pixel. Equals Pillow's `BOX`, which rounds
 * between its two passes.
 */
export const antialiasedBox = covering('antialiasedBox', 'box');

/**
 * A triangle as wide as two output pixels; enlarging, {@link linear} with the edge repeated. Equals Pillow's `BILINEAR` (which rounds
 * between its two passes) and torchvision's `resize(antialias=True)`, torch's `interpolate(mode='bilinear', antialias=True)`.
 */
export const antialiasedLinear = covering('antialiasedLinear', 'linear');

/**
 * sin(πt) / πt under Hamming's window 0.54 + 0.46 cos(πt), as wide as two output pixels: sharper than {@link antialiasedLinear}, at its
 * cost. Equals Pillow's `HAMMING`, which rounds between its two passes.
 */
export const antialiasedHamming = covering('antialiasedHamming', 'hamming');

/**
 * Keys' cubic with a = −0.5, as wide as four output pixels; enlarging, {@link catmullRom} that leaves out what lies outside. Equals Pillow's
 * `BICUBIC` (which rounds and clamps between its two passes) and torch's `interpolate(mode='bicubic', antialias=True)`. Results may
 * leave the range of the pixels.
 */
export const antialiasedCubic = covering('antialiasedCubic', 'cubic');

/**
 * Lanczos' window of radius 3, sinc(t) · sinc(t / 3), as wide as six output pixels. Equals Pillow's `LANCZOS`, which rounds and clamps
 * between its two passes. Results may leave the range of the pixels.
 */
export const antialiasedLanczos = covering('antialiasedLanczos', 'lanczos');

/**
 * The mean of what an output pixel covers, pixels at its edge counted by their covered part. Equals OpenCV's `INTER_AREA` where both
 * axes shrink, and where both grow; where one grows and one shrinks, OpenCV reads two pixels of the shrinking one, and this all.
 */
export const area = covering('area', 'area');
