import { f32, perChannel, pointOp, withDefault } from '../spec.js';

/**
 * One channel of grey: weights[0]·R + weights[1]·G + weights[2]·B, in the units of the pixels.
 * The default weights are the luma of ITU-R BT.601-7 §2.5.1. Equals OpenCV's and CV-CUDA's `RGB2GRAY` (theirs rounds in
 * fixed point: one level of u8) and torchvision's `rgb_to_grayscale` (0.2989, 0.587, 0.114: 0.03 levels).
 */
export const rgbToGray = pointOp({
  from: ['rgb'],
  to: 'gray',
  params: {
    /** One factor per channel; default [0.299, 0.587, 0.114]. BT.709 has [0.2126, 0.7152, 0.0722]. */
    weights: withDefault(perChannel(f32), [0.299, 0.587, 0.114]),
  },
  apply: ([r, g, b], { weights: w }) => [w[0]! * r + w[1]! * g + w[2]! * b],
});
