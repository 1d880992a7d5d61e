import { roundHalfEven } from './math.js';
import { f32, i32, mapOp } from './spec.js';

// Further out than any filter reaches.
const BEYOND = 8;

/** How long a side of the picture becomes: its share of a side that is filled, at least a pixel and at most all there is. */
const shared = (side: i32, filled: i32, of: i32, most: i32): i32 => {
  const length = roundHalfEven((f32(side) * f32(filled)) / f32(of));
  return Math.min(Math.max(i32(length), 1), most);
};

/** The input's position for one of the output, where `inner` pixels from `start` on show the input's `length` pixels. */
const along = (at: f32, start: i32, inner: i32, length: i32): f32 => {
  const inside = at - start;
  const from = (inside + 0.5) * (f32(length) / f32(inner)) - 0.5;
  if (inside < 0) return from - BEYOND;
  if (inside >= inner) return from + BEYOND;
  // The picture's edge is not mixed with what lies outside.
  return Math.min(Math.max(from, 0), f32(length - 1));
};

/**
 * Scales the image until it fits, and centres it; what is left is the border, usually `constant(114)` or `constant(0)`. Samples
 * at one point: no antialiasing when it shrinks. The picture has round(side · scale) pixels, halves to even, with
 * scale = min(width / width_in, height / height_in), and starts at floor(rest / 2). Equals Ultralytics' `LetterBox(auto=False)` and
 * the usual `resize` and `copyMakeBorder` of OpenCV: with `linear` and `nearest` the picture's edge is that of a `resize` with
 * `replicate`; wider filters mix it with the border.
 *
 * @param options.width The output's width in pixels, at least 1.
 * @param options.height The output's height in pixels, at least 1.
 * @param options.filter How a point between pixels is read: `linear` or `nearest`.
 * @param options.border What lies around the picture: `constant(value)` in the units of the pixels there, or `replicate`.
 */
export const letterbox = mapOp({
  params: { width: i32, height: i32 },
  size: ({ width, height }) => ({ width, height }),
  apply: ([x, y], _, { src, dst }) => {
    // The side that is relatively longer is filled.
    const wide = f32(src.width) * f32(dst.height) >= f32(src.height) * f32(dst.width);
    const width = wide ? dst.width : shared(src.width, dst.height, src.height, dst.width);
    const height = wide ? shared(src.height, dst.width, src.width, dst.height) : dst.height;
    return [
      along(x, (dst.width - width) >> 1, width, src.width),
      along(y, (dst.height - height) >> 1, height, src.height),
    ];
  },
});
