/** The transfer curves of the standards: between a signal in 0..1 and light in 0..1. Negative values become 0. */
import type { f32 } from '../spec.js';

/** Source: IEC 61966-2-1:1999. */
export const srgbToLight = (v: f32): f32 =>
  v <= 0.04045 ? Math.max(v, 0) / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
/** The inverse of {@link srgbToLight}. */
export const lightToSrgb = (v: f32): f32 =>
  v <= 0.0031308 ? 12.92 * Math.max(v, 0) : 1.055 * v ** (1 / 2.4) - 0.055;

// These are the digits of BT.2020-2 table 4 for 12 bits: BT.709's own, 1.099 and 0.018, leave a step where the parts meet.
const ALPHA = 1.09929682680944;
const BETA = 0.018053968510807;

/** The inverse of a camera's curve. Source: ITU-R BT.709-6 item 1.2, BT.2020-2 table 4. */
export const bt709ToLight = (v: f32): f32 =>
  v < 4.5 * BETA ? Math.max(v, 0) / 4.5 : ((v + (ALPHA - 1)) / ALPHA) ** (1 / 0.45);
/** A camera's curve: the inverse of {@link bt709ToLight}. */
export const lightToBt709 = (v: f32): f32 =>
  v < BETA ? 4.5 * Math.max(v, 0) : ALPHA * v ** 0.45 - (ALPHA - 1);

const M1 = 2610 / 16384;
const M2 = (2523 / 4096) * 128;
const C3 = (2392 / 4096) * 32;
// 1 − c1, which is c2 − c3 as well.
const REST = 672 / 4096;

/**
 * The perceptual quantiser: 1 is 10,000 cd/m². Source: SMPTE ST 2084, ITU-R BT.2100-2 table 4 (EOTF).
 *
 * With p = v^(1/m2) the standard has ((p − c1) / (c2 − c3·p))^(1/m1): differences of numbers that are nearly equal. In q = 1 − p they
 * are REST − q and REST + c3·q, and `expm1` gives a small q with all its digits.
 */
export const pqToLight = (v: f32): f32 => {
  if (v <= 0) {
    return 0;
  }
  const q = -Math.expm1(Math.log(v) / M2);
  return (Math.max(REST - q, 0) / (REST + C3 * q)) ** (1 / M1);
};
/** The inverse of {@link pqToLight}: ((c1 + c2·y) / (1 + c3·y))^m2, whose base is 1 − REST·(1 − y) / (1 + c3·y). */
export const lightToPq = (v: f32): f32 => {
  const y = Math.max(v, 0) ** M1;
  return Math.exp(M2 * Math.log1p((-REST * (1 - y)) / (1 + C3 * y)));
};

const A = 0.17883277;
const B = 0.28466892;
const C = 0.55991073;

/** Hybrid log-gamma: the light of the scene. Source: ITU-R BT.2100-2 table 5 (inverse of the OETF). */
export const hlgToLight = (v: f32): f32 => {
  const low = Math.max(v, 0);
  return v <= 0.5 ? (low * low) / 3 : (Math.exp((v - C) / A) + B) / 12;
};
/** The inverse of {@link hlgToLight}. */
export const lightToHlg = (v: f32): f32 =>
  v <= 1 / 12 ? Math.sqrt(3 * Math.max(v, 0)) : A * Math.log(12 * v - B) + C;
