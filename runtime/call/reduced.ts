/** Results that are no images: what reductions give, and the memory that their kernels work in. */
import type { ManifestKernel, ManifestReduce, ManifestSink } from '../../native/manifest.js';
import type { NativeMemory } from '../device/addon.js';
import { byteSize } from '../device/dtype.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { denseStrides, Tensor } from '../device/tensor.js';
import { describe, expected, guarded } from '../errors.js';

/** Columns and rows of a tile: see native/kernel/reduce.h. */
const TILE = { width: 128, height: 32 } as const;
type Size = { readonly width: number; readonly height: number };
/** A sink of what pixels came to. */
export type ReducedSink = ManifestSink & { readonly reduce: ManifestReduce };

/** @internal Whether a result is what pixels came to. */
export const isReduced = (sink: ManifestSink): sink is ReducedSink => sink.reduce !== undefined;
/** @internal Whether a kernel reduces pixels: it has one size more, that of its rows of tiles. */
export const reduces = ({ sinks }: ManifestKernel): boolean => sinks.some(isReduced);
/** @internal What the host's threads share: how many rows there are, and about how much work each is. */
export const workSize = ({ width, height }: Size): Size => ({
  width: TILE.height * width,
  height: Math.ceil(height / TILE.height),
});

/** @internal Refuses an image that a grid does not divide. */
export const requireGrid = ({ sinks }: ManifestKernel, { width, height }: Size, n: number): void => {
  for (const { reduce } of sinks) {
    const [columns, rows] = reduce?.grid ?? [1, 1];
    if (width % columns !== 0 || height % rows !== 0) {
      throw expected(
        `an image whose sides are multiples of ${columns} and ${rows}`,
        `input, image ${n}`,
        `${width}×${height} where it is counted`,
        'Pad it before.',
      );
    }
  }
};

/** @internal A tensor for the result of `count` images, or of one by itself. */
export const emptyReduced = (
  { reduce: { dtype, shape } }: ReducedSink,
  count: number | undefined,
  stream: Stream,
): Tensor => {
  const all = count === undefined ? shape : [count, ...shape];
  const spec = { shape: all.length > 0 ? all : [1], dtype, layout: 'any' } as const;
  return Tensor.empty(stream.device, spec, { stream });
};

/** @internal Where each image's numbers are in the tensors, or in the one tensor, that a call was given for them. */
export const bindReduced = (given: unknown, { reduce }: ReducedSink, path: string): readonly BoundImage[] => {
  if (!Array.isArray(given)) {
    const tensor = requireResult(given, reduce, [undefined, ...reduce.shape], path);
    return placed(tensor, reduce, tensor.shape[0]!);
  }
  return given.flatMap((one: unknown, n) => {
    const shape = reduce.shape.length > 0 ? reduce.shape : [1];
    return placed(requireResult(one, reduce, shape, `${path}[${n}]`), reduce, 1);
  });
};

const requireResult = (
  given: unknown,
  { dtype }: ManifestReduce,
  shape: readonly (number | undefined)[],
  path: string,
): Tensor => {
  if (!(given instanceof Tensor)) {
    throw expected('a Tensor', path, describe(given));
  }
  if (given.dtype !== dtype) {
    throw expected(dtype, `${path}.dtype`, given.dtype);
  }
  const fits =
    given.shape.length === shape.length &&
    shape.every((size, n) => size === undefined || given.shape[n] === size);
  if (!fits) {
    const wanted = shape.map(size => (size === undefined ? 'N' : String(size))).join(', ');
    throw expected(`[${wanted}]`, `${path}.shape`, `[${given.shape.join(', ')}]`);
  }
  const dense = denseStrides(given.shape);
  if (given.strides.some((stride, axis) => given.shape[axis]! > 1 && stride !== dense[axis])) {
    throw expected('a dense tensor', `${path}.strides`, describe(given.strides));
  }
  return given;
};

const placed = (tensor: Tensor, { dtype, shape }: ManifestReduce, count: number): readonly BoundImage[] => {
  const memory = tensor._memory();
  const start = Number(tensor.pointer);
  const bytes = byteSize[dtype] * shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, n) => ({
    device: tensor.device,
    width: 0,
    height: 0,
    bitDepth: 8,
    planes: [{ memory, address: start + n * bytes, pitch: 0 }],
  }));
};

/** @internal Memory for what images come to between kernels; `dispose()` gives it back in the stream's order. */
export class Measured {
  readonly images: readonly BoundImage[];
  readonly #memory: NativeMemory;
  readonly #stream: Stream;

  constructor(stream: Stream, { reduce: { shape, dtype } }: ReducedSink, count: number) {
    const bytes = aligned(byteSize[dtype] * shape.reduce((product, size) => product * size, 1));
    const memory = stream._takeBetween(bytes * count);
    const start = Number(guarded(() => memory.pointer));
    this.#memory = memory;
    this.#stream = stream;
    const { device } = stream;
    this.images = Array.from({ length: count }, (_, n) => ({
      device,
      width: 0,
      height: 0,
      bitDepth: 8,
      planes: [{ memory, address: start + n * bytes, pitch: 0 }],
    }));
  }

  dispose(): void {
    this.#stream._giveBetween(this.#memory);
  }
}

/** The next multiple of what any number of a partial is aligned to, and lines of a cache. */
const aligned = (bytes: number): number => Math.ceil(bytes / 128) * 128;

/**
 * @internal The memory of one launch of a kernel that reduces: what its tiles come to, and its counters. `dispose()` gives the first back in the
 * stream's order; the counters are the stream's, and are 0 between its launches.
 */
export class Scratch {
  readonly #stream: Stream;
  readonly #partials: NativeMemory | undefined;
  readonly #outputs: readonly (readonly BoundImage[])[];

  /** @param results Of every sink, the memory of its numbers for each image. */
  constructor(
    stream: Stream,
    { sinks }: ManifestKernel,
    sizes: readonly Size[],
    results: readonly (readonly BoundImage[])[],
  ) {
    this.#stream = stream;
    let partials = 0;
    let counters = 0;
    const places = sinks.map(({ reduce }) =>
      sizes.map(({ width, height }) => {
        const at = { partials, counters };
        const tiles = Math.ceil(width / TILE.width) * Math.ceil(height / TILE.height);
        partials += aligned((reduce?.partial ?? 0) * tiles);
        counters += aligned(4 * (reduce?.counters ?? 0));
        return at;
      }),
    );
    this.#partials = partials > 0 ? stream._takeBetween(partials) : undefined;
    const zeroed = stream._takeZeroed(Math.max(counters, 4));
    const own = this.#partials ?? zeroed;
    const starts = [own, zeroed].map(memory => Number(guarded(() => memory.pointer)));
    this.#outputs = results.map((images, s) =>
      images.map((image, n) => {
        const at = places[s]![n]!;
        const planes = [
          ...image.planes,
          { memory: own, address: starts[0]! + at.partials, pitch: 0 },
          { memory: zeroed, address: starts[1]! + at.counters, pitch: 0 },
        ];
        return { ...image, planes };
      }),
    );
  }

  /** For each sink and image the planes that the kernel has: its result, and these two. */
  get outputs(): readonly (readonly BoundImage[])[] {
    return this.#outputs;
  }

  dispose(): void {
    if (this.#partials) {
      this.#stream._giveBetween(this.#partials);
    }
  }
}
