/** Tensors of any colour model: channels side by side, or in planes of their own. */
import { type Colour, channelCount, type DType, type Format } from '../spec.js';

/** What formats of tensors are stored in. */
export type TensorDType = 'u8' | 'u16' | 'f16' | 'bf16' | 'f32';

const channelNames = {
  gray: ['v'],
  yuv: ['y', 'u', 'v'],
  rgb: ['r', 'g', 'b'],
  rgba: ['r', 'g', 'b', 'a'],
  hsv: ['h', 's', 'v'],
  yCrCb: ['y', 'cr', 'cb'],
  lab: ['l', 'a', 'b'],
  linear: ['r', 'g', 'b'],
  premultiplied: ['r', 'g', 'b', 'a'],
  xy: ['x', 'y'],
} as const satisfies Record<Colour, readonly string[]>;

/** Channels side by side: NHWC. */
export const interleaved = <C extends Colour>(colour: C, dtype: DType): Format<C, 'both'> => ({
  kind: 'format',
  name: `${colour}_nhwc_${dtype}`,
  dtype,
  colour,
  layout: 'NHWC',
  planes: [{ name: colour, channels: channelCount[colour], subsampling: [1, 1] }],
  channels: channelNames[colour].map((_, lane) => ({ plane: 0, lane })),
  role: 'both',
});

/** A plane for each channel: NCHW. */
export const planar = <C extends Colour>(colour: C, dtype: DType): Format<C, 'both'> => ({
  kind: 'format',
  name: `${colour}_nchw_${dtype}`,
  dtype,
  colour,
  layout: 'NCHW',
  planes: channelNames[colour].map(name => ({ name, channels: 1, subsampling: [1, 1] })),
  channels: channelNames[colour].map((_, number) => ({ plane: number, lane: 0 })),
  role: 'both',
});
