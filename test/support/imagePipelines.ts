/** Pipelines whose results are images. */
import {
  crop,
  nv12,
  p010,
  perImage,
  pipeline,
  pointOp,
  rgb8,
  rgbToYuv,
  yuvEncoding,
  yuvToRgb,
} from '../../ops/index.js';

export const same = pipeline(nv12(), nv12());
export const part = pipeline(nv12(), crop(), nv12());
export const encode = pipeline(rgb8(), rgbToYuv({ matrix: 'bt601', range: 'limited' }), nv12());
export const recode = pipeline(nv12(), yuvToRgb(), rgbToYuv({ matrix: 'bt709', range: 'limited' }), p010());

const yuvAs = pointOp({
  from: ['rgb'],
  to: 'yuv',
  params: { signal: perImage(yuvEncoding) },
  apply: ([r, g, b], { signal: k }) => [
    k.yOffset + k.yr * r + k.yg * g + k.yb * b,
    k.cOffset + k.ur * r + k.ug * g + k.ub * b,
    k.cOffset + k.vr * r + k.vg * g + k.vb * b,
  ],
});
/** The signal is asked for at the call. */
export const encodeAs = pipeline(rgb8(), yuvAs(), nv12());

const ownYuv = pointOp({ from: ['rgb'], to: 'yuv', params: {}, apply: ([r, g, b]) => [g, b, r] });
/** Nobody knows what its YUV means. */
export const encodeOwn = pipeline(rgb8(), ownYuv(), nv12());
