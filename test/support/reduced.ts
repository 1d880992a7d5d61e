/** What the oracles of reductions make of images, in the order that `reduceOp` and `binsOp` say. */
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import { reduces, reductionsOf } from '../../compiler/ir/reduce.js';
import type { ReduceIr } from '../../compiler/ir/types.js';
import type { ResultDType } from '../../ops/spec.js';
import { type Oracle, type OracleImage, oracleImage, runOracleTo } from './executions.js';
import type { TestImage } from './images.js';
import type { Given } from './reference.js';

type Px = readonly number[];
type Fold = {
  readonly first: Px;
  readonly steps: readonly ((image: OracleImage, acc: Px, px: Px, x: number, y: number) => Px)[];
  merge(a: Px, b: Px): Px;
  finish(image: OracleImage, acc: Px): Px;
};
type Bins = {
  readonly bins: readonly ((image: OracleImage, px: Px, x: number, y: number) => number)[];
  finish(image: OracleImage, bins: readonly number[], i: number): number;
};
type ReducingOracle = Oracle & { readonly reductions: readonly (Fold | Bins)[] };

const WIDTH = 128;
const HEIGHT = 32;

const pairwise = (columns: readonly Px[], merge: Fold['merge']): Px => {
  let left = columns;
  while (left.length > 1) {
    left = Array.from({ length: left.length / 2 }, (_, n) => merge(left[2 * n]!, left[2 * n + 1]!));
  }
  return left[0]!;
};

const halfEven = (v: number): number => {
  const floor = Math.floor(v);
  const part = v - floor;
  return part > 0.5 || (part === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
};
const stored = (v: number, dtype: ResultDType): number => {
  if (dtype === 'f32' || dtype === 'f64') {
    return dtype === 'f32' ? Math.fround(v) : v;
  }
  const most = dtype === 'i32' ? 2 ** 31 - 1 : 2 ** 63;
  return Number.isNaN(v) ? 0 : Math.max(-most - 1, Math.min(most, halfEven(v))) + 0;
};

/** The numbers of every reduction of a kernel for an image of a batch. */
export const reduceImage = (
  kernel: Kernel,
  oracle: ReducingOracle,
  image: TestImage,
  given: Given,
  place: { readonly number: number; readonly of: number },
  measured: OracleImage['params'] = {},
): readonly number[][] => {
  const called = oracleImage(kernel, oracle, image, given, place, measured);
  const { width, height } = called.size.at(-1)!;
  const { sinks } = kernel.pipeline;
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => oracle.pixel(called, x, y)),
  );
  return reductionsOf(kernel.pipeline).map((sink, n) => {
    const pixel = (x: number, y: number): Px =>
      (sinks.length === 1 ? rows[y]![x]! : rows[y]![x]![sinks.indexOf(sink)]!) as Px;
    const made = oracle.reductions[n]!;
    const { reduce } = sink;
    const numbers =
      'bins' in made
        ? binned(reduce as ReduceIr & { kind: 'bins' }, made, called, width, height, pixel)
        : folded(made, called, width, height, pixel);
    return numbers.map(v => stored(v, reduce.dtype));
  });
};

const folded = (
  { first, steps, merge, finish }: Fold,
  image: OracleImage,
  width: number,
  height: number,
  pixel: (x: number, y: number) => Px,
): number[] =>
  steps.flatMap(step => {
    const tiles: Px[] = [];
    for (let top = 0; top < height; top += HEIGHT) {
      for (let left = 0; left < width; left += WIDTH) {
        const columns = Array.from({ length: WIDTH }, (_, column) => {
          let acc = first;
          for (let y = top; left + column < width && y < Math.min(top + HEIGHT, height); y++) {
            acc = step(image, acc, pixel(left + column, y), left + column, y);
          }
          return acc;
        });
        tiles.push(pairwise(columns, merge));
      }
    }
    const columns = Array.from({ length: WIDTH }, (_, column) =>
      tiles.filter((_, tile) => tile % WIDTH === column).reduce((acc, tile) => merge(acc, tile), first),
    );
    return [...finish(image, pairwise(columns, merge))];
  });

const binned = (
  { bins, values, grid: [across, down] }: ReduceIr & { kind: 'bins' },
  made: Bins,
  image: OracleImage,
  width: number,
  height: number,
  pixel: (x: number, y: number) => Px,
): number[] =>
  Array.from({ length: across * down }, (_, cell) => {
    const [w, h] = [width / across, height / down];
    const [left, top] = [(cell % across) * w, Math.floor(cell / across) * h];
    return made.bins.flatMap(bin => {
      const counts = new Array<number>(bins).fill(0);
      for (let y = top; y < top + h; y++) {
        for (let x = left; x < left + w; x++) {
          const at = bin(image, pixel(x, y), x, y);
          if (at >= 0 && at < bins) {
            counts[at]!++;
          }
        }
      }
      return Array.from({ length: values }, (_, i) => made.finish(image, counts, i));
    });
  }).flat();

/** All results of a plan for an image of a batch, by their names: numbers, or an image. */
export const resultsBy = (
  { kernels, steps }: Plan,
  oracles: readonly Oracle[],
  image: TestImage,
  given: Given,
  place: { readonly number: number; readonly of: number },
): ReadonlyMap<string, readonly number[] | TestImage> => {
  const results = new Map<string, readonly number[] | TestImage>();
  const made: (readonly (readonly number[] | TestImage)[])[] = [];
  kernels.forEach((kernel, k) => {
    const { reads, measures = [] } = steps[k]!;
    const measured: Record<string, Record<string, number[]>> = {};
    kernel.layout.measures.forEach(({ stage, name }, m) => {
      measured[stage] = { ...measured[stage], [name]: made[measures[m]!]![0] as number[] };
    });
    const { sinks } = kernel.pipeline;
    const from = reads === undefined ? image : (made[reads]!.at(-1) as TestImage);
    const written = reduces(kernel.pipeline)
      ? reduceImage(kernel, oracles[k] as ReducingOracle, from, given, place, measured)
      : runOracleTo(
          sinks.map(() => undefined),
          kernel,
          oracles[k]!,
          from,
          given,
          place,
          measured,
        );
    made.push(written);
    sinks.forEach(({ output }, n) => {
      if (output !== undefined) {
        results.set(output, written[n]!);
      }
    });
  });
  return results;
};
