import { roundHalfEven, roundToBf16, roundToF16 } from '../math.js';
import { anyColour, type DType, f32, oneOf, pointOp, withDefault } from '../spec.js';

const convertToOp = pointOp({
  name: 'convertTo',
  from: anyColour,
  params: {
    dtype: oneOf('u8', 'u16', 'f16', 'bf16', 'f32'),
    scale: withDefault(f32, 1),
    offset: withDefault(f32, 0),
  },
  apply: (px, { dtype, scale, offset }) =>
    px.map(v => {
      const scaled = v * scale + offset;
      // A comparison with NaN is false, so NaN becomes 0; Math.max would keep it.
      if (dtype === 'u8') {
        return scaled > 0 ? roundHalfEven(Math.min(scaled, 255)) : 0;
      }
      if (dtype === 'u16') {
        return scaled > 0 ? roundHalfEven(Math.min(scaled, 65535)) : 0;
      }
      if (dtype === 'bf16') {
        return roundToBf16(scaled);
      }
      return dtype === 'f16' ? roundToF16(scaled) : scaled;
    }),
});

/**
 * Converts pixels to another type on the way: v · scale + offset, rounded half to even and clamped to the type's range
 * (u8: 0..255, u16: 0..65535), or rounded to the nearest half (f16) or bfloat16 (bf16). NaN becomes 0 in an integer type.
 * This is the only place where a pipeline rounds before its sink. Follows CV-CUDA's ConvertTo and OpenCV's convertTo.
 *
 * @param dtype The type whose values the pixels take.
 */
export const convertTo = (
  dtype: Exclude<DType, 'i32'>,
  options: {
    /** Multiplies first; default 1. */
    readonly scale?: number;
    /** Is added then; default 0. */
    readonly offset?: number;
  } = {},
) => convertToOp({ dtype, scale: options.scale ?? 1, offset: options.offset ?? 0 });
