import { f32, perChannel, pointOp } from 'cuweave/ops';

/**
 * A picture in two inks: its luma runs from `dark` to `bright`, and its own colours are gone.
 * Luma is 0.2126·R + 0.7152·G + 0.0722·B. Source: ITU-R BT.709-6 item 3.2.
 */
export const duotone = pointOp({
  from: ['rgb'],
  params: {
    /** What black becomes: RGB in 0..255. */
    dark: perChannel(f32),
    /** What white becomes: RGB in 0..255. */
    bright: perChannel(f32),
  },
  apply: ([r, g, b], { dark, bright }) => {
    const luma = (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    return [
      dark[0] + luma * (bright[0] - dark[0]),
      dark[1] + luma * (bright[1] - dark[1]),
      dark[2] + luma * (bright[2] - dark[2]),
    ];
  },
});
