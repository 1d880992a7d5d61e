/** Every operator, format, filter and border, and the vocabulary to declare more. */
export {
  antialiasedBox,
  antialiasedCubic,
  antialiasedHamming,
  antialiasedLanczos,
  antialiasedLinear,
  area,
} from './antialias.js';
export { constant, reflect, reflect101, replicate, wrap } from './border.js';
export { brightnessContrast } from './brightnessContrast.js';
export { centerCrop } from './centerCrop.js';
export { channelReorder } from './channelReorder.js';
export { clamp } from './clamp.js';
export { colorTwist } from './colorTwist.js';
export { composite } from './composite.js';
export { convertTo } from './convertTo.js';
export { crop } from './crop.js';
export { cvcudaNv12ToRgb } from './cvcudaNv12ToRgb.js';
export { erase } from './erase.js';
export { catmullRom, cubic, cubicWith, lanczos4, linear, nearest } from './filter.js';
export { flip } from './flip.js';
export {
  bgr8,
  bgra8,
  gray8,
  gray16,
  i420,
  nchw,
  nhwc,
  nv12,
  nv16,
  nv21,
  nv24,
  p010,
  p012,
  p016,
  rgb8,
  rgb16,
  rgba8,
  uyvy,
  yuv422p,
  yuv444p,
  yuv444p16,
  yuyv,
  yv12,
} from './formats.js';
export { fromLinear } from './fromLinear.js';
export { gamma } from './gamma.js';
export { gaussianNoise } from './gaussianNoise.js';
export { grayToRgb } from './grayToRgb.js';
export { hsvToRgb } from './hsvToRgb.js';
export { invert } from './invert.js';
export { labToRgb } from './labToRgb.js';
export { letterbox } from './letterbox.js';
export { lut } from './lut.js';
export { idiv, lookup, roundHalfEven, roundToF16 } from './math.js';
export { normalize } from './normalize.js';
export { opencvNv12ToRgb } from './opencvNv12ToRgb.js';
export { opencvRgbToYuv } from './opencvRgbToYuv.js';
export { opencvYuvToRgb } from './opencvYuvToRgb.js';
export { pad } from './pad.js';
export { padTo } from './padTo.js';
export { posterize } from './posterize.js';
export { premultiply } from './premultiply.js';
export { primaries } from './primaries.js';
export { remap } from './remap.js';
export { resample } from './resample.js';
export { resize } from './resize.js';
export { resizeNearest } from './resizeNearest.js';
export { rgbToGray } from './rgbToGray.js';
export { rgbToHsv } from './rgbToHsv.js';
export { rgbToLab } from './rgbToLab.js';
export { rgbToYCrCb } from './rgbToYCrCb.js';
export { rgbToYuv } from './rgbToYuv.js';
export { rotate } from './rotate.js';
export { rotate90 } from './rotate90.js';
export { scaleOffset } from './scaleOffset.js';
export { seedYuvToRgb } from './seedYuvToRgb.js';
export { solarize } from './solarize.js';
export * from './spec.js';
export { swapChannels } from './swapChannels.js';
export { threshold } from './threshold.js';
export { toLinear } from './toLinear.js';
export { toneMap } from './toneMap.js';
export { torchcodecYuvToRgb } from './torchcodecYuvToRgb.js';
export { undistort, undistortFisheye } from './undistort.js';
export { unpremultiply } from './unpremultiply.js';
export { warpAffine } from './warpAffine.js';
export { warpPerspective } from './warpPerspective.js';
export { yCrCbToRgb } from './yCrCbToRgb.js';
export { yuvToRgb } from './yuvToRgb.js';
