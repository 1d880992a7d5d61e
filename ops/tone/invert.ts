import { f32, pointOp, withDefault } from '../spec.js';

/** The negative: most − v. Equals Pillow's `ImageOps.invert` and torchvision's `invert` on u8, and OpenCV's `bitwise_not`. */
export const invert = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** The largest value of the pixels; default 255. */
    most: withDefault(f32, 255),
  },
  apply: (px, { most }) => px.map(v => most - v),
});
