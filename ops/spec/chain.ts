/** Whether the stages of a pipeline fit one behind the other, as types: what does not is an error in the editor. */
import type { Format } from './formats.js';
import type { Stage } from './operators.js';
import type { Outputs, Pipeline } from './pipelines.js';
import type { Colour } from './pixels.js';
import type { Reduction } from './reductions.js';

type After<S, Before extends Colour> = S extends { readonly _types?: { out: infer Out } }
  ? 'same' extends Out
    ? Before
    : Out extends Colour
      ? Out
      : never
  : never;
/** An argument that does not fit, as a type that says why. */
export type Wrong<Message extends string> = { readonly 'this stage does not fit here': Message };
/** What a map's options lack; where that is not known, the compiler says so. */
type Lacking<S> = S extends { readonly _types?: { lacks: infer Lacks extends string } }
  ? string extends Lacks
    ? never
    : Lacks
  : never;
type Link<S, C extends Colour> = [Lacking<S>] extends [never] ? Fit<S, C> : Wrong<`it lacks ${Lacking<S>}`>;
type Fit<S, C extends Colour> =
  S extends Stage<infer In>
    ? [C] extends [In]
      ? unknown
      : [In] extends [never]
        ? Wrong<'its per-channel options differ in length, or fit no colour model that it takes'>
        : Wrong<`it takes ${In}, and the pixels are ${C} here`>
    : S extends Format
      ? Wrong<'a format belongs at the head or at the end'>
      : S extends Reduction
        ? Wrong<'a reduction belongs at the end'>
        : S extends Outputs
          ? Wrong<'outputs belong at the end'>
          : S extends Pipeline
            ? Wrong<'a pipeline belongs at the head'>
            : Wrong<'not a stage: call the operator, as in normalize({ … })'>;
type LinkSink<Sink, C extends Colour> =
  Sink extends Format<infer K, infer R>
    ? R extends 'both'
      ? [C] extends [K]
        ? unknown
        : Wrong<`this format holds ${K}, and the pixels are ${C} here`>
      : Wrong<'this format can be read, and not written'>
    : Sink extends Reduction<infer K>
      ? [C] extends [K]
        ? unknown
        : Wrong<`it takes ${K}, and the pixels are ${C} here`>
      : Wrong<'a pipeline ends with a format, as in nchw("f32"), or with a reduction, as in mean()'>;
/** What is known goes along, so that TypeScript follows 1,000 stages and not 50. */
export type Links<
  S extends readonly unknown[],
  C extends Colour,
  Known extends readonly unknown[] = [],
> = S extends readonly [infer Sink]
  ? [...Known, Sink extends Outputs<infer Branches> ? LinkBranches<Branches, C> : LinkSink<Sink, C>]
  : S extends readonly [infer Head, ...infer Rest]
    ? Links<Rest, After<Head, C>, [...Known, Link<Head, C>]>
    : Known;
/** The first of a branch's arguments that does not fit, as a message. */
export type FirstWrong<L extends readonly unknown[]> = L extends readonly [infer Head, ...infer Rest]
  ? Head extends Wrong<infer Message>
    ? Message
    : FirstWrong<Rest>
  : never;
type BranchLinks<B, C extends Colour> = B extends readonly [...infer _Stages, infer Last]
  ? Last extends Outputs
    ? 'outputs belong at the end of a pipeline, once'
    : FirstWrong<Links<B, C>>
  : 'a result ends with a format, as in [nchw("f32")], or with a reduction';
type LinkBranches<Branches, C extends Colour> = {
  [Name in keyof Branches & string]: BranchLinks<Branches[Name], C> extends infer Message extends string
    ? `${Name}: ${Message}`
    : never;
}[keyof Branches & string] extends infer Messages extends string
  ? [Messages] extends [never]
    ? unknown
    : Wrong<Messages>
  : unknown;
/** One entry for each argument: `unknown` where it fits, and {@link Wrong} where it does not. */
type Chain<S extends readonly unknown[]> = S extends readonly [infer Source, ...infer Rest]
  ? Source extends Format<infer C>
    ? [unknown, ...Links<Rest, SourceColour<C>>]
    : Source extends Pipeline<infer C>
      ? [unknown, ...Links<Rest, C>]
      : [Wrong<'a pipeline begins with a format, as in nv12(), or with a pipeline of one result'>, ...Rest]
  : [];
/** A mapped tuple, and not an intersection of two: so that the editor underlines the one argument that is wrong. */
export type Checked<S extends readonly unknown[]> = { [I in keyof S]: S[I] & Entry<Chain<S>, I> };
type Entry<T extends readonly unknown[], I> = I extends keyof T ? T[I] : unknown;
// A format for any model is RGB as a source.
export type SourceColour<C extends Colour> = Colour extends C ? 'rgb' : C;
/** The pixels that reach the sink, as the sink calls them. */
export type Ends<S extends readonly unknown[], C extends Colour> = S extends readonly [infer Sink]
  ? Sink extends Format<infer K>
    ? Colour extends K
      ? C
      : K
    : Colour
  : S extends readonly [infer Head, ...infer Rest]
    ? Ends<Rest, After<Head, C>>
    : Colour;
