/** Every operator, format, filter and border, and the vocabulary to declare more. */
export { constant, replicate } from './border.js';
export { convertTo } from './convertTo.js';
export { crop } from './crop.js';
export { linear, nearest } from './filter.js';
export { flip } from './flip.js';
export { nchw, nhwc, nv12, rgb8, yuv444p } from './formats.js';
export { idiv, roundHalfEven, roundToF16 } from './math.js';
export { normalize } from './normalize.js';
export { resize } from './resize.js';
export { seedYuvToRgb } from './seedYuvToRgb.js';
export * from './spec.js';
export { warpAffine } from './warpAffine.js';
export { yuvToRgb } from './yuvToRgb.js';
