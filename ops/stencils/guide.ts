/** A guide carried beside the pixels of an image: a stencil sees both, as the four channels of one pixel. */
import { gray8, rgb8 } from '../formats/formats.js';
import { perPixel, pointOp, withDefault } from '../spec.js';

/** Colours with a guide of one channel, which comes last. */
export const besideGray = pointOp({
  from: ['rgb'],
  to: 'rgba',
  params: { guide: withDefault(perPixel('gray'), gray8()) },
  apply: ([r, g, b], { guide: [value] }) => [r, g, b, value],
});
/** The colours alone. */
export const withoutGray = pointOp({ from: ['rgba'], to: 'rgb', apply: ([r, g, b]) => [r, g, b] });

/** One channel with a guide of colours, which come first. */
export const besideRgb = pointOp({
  from: ['gray'],
  to: 'rgba',
  params: { guide: withDefault(perPixel('rgb'), rgb8()) },
  apply: ([value], { guide: [r, g, b] }) => [r, g, b, value],
});
/** The one channel alone. */
export const withoutRgb = pointOp({ from: ['rgba'], to: 'gray', apply: ([_r, _g, _b, value]) => [value] });
