/** The part of the suite for point operators: each at least once, and in every form that its options choose. */
import {
  brightnessContrast,
  channelReorder,
  clamp,
  colorTwist,
  convertTo,
  crop,
  fromLinear,
  gamma,
  grayToRgb,
  hsvToRgb,
  invert,
  nchw,
  nhwc,
  open,
  pipeline,
  posterize,
  premultiply,
  primaries,
  rgb8,
  rgbToGray,
  rgbToHsv,
  rgbToYCrCb,
  rgbToYuv,
  scaleOffset,
  solarize,
  swapChannels,
  threshold,
  toLinear,
  toneMap,
  unpremultiply,
  yCrCbToRgb,
} from '../../ops/index.js';

const grayFloats = nchw('f32', { colour: 'gray' });
const rgbFloats = nchw('f32', { colour: 'rgb' });
// Random pixels are 0..255: brought to −0.06..0.93, so that negative light is there too. The factor is a power of two and the
// difference of near numbers exact, so light near 0, where the curves are steep, is as precise as any.
const light = [nchw('f32', { colour: 'linear' }), scaleOffset({ scale: 1 / 256, offset: -1 / 16 })] as const;

// Channels and arithmetic.
export const reordered = pipeline(rgb8(), channelReorder({ order: [2, 0, 0] }), nhwc('u8'));
export const reorderedAlpha = pipeline(
  nhwc('f16', { colour: 'rgba' }),
  channelReorder({ order: [3, 0, 1, 2] }),
  nchw('f32'),
);
export const reorderedPair = pipeline(
  nchw('f32', { colour: 'xy' }),
  channelReorder({ order: [1, 0] }),
  nhwc('f32'),
);
export const pointGray = pipeline(rgb8(), rgbToGray(), nchw('f32'));
export const pointGrayBt709 = pipeline(
  rgb8(),
  rgbToGray({ weights: [0.2126, 0.7152, 0.0722] }),
  grayToRgb(),
  nhwc('u8'),
);
export const pointSwap = pipeline(rgb8(), swapChannels(), rgb8());
export const pointSwapAlpha = pipeline(nhwc('u8', { colour: 'rgba' }), swapChannels(), nchw('u8'));
export const pointInvert = pipeline(rgb8(), invert(), nhwc('u8'));
export const pointInvertUnit = pipeline(grayFloats, invert({ most: 1 }), nchw('f32'));
export const pointClamp = pipeline(rgbFloats, clamp({ least: 20.5, most: 200 }), nchw('f32'));
export const pointClampHsv = pipeline(rgb8(), rgbToHsv(), clamp({ most: 180 }), nchw('f32'));
export const pointScaleOffset = pipeline(
  rgb8(),
  scaleOffset({ scale: [1.5, 1, 0.5], offset: -7 }),
  nhwc('f32'),
);
export const pointGamma = pipeline(rgb8(), gamma(), nchw('f32'));
export const pointGammaGray = pipeline(grayFloats, gamma({ exponent: 0.45 }), nhwc('u8'));
export const pointBrightness = pipeline(rgb8(), brightnessContrast({ brightness: open('lift') }), nhwc('u8'));
export const pointContrast = pipeline(
  rgb8(),
  brightnessContrast({ brightness: -3, contrast: 1.75, centre: 128 }),
  nchw('f32'),
);
export const pointTwist = pipeline(rgb8(), colorTwist({ matrix: open('twist') }), nchw('f32'));
export const pointTwistSettled = pipeline(
  rgb8(),
  crop(),
  colorTwist({ matrix: [0.9, 0.1, 0, -2, 0, 1.1, -0.1, 3, 0.25, 0.25, 0.5, 0] }),
  nhwc('u8'),
);
export const pointThresholdBinary = pipeline(rgb8(), threshold({ kind: 'binary', most: 200 }), nhwc('u8'));
export const pointThresholdBinaryInv = pipeline(rgb8(), threshold({ kind: 'binaryInv' }), nhwc('u8'));
export const pointThresholdTrunc = pipeline(rgb8(), threshold({ kind: 'trunc' }), nhwc('u8'));
export const pointThresholdToZero = pipeline(rgb8(), threshold({ kind: 'toZero', level: 99.5 }), nhwc('u8'));
export const pointThresholdToZeroInv = pipeline(grayFloats, threshold({ kind: 'toZeroInv' }), nchw('f32'));
export const pointPosterize = pipeline(rgb8(), posterize(), nhwc('u8'));
export const pointPosterizeOne = pipeline(grayFloats, posterize({ bits: 1 }), nchw('f32'));
export const pointSolarize = pipeline(rgb8(), solarize(), nhwc('u8'));

// Colour models.
export const pointYuvLimited = pipeline(rgb8(), rgbToYuv({ matrix: 'bt601', range: 'limited' }), nhwc('u8'));
export const pointYuvFull = pipeline(rgb8(), rgbToYuv({ matrix: 'bt2020', range: 'full' }), nchw('f32'));
export const pointYCrCb = pipeline(rgb8(), rgbToYCrCb(), nchw('f32'));
export const pointFromYCrCb = pipeline(nchw('u8', { colour: 'yCrCb' }), yCrCbToRgb(), nchw('f32'));
export const pointHsv = pipeline(rgb8(), rgbToHsv(), nchw('f32'));
export const pointFromHsv = pipeline(
  nchw('f32', { colour: 'hsv' }),
  scaleOffset({ scale: [3, 1 / 255, 1], offset: [-200, 0, 0] }),
  hsvToRgb(),
  nchw('f32'),
);
export const pointPremultiply = pipeline(nhwc('u8', { colour: 'rgba' }), premultiply(), nhwc('f32'));
export const pointUnpremultiply = pipeline(
  nhwc('u8', { colour: 'premultiplied' }),
  unpremultiply(),
  nhwc('u8'),
);

// Light.
export const lightFromSrgb = pipeline(rgb8(), toLinear({ transfer: 'srgb' }), nchw('f32'));
export const lightFromBt709 = pipeline(rgb8(), toLinear({ transfer: 'bt709' }), nchw('f32'));
export const lightFromPq = pipeline(rgb8(), toLinear({ transfer: 'pq' }), nchw('f32'));
export const lightFromHlg = pipeline(rgb8(), toLinear({ transfer: 'hlg' }), nchw('f32'));
export const lightToSrgb = pipeline(...light, fromLinear({ transfer: 'srgb' }), nchw('f32'));
export const lightToBt709 = pipeline(...light, fromLinear({ transfer: 'bt709' }), nchw('f32'));
export const lightToPq = pipeline(...light, fromLinear({ transfer: 'pq' }), nchw('f32'));
export const lightToHlg = pipeline(...light, fromLinear({ transfer: 'hlg' }), nchw('f32'));
export const lightPrimaries = pipeline(...light, primaries({ from: 'bt2020', to: 'bt709' }), nchw('f32'));
export const lightReinhard = pipeline(...light, toneMap({ curve: 'reinhard', white: 4 }), nchw('f32'));
export const lightHable = pipeline(
  ...light,
  toneMap({ curve: 'hable', exposure: open('exposure') }),
  nchw('f32'),
);
/** What becomes of an HDR picture on a display for SDR. */
export const lightHdrToSdr = pipeline(
  rgb8(),
  toLinear({ transfer: 'pq' }),
  primaries({ from: 'bt2020', to: 'bt709' }),
  toneMap({ curve: 'reinhard', exposure: 10000 / 203, white: 1000 / 203 }),
  fromLinear({ transfer: 'srgb' }),
  convertTo('u8'),
  rgb8(),
);
