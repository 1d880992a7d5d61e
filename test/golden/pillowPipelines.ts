/** Pillow's resize of RGB, RGBA and L, by each of its filters. */
import { gray8, nhwc, pillow, pipeline, resize, rgb8, rgba8 } from '../../ops/index.js';

const box = resize({ filter: pillow({ resample: 'box' }) });
const bilinear = resize({ filter: pillow({ resample: 'bilinear' }) });
const hamming = resize({ filter: pillow({ resample: 'hamming' }) });
const bicubic = resize({ filter: pillow({ resample: 'bicubic' }) });
const lanczos = resize({ filter: pillow({ resample: 'lanczos' }) });

export const rgbBox = pipeline(rgb8(), box, nhwc('u8'));
export const rgbBilinear = pipeline(rgb8(), bilinear, nhwc('u8'));
export const rgbHamming = pipeline(rgb8(), hamming, nhwc('u8'));
export const rgbBicubic = pipeline(rgb8(), bicubic, nhwc('u8'));
export const rgbLanczos = pipeline(rgb8(), lanczos, nhwc('u8'));
export const rgbaBox = pipeline(rgba8(), box, nhwc('u8'));
export const rgbaBilinear = pipeline(rgba8(), bilinear, nhwc('u8'));
export const rgbaHamming = pipeline(rgba8(), hamming, nhwc('u8'));
export const rgbaBicubic = pipeline(rgba8(), bicubic, nhwc('u8'));
export const rgbaLanczos = pipeline(rgba8(), lanczos, nhwc('u8'));
export const grayBox = pipeline(gray8(), box, nhwc('u8'));
export const grayBilinear = pipeline(gray8(), bilinear, nhwc('u8'));
export const grayHamming = pipeline(gray8(), hamming, nhwc('u8'));
export const grayBicubic = pipeline(gray8(), bicubic, nhwc('u8'));
export const grayLanczos = pipeline(gray8(), lanczos, nhwc('u8'));
