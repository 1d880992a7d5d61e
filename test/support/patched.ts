/** Tokens of a tensor as the models' own code makes them: by one loop over axes, independent of the code under test. */
import type { TokenLayout } from '../../ops/spec.js';
import {
  type Device,
  type HostTensor,
  Image,
  type Patches,
  type Pipeline,
  Tensor,
} from '../../runtime/index.js';
import { random } from './random.js';
import { bf16ToBits } from './scalars.js';

/**
 * The tokens of a tensor's images, in the order of `image_processing_qwen2_vl.py`: reshaped to frames, channels, and rows and columns of squares,
 * patches and pixels, and these axes put into another order.
 */
export const tokensOf = (
  { data, shape, layout }: HostTensor,
  { patch, merge, temporal, frames, order }: TokenLayout,
): { readonly data: ArrayLike<number>; readonly shape: readonly number[] } => {
  const [count, ...rest] = shape as [number, number, number, number];
  const [channels, height, width] = layout === 'NCHW' ? rest : [rest[2], rest[0], rest[1]];
  const groups = frames === 'paired' ? count / temporal : count;
  const side = patch * merge;
  const length = channels * temporal * patch * patch;
  const tokens = groups * (height / patch) * (width / patch);
  const made = new Float64Array(tokens * length);
  let at = 0;
  const read = (group: number, frame: number, c: number, y: number, x: number): number => {
    const image = frames === 'paired' ? group * temporal + frame : group;
    const index =
      layout === 'NCHW'
        ? ((image * channels + c) * height + y) * width + x
        : ((image * height + y) * width + x) * channels + c;
    return data[index]!;
  };
  const each = (
    ends: readonly number[],
    visit: (...indices: number[]) => void,
    ...before: number[]
  ): void => {
    const [end, ...others] = ends;
    if (end === undefined) {
      visit(...before);
      return;
    }
    for (let n = 0; n < end; n++) {
      each(others, visit, ...before, n);
    }
  };
  each([groups, height / side, width / side, merge, merge], (group, squareRow, squareColumn, row, column) => {
    const [top, left] = [squareRow! * side + row! * patch, squareColumn! * side + column! * patch];
    if (order === 'chw') {
      each([channels, temporal, patch, patch], (c, frame, y, x) => {
        made[at++] = read(group!, frame!, c!, top + y!, left + x!);
      });
    } else {
      each([temporal, patch, patch, channels], (frame, y, x, c) => {
        made[at++] = read(group!, frame!, c!, top + y!, left + x!);
      });
    }
  });
  return { data: made, shape: [tokens, length] };
};

/** The pipelines of test/support/patchPipelines.ts, built. */
export type PatchBindings = Readonly<Record<string, Pipeline<Record<string, unknown>, never>>>;
type Case = {
  readonly name: string;
  readonly format: 'rgb8' | 'nv12';
  /** Of the images of a call: what enters, and what `options` make of it. */
  readonly size: readonly [width: number, height: number];
  readonly images: number;
  readonly options?: Readonly<Record<string, number>>;
  readonly tokens: TokenLayout;
};
const still = { merge: 2, temporal: 2, frames: 'repeated', order: 'chw' } as const;
const plain = { merge: 1, temporal: 1, frames: 'repeated', order: 'chw' } as const;
/** Sizes of an odd number of squares, and of several blocks of threads. */
export const patchCases: readonly Case[] = [
  {
    name: 'qwenStill',
    format: 'rgb8',
    size: [31, 47],
    images: 2,
    options: { width: 84, height: 56 },
    tokens: { ...still, patch: 14 },
  },
  {
    name: 'qwenVideo',
    format: 'nv12',
    size: [84, 140],
    images: 4,
    tokens: { ...still, patch: 14, frames: 'paired' },
  },
  { name: 'qwen3Still', format: 'rgb8', size: [160, 96], images: 2, tokens: { ...still, patch: 16 } },
  {
    name: 'siglip2',
    format: 'rgb8',
    size: [48, 80],
    images: 3,
    tokens: { ...plain, patch: 16, order: 'hwc' },
  },
  { name: 'vit', format: 'rgb8', size: [64, 32], images: 1, tokens: { ...plain, patch: 16 } },
  {
    name: 'odd',
    format: 'rgb8',
    size: [63, 42],
    images: 6,
    tokens: { patch: 7, merge: 3, temporal: 3, frames: 'paired', order: 'hwc' },
  },
  {
    name: 'alone',
    format: 'rgb8',
    size: [400, 300],
    images: 2,
    options: { width: 320, height: 272 },
    tokens: { ...plain, patch: 8, merge: 2 },
  },
];

/** Random pictures on a device. */
export const picturesOf = (
  device: Device,
  { format, size: [width, height], images }: Omit<Case, 'name' | 'tokens'>,
): Image[] => {
  const { int } = random(width * height);
  const plane = (bytes: number) => ({ data: Uint8Array.from({ length: bytes }, () => int(0, 255)) });
  return Array.from({ length: images }, () =>
    Image.fromHost(device, {
      format,
      width,
      height,
      planes:
        format === 'rgb8'
          ? [plane(width * height * 3)]
          : [plane(width * height), plane((width * height) / 2)],
    }),
  );
};

/** What differs between a case's tokens and those that its tensor comes to; undefined where nothing does. */
export const differenceOf = async (
  built: PatchBindings,
  device: Device,
  one: Case,
): Promise<string | undefined> => {
  const { name, tokens, options = {} } = one;
  const input = picturesOf(device, one);
  const results =
    name === 'alone'
      ? {
          tokens: built.alone!(input, options) as Patches,
          tensor: built.aloneTensor!(input, options) as Tensor,
        }
      : (built[name]!(input, options) as { tokens: Patches; tensor: Tensor });
  const wanted = tokensOf(await results.tensor.toHost(), tokens);
  // Into memory that is there, too, which holds something else.
  const { shape, dtype } = results.tokens.tensor;
  const into = Tensor.empty(device, { shape, dtype, layout: 'any' });
  built[name]!.runInto(
    (name === 'alone' ? into : { tokens: into, tensor: results.tensor }) as never,
    input,
    options,
  );
  for (const mine of [await results.tokens.toHost(), await into.toHost()]) {
    const stored = mine.dtype === 'bf16' ? bf16ToBits : (value: number): number => value;
    const at = Array.from(mine.data).findIndex((value, n) => !Object.is(value, stored(wanted.data[n]!)));
    if (String(mine.shape) !== String(wanted.shape) || at >= 0) {
      return `${name} [${mine.shape.join(', ')}] for [${wanted.shape.join(', ')}], at ${at}: ${mine.data[at]} for ${wanted.data[at]}`;
    }
  }
  for (const held of [...input, into, results.tensor, results.tokens]) {
    held.dispose();
  }
  return undefined;
};
