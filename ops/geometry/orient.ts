import { indexMapOp, orientation, perImage, withDefault } from '../spec.js';

/**
 * Puts a picture upright: turns it clockwise by quarters and mirrors it, as its container says that players are to do; exact. By 90° and
 * 270° the output's width is the input's height. Images of a batch may differ. Fuses with everything, so that it costs no pass over
 * memory: `nv12(), yuvToRgb(), orient(), resize(…)`.
 */
export const orient = indexMapOp({
  params: {
    /**
     * `'auto'` (default): what the image says, as frames of a `VideoReader` do; an image that says nothing is upright. Or
     * `{ rotation, flip }`: degrees clockwise (0, 90, 180 or 270), then left and right change places if `flip` is true.
     */
    orientation: withDefault(perImage(orientation), 'auto'),
  },
  size: ({ orientation: o }, { width, height }) => ({
    width: o.xx === 0 ? height : width,
    height: o.xx === 0 ? width : height,
  }),
  apply: ([x, y], { orientation: o }, { src }) => [
    o.xx * x + o.xy * y + (o.xx + o.xy < 0 ? src.width - 1 : 0),
    o.yx * x + o.yy * y + (o.yx + o.yy < 0 ? src.height - 1 : 0),
  ],
});
