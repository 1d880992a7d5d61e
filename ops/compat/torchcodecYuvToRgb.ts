import {
  type f32,
  type LumaMatrix,
  perImage,
  pointOp,
  withDefault,
  type YuvRange,
  yuvCoding,
} from '../spec.js';

const truncated = (v: f32): f32 => Math.floor(Math.min(Math.max(v, 0), 255));

const torchcodecYuvToRgbOp = pointOp({
  name: 'torchcodecYuvToRgb',
  from: ['yuv'],
  to: 'rgb',
  params: { colour: withDefault(perImage(yuvCoding), { matrix: 'auto', range: 'auto' }) },
  apply: ([y, u, v], { colour: k }) => {
    const luma = k.yScale * (y - k.yOffset);
    const cb = u - k.cOffset;
    const cr = v - k.cOffset;
    return [
      truncated(luma + k.rv * cr),
      truncated(luma + k.gu * cb + k.gv * cr),
      truncated(luma + k.bu * cb),
    ];
  },
});

/**
 * YUV to RGB as torchcodec's CUDA decoder rounds it: the formula of `yuvToRgb` in float, held to 0..255, and the fraction dropped.
 * So it is `yuvToRgb` rounded to u8, or one level less: half a level darker on average. torchcodec adds its products in another
 * order, so where a sum is a whole number but for f32's rounding, the two may be one level apart.
 * Source: torchcodec, src/torchcodec/_core/color_conversion.cu (August 2026).
 */
export const torchcodecYuvToRgb = (
  options: {
    /**
     * A matrix of `yuvToRgb`, or `'auto'` (default): the image's own colour description. torchcodec takes `'bt601'` where a
     * stream does not say.
     */
    readonly matrix?: LumaMatrix | 'auto';
    /** `'limited'`, `'full'`, or `'auto'` (default). */
    readonly range?: YuvRange | 'auto';
  } = {},
) => torchcodecYuvToRgbOp({ colour: { matrix: options.matrix ?? 'auto', range: options.range ?? 'auto' } });
