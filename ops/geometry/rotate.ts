import { angle, f64, i32, mapOp, oneOf, perImage, withDefault } from '../spec.js';

/**
 * Turns the image around its centre, ((width − 1) / 2, (height − 1) / 2), sampled at one point. The size stays, and the corners leave the image; or the
 * output has room for all of them. With dx, dy the distances from the output's centre and cx, cy the input's:
 * x_in = cx + cos·dx − sin·dy, y_in = cy + sin·dx + cos·dy. Equals `warpAffine` with OpenCV's `getRotationMatrix2D(centre, degrees, 1)` as `srcToDst`,
 * and turns the way of Pillow's and torchvision's `rotate`.
 */
export const rotate = mapOp({
  params: {
    /** Counter-clockwise, per image; sine and cosine are computed once, in double precision. */
    degrees: perImage(angle),
    /**
     * Whether the output is as large as the turned image needs; each image has a size of its own then. The size is Pillow's
     * (`Image.rotate(degrees, expand=True)`), and torchvision's of PIL images, to the pixel; torchvision computes those of tensors in single precision,
     * which may be a pixel less or more. Default false.
     */
    expand: withDefault(oneOf(false, true), false),
  },
  // Source: Pillow, src/PIL/Image.py (`Image.rotate`), in the order of its sums.
  size: ({ degrees, expand }, { width, height }) => {
    if (!expand) {
      return { width, height };
    }
    const cos = f64(degrees.cos) + degrees.cosMid + degrees.cosLow;
    const sin = f64(degrees.sin) + degrees.sinMid + degrees.sinLow;
    // A quarter moves whole pixels, where the sums below would see halves of them.
    if (cos === 0) {
      return { width: height, height: width };
    }
    const cx = f64(width) / 2;
    const cy = f64(height) / 2;
    const left = sin * cy - cos * cx + cx;
    const top = cy - (sin * cx + cos * cy);
    const right = cos * width + left;
    const bottom = cos * height + top;
    const x = [left, right, cos * width - sin * height + left, left - sin * height] as const;
    const y = [top, bottom, sin * width + cos * height + top, sin * width + top] as const;
    const across = Math.ceil(Math.max(x[0], x[1], x[2], x[3])) - Math.floor(Math.min(x[0], x[1], x[2], x[3]));
    const down = Math.ceil(Math.max(y[0], y[1], y[2], y[3])) - Math.floor(Math.min(y[0], y[1], y[2], y[3]));
    return { width: i32(across), height: i32(down) };
  },
  apply: ([x, y], { degrees: { cos, sin } }, { src, dst }) => {
    const cx = (src.width - 1) * 0.5;
    const cy = (src.height - 1) * 0.5;
    const dx = x - (dst.width - 1) * 0.5;
    const dy = y - (dst.height - 1) * 0.5;
    return [cx + (cos * dx - sin * dy), cy + (sin * dx + cos * dy)];
  },
});
