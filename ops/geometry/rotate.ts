import { angle, mapOp, perImage } from '../spec.js';

/**
 * Turns the image around its centre, ((width − 1) / 2, (height − 1) / 2), sampled at one point; the size stays, and the corners
 * leave the image. With dx, dy the distances from the centre: x_in = cx + cos·dx − sin·dy, y_in = cy + sin·dx + cos·dy.
 * Equals `warpAffine` with OpenCV's `getRotationMatrix2D(centre, degrees, 1)` as `srcToDst`, and turns the way of Pillow's and
 * torchvision's `rotate`.
 */
export const rotate = mapOp({
  params: {
    /** Counter-clockwise, per image; sine and cosine are computed once, in double precision. */
    degrees: perImage(angle),
  },
  apply: ([x, y], { degrees: { cos, sin } }, { src }) => {
    const cx = (src.width - 1) * 0.5;
    const cy = (src.height - 1) * 0.5;
    const dx = x - cx;
    const dy = y - cy;
    return [cx + (cos * dx - sin * dy), cy + (sin * dx + cos * dy)];
  },
});
