/** Pipelines: a source format, operators and a sink format, or several results. */
import type { Checked, Ends, SourceColour } from './chain.js';
import type { Format } from './formats.js';
import type { Stage, StoredOp } from './operators.js';
import type { Colour } from './pixels.js';
import type { Reduction } from './reductions.js';

/**
 * A source format, operators and a sink format, in this order. The compiler makes a kernel of it, or several.
 * `C` is the colour model of its result.
 */
export type Pipeline<C extends Colour = Colour> = PipelineHead & {
  readonly sink: Format;
  /** Only for types. */
  readonly _types?: { colour: C };
};
/** A pipeline that ends in a reduction: its result is a small tensor of numbers. */
export type Measurement = PipelineHead & { readonly sink: Reduction };
/** A pipeline with several results, by their names. See {@link outputs}. */
export type Fork<Names extends string = string> = PipelineHead & {
  readonly outputs: Readonly<Record<Names, Branch>>;
};
type PipelineHead = {
  readonly kind: 'pipeline';
  /** The pipeline whose result this one goes on from; `source` is that one's then. */
  readonly head?: Pipeline;
  readonly source: Format;
  readonly stages: readonly Stage[];
  /** See {@link fused}. */
  readonly fused?: true;
};
/** One of several results: its operators, and the format that it is written in or the reduction that it ends in. */
export type Branch = { readonly stages: readonly Stage[]; readonly sink: Format | Reduction };
/** The end of a pipeline with several results. */
export type Outputs<Branches = Readonly<Record<string, readonly unknown[]>>> = {
  readonly kind: 'outputs';
  readonly branches: Branches;
};

type Made<S extends readonly unknown[]> = S extends readonly [...infer _Stages, Outputs<infer Branches>]
  ? Fork<keyof Branches & string>
  : S extends readonly [...infer _Before, Reduction]
    ? Measurement
    : S extends readonly [infer Source, ...infer Rest]
      ? Source extends Format<infer C>
        ? Pipeline<Ends<Rest, SourceColour<C>>>
        : Source extends Pipeline<infer C>
          ? Pipeline<Ends<Rest, C>>
          : Pipeline
      : Pipeline;

/**
 * Declares a pipeline: a source format, operators in order, a sink format or a reduction. Export it as a constant; its name
 * becomes the function's name. A stage that does not fit the pixels before it is an error in the editor.
 *
 * At the head there may be a pipeline of one result in place of the format: the new one reads its source and goes on from
 * its result, rounded as if it had been stored. At the end there may be {@link outputs} in place of the format.
 */
export const pipeline = <const S extends readonly [unknown, ...unknown[]]>(
  ...stages: Checked<S>
): Made<S> => {
  const all = stages as unknown as readonly (Format | Stage | Pipeline | Outputs | Reduction)[];
  const [first] = all;
  const last = all[all.length - 1];
  const head = first?.kind === 'pipeline' ? { head: first, source: first.source } : { source: first };
  const made = { kind: 'pipeline', ...head, stages: all.slice(1, -1) };
  return (last?.kind === 'outputs'
    ? { ...made, outputs: branchesOf(last) }
    : { ...made, sink: last }) as unknown as Made<S>;
};

const branchesOf = ({ branches }: Outputs): Readonly<Record<string, Branch>> =>
  Object.fromEntries(
    Object.entries(branches).map(([name, branch]) => [
      name,
      { stages: branch.slice(0, -1) as Stage[], sink: branch[branch.length - 1] as Format | Reduction },
    ]),
  );

/**
 * Ends a pipeline in several results, each with operators and a format of its own:
 * `outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })`. A call then gives a tensor for each, by its name.
 * What stands before is part of every result. Sizes, layouts and types may differ; results that differ in point operators and formats
 * only come from one kernel.
 */
export const outputs = <const B extends Readonly<Record<string, readonly [unknown, ...unknown[]]>>>(
  branches: B,
): Outputs<B> => ({ kind: 'outputs', branches });

/**
 * Writes the pixels to an image of this type there, and reads them again: what stands before runs once for each of its pixels, and not for
 * every tap of a filter or stencil behind it. `'u8'` rounds to whole numbers in 0..255 (NaN becomes 0), `'f16'` to 11 bits, `'bf16'` to 8,
 * and `'f32'` keeps every number. {@link fused} refuses it.
 * @param dtype `'u8'`, `'f16'`, `'bf16'` or `'f32'`.
 */
export const stored = (dtype: StoredOp['dtype']): Stage<Colour, 'same'> => ({
  kind: 'stage',
  op: { role: 'stored', params: {}, dtype },
  options: {},
});

/**
 * The same pipeline, with the promise that nothing of it goes through memory in between: every result is made by one
 * kernel from the source. Where that cannot be, the build stops and says what the intermediate image would cost.
 */
export const fused = <P extends Pipeline | Fork | Measurement>(whole: P): P => ({ ...whole, fused: true });
