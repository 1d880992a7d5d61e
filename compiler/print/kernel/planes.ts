/** How generated C++ reaches the planes of a format: types, members of the image, and the place of a channel. */
import type { ChannelSource, DType, Format } from '../../../ops/spec.js';
import { dtypeBytes } from '../../ir/types.js';
import { f32Literal } from '../expr/c.js';

/** The C++ type of a stored number. */
export const storedTypes: Readonly<Record<DType, string>> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  i32: 'int32_t',
  f16: 'f16',
  bf16: 'bf16',
  f32: 'float',
};

/** The member of the image that holds a plane's pointer; its pitch is beside it, under the name with `_pitch`. */
export const planeMember = (side: string, plane: string): string => `${side}_${plane}`;
/** The function that finds a sample of a plane in memory, by its column and row. */
export const finder = ({ dtype, planes, tokens }: Format, { channels }: Format['planes'][number]): string => {
  const type = storedTypes[dtype];
  if (!tokens) {
    return `valuesAt<${type}, ${channels}>`;
  }
  const { patch, merge, temporal } = tokens;
  const token = patch * patch * temporal * planes.reduce((sum, plane) => sum + plane.channels, 0);
  return `patchAt<${type}, ${channels}, ${patch}, ${merge}, ${token}>`;
};
/** How many values after the first of a plane's sample it stands again: 0, and of pictures that are repeated the same in other frames of its token. */
export const repeats = ({ tokens }: Format, channels: number): readonly number[] =>
  tokens?.frames === 'repeated'
    ? Array.from({ length: tokens.temporal }, (_, frame) => frame * tokens.patch * tokens.patch * channels)
    : [0];
/** The type of what a block has of a plane in shared memory. */
export const patchType = (plane: string): string => `Patch_src_${plane}`;
/** The type of a warp's rows of a plane there. */
export const rowType = (plane: string): string => `Row_src_${plane}`;
/** A column or row of pixels as one of samples. */
export const shift = (text: string, subsampling: number): string =>
  subsampling === 2 ? `${text} >> 1` : text;
export const times = (text: string, factor: number): string =>
  factor === 1 ? text : `${text.includes(' ') ? `(${text})` : text} * ${factor}`;

/** Samples of these sizes, in bytes, are read in one access: larger ones have no access of their size, or no format. */
const PACKED_BYTES = [2, 4];
/** Whether a sample of several values is one access, where it lies on a multiple of its size. */
export const isPacked = (channels: number, dtype: DType): boolean =>
  channels > 1 && (dtype === 'u8' || dtype === 'u16') && PACKED_BYTES.includes(channels * dtypeBytes[dtype]);

/** Where a channel's value is in the sample of a pixel of that column. */
export const laneAt = ({ lane, next }: ChannelSource, column: string): string => {
  if (next === undefined) {
    return String(lane);
  }
  const moved = times(`${column} & 1`, next);
  return lane === 0 ? moved : `${lane} + ${moved}`;
};
/** Value `lane` of sample `sample` of a run of samples. */
export const inRun = (sample: string, channels: number, lane: string): string => {
  const start = times(sample, channels);
  return lane === '0' ? start : `${start} + ${lane}`;
};

/** How many codes of its many bits are one code of 8. */
const codesPerUnit = ({ bits, range }: NonNullable<Format['code']>): number =>
  range === 'full' ? (2 ** bits - 1) / 255 : 2 ** (bits - 8);

/** One channel as f32: the stored number, or a code of many bits on the scale of 8-bit codes. */
export const load = ({ code }: Format, values: string, index: string): string =>
  code
    ? `getCode(${values}, ${index}, ${code.shift}, ${f32Literal(1 / codesPerUnit(code))})`
    : `get(${values}, ${index})`;
/** The way back, into a place in memory (`row[3]`) or into a value of a run (`run, 3`). */
export const save = ({ code }: Format, value: string, place: string): string =>
  code
    ? `putCode(${value}, ${place}, ${code.shift}, ${f32Literal(codesPerUnit(code))}, ${2 ** code.bits - 1}u);`
    : `put(${value}, ${place});`;

/** A plane at one pixel. */
export type Sample = {
  readonly name: string;
  /** The function that finds it, with its type: `valuesAt<uint8_t, 3>`. */
  readonly at: string;
  readonly type: string;
  readonly channels: number;
  readonly pointer: string;
  readonly pitch: string;
  readonly x: string;
  readonly y: string;
};
