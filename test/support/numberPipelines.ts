/** Pipelines whose numbers are followed from end to end: ranges, depths, NaN. */
import * as ops from '../../ops/index.js';

const { nchw, nhwc, pipeline, rgbToYuv, yuvToRgb } = ops;
const full = { matrix: 'bt709', range: 'full' } as const;
const floats = () => nhwc('f32');

// A full range of n bits ends at 2^n - 1.
export const decode8 = pipeline(ops.nv12(), yuvToRgb(full), floats());
export const decode10 = pipeline(ops.p010(), yuvToRgb(full), floats());
export const decode12 = pipeline(ops.p012(), yuvToRgb(full), floats());
export const decode16 = pipeline(ops.p016(), yuvToRgb(full), floats());
export const decodeDeep444 = pipeline(ops.yuv444p16(), yuvToRgb(), floats());
export const decodeVideo = pipeline(ops.p010(), yuvToRgb(), nhwc('u8'));
export const decodeFloats = pipeline(nhwc('f32', { colour: 'yuv' }), yuvToRgb(full), floats());
export const encode8 = pipeline(floats(), rgbToYuv(full), ops.nv12());
export const encode10 = pipeline(floats(), rgbToYuv(full), ops.p010());
export const encode12 = pipeline(floats(), rgbToYuv(full), ops.p012());
export const encode16 = pipeline(floats(), rgbToYuv(full), ops.yuv444p16());
export const encodeLimited10 = pipeline(
  floats(),
  rgbToYuv({ matrix: 'bt709', range: 'limited' }),
  ops.p010(),
);
/** What is decoded, made and decoded again is one signal after another. */
export const recoded = pipeline(ops.p010(), yuvToRgb(full), rgbToYuv(full), yuvToRgb(full), floats());
/** The depth is the source's, in the second kernel as well. */
export const twoKernels = pipeline(
  ops.p010(),
  ops.resize({ width: 4, height: 2, filter: ops.linear, border: ops.replicate }),
  yuvToRgb(full),
  ops.warpAffine({ matrix: { dstToSrc: [1, 0, 0, 0, 1, 0] }, filter: ops.linear, border: ops.replicate }),
  floats(),
);
export const widened = pipeline(ops.p010(), ops.p016());
export const bothDepths = pipeline(
  floats(),
  ops.outputs({ small: [rgbToYuv(full), ops.nv12()], deep: [rgbToYuv(full), ops.p010()] }),
);

// Pictures of 16 bits mean what those of 8 bits mean.
const networked = [ops.gamma({ exponent: 2 }), ops.normalize({ mean: 0.5, std: 0.25 }), nchw('f32')] as const;
export const wide = pipeline(ops.rgb16(), ...networked);
export const narrow = pipeline(ops.rgb8(), ...networked);
export const wideCopy = pipeline(ops.rgb16(), ops.swapChannels(), ops.rgb16());
export const wideGray = pipeline(ops.gray16(), nhwc('u8'));

// NaN in, NaN out, unless the sink is of whole numbers.
const extremes = ops.pointOp({
  name: 'extremes',
  from: ['rgb'],
  apply: ([r, g, b]) => [Math.min(r, g), Math.max(r, g), Math.sign(b)],
});
export const minMaxSign = pipeline(floats(), extremes(), floats());
export const clamped = pipeline(floats(), ops.clamp(), floats());
export const clampedBytes = pipeline(floats(), ops.clamp(), nhwc('u8'));

/** Colours that alpha hides, filtered with straight alpha and premultiplied. */
const half = ops.resize({ width: 1, height: 1, filter: ops.antialiasedBox, border: ops.replicate });
const rgbaFloats = () => nhwc('f32', { colour: 'rgba' });
export const straight = pipeline(ops.rgba8(), half, rgbaFloats());
export const premultiplied = pipeline(
  ops.rgba8(),
  ops.premultiply(),
  half,
  ops.unpremultiply(),
  rgbaFloats(),
);

// A point that is no number is outside.
const toBorder = { filter: ops.linear, border: ops.constant(7) } as const;
export const remapped = pipeline(floats(), ops.remap(toBorder), floats());
export const remappedEdge = pipeline(
  floats(),
  ops.remap({ filter: ops.cubic, border: ops.replicate }),
  floats(),
);
export const remappedBytes = pipeline(ops.rgb8(), ops.remap(toBorder), nhwc('u8'));
export const warped = pipeline(floats(), ops.warpAffine(toBorder), floats());
export const projected = pipeline(
  floats(),
  ops.resample([ops.letterbox({ width: 3, height: 2 }), ops.warpPerspective()], toBorder),
  floats(),
);

/** A table for all images beside a seed for each. */
const graded = ops.pointOp({
  name: 'graded',
  from: ['rgb'],
  params: { curve: ops.perChannel(ops.table), seed: ops.perImage(ops.i32) },
  apply: (px, { curve, seed }) => px.map((v, c) => ops.lookup(curve[c], ops.i32(v)) + seed),
});
export const tableAndSeed = pipeline(ops.rgb8(), graded(), floats());
