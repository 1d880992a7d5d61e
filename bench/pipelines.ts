/** The measured cases: what video and vision models ask of a frame. */
import {
  analogYuvToRgb,
  bilateral,
  clahe,
  constant,
  crop,
  equalizeHistogram,
  erode,
  flip,
  gaussianBlur,
  gray8,
  histogram,
  linear,
  luma,
  meanStd,
  median,
  nchw,
  nhwc,
  normalize,
  nv12,
  outputs,
  pipeline,
  reflect101,
  replicate,
  resize,
  rgb8,
  sobelMagnitude,
  unsharpMask,
  warpAffine,
  yuvToRgb,
} from 'cuweave/ops';
import { clip, qwen2vl } from 'cuweave/presets';

const yuv = { matrix: 'bt709', range: 'limited' } as const;
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const resized = { filter: linear, border: replicate } as const;
const warped = { filter: linear, border: constant(0) } as const;

export const yuv444ToF32 = pipeline(nchw('u8', { colour: 'yuv' }), analogYuvToRgb(), nchw('f32'));
export const nv12ToF32 = pipeline(nv12(), yuvToRgb(yuv), nchw('f32'));
export const nv12ToF16 = pipeline(nv12(), yuvToRgb(yuv), nchw('f16'));
export const nv12ToU8 = pipeline(nv12(), yuvToRgb(yuv), nhwc('u8'));
export const nv12Resized = pipeline(nv12(), yuvToRgb(yuv), resize(resized), normalize(imagenet), nchw('f32'));
export const nv12ResizedF16 = pipeline(
  nv12(),
  yuvToRgb(yuv),
  resize(resized),
  normalize(imagenet),
  nchw('f16'),
);
/** Two results of unequal size: a kernel each, on one source. */
export const nv12ResizedTwice = pipeline(
  nv12(),
  yuvToRgb(yuv),
  outputs({
    large: [resize({ ...resized, width: 640, height: 640 }), normalize(imagenet), nchw('f16')],
    small: [resize({ ...resized, width: 224, height: 224 }), normalize(imagenet), nchw('f16')],
  }),
);
export const nv12NormalizedF16 = pipeline(nv12(), yuvToRgb(yuv), normalize(imagenet), nchw('f16'));
/** Two results of one size: one kernel. */
export const nv12Twice = pipeline(
  nv12(),
  yuvToRgb(yuv),
  outputs({ picture: [nhwc('u8')], tensor: [normalize(imagenet), nchw('f16')] }),
);
/** The colour standard of OpenCV's conversion, to be compared with it. */
export const nv12Bt601Resized = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt601', range: 'limited' }),
  resize(resized),
  normalize(imagenet),
  nchw('f32'),
);
export const rgbResized = pipeline(rgb8(), resize(resized), normalize(imagenet), nchw('f32'));
export const rgbNormalized = pipeline(rgb8(), normalize(imagenet), nchw('f32'));
export const warpF32 = pipeline(nchw('f32'), warpAffine(warped), nchw('f32'));
export const warpU8 = pipeline(rgb8(), warpAffine(warped), nhwc('u8'));
export const nv12Warped = pipeline(
  nv12(),
  yuvToRgb(yuv),
  warpAffine(warped),
  normalize(imagenet),
  nchw('f32'),
);
export const crops = pipeline(
  rgb8(),
  crop(),
  resize({ ...resized, width: 64, height: 128 }),
  normalize(imagenet),
  nchw('f32'),
);
export const cropFlip = pipeline(
  rgb8(),
  crop({ rect: { x: 448, y: 28, width: 1024, height: 1024 } }),
  flip({ direction: 'horizontal' }),
  normalize(imagenet),
  nchw('f32'),
);

// Reductions, and what is made with their results.
export const grayHistogram = pipeline(gray8(), histogram());
export const rgbMeanStd = pipeline(rgb8(), meanStd());
export const grayEqualized = pipeline(gray8(), equalizeHistogram(), nhwc('u8'));
export const grayClahe = pipeline(gray8(), clahe(), nhwc('u8'));

// Neighbours.
export const rgbGaussian5 = pipeline(
  rgb8(),
  gaussianBlur({ size: 5, sigma: 1.1, border: reflect101 }),
  rgb8(),
);
export const rgbGaussian15 = pipeline(
  rgb8(),
  gaussianBlur({ size: 15, sigma: 3, border: reflect101 }),
  rgb8(),
);
export const rgbMedian3 = pipeline(rgb8(), median({ size: 3, border: replicate }), rgb8());
export const rgbEroded3 = pipeline(rgb8(), erode({ size: 3 }), rgb8());
export const nv12Edges = pipeline(nv12(), luma(), sobelMagnitude({ border: replicate }), nchw('f16'));
export const rgbBilateral7 = pipeline(
  rgb8(),
  bilateral({ size: 7, sigmaColor: 25, sigmaSpace: 3, border: reflect101 }),
  rgb8(),
);
export const nv12Sharpened = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  unsharpMask({ size: 5, sigma: 1.1, border: replicate }),
  resize({ width: 640, height: 640, filter: linear, border: replicate }),
  normalize(imagenet),
  nchw('f16'),
);

// What models are given.
/** CLIP with Pillow's bytes, and with the same window in floats. */
export const clipPillow = clip({ exact: true });
export const clipFloat = clip();
/** Qwen2-VL's tokens: 78,208 of 16 frames of 1080p. */
const qwen = { maxPixels: 28 * 28 * 1280 };
export const qwenPillowTokens = qwen2vl({ ...qwen, exact: true });
export const qwenTokens = qwen2vl(qwen);
const fromVideo = { ...qwen, source: nv12(), dtype: 'bf16' } as const;
export const qwenNv12PillowTokens = qwen2vl({ ...fromVideo, exact: true });
export const qwenNv12Tokens = qwen2vl(fromVideo);
