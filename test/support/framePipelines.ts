/** What frames of video are shown by: turned upright, and converted by the matrix that they say. */
import {
  gbrToRgb,
  nv12,
  open,
  orient,
  pipeline,
  rgb8,
  rgbToYuv,
  ycgcoToRgb,
  yuv444p,
  yuvToRgb,
} from '../../ops/index.js';

export const upright = pipeline(rgb8(), orient(), rgb8());
export const turned = pipeline(rgb8(), orient({ orientation: open('turn') }), rgb8());
export const transposed = pipeline(rgb8(), orient({ orientation: { rotation: 90, flip: true } }), rgb8());
export const uprightVideo = pipeline(nv12(), orient(), yuvToRgb(), rgb8());
export const shown = pipeline(nv12(), yuvToRgb(), rgb8());
export const shownYcgco = pipeline(yuv444p(), ycgcoToRgb({ range: 'full' }), rgb8());
export const shownYcgcoVideo = pipeline(nv12(), ycgcoToRgb({ range: 'limited' }), rgb8());
export const shownGbr = pipeline(yuv444p(), gbrToRgb({ range: 'limited' }), rgb8());
export const encoded = pipeline(rgb8(), rgbToYuv({ matrix: 'ycgco', range: 'full' }), yuv444p());
export const encodedGbr = pipeline(rgb8(), rgbToYuv({ matrix: 'gbr', range: 'limited' }), yuv444p());
