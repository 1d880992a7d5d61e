/** Results that are the tokens of a model: where each image's lie, and their description. */
import type { ManifestFormat, ManifestSink } from '../../native/manifest.js';
import type { TokenLayout } from '../../ops/spec.js';
import { ownCall, requireOwnCall } from '../device/brand.js';
import { byteSize } from '../device/dtype.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { denseStrides, type HostTensor, Tensor } from '../device/tensor.js';
import { describe, expected } from '../errors.js';

type Size = { readonly width: number; readonly height: number };
/** A sink of tokens. */
export type PatchedSink = ManifestSink & { readonly tokens: TokenLayout };

/** @internal Whether a result is tokens of patches. */
export const isPatched = (sink: ManifestSink): sink is PatchedSink => sink.tokens !== undefined;

/**
 * The tokens of a call's images, one after the other: what `patches` gives, and `tiles`. They hold memory of the device until `dispose()`, or until the garbage
 * collector finds them.
 */
export class Patches {
  private constructor(
    /** [tokens, numbers of a token]; of `tiles` [tiles, channels, size, size]. */
    readonly tensor: Tensor,
    /**
     * For each image, or for the video that they are together, three numbers: frames of tokens, and rows and columns of patches. What Qwen2-VL calls
     * `image_grid_thw` and `video_grid_thw`.
     */
    readonly gridThw: Int32Array,
    /** Where the tokens of each frame begin, and where the last ones end: what attention kernels call `cu_seqlens`. */
    readonly cuSeqlens: Int32Array,
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'Patches', 'A pipeline that ends with patches() gives them.');
    Object.freeze(this);
  }

  /** @internal */
  static _of(tensor: Tensor, grid: PatchGrid): Patches {
    return new Patches(tensor, grid.gridThw, grid.cuSeqlens, ownCall);
  }

  /** The tokens on the host. See {@link Tensor.toHost}. */
  toHost(options: Parameters<Tensor['toHost']>[0] = {}): Promise<HostTensor> {
    return this.tensor.toHost(options);
  }

  /** Gives their memory back, in stream order. */
  dispose(): void {
    this.tensor.dispose();
  }
}

/** How many patches there are of each image, and where those of each frame begin. */
export type PatchGrid = Pick<Patches, 'gridThw' | 'cuSeqlens'>;

/** One frame of tokens: its patches, and where its tokens begin. */
type Frame = { readonly rows: number; readonly columns: number; readonly first: number };

/**
 * The grid of images of these sizes.
 * @param sizes Of what is written: behind a resize, the size that it gives.
 * @param layout What the pipeline's `patches` was given.
 * @returns The same as `gridThw` and `cuSeqlens` of the result.
 * @throws {ArgumentError} For sides that are no multiples of patch · merge, and frames that are not whole pairs of one size.
 */
export const patchGrid = (
  sizes: readonly Size[],
  layout: Pick<TokenLayout, 'patch'> & Partial<TokenLayout>,
): PatchGrid =>
  gridOf(
    framesOf(sizes, { merge: 1, temporal: 1, frames: 'repeated', order: 'chw', ...layout }, 'sizes'),
    layout,
  );

const framesOf = (sizes: readonly Size[], tokens: TokenLayout, path: string): readonly Frame[] => {
  const { patch, merge, temporal, frames } = tokens;
  const side = patch * merge;
  const each = frames === 'paired' ? temporal : 1;
  if (sizes.length % each !== 0) {
    throw expected(
      `a multiple of ${each} frames`,
      path,
      `${sizes.length}`,
      `${each} of them make a token. Give the last one again: [...frames, frames.at(-1)].`,
    );
  }
  let first = 0;
  const made: Frame[] = [];
  for (const [n, { width, height }] of sizes.entries()) {
    if (width < 1 || height < 1 || width % side !== 0 || height % side !== 0) {
      throw expected(
        `pictures whose sides are multiples of ${side}`,
        `${path}, image ${n}`,
        `${width}×${height} before its patches`,
        'Resize to such a size: resizeWithin, or resize. Or pad: padToMultiple.',
      );
    }
    const one = sizes[0]!;
    if (frames === 'paired' && (width !== one.width || height !== one.height)) {
      throw expected(
        `frames of one size, ${one.width}×${one.height} as the first`,
        `${path}, image ${n}`,
        `${width}×${height}`,
        'Frames that share tokens are those of one video.',
      );
    }
    if (n % each === 0) {
      made.push({ rows: height / patch, columns: width / patch, first });
      first += (height / patch) * (width / patch);
    }
  }
  return made;
};

const gridOf = (frames: readonly Frame[], { frames: which }: Partial<TokenLayout>): PatchGrid => {
  const ends = frames.map(({ first, rows, columns }) => first + rows * columns);
  const { rows, columns } = frames[0] ?? { rows: 0, columns: 0 };
  const grid =
    which === 'paired' ? [frames.length, rows, columns] : frames.flatMap(one => [1, one.rows, one.columns]);
  return { gridThw: Int32Array.from(grid), cuSeqlens: Int32Array.of(0, ...ends) };
};

/** The shape of the tensor that holds the tokens of these frames. */
const shapeOf = (sink: PatchedSink, frames: readonly Frame[]): readonly number[] => {
  const { first, rows, columns } = frames.at(-1)!;
  const tokens = first + rows * columns;
  const { patch, isTile } = sink.tokens;
  return isTile ? [tokens, tokenLength(sink) / (patch * patch), patch, patch] : [tokens, tokenLength(sink)];
};

const tokenLength = ({ planes, tokens: { patch, temporal } }: PatchedSink): number =>
  patch * patch * temporal * planes.reduce((sum, { channels }) => sum + channels, 0);

/**
 * @internal New memory for the tokens of images of these sizes.
 * @throws {ArgumentError} If they are not whole patches.
 */
export const emptyPatches = (sink: PatchedSink, sizes: readonly Size[], stream: Stream): Patches => {
  const frames = framesOf(sizes, sink.tokens, 'input');
  const shape = shapeOf(sink, frames);
  const tensor = Tensor.empty(stream.device, { shape, dtype: sink.dtype, layout: 'any' }, { stream });
  return Patches._of(tensor, gridOf(frames, sink.tokens));
};

/** @internal Where each image's tokens are in the tensor, or in that of each image, that a call was given for them. */
export const bindPatches = (
  given: unknown,
  sink: PatchedSink,
  sizes: readonly Size[],
  path: string,
): readonly BoundImage[] => {
  if (!Array.isArray(given)) {
    return placed(given, sink, sizes, path);
  }
  const { frames, temporal } = sink.tokens;
  const each = frames === 'paired' ? temporal : 1;
  const count = Math.ceil(sizes.length / each);
  if (given.length !== count) {
    throw expected(`${count} tensors`, path, `${given.length}`);
  }
  return given.flatMap((one: unknown, n) =>
    placed(one, sink, sizes.slice(n * each, (n + 1) * each), `${path}[${n}]`),
  );
};

const bytes: ManifestFormat = {
  name: 'bytes',
  dtype: 'u8',
  colour: 'gray',
  layout: 'NHWC',
  channels: [{ plane: 0, lane: 0 }],
  planes: [{ name: 'v', channels: 1, subsampling: [1, 1], pointer: 0, pitch: 8 }],
};

/** @internal The memory of tokens, as rows of bytes. */
export const patchesExtent = (
  given: unknown,
): { readonly images: readonly BoundImage[]; readonly format: ManifestFormat } => {
  const all = (Array.isArray(given) ? given : [given]) as readonly (Tensor | Patches)[];
  const images = all.map((one): BoundImage => {
    const tensor = one instanceof Patches ? one.tensor : one;
    const { byteLength: width, device } = tensor;
    const plane = { memory: tensor._memory(), address: Number(tensor.pointer), pitch: width };
    return { device, width, height: 1, bitDepth: 8, planes: [plane] };
  });
  return { images, format: bytes };
};

const placed = (
  given: unknown,
  sink: PatchedSink,
  sizes: readonly Size[],
  path: string,
): readonly BoundImage[] => {
  const tensor: unknown = given instanceof Patches ? given.tensor : given;
  if (!(tensor instanceof Tensor)) {
    throw expected('a Tensor', path, describe(tensor));
  }
  const { dtype, tokens, planes } = sink;
  const { patch, merge, temporal, frames: which } = tokens;
  const frames = framesOf(sizes, tokens, 'input');
  const length = tokenLength(sink);
  const shape = shapeOf(sink, frames);
  if (tensor.dtype !== dtype) {
    throw expected(dtype, `${path}.dtype`, tensor.dtype);
  }
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw expected(`[${shape.join(', ')}]`, `${path}.shape`, `[${tensor.shape.join(', ')}]`);
  }
  const dense = denseStrides(shape);
  if (tensor.strides.some((stride, axis) => shape[axis]! > 1 && stride !== dense[axis])) {
    throw expected('a dense tensor', `${path}.strides`, describe(tensor.strides));
  }
  const memory = tensor._memory();
  const size = byteSize[dtype];
  const start = Number(tensor.pointer);
  const each = which === 'paired' ? temporal : 1;
  return sizes.map(({ width, height }, n) => {
    const { first, columns } = frames[Math.floor(n / each)]!;
    const pitch = columns * merge * length * size;
    if (pitch >= 2 ** 31) {
      throw expected('rows of patches of less than 2^31 bytes', path, `${pitch}`, 'Take smaller pictures.');
    }
    // In planes, a token has all frames of a channel one after the other.
    const frame = (n % each) * patch * patch;
    return {
      device: tensor.device,
      width,
      height,
      bitDepth: 8,
      planes: planes.map(({ channels }, p) => ({
        memory,
        address: start + (first * length + p * temporal * patch * patch + frame * channels) * size,
        pitch,
      })),
    };
  });
};
