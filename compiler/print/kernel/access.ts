/** What the steps of a kernel ask of the target that they are printed for. */
import type { Fold } from '../../ir/plan.js';
import type { ImageParam, ParamField, Type } from '../../ir/types.js';
import type { TapPlace } from '../../pass/reach.js';
import type { Language } from '../expr/language.js';

/** How a target reaches the data of an image. */
export type Access = {
  /** The struct that holds a stage's parameter: `image.crop` in C, `image.params.crop` in JavaScript. */
  params(stage: string, field: ParamField): string;
  /** All that hold parameters of a stage, as its function takes them. */
  structs(stage: string): readonly ParamStruct[];
  /** One number of a parameter, after the name of the struct that holds it. */
  lane(struct: string, field: ParamField, lane: number): string;
  /** A parameter of many numbers without names, as an array. */
  array(struct: string, field: ParamField): string;
  /** An image's pixel at a position, by the function of that name. */
  readImage(reader: string, image: ImageParam, position: Position): string;
  /** Image and arguments, as they are passed on. */
  readonly context: string;
  /** The counts of a reduction, `bins`, as its function declares them. */
  readonly countsArg: string;
  /** What an image came to, an array under a name, as a function declares it; and where it is, of a stage's parameter. */
  measuredArg(name: string): string;
  measured(stage: string, param: string): string;
  /** What a filter reads through, as it declares it. */
  readonly tapsArg: string;
  /** That, with the border. */
  readonly anywhere: string;
  /** The same for a point `at` whose taps all lie inside; unset where all taps are tested. */
  readonly inside?: string;
  /** A tap's place in its window as the last argument of its call, where it is known; unset where taps do not take it. */
  place?(place: TapPlace): string;
  /** Whether neighbouring pixels share what a stencil reads of their rows: `neighbours` of the printed kernel then has all of it. */
  readonly sharesRows?: boolean;
  /** Whether these only rank it: the comparisons are printed, and not the stencil's functions. */
  readonly isRanked?: true;
  /** The loop of a stencil's columns, whose steps are printed in place of it. */
  readonly fold?: Fold;
  /** What stands before loops over taps that must be unrolled. */
  readonly unroll?: string;
  /** The language of maps, where their products must not be fused with the sums they go into. */
  readonly mapLanguage?: Language;
  sizeArg(name: string): string;
  arg(type: Type, name: string): string;
  /** The output's column `x` as an i32: the host counts columns in 64 bits. */
  readonly column: string;
  /** A point as one that a filter can stand on. */
  finite(point: string): string;
  /** The pixel of an image of that size that is nearest to a position. */
  within(position: string, size: string): string;
  /** How a function declares the windows of a filter by a table. */
  readonly windowsArg: string;
  /** How a function declares the image alone; unset where nothing is computed before the launch. */
  readonly imageArg?: string;
  /** Whether all tests hold. */
  all(tests: readonly string[]): string;
  /** What the filter reads through where all taps lie outside, and whether one of several tests holds; unset where none asks. */
  readonly beyond?: { readonly taps: string; any(tests: readonly string[]): string };
  /** What it reads through where a block has the source, and that with the border; unset where no block has. */
  readonly staged?: { readonly taps: string; readonly anywhere: string };
  /** The pixels of several sinks as one value. */
  pixels(values: readonly string[]): string;
  /** Whether (x, y) lies outside the size. */
  outside(x: string, y: string, size: string): string;
};

/** Some of a stage's parameters, in one struct: those of the call, or those of each image. */
export type ParamStruct = {
  /** The function's argument: its name, and how it is declared. */
  readonly name: string;
  readonly declared: string;
  /** What is passed. */
  readonly value: string;
  holds(field: ParamField): boolean;
};

/** A whole position in printed code. */
export type Position = { readonly text: string; readonly x: string; readonly y: string };
