/** Every operator, format, filter and border, and the vocabulary to declare more. */

export { erase } from './augment/erase.js';
export { gaussianNoise } from './augment/gaussianNoise.js';
export { channelReorder } from './channels/channelReorder.js';
export { composite } from './channels/composite.js';
export { premultiply } from './channels/premultiply.js';
export { swapChannels } from './channels/swapChannels.js';
export { unpremultiply } from './channels/unpremultiply.js';
export { fromLinear } from './colour/fromLinear.js';
export { gbrToRgb } from './colour/gbrToRgb.js';
export { grayToRgb } from './colour/grayToRgb.js';
export { hsvToRgb } from './colour/hsvToRgb.js';
export { labToRgb } from './colour/labToRgb.js';
export { luma } from './colour/luma.js';
export { primaries } from './colour/primaries.js';
export { rgbToGray } from './colour/rgbToGray.js';
export { rgbToHsv } from './colour/rgbToHsv.js';
export { rgbToLab } from './colour/rgbToLab.js';
export { rgbToYCrCb } from './colour/rgbToYCrCb.js';
export { rgbToYuv } from './colour/rgbToYuv.js';
export { toLinear } from './colour/toLinear.js';
export { yCrCbToRgb } from './colour/yCrCbToRgb.js';
export { ycgcoToRgb } from './colour/ycgcoToRgb.js';
export { yuvToRgb } from './colour/yuvToRgb.js';
export { analogYuvToRgb } from './compat/analogYuvToRgb.js';
export { cvcudaNv12ToRgb } from './compat/cvcudaNv12ToRgb.js';
export { opencvGaussianBlur } from './compat/opencvGaussianBlur.js';
export { opencvNv12ToRgb } from './compat/opencvNv12ToRgb.js';
export { opencvRgbToYuv } from './compat/opencvRgbToYuv.js';
export { opencvYuvToRgb } from './compat/opencvYuvToRgb.js';
export { torchcodecYuvToRgb } from './compat/torchcodecYuvToRgb.js';
export {
  antialiasedBox,
  antialiasedCubic,
  antialiasedHamming,
  antialiasedLanczos,
  antialiasedLinear,
  area,
} from './filters/antialias.js';
export { constant, reflect, reflect101, replicate, wrap } from './filters/border.js';
export { catmullRom, cubic, cubicWith, lanczos4, linear, nearest } from './filters/filter.js';
export { type PillowResample, pillow } from './filters/pillow.js';
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
  type PatchOptions,
  p010,
  p012,
  p016,
  patches,
  rgb8,
  rgb16,
  rgba8,
  tiles,
  uyvy,
  yuv422p,
  yuv444p,
  yuv444p16,
  yuyv,
  yv12,
} from './formats/formats.js';
export { centerCrop, crop } from './geometry/crop.js';
export { flip } from './geometry/flip.js';
export { letterbox } from './geometry/letterbox.js';
export { orient } from './geometry/orient.js';
export { pad } from './geometry/pad.js';
export { padTo } from './geometry/padTo.js';
export { padToMultiple } from './geometry/padToMultiple.js';
export { remap } from './geometry/remap.js';
export { resample } from './geometry/resample.js';
export { resize } from './geometry/resize.js';
export { resizeInside, resizeLonger, resizeShorter, resizeWithin } from './geometry/resizeBy.js';
export { resizeNearest } from './geometry/resizeNearest.js';
export { resizeInsideTiles, resizeToPatches, resizeToTiles } from './geometry/resizeToTiles.js';
export { rotate } from './geometry/rotate.js';
export { rotate90 } from './geometry/rotate90.js';
export { undistort, undistortFisheye } from './geometry/undistort.js';
export { warpAffine } from './geometry/warpAffine.js';
export { warpPerspective } from './geometry/warpPerspective.js';
export { idiv, lookup, roundHalfEven, roundToBf16, roundToF16 } from './math.js';
export { adjustContrast } from './reductions/adjustContrast.js';
export { autoContrast, extremes } from './reductions/autoContrast.js';
export { type ClaheOptions, clahe } from './reductions/clahe.js';
export { countIf } from './reductions/countIf.js';
export { equalizationOfChannels, equalize } from './reductions/equalize.js';
export { equalization, equalizeHistogram } from './reductions/equalizeHistogram.js';
export { grayWorld } from './reductions/grayWorld.js';
export { type HistogramOptions, histogram } from './reductions/histogram.js';
export { mean } from './reductions/mean.js';
export { meanStd } from './reductions/meanStd.js';
export { minMax } from './reductions/minMax.js';
export { otsu, otsuThreshold } from './reductions/otsuThreshold.js';
export { standardize } from './reductions/standardize.js';
export { sum } from './reductions/sum.js';
export { triangle, triangleThreshold } from './reductions/triangleThreshold.js';
export * from './spec.js';
export { adaptiveThreshold, adaptiveThresholdGaussian } from './stencils/adaptiveThreshold.js';
export { bilateral } from './stencils/bilateral.js';
export { blurRegions } from './stencils/blurRegions.js';
export { boxBlur } from './stencils/boxBlur.js';
export { laplacian, scharr, sobel, sobelMagnitude } from './stencils/derivatives.js';
export { filter2d, separableFilter2d } from './stencils/filter2d.js';
export { gaussianBlur } from './stencils/gaussianBlur.js';
export { jointBilateral, jointBilateralGray } from './stencils/jointBilateral.js';
export { median } from './stencils/median.js';
export { blackHat, closing, dilate, erode, morphGradient, opening, topHat } from './stencils/morphology.js';
export { nonMaximumSuppression } from './stencils/nonMaximumSuppression.js';
export { adjustSharpness, unsharpMask } from './stencils/sharpen.js';
export { brightnessContrast } from './tone/brightnessContrast.js';
export { clamp } from './tone/clamp.js';
export { colorTwist } from './tone/colorTwist.js';
export { convertTo } from './tone/convertTo.js';
export { gamma } from './tone/gamma.js';
export { invert } from './tone/invert.js';
export { lut } from './tone/lut.js';
export { normalize } from './tone/normalize.js';
export { posterize } from './tone/posterize.js';
export { scaleOffset } from './tone/scaleOffset.js';
export { solarize } from './tone/solarize.js';
export { threshold } from './tone/threshold.js';
export { toneMap } from './tone/toneMap.js';
