import {
  analogYuvToRgb,
  blurRegions,
  clamp,
  composite,
  constant,
  convertTo,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  orient,
  outputs,
  pipeline,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  sobelMagnitude,
  warpAffine,
  yuv444p,
  yuvToRgb,
} from 'cuweave/ops';
import { duotone } from './ops/duotone.js';
import { localContrast } from './ops/localContrast.js';
import { vignette } from './ops/vignette.js';

// The call's matrix says how a frame is turned, so these two have no `orient()` before the warp.
/** A decoder's frame, turned and normalised for a network: the whole of a video model's preprocessing. Held to 0..255, as u8 pictures are. */
export const preprocess = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  clamp(),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f16'),
);

/** The same frame as a picture to look at. */
export const picture = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  nhwc('u8'),
);

/** A frame as its container says that it stands upright: the videos of phones mostly lie on their side. */
export const upright = pipeline(nv12(), yuvToRgb(), orient(), nhwc('u8'));

/** A decoder's frame as RGB in float, [N, 3, H, W], 0..255, as it lies in the stream: without `orient()`. */
export const toFloat = pipeline(nv12(), yuvToRgb(), nchw('f32'));

/** Planar YUV 4:4:4 as RGB in float with the classic analog coefficients. */
export const analogToFloat = pipeline(yuv444p(), analogYuvToRgb(), nchw('f32'));

/** An affine warp of a float tensor. */
export const warp = pipeline(nchw('f32'), warpAffine({ filter: linear, border: constant(0) }), nchw('f32'));

/** The same of a picture. */
export const warpPicture = pipeline(rgb8(), warpAffine({ filter: linear, border: constant(32) }), rgb8());

/** Bytes to numbers in 0..1. */
export const bytesToFloat = pipeline(rgb8(), convertTo('f32', { scale: 1 / 255 }), nchw('f32'));

/** And back: rounded half to even, held in 0..255. */
export const floatToBytes = pipeline(nchw('f32'), convertTo('u8', { scale: 255 }), nhwc('u8'));

/** Any picture as a 64×64 thumbnail. */
export const thumbnail = pipeline(
  rgb8(),
  resize({ width: 64, height: 64, filter: linear, border: replicate }),
  nhwc('u8'),
);

/** An operator of one's own, examples/ops/duotone.ts. Its two inks are given at the call. */
export const inTwoInks = pipeline(rgb8(), duotone(), rgb8());

/** An operator that asks where its pixel is, examples/ops/vignette.ts: before a resize, so in the picture as it came. */
export const darkCorners = pipeline(
  rgb8(),
  vignette(),
  resize({ width: 96, height: 64, filter: linear, border: replicate }),
  nhwc('u8'),
);

/** A picture over another by a mask, both options of the call: `--image background=…` and `--image mask=…` of `cuweave run`. */
export const over = pipeline(rgb8(), composite({ background: rgb8() }), rgb8());

/** A frame with rectangles of it blurred, up to four for each image, and its edges for a network. */
export const hidden = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({
    picture: [blurRegions({ size: 31, border: replicate }), nhwc('u8')],
    edges: [rgbToGray(), sobelMagnitude({ border: replicate }), nchw('f16')],
  }),
);

/** An operator of one's own that looks at the pixels around its own, examples/ops/localContrast.ts. */
export const detail = pipeline(nv12(), yuvToRgb(), localContrast({ size: 5, border: replicate }), nhwc('u8'));
