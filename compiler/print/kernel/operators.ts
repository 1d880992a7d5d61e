/** The operators of a kernel as functions, and how its steps call them. */

import { cName, functionName, isReserved } from '../../ir/names.js';
import type { Kernel } from '../../ir/plan.js';
import { COUNTS, reduceStages } from '../../ir/reduce.js';
import type { Expr, Fn, OpFunction, ParamField, Stage } from '../../ir/types.js';
import { isOnPixels, withImageStages } from '../../ir/types.js';
import { stageFields } from '../../pass/layout.js';
import { placesOf, type TapPlace } from '../../pass/reach.js';
import { cType } from '../expr/c.js';
import { printExpr, type Surroundings } from '../expr/expr.js';
import {
  type FunctionNames,
  helperParams,
  type Line,
  localNames,
  paramsOf,
  printBody,
  usesOf,
} from '../expr/fn.js';
import type { Language } from '../expr/language.js';
import type { Access } from './access.js';

/** A function as the templates print it. */
export type PrintedFunction = {
  readonly name: string;
  /** The operator that it belongs to, for a comment. */
  readonly title: string;
  readonly returns: string;
  readonly args: string;
  /** Whether it reads through whatever gives it taps. */
  readonly taps: boolean;
  readonly lines: readonly Line[];
};

const isStencil = (stage: Stage | undefined): boolean => stage?.role === 'map' && stage.radius !== undefined;
const staysInPlace = (stage: Stage): boolean => stage.role === 'map' && isOnPixels(stage);

/** A function that is called with these values; what else it takes is added. */
type Call = (...values: string[]) => string;

/** What {@link printOperators} has printed, and prints. */
export type PrintedOperators = {
  /** In the order of their definitions; those that are added come last. */
  readonly functions: readonly PrintedFunction[];
  /** How each stage's is called. */
  readonly called: ReadonlyMap<Stage, Call>;
  /** The image that enters each stage: its number in `image.size`. */
  readonly enters: ReadonlyMap<Stage, number>;
  /** What is computed before the launch: members of the kernel's image, and their values. */
  readonly uniforms: readonly { readonly member: string; readonly value: string }[];
  /** Prints an operator's function; its helpers are among the functions, it itself is not. `written`: by default as the stage's. */
  define(
    apply: OpFunction,
    wanted: string,
    title: string,
    stage?: Stage,
    number?: number,
    written?: Language,
  ): {
    readonly printed: PrintedFunction;
    readonly call: Call;
  };
  /** Does the same, and appends the function to those that are printed. */
  add(apply: OpFunction, wanted: string, title: string, stage?: Stage, number?: number): Call;
};

/** Prints the functions of all stages. */
export const printOperators = (
  kernel: Kernel,
  language: Language,
  access: Access,
  names: FunctionNames,
): PrintedOperators => {
  const allStages = withImageStages(kernel.pipeline.stages);
  const stageNames = [...allStages, ...reduceStages(kernel.pipeline)].map(stage => cName(stage.name));
  const functions: PrintedFunction[] = [];
  const called = new Map<Stage, Call>();
  const enters = new Map<Stage, number>();

  const languageOf = (stage?: Stage): Language =>
    stage && stage.role !== 'point' ? (access.mapLanguage ?? language) : language;

  const printFn = (
    name: string,
    title: string,
    fn: Fn,
    helper: (name: string) => string,
    written: Language,
    ofHelpers: ReturnType<typeof helperParams>,
    stage?: Stage,
  ) => {
    const uses = usesOf(fn);
    const params = paramsOf(fn, ofHelpers);
    // The counts of a reduction are no parameter of the author's: its function is given them.
    const hasCounts = uses.params.has(COUNTS);
    const measures = (stage?.measures ?? []).map(({ name }) => name).filter(name => uses.params.has(name));
    const measured = (name: string): string => `measured_${cName(name)}`;
    const locals = localNames(fn, local => isReserved(local) || stageNames.includes(local));
    const local = (own: string): string => locals.get(own) ?? own;
    const fields = new Map((stage ? stageFields(stage) : []).map(field => [field.name, field]));
    const structsOf = (used: ReadonlySet<string>) =>
      (stage ? access.structs(stage.name) : []).filter(({ holds }) =>
        [...used].some(param => fields.has(param) && holds(fields.get(param)!)),
      );
    const structs = structsOf(params);
    const structOf = (field: ParamField): string => structs.find(({ holds }) => holds(field))!.name;
    const places = uses.tap && access.place ? placesOf(fn) : new Map<Expr, TapPlace>();
    const placeOf = (tap: Expr): string => {
      const place = places.get(tap);
      return place && access.place ? `, ${access.place(place)}` : '';
    };
    const around: Surroundings = {
      local,
      helper,
      passed: called => structsOf(ofHelpers.get(called) ?? new Set()).map(({ name: struct }) => struct),
      param: (field, lane) => access.lane(structOf(fields.get(field)!), fields.get(field)!, lane),
      entry: (field, index) =>
        field === COUNTS || measures.includes(field)
          ? `${field === COUNTS ? 'bins' : measured(field)}[${index}]`
          : `${access.array(structOf(fields.get(field)!), fields.get(field)!)}[${index}]`,
      size: (of, axis) => `${of}.${axis}`,
      uniform: own => `image.${own}`,
      window: (part, indices) => `windows.${part}(${indices.join(', ')})`,
      tap: (x, y, tap) => `taps(${x}, ${y}${placeOf(tap)})`,
    };
    const args = [
      ...(uses.tap ? [access.tapsArg] : []),
      ...(hasCounts ? [access.countsArg] : []),
      ...fn.args.map(arg => access.arg(arg.type, local(arg.name))),
      ...measures.map(name => access.measuredArg(measured(name))),
      ...structs.map(({ declared }) => declared),
      ...(uses.src ? [access.sizeArg('src')] : []),
      ...(uses.dst ? [access.sizeArg('dst')] : []),
      ...(uses.uniform && access.imageArg ? [access.imageArg] : []),
      ...(uses.windows ? [access.windowsArg] : []),
    ];
    const printed: PrintedFunction = {
      name,
      title,
      returns: cType(fn.returns),
      args: args.join(', '),
      taps: uses.tap,
      lines: printBody(fn, written, around, isStencil(stage) && uses.tap ? access.unroll : undefined),
    };
    return { printed, uses, structs, measures };
  };

  const define = (
    apply: OpFunction,
    wanted: string,
    title: string,
    stage?: Stage,
    number = 0,
    written = languageOf(stage),
  ) => {
    const ofHelpers = helperParams(apply);
    // A helper that reads parameters, or taps, is the stage's own.
    const isOwn = apply.helpers.some(({ name }) => (ofHelpers.get(name)?.size ?? 0) > 0) || isStencil(stage);
    const kind = `${written === language ? '' : 'map'}${isOwn && stage ? ` of ${stage.name}` : ''}`;
    const { rename, fresh } = names.helpers(apply, kind);
    for (const { fn, name } of fresh) {
      const own = isOwn ? stage : undefined;
      functions.push(printFn(name, `${title}: ${fn.name}`, fn, rename, written, ofHelpers, own).printed);
    }
    const name = names.take(functionName(wanted));
    const { printed, uses, structs, measures } = printFn(
      name,
      title,
      apply.fn,
      rename,
      written,
      ofHelpers,
      stage,
    );
    const rest = [
      ...measures.map(param => access.measured(stage!.name, param)),
      ...structs.map(({ value }) => value),
      ...(uses.src ? [`image.size[${number}]`] : []),
      ...(uses.dst ? [`image.size[${number + 1}]`] : []),
      ...(uses.uniform ? ['image'] : []),
      ...(uses.windows ? ['image.windows'] : []),
    ];
    const call = (...values: string[]): string => `${name}(${[...values, ...rest].join(', ')})`;
    return { printed, call };
  };
  const add = (apply: OpFunction, wanted: string, title: string, stage?: Stage, number = 0) => {
    const { printed, call } = define(apply, wanted, title, stage, number);
    functions.push(printed);
    return call;
  };

  const uniforms: { member: string; value: string }[] = [];
  let geometric = 0;
  for (const stage of kernel.pipeline.stages) {
    const isOfMap = stage.role === 'point' && stage.isOfMap === true;
    enters.set(stage, stage.role === 'point' ? geometric - (isOfMap ? 1 : 0) : geometric++);
    // An image has the size of the one that the operator's pixel is in, or that its map makes.
    for (const point of withImageStages([stage]).slice(0, -1)) {
      enters.set(point, geometric);
    }
  }
  for (const stage of allStages) {
    const number = enters.get(stage)!;
    const hoisted = access.imageArg ? kernel.hoisted.find(found => found.stage === stage.name) : undefined;
    // Such a map moves nothing: its filter is all of it.
    if (staysInPlace(stage)) {
      continue;
    }
    const apply = hoisted ? { ...stage.apply, fn: hoisted.fn } : stage.apply;
    called.set(stage, add(apply, stage.name, stage.name, stage, number));
    const fields = new Map(stageFields(stage).map(field => [field.name, field]));
    const around: Surroundings = {
      local: own => own,
      helper: own => own,
      uniform: own => own,
      tap: () => '',
      entry: () => '',
      window: () => '',
      param: (name, lane) => {
        const field = fields.get(name)!;
        return access.lane(access.params(stage.name, field), field, lane);
      },
      size: (of, axis) => `image.size[${of === 'src' ? number : number + 1}].${axis}`,
    };
    for (const { name, value } of hoisted?.values ?? []) {
      uniforms.push({ member: name, value: printExpr(value, language, around) });
    }
  }
  return { functions, called, enters, uniforms, define, add };
};
