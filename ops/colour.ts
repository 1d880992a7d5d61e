import type { YuvCoefficients, YuvMatrix, YuvRange } from './spec.js';

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
 * The coefficients that turn 8-bit YUV codes into RGB in 0..255:
 * R = yScale·(Y−yOffset) + rv·(V−cOffset), G = … + gu·(U−cOffset) + gv·(V−cOffset), B = … + bu·(U−cOffset).
 *
 * Limited range holds luma in 16..235 and chroma in 16..240 around 128; full range holds both in 0..255.
 * Source: the inverse of E'Y = Kr·R + Kg·G + Kb·B, E'Cb = (B − E'Y) / (2 (1 − Kb)), E'Cr = (R − E'Y) / (2 (1 − Kr))
 * with the quantisation of BT.709-6 item 3.4 (limited) and of JFIF 1.02 (full).
 */
export const yuvToRgbCoefficients = (matrix: YuvMatrix, range: YuvRange): YuvCoefficients => {
  const { kr, kb } = lumaWeights[matrix];
  const kg = 1 - kr - kb;
  const chroma = range === 'limited' ? 255 / 224 : 1;
  const rv = 2 * (1 - kr) * chroma;
  const bu = 2 * (1 - kb) * chroma;
  return {
    yOffset: range === 'limited' ? 16 : 0,
    cOffset: 128,
    yScale: range === 'limited' ? 255 / 219 : 1,
    rv,
    gu: (-bu * kb) / kg,
    gv: (-rv * kr) / kg,
    bu,
  };
};
