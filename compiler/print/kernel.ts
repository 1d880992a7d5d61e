/**
 * The functions of a kernel as text, for one target: the operators, and the steps that lead from an output position to
 * its pixel. What is around them (structs, loops, launches) stands in templates/.
 */
import { channelCount } from '../../ops/spec.js';
import type { Kernel } from '../ir/plan.js';
import type { Colour, Expr, Fn, Loc, OpFunction, ParamField, PointStage, Stage, Type } from '../ir/types.js';
import { f32, tuple } from '../ir/types.js';
import { stageFields } from '../pass/layout.js';
import { placesOf, type TapPlace } from '../pass/reach.js';
import { cType } from './c.js';
import { printExpr, type Surroundings } from './expr.js';
import { FunctionNames, type Line, localNames, printBody, usesOf } from './fn.js';
import type { Language } from './language.js';
import { cName, functionName, isReserved } from './names.js';

/** A function as the templates print it. */
export type PrintedFunction = {
  readonly name: string;
  /** The operator that it belongs to, for a comment. */
  readonly title: string;
  readonly returns: string;
  readonly args: string;
  readonly lines: readonly Line[];
};
/** All of a kernel that depends on its operators. */
export type PrintedKernel = {
  readonly functions: readonly PrintedFunction[];
  readonly filter?: PrintedFunction;
  /** What is computed before the launch: members of the kernel's image, and their values. */
  readonly uniforms: readonly { readonly member: string; readonly value: string }[];
  /** Tuple types: as stored in the source, as fetched, as stored in the sink. */
  readonly sourcePixel: string;
  readonly fetchedPixel: string;
  readonly sinkPixel: string;
  /** Channels of the fetched pixel. */
  readonly fetchedChannels: number;
  /** How the filter reads the pixel at (x, y), which may lie outside; none without a resampling. */
  readonly tap: readonly string[];
  /** The same where no tap lies outside; none where that is not asked. */
  readonly insideTap: readonly string[];
  /** The part of `insideTap` that follows the reading of `px0`. */
  readonly insideSteps: readonly string[];
  /** The statements of `locate(image, args, x, y)`: the point to which the output pixel at (x, y) leads. */
  readonly locate: readonly string[];
  /** Whether no tap of `at` lies outside. */
  readonly isInside: string;
  /** The statements of `sampleInside(image, args, taps, at)`: from such taps to the pixel. */
  readonly sampleInside: readonly string[];
  /** The statements of `fetch(image, args, x, y)`: everything that depends on where the pixel is. */
  readonly fetch: readonly string[];
  /** The statements of `finish(image, args, px0)`: everything that depends on the fetched pixel. */
  readonly finish: readonly string[];
  /** Whether `finish` takes the output's position too: a point operator there asks for its pixel's. */
  readonly positioned: boolean;
};

/** How a target reaches the data of an image. */
export type Access = {
  /** A stage's parameters: `image.crop` in C, `image.params.crop` in JavaScript. */
  params(stage: string): string;
  /** One number of a parameter, after the name of the struct that holds it. */
  lane(struct: string, field: ParamField, lane: number): string;
  /** A parameter of many numbers without names, as an array. */
  array(struct: string, field: ParamField): string;
  /** Image and arguments, as they are passed on. */
  readonly context: string;
  /** What a filter reads through, as it declares it. */
  readonly tapsArg: string;
  /** That, with the border. */
  readonly anywhere: string;
  /** That for the point `at`, of whose taps none lies outside; unset where all taps are tested. */
  readonly inside?: string;
  /** A tap's place in its window as the last argument of its call, where it is known; unset where taps do not take it. */
  place?(place: TapPlace): string;
  /** The type of a stage's struct, as an argument. */
  paramsArg(stage: string, name: string): string;
  sizeArg(name: string): string;
  arg(type: Type, name: string): string;
  /** The output's column `x` as an i32: the host counts columns in 64 bits. */
  readonly column: string;
  /** The pixel of an image of that size that is nearest to a position. */
  within(position: string, size: string): string;
  /** How a function declares the image alone; unset where nothing is computed before the launch. */
  readonly imageArg?: string;
  /** Whether all tests hold. */
  all(tests: readonly string[]): string;
  /** Whether (x, y) lies outside the size. */
  outside(x: string, y: string, size: string): string;
};

/** A whole position in printed code. */
type Position = { readonly text: string; readonly x: string; readonly y: string };

const contextNames = new Set([
  ...['image', 'args', 'p', 'src', 'dst', 'taps', 'inside'],
  ...['Taps', 'Anywhere', 'Inside', 'Place', 'anywhere', 'within'],
  ...['read', 'store', 'fetch', 'finish', 'pixel', 'block', 'tile', 'isAligned'],
  ...['locate', 'isInside', 'sampleInside'],
  ...['Gather', 'Gathered', 'InGathered', 'Fetched', 'fetchRun', 'Packed', 'RUN'],
]);

/** Members of the struct that a filter reads through, from which operators are called. */
const windowNames = ['left', 'top', 'column', 'row', 'gathered', 'i', 'At'];

/** The name of the kernel itself, as profilers show it. */
export const kernelName = ({ name }: Kernel): string => `${name}_kernel`;

/** The names in a kernel's file that are taken before any operator is printed. */
export const kernelNames = (kernel: Kernel): FunctionNames =>
  new FunctionNames([...contextNames, ...windowNames, kernelName(kernel)]);

/** Whether a point operator's function takes its pixel's position. */
const isPositioned = ({ apply }: PointStage): boolean => apply.fn.args.length > 1;

/** The product of points by name, axis by axis; of none, undefined. */
const productOf = ([first, ...others]: readonly string[], loc: Loc): Expr | undefined => {
  if (first === undefined) return undefined;
  const point = tuple('f32', 2);
  const lane = (name: string, index: number): Expr => ({
    kind: 'index',
    tuple: { kind: 'local', name, type: point, loc },
    index,
    type: f32,
    loc,
  });
  if (others.length === 0) return { kind: 'local', name: first, type: point, loc };
  const items = [0, 1].map(index =>
    others.reduce<Expr>(
      (left, name) => ({ kind: 'binary', op: '*', left, right: lane(name, index), type: f32, loc }),
      lane(first, index),
    ),
  );
  return { kind: 'tuple', items, type: point, loc };
};

/** Prints a kernel for a target. */
export const printKernel = (
  kernel: Kernel,
  language: Language,
  access: Access,
  names = kernelNames(kernel),
): PrintedKernel => {
  const stageNames = kernel.pipeline.stages.map(stage => cName(stage.name));
  const functions: PrintedFunction[] = [];
  const called = new Map<Stage, (...values: string[]) => string>();
  /** The image that enters each stage: its number in `image.size`. */
  const enters = new Map<Stage, number>();
  const pixelType = (colour: Colour): Type => tuple('f32', channelCount[colour]);

  const printFn = (name: string, title: string, fn: Fn, helper: (name: string) => string, stage?: Stage) => {
    const uses = usesOf(fn);
    const locals = localNames(
      fn,
      local => contextNames.has(local) || isReserved(local) || stageNames.includes(local),
    );
    const local = (own: string): string => locals.get(own) ?? own;
    const fields = new Map((stage ? stageFields(stage) : []).map(field => [field.name, field]));
    const places = uses.tap && access.place ? placesOf(fn) : new Map<Expr, TapPlace>();
    const placeOf = (tap: Expr): string => {
      const place = places.get(tap);
      return place && access.place ? `, ${access.place(place)}` : '';
    };
    const around: Surroundings = {
      local,
      helper,
      param: (field, lane) => access.lane('p', fields.get(field)!, lane),
      entry: (field, index) => `${access.array('p', fields.get(field)!)}[${index}]`,
      size: (of, axis) => `${of}.${axis}`,
      uniform: own => `image.${own}`,
      tap: (x, y, tap) => `taps(${x}, ${y}${placeOf(tap)})`,
    };
    const args = [
      ...(uses.tap ? [access.tapsArg] : []),
      ...fn.args.map(arg => access.arg(arg.type, local(arg.name))),
      ...(uses.params && stage ? [access.paramsArg(stage.name, 'p')] : []),
      ...(uses.src ? [access.sizeArg('src')] : []),
      ...(uses.dst ? [access.sizeArg('dst')] : []),
      ...(uses.uniform && access.imageArg ? [access.imageArg] : []),
    ];
    const printed: PrintedFunction = {
      name,
      title,
      returns: cType(fn.returns),
      args: args.join(', '),
      lines: printBody(fn, language, around),
    };
    return { printed, uses };
  };

  /** Prints an operator's function and its helpers; returns how it is called. */
  const define = (apply: OpFunction, wanted: string, title: string, stage?: Stage, number = 0) => {
    const { rename, fresh } = names.helpers(apply);
    for (const { fn, name } of fresh)
      functions.push(printFn(name, `${title}: ${fn.name}`, fn, rename).printed);
    const name = names.take(functionName(wanted));
    const { printed, uses } = printFn(name, title, apply.fn, rename, stage);
    const rest = [
      ...(uses.params && stage ? [access.params(stage.name)] : []),
      ...(uses.src ? [`image.size[${number}]`] : []),
      ...(uses.dst ? [`image.size[${number + 1}]`] : []),
      ...(uses.uniform ? ['image'] : []),
    ];
    const call = (...values: string[]): string => `${name}(${[...values, ...rest].join(', ')})`;
    return { printed, call };
  };
  const add = (apply: OpFunction, wanted: string, title: string, stage?: Stage, number = 0) => {
    const { printed, call } = define(apply, wanted, title, stage, number);
    functions.push(printed);
    return call;
  };

  const sourceColour = kernel.pipeline.source.colour;
  const uniforms: { member: string; value: string }[] = [];
  let geometric = 0;
  for (const stage of kernel.pipeline.stages) {
    const number = stage.role === 'point' ? geometric : geometric++;
    enters.set(stage, number);
    const hoisted = access.imageArg ? kernel.hoisted.find(found => found.stage === stage.name) : undefined;
    const apply = hoisted ? { ...stage.apply, fn: hoisted.fn } : stage.apply;
    called.set(stage, add(apply, stage.name, stage.name, stage, number));
    const fields = new Map(stageFields(stage).map(field => [field.name, field]));
    const around: Surroundings = {
      local: own => own,
      helper: own => own,
      uniform: own => own,
      tap: () => '',
      entry: () => '',
      param: (field, lane) => access.lane(access.params(stage.name), fields.get(field)!, lane),
      size: (of, axis) => `image.size[${of === 'src' ? number : number + 1}].${axis}`,
    };
    for (const { name, value } of hoisted?.values ?? []) {
      uniforms.push({ member: name, value: printExpr(value, language, around) });
    }
  }

  const declare = (type: Type, name: string, value: string): string =>
    `${language.declare(type, name, false)} = ${value};`;
  const at = tuple('i32', 2);

  const named = (name: string): Position => ({
    text: name,
    x: language.index(name, 0, at),
    y: language.index(name, 1, at),
  });
  const here: Position = { text: language.tuple([access.column, 'y'], at), x: 'x', y: 'y' };
  // A tap's position comes from the filter and is an i32 already.
  const tapped: Position = { text: language.tuple(['x', 'y'], at), x: 'x', y: 'y' };

  /**
   * Statements from a whole position in one image to the source's pixel there. What an operator's map or border gives is
   * held to the image: a slip of its author's reads a wrong pixel then, and not somebody else's memory. A tap that is known
   * to lie inside is there as it is.
   */
  const readThrough = (
    maps: Kernel['before'],
    from: Position,
    isInside = false,
  ): { steps: string[]; value: string } => {
    const steps: string[] = [];
    let position = from;
    for (const { stage, number } of [...maps].reverse()) {
      steps.push(declare(at, `at${number}`, called.get(stage)!(position.text)));
      position = named(`at${number}`);
    }
    if (position !== here && !(position === tapped && isInside)) {
      steps.push(declare(at, 'within', access.within(position.text, 'image.size[0]')));
      position = named('within');
    }
    return { steps, value: `read(image, ${position.x}, ${position.y})` };
  };
  /**
   * Statements that take `px0`, or the pixel of a higher number, through point operators; `positionIn(n)` is the pixel's position
   * in image n.
   */
  const pointSteps = (
    points: Kernel['pre'],
    positionIn: (image: number) => Position,
    first = 0,
  ): string[] => {
    const steps = points.map((stage, n) => {
      const position = isPositioned(stage) ? [positionIn(enters.get(stage)!).text] : [];
      const value = called.get(stage)!(`px${first + n}`, ...position);
      return declare(pixelType(stage.to), `px${first + n + 1}`, value);
    });
    return [...steps, `return px${first + points.length};`];
  };
  /** The same after the resampling, or without one: from the output's position back to the images before it. */
  const finishSteps = (): string[] => {
    const last = kernel.geometry.length;
    const first = Math.min(last, ...kernel.post.filter(isPositioned).map(stage => enters.get(stage)!));
    const steps: string[] = [];
    let position = here;
    for (const { stage, number } of kernel.after.filter(map => map.number >= first).reverse()) {
      steps.push(declare(at, `at${number}`, called.get(stage)!(position.text)));
      position = named(`at${number}`);
    }
    return [...steps, ...pointSteps(kernel.post, n => (n === last ? here : named(`at${n}`)))];
  };

  const { resample } = kernel;
  const entering = kernel.pre.at(-1)?.to ?? sourceColour;
  const common = {
    uniforms,
    sourcePixel: cType(pixelType(sourceColour)),
    fetchedPixel: cType(pixelType(entering)),
    sinkPixel: cType(pixelType(kernel.post.at(-1)?.to ?? entering)),
    fetchedChannels: channelCount[entering],
    finish: finishSteps(),
    positioned: kernel.post.some(isPositioned),
  };

  const notAsked = { insideTap: [], insideSteps: [], isInside: '', sampleInside: [] };
  if (!resample) {
    const { steps, value } = readThrough(kernel.after, here);
    return { functions, ...common, ...notAsked, tap: [], locate: [], fetch: [...steps, `return ${value};`] };
  }

  const { stage, number } = resample;
  const size = `image.size[${number}]`;
  const tap: string[] = [];
  let from = tapped;
  if (stage.border.kind === 'constant') {
    const field = stageFields(stage).find(({ name }) => name === 'border')!;
    const lanes = Array.from({ length: channelCount[entering] }, (_, lane) => (field.lanes === 1 ? 0 : lane));
    const items = lanes.map(lane => access.lane(access.params(stage.name), field, lane));
    const value = language.tuple(items, pixelType(entering));
    tap.push(`if (${access.outside('x', 'y', size)}) {`, `  return ${value};`, '}');
  } else {
    const border = add(stage.border.apply, stage.border.name, `border ${stage.border.name}`);
    const inside = language.tuple([border('x', `${size}.width`), border('y', `${size}.height`)], at);
    tap.push(declare(at, 'inside', inside));
    from = named('inside');
  }
  /** Statements from a tap's position to its pixel. */
  const tapSteps = (position: Position, points: Kernel['pre'], isInside: boolean): string[] => {
    const { steps, value } = readThrough(kernel.before, position, isInside);
    const tapIn = (n: number): Position => (n === number ? position : named(`at${n}`));
    return [...steps, declare(pixelType(sourceColour), 'px0', value), ...pointSteps(points, tapIn)];
  };
  tap.push(...tapSteps(from, kernel.pre, from === tapped));
  const { name: filterName, apply: filterFn } = stage.filter;
  const filter = define(filterFn, filterName, `filter ${filterName}`, undefined, number);
  const scales = [resample, ...kernel.chained].flatMap(({ stage: map, number: index }) => {
    if (!map.scale) return [];
    const call = add(map.scale, `${map.name}Scale`, `the scale of ${map.name}`, map, index);
    return [{ name: `scale${index}`, value: call() }];
  });

  const locate: string[] = [];
  let position = here;
  for (const { stage: map, number: index } of [...kernel.after].reverse()) {
    locate.push(declare(at, `at${index}`, called.get(map)!(position.text)));
    position = named(`at${index}`);
  }
  const float = tuple('f32', 2);
  const column = position === here ? access.column : position.x;
  const coordinates = [language.cast(column, 'f32'), language.cast(position.y, 'f32')];
  let point = language.tuple(coordinates, float);
  for (const { stage: map, number: index } of [...kernel.chained].reverse()) {
    locate.push(declare(float, `at${index}`, called.get(map)!(point)));
    point = `at${index}`;
  }
  locate.push(`return ${called.get(stage)!(point)};`);

  const scaled = scales.map(({ name, value }) => declare(float, name, value));
  const scale = productOf(
    scales.map(({ name }) => name),
    stage.loc,
  );
  const plain = { local: (own: string) => own } as Surroundings;
  const filtered = (taps: string): string =>
    filter.call(taps, 'at', ...(scale ? [printExpr(scale, language, plain)] : []));

  const located = declare(float, 'at', `locate(${access.context}, x, y)`);
  const anywhere = filtered(access.anywhere);
  const resampled = { functions, filter: filter.printed, ...common, tap, locate };
  const { reach } = kernel.schedule;
  if (access.inside === undefined || reach === undefined) {
    return { ...resampled, ...notAsked, fetch: [located, ...scaled, `return ${anywhere};`] };
  }
  const tests = (['x', 'y'] as const).flatMap((axis, n) => {
    const { low, high } = reach[axis];
    const value = language.index('at', n, float);
    const limit = `${size}.${axis === 'x' ? 'width' : 'height'}`;
    const last = high === 0 ? limit : `${limit} - ${high}`;
    return [
      `${value} >= ${language.literal(Math.max(0, -low), 'f32')}`,
      `${value} < ${language.cast(last, 'f32')}`,
    ];
  });
  const early = kernel.pre.length - kernel.postponed.length;
  const points = kernel.pre.slice(0, early);
  const inside = `sampleInside(${access.context}, ${access.inside}, at)`;
  return {
    ...resampled,
    insideTap: tapSteps(tapped, points, true),
    // Without maps before it, which no window has, a tap's position is its own.
    insideSteps: pointSteps(points, () => tapped),
    isInside: access.all(tests),
    sampleInside: [
      ...scaled,
      declare(pixelType(points.at(-1)?.to ?? sourceColour), `px${early}`, filtered('taps')),
      // None of these asks for its position, which taps have and the point has not.
      ...pointSteps(kernel.postponed, () => tapped, early),
    ],
    fetch:
      kernel.postponed.length > 0
        ? // Pixel by pixel: which way one takes shows in its last bit.
          [located, `if (isInside(image, at)) return ${inside};`, ...scaled, `return ${anywhere};`]
        : [located, ...scaled, `return cw::together(isInside(image, at)) ? ${inside} : ${anywhere};`],
  };
};
