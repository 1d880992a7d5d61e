/** Every format that test/support/pipelines.ts does not have yet, as a source, and as a sink where it is one. */
import * as ops from '../../ops/index.js';

const { convertTo, nchw, nhwc, pipeline, rgb8, rgbToYuv, yuv444p, yuvToRgb } = ops;

const itu = { matrix: 'bt709', range: 'limited' } as const;
export const nv21ToRgb = pipeline(ops.nv21(), yuvToRgb(itu), ops.bgr8());
export const i420ToRgb = pipeline(ops.i420(), yuvToRgb(itu), rgb8());
export const yv12ToRgb = pipeline(ops.yv12(), yuvToRgb(itu), nchw('f32'));
export const nv16ToRgb = pipeline(ops.nv16(), yuvToRgb(itu), nchw('u16'));
export const yuv422pToRgb = pipeline(ops.yuv422p(), yuvToRgb(itu), ops.rgb16());
export const nv24ToYuv = pipeline(ops.nv24(), yuv444p());
export const yuv444pToNv24 = pipeline(yuv444p(), ops.nv24());
export const gray8To16 = pipeline(ops.gray8(), ops.gray16());
export const gray16To8 = pipeline(ops.gray16(), convertTo('u8'), ops.gray8());
export const gray16Copied = pipeline(ops.gray16(), ops.flip({ direction: 'both' }), ops.gray16());
export const bgr8ToRgb = pipeline(ops.bgr8(), nchw('u8'));
export const rgba8ToBgra = pipeline(ops.rgba8(), ops.bgra8());
export const bgra8ToRgba = pipeline(ops.bgra8(), ops.rgba8());
export const rgb16ToPlanar = pipeline(ops.rgb16(), convertTo('u16', { scale: 257 }), nchw('u16'));
export const planarU16 = pipeline(nchw('u16'), nhwc('u16'));
export const interleavedU16 = pipeline(nhwc('u16'), nchw('f32'));
export const p010ToRgb = pipeline(ops.p010(), yuvToRgb({ matrix: 'bt2020', range: 'limited' }), nchw('f32'));
export const p012Codes = pipeline(ops.p012(), nchw('f32'));
export const p016Codes = pipeline(ops.p016(), nchw('f32'));
export const yuv444p16ToRgb = pipeline(
  ops.yuv444p16(),
  yuvToRgb({ matrix: 'bt2020', range: 'full' }),
  nchw('f32'),
);

// Sinks in which pixels share samples of chroma.
const encoded = rgbToYuv({ matrix: 'bt709', range: 'limited' });
export const nv12Copy = pipeline(ops.nv12(), ops.nv12());
export const nv12Cropped = pipeline(ops.nv12(), ops.crop(), ops.nv12());
export const rgbToNv12 = pipeline(rgb8(), encoded, ops.nv12());
export const rgbToNv21 = pipeline(nchw('f32'), encoded, ops.nv21());
export const rgbToI420 = pipeline(rgb8(), encoded, ops.i420());
export const rgbToYv12 = pipeline(nchw('u8'), encoded, ops.yv12());
export const rgbToNv16 = pipeline(ops.bgr8(), encoded, ops.nv16());
export const rgbToYuv422p = pipeline(rgb8(), encoded, ops.yuv422p());
export const nv12ToNv16 = pipeline(ops.nv12(), ops.nv16());
export const yuv422pToI420 = pipeline(ops.yuv422p(), ops.i420());
export const nv12ToP010 = pipeline(ops.nv12(), ops.p010());
export const rgb16ToP010 = pipeline(ops.rgb16(), encoded, ops.p010());
export const rgbToP012 = pipeline(nhwc('f32'), rgbToYuv({ matrix: 'bt2020', range: 'full' }), ops.p012());
// The upper half of an f32: as a result, as a source, in planes and side by side, and as an image between two kernels.
export const nv12ToBf16 = pipeline(
  ops.nv12(),
  yuvToRgb(itu),
  ops.normalize({ mean: 127.5, std: 64 }),
  nchw('bf16'),
);
export const bf16ToF32 = pipeline(nhwc('bf16'), nchw('f32'));
export const bf16ToUyvy = pipeline(nchw('bf16'), encoded, ops.uyvy());
export const roundedToBf16 = pipeline(
  rgb8(),
  ops.convertTo('bf16', { scale: 1 / 255, offset: -0.5 }),
  nhwc('f32'),
);
export const storedAsBf16 = pipeline(
  rgb8(),
  ops.gamma({ exponent: 2 }),
  ops.stored('bf16'),
  ops.median({ size: 3, border: ops.replicate }),
  nhwc('bf16'),
);
export const bf16Resized = pipeline(
  nchw('bf16'),
  ops.resize({ filter: ops.linear, border: ops.replicate }),
  nchw('bf16'),
);
export const rgbToP016 = pipeline(nchw('f16'), rgbToYuv({ matrix: 'bt2020', range: 'full' }), ops.p016());
export const p016ToP010 = pipeline(ops.p016(), ops.p010());
export const rgbToYuv444p16 = pipeline(rgb8(), encoded, ops.yuv444p16());
export const nv12FlippedToI420 = pipeline(ops.nv12(), ops.flip({ direction: 'both' }), ops.i420());
export const resizedNv12ToNv12 = pipeline(
  ops.nv12(),
  ops.resize({ filter: ops.linear, border: ops.replicate }),
  ops.nv12(),
);
export const warpedToP010 = pipeline(
  rgb8(),
  ops.warpAffine({ filter: ops.linear, border: ops.constant(0) }),
  encoded,
  ops.p010(),
);

// Packed 4:2:2.
export const yuyvToRgb = pipeline(ops.yuyv(), yuvToRgb(itu), rgb8());
export const uyvyToF32 = pipeline(ops.uyvy(), nchw('f32'));
export const rgbToYuyv = pipeline(rgb8(), encoded, ops.yuyv());
export const rgbToUyvy = pipeline(nchw('f16'), encoded, ops.uyvy());
export const yuyvToUyvy = pipeline(ops.yuyv(), ops.uyvy());
export const uyvyToNv12 = pipeline(ops.uyvy(), ops.nv12());
export const nv12ToYuyv = pipeline(ops.nv12(), ops.yuyv());
export const yuyvCropped = pipeline(ops.yuyv(), ops.crop(), nhwc('u8'));
export const resizedYuyv = pipeline(
  ops.yuyv(),
  ops.resize({ filter: ops.linear, border: ops.replicate }),
  ops.yuyv(),
);

// Chroma between samples.
export const nv12Left = pipeline(ops.nv12({ chroma: 'linear' }), nchw('f32'));
export const nv12Centre = pipeline(ops.nv12({ chroma: 'linear', siting: 'centre' }), yuvToRgb(itu), rgb8());
export const i420TopLeft = pipeline(ops.i420({ chroma: 'linear', siting: 'topLeft' }), nchw('f32'));
export const yv12LeftCropped = pipeline(ops.yv12({ chroma: 'linear' }), ops.crop(), nhwc('u8'));
export const nv21Nearest = pipeline(ops.nv21({ chroma: 'nearest' }), nchw('u8'));
export const nv16Left = pipeline(ops.nv16({ chroma: 'linear', siting: 'left' }), nchw('f32'));
export const yuv422pCentre = pipeline(ops.yuv422p({ chroma: 'linear', siting: 'centre' }), nchw('f32'));
export const p010TopLeft = pipeline(ops.p010({ chroma: 'linear', siting: 'topLeft' }), nchw('f32'));
export const p016Centre = pipeline(ops.p016({ chroma: 'linear', siting: 'centre' }), nchw('f32'));
export const yuyvLeft = pipeline(ops.yuyv({ chroma: 'linear' }), nchw('f32'));
export const uyvyCentreToNv12 = pipeline(ops.uyvy({ chroma: 'linear', siting: 'centre' }), ops.nv12());
export const warpedNv12Left = pipeline(
  ops.nv12({ chroma: 'linear' }),
  yuvToRgb(itu),
  ops.warpAffine({ filter: ops.linear, border: ops.constant(0) }),
  nchw('f32'),
);
