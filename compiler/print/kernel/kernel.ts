/**
 * The functions of a kernel as text, for one target: the operators, and the steps that lead from an output position to
 * its pixel. What is around them (structs, loops, launches) stands in templates/.
 */
import { channelCount } from '../../../ops/spec.js';
import type { Kernel } from '../../ir/plan.js';
import type { Colour, Expr, Loc, PointStage, Stage, Type } from '../../ir/types.js';
import { f32, isOnPixels, isPositioned, tuple } from '../../ir/types.js';
import { stageFields } from '../../pass/layout.js';
import { cType } from '../expr/c.js';
import { printExpr, type Surroundings } from '../expr/expr.js';
import { FunctionNames } from '../expr/fn.js';
import type { Language } from '../expr/language.js';
import type { Access, Position } from './access.js';
import { type PrintedFunction, printOperators } from './operators.js';
import { patchType, rowType } from './planes.js';
import { type ImageReader, readersOf } from './readers.js';
import { type PrintedReduction, printReductions } from './reductions.js';
import { namedSinks } from './sinks.js';

/** All of a kernel that depends on its operators. */
export type PrintedKernel = {
  readonly functions: readonly PrintedFunction[];
  readonly filter?: PrintedFunction;
  /** The functions that read through whatever gives them taps: the filter, or both halves of it. */
  readonly filters: readonly PrintedFunction[];
  /** How a stencil is computed where neighbouring pixels share what it reads; `fetch` has no statements then. */
  readonly neighbours?: PrintedNeighbours;
  /** How the pixels of images beside the source are read. */
  readonly readers: readonly ImageReader[];
  /** What is computed before the launch: members of the kernel's image, and their values. */
  readonly uniforms: readonly { readonly member: string; readonly value: string }[];
  /** Types: a pixel as stored in the source, as fetched, as stored in the sink or, where there are several, in all of them. */
  readonly sourcePixel: string;
  readonly fetchedPixel: string;
  readonly sinkPixel: string;
  /** Members of the type `Pixels`, one for each sink; none where there is one sink. */
  readonly pixels: readonly { readonly type: string; readonly member: string }[];
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
  /** How a point is sampled whose taps all lie outside, where the border is a constant; unset where that is not asked. */
  readonly beyond?: {
    /** Whether all taps of `at` lie outside. */
    readonly test: string;
    /** The border's pixel. */
    readonly border: string;
    /** The statements of `sampleBeyond(image, args, at)`. */
    readonly sample: readonly string[];
  };
  /** The statements of `sampleInside(image, args, taps, at)`: from such taps to the pixel. */
  readonly sampleInside: readonly string[];
  /** The statements of `fetch(image, args, x, y)`: everything that depends on where the pixel is. */
  readonly fetch: readonly string[];
  /** The same from what a block has of the source, `taps`, and from that with its border; none where no block has. */
  readonly stagedFetch: readonly string[];
  /** The statements of `finish(image, args, px0)`: everything that depends on the fetched pixel. */
  readonly finish: readonly string[];
  /** Whether `finish` takes the output's position too: a point operator there asks for its pixel's. */
  readonly positioned: boolean;
  /** What its pixels are reduced to. */
  readonly reductions: readonly PrintedReduction[];
};

/** The steps of a stencil whose rows are read once for many pixels. */
export type PrintedNeighbours = {
  /** The statements of `early(image, args, px0, x, y)`: from the source's pixel at (x, y) to what the stencil sees there. */
  readonly early: readonly string[];
  /** The column and row of the image that stand for (x, y), and where that is the border's constant this instead. */
  readonly column?: string;
  readonly row?: string;
  readonly constant?: string;
  /** Calls with `taps` and `at`: of the whole stencil, or of what runs along rows and what runs down columns. */
  readonly whole?: string;
  readonly across?: string;
  readonly down?: string;
  /** In place of what runs down columns: its value's type, the value before the first step, a step, and the result. */
  readonly fold?: {
    readonly type: string;
    readonly begin: string;
    readonly step: string;
    readonly end: string;
  };
};

/** The name of the kernel itself, as profilers show it. */
export const kernelName = ({ name }: Kernel): string => `${name}_kernel`;

/** The names in a kernel's file that are taken before any operator is printed. */
export const kernelNames = (kernel: Kernel): FunctionNames =>
  new FunctionNames([
    ...['', '_block', '_staged', '_staged_block'].map(suffix => `${kernelName(kernel)}${suffix}`),
    ...namedSinks(kernel.pipeline.sinks).map(({ store }) => store),
    ...kernel.pipeline.source.planes.flatMap(({ name }) => [patchType(name), rowType(name)]),
  ]);

/** Whether a point operator's text needs its pixel's position. */
const asksPosition = (stage: PointStage): boolean => isPositioned(stage) || stage.images !== undefined;

/** The product of points by name, axis by axis; of none, undefined. */
const productOf = ([first, ...others]: readonly string[], loc: Loc): Expr | undefined => {
  if (first === undefined) {
    return undefined;
  }
  const point = tuple('f32', 2);
  const lane = (name: string, index: number): Expr => ({
    kind: 'index',
    tuple: { kind: 'local', name, type: point, loc },
    index,
    type: f32,
    loc,
  });
  if (others.length === 0) {
    return { kind: 'local', name: first, type: point, loc };
  }
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
  const readers = readersOf(kernel.layout, name => names.take(name));
  const operators = printOperators(kernel, language, access, names);
  const { functions, called, enters, uniforms, define, add } = operators;
  const reductions = printReductions(kernel, language, access, names, operators);
  const pixelType = (colour: Colour): Type => tuple('f32', channelCount[colour]);
  const sourceColour = kernel.pipeline.source.colour;
  const { sinks } = kernel.pipeline;
  /** The operators of {@link PrintedKernel.finish}. */
  const finishing = [...kernel.post, ...sinks.flatMap(({ points }) => points)];

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
  type ImagePixels = { readonly steps: readonly string[]; readonly values: readonly string[] };
  const nothing: ImagePixels = { steps: [], values: [] };
  /**
   * The pixels of a stage's images at a position in image `number`, and the statements before. They are as large as that image, to
   * which the position is held: a map's or border's slip must not read what lies beyond.
   */
  const imagePixels = ({ images = [] }: Stage, from: Position, number: number): ImagePixels => {
    if (images.length === 0) {
      return nothing;
    }
    const isInside = from === here || from === tapped;
    const position = isInside ? from : named(`held${number}`);
    const held = declare(at, `held${number}`, access.within(from.text, `image.size[${number}]`));
    const values = images.map(image => {
      const reader = readers.find(({ placed }) => placed.some(one => one.image === image))!;
      return image.points.reduce(
        (value, point) => called.get(point)!(value, ...(isPositioned(point) ? [position.text] : [])),
        access.readImage(reader.name, image, position),
      );
    });
    return { steps: isInside ? [] : [held], values };
  };
  /**
   * Statements that take `px0`, or the pixel of a higher number, through point operators; `positionIn(n)` is the pixel's position
   * in image n. Operators on one image hold the same position: what says so twice is said once.
   */
  const pointStep = (
    stage: PointStage,
    from: number,
    to: number,
    positionIn: (image: number) => Position,
  ): readonly string[] => {
    const number = enters.get(stage)!;
    const own = isPositioned(stage) ? [positionIn(number).text] : [];
    const { steps, values } = imagePixels(stage, positionIn(number), number);
    return [
      ...steps,
      declare(pixelType(stage.to), `px${to}`, called.get(stage)!(`px${from}`, ...values, ...own)),
    ];
  };
  const pointSteps = (
    points: Kernel['pre'],
    positionIn: (image: number) => Position,
    first = 0,
  ): string[] => {
    const steps = points.flatMap((stage, n) => pointStep(stage, first + n, first + n + 1, positionIn));
    return [...new Set(steps), `return px${first + points.length};`];
  };
  /** The same to every sink: what leads to all of them, then what leads to some, each once. */
  const sinkSteps = (positionIn: (image: number) => Position): string[] => {
    if (sinks.length === 1) {
      return pointSteps(kernel.post, positionIn);
    }
    const steps = kernel.post.flatMap((stage, n) => pointStep(stage, n, n + 1, positionIn));
    let count = kernel.post.length;
    /** The number of the pixel that comes out of an operator. */
    const made = new Map<PointStage, number>();
    const last = sinks.map(({ points }) =>
      points.reduce((from, stage) => {
        const found = made.get(stage);
        if (found !== undefined) {
          return found;
        }
        const to = ++count;
        steps.push(...pointStep(stage, from, to, positionIn));
        made.set(stage, to);
        return to;
      }, kernel.post.length),
    );
    return [...new Set(steps), `return ${access.pixels(last.map(number => `px${number}`))};`];
  };
  /** The same after the resampling, or without one: from the output's position back to the images before it. */
  const finishSteps = (): string[] => {
    const last = kernel.geometry.length;
    const first = Math.min(last, ...finishing.filter(asksPosition).map(stage => enters.get(stage)!));
    const steps: string[] = [];
    let position = here;
    for (const { stage, number } of kernel.after.filter(map => map.number >= first).reverse()) {
      steps.push(declare(at, `at${number}`, called.get(stage)!(position.text)));
      position = named(`at${number}`);
    }
    return [...steps, ...sinkSteps(n => (n === last ? here : named(`at${n}`)))];
  };

  const { resample } = kernel;
  const entering = kernel.pre.at(-1)?.to ?? sourceColour;
  const leaving = kernel.post.at(-1)?.to ?? entering;
  const pixels = namedSinks(sinks).flatMap(({ member }, n) =>
    member === '' ? [] : [{ type: cType(pixelType(sinks[n]!.points.at(-1)?.to ?? leaving)), member }],
  );
  const common = {
    reductions,
    readers,
    uniforms,
    sourcePixel: cType(pixelType(sourceColour)),
    fetchedPixel: cType(pixelType(entering)),
    sinkPixel: pixels.length > 0 ? 'Pixels' : cType(pixelType(leaving)),
    pixels,
    fetchedChannels: channelCount[entering],
    finish: finishSteps(),
    positioned: finishing.some(asksPosition),
  };

  const notAsked = { insideTap: [], insideSteps: [], isInside: '', sampleInside: [], stagedFetch: [] };
  if (!resample) {
    const { steps, value } = readThrough(kernel.after, here);
    const fetch = [...steps, `return ${value};`];
    return { functions, filters: [], ...common, ...notAsked, tap: [], locate: [], fetch };
  }

  const { stage, number } = resample;
  const size = `image.size[${number}]`;
  const tap: string[] = [];
  let border: string | undefined;
  let beyond: Pick<PrintedNeighbours, 'column' | 'row' | 'constant'>;
  let from = tapped;
  if (stage.border.kind === 'constant') {
    const field = stageFields(stage).find(({ name }) => name === 'border')!;
    const lanes = Array.from({ length: channelCount[entering] }, (_, lane) => (field.lanes === 1 ? 0 : lane));
    const items = lanes.map(lane => access.lane(access.params(stage.name, field), field, lane));
    border = language.tuple(items, pixelType(entering));
    tap.push(`if (${access.outside('x', 'y', size)}) {`, `  return ${border};`, '}');
    beyond = { constant: border };
  } else {
    const held = add(stage.border.apply, stage.border.name, `border ${stage.border.name}`);
    const [column, row] = [held('x', `${size}.width`), held('y', `${size}.height`)];
    tap.push(declare(at, 'inside', language.tuple([column, row], at)));
    beyond = { column, row };
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
  const isStencil = stage.radius !== undefined;
  const defineFilter = (fn: typeof filterFn, suffix = '') =>
    define(
      fn,
      `${filterName}${suffix}`,
      `${isStencil ? 'stencil' : 'filter'} ${filterName}`,
      isStencil ? stage : undefined,
      number,
      language,
    );
  if (access.sharesRows) {
    const { halves } = stage.filter;
    const shared = {
      functions,
      ...common,
      ...notAsked,
      tap,
      locate: [],
      fetch: [],
    };
    // Without maps before it a tap's position is its own.
    const early = pointSteps(kernel.pre, () => tapped);
    const rows = { early, ...beyond };
    if (access.isRanked) {
      return { ...shared, filters: [], neighbours: rows };
    }
    const { fold } = access;
    if (halves && fold) {
      const across = defineFilter(halves.across, 'Rows');
      const parts = (['begin', 'step', 'end'] as const).map(part =>
        define(
          fold[part],
          `${filterName}_${part}`,
          `${part} of ${filterName}'s columns`,
          stage,
          number,
          language,
        ),
      );
      const [begin, step, end] = parts.map(({ call }) => call);
      return {
        ...shared,
        functions: [...functions, ...parts.map(({ printed }) => printed)],
        filter: across.printed,
        filters: [across.printed],
        neighbours: {
          ...rows,
          across: across.call('taps', 'at'),
          fold: {
            type: cType(fold.begin.fn.returns),
            begin: begin!(),
            step: step!('kBelow - s', 'before', 'row[i]'),
            end: end!('sums[0][i]'),
          },
        },
      };
    }
    if (halves) {
      const [across, down] = [defineFilter(halves.across, 'Rows'), defineFilter(halves.down, 'Columns')];
      const calls = { across: across.call('taps', 'at'), down: down.call('taps', 'at') };
      return {
        ...shared,
        filter: across.printed,
        filters: [across.printed, down.printed],
        neighbours: { ...rows, ...calls },
      };
    }
    const { printed, call } = defineFilter(filterFn);
    return {
      ...shared,
      filter: printed,
      filters: [printed],
      neighbours: { ...rows, whole: call('taps', 'at') },
    };
  }
  const filter = defineFilter(filterFn);
  const scales = [resample, ...kernel.chained].flatMap(({ stage: map, number: index }) => {
    if (!map.scale) {
      return [];
    }
    const call = add(map.scale, `${map.name}Scale`, `the scale of ${map.name}`, map, index);
    return [{ name: `scale${index}`, value: call() }];
  });

  const locate: string[] = [];
  let position = here;
  for (const { stage: map, number: index } of [...kernel.after].reverse()) {
    locate.push(declare(at, `at${index}`, called.get(map)!(position.text)));
    position = named(`at${index}`);
  }
  const onPixels = isOnPixels(stage);
  const float = tuple(onPixels ? 'i32' : 'f32', 2);
  const column = position === here ? access.column : position.x;
  const coordinates = onPixels
    ? [column, position.y]
    : [language.cast(column, 'f32'), language.cast(position.y, 'f32')];
  let point = language.tuple(coordinates, float);
  for (const { stage: map, number: index } of [...kernel.chained].reverse()) {
    const { steps, values } = imagePixels(map, position, index + 1);
    locate.push(...steps, declare(float, `at${index}`, called.get(map)!(point, ...values)));
    point = `at${index}`;
  }
  const { steps, values } = imagePixels(stage, position, number + 1);
  // A map to pixels of its own moves nothing.
  locate.push(...steps, `return ${onPixels ? point : called.get(stage)!(point, ...values)};`);

  const scaled = scales.map(({ name, value }) => declare(float, name, value));
  const scale = productOf(
    scales.map(({ name }) => name),
    stage.loc,
  );
  const plain = { local: (own: string) => own } as Surroundings;
  const filtered = (taps: string, point = 'at'): string =>
    filter.call(taps, point, ...(scale ? [printExpr(scale, language, plain)] : []));
  // A map that stays on its image has numbers; others may have a NaN, or go further than an i32 holds.
  const anyPoint = stage.isInside && kernel.chained.length === 0 ? 'at' : access.finite('at');

  const located = declare(float, 'at', `locate(${access.context}, x, y)`);
  const anywhere = filtered(access.anywhere, anyPoint);
  const resampled = { functions, filter: filter.printed, filters: [filter.printed], ...common, tap, locate };
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
      `${value} >= ${language.literal(Math.max(0, -low), float.scalar)}`,
      `${value} < ${onPixels ? last : language.cast(last, 'f32')}`,
    ];
  });
  /** Exact, whatever size an f32 makes of a large image's: the last pixels before it are not asked about. */
  const misses = (['x', 'y'] as const).flatMap((axis, n) => {
    const { low, high } = reach[axis];
    const value = language.index('at', n, float);
    const limit = `${size}.${axis === 'x' ? 'width' : 'height'}`;
    const end = low === 0 ? limit : `${limit} ${low < 0 ? '+' : '-'} ${Math.abs(low)}`;
    return [
      `${value} < ${language.literal(high === 0 ? 0 : -high, 'f32')}`,
      `${value} > ${language.cast(end, 'f32')}`,
    ];
  });
  const early = kernel.pre.length - kernel.postponed.length;
  const points = kernel.pre.slice(0, early);
  const fetchFrom = (inside: string, beyond: string): string[] => {
    const sampled = `sampleInside(${access.context}, ${inside}, at)`;
    // With operators after the filter pixel by pixel: which way one takes shows in its last bit.
    return kernel.postponed.length > 0
      ? [
          located,
          `if (isInside(image, at)) return ${sampled};`,
          ...scaled,
          `return ${filtered(beyond, anyPoint)};`,
        ]
      : [
          located,
          ...scaled,
          `return cw::together(isInside(image, at)) ? ${sampled} : ${filtered(beyond, anyPoint)};`,
        ];
  };
  return {
    ...resampled,
    insideTap: tapSteps(tapped, points, true),
    // Without maps before it, which no window has, a tap's position is its own.
    insideSteps: pointSteps(points, () => tapped),
    isInside: access.all(tests),
    ...(access.beyond && border !== undefined
      ? {
          beyond: {
            test: access.beyond.any(misses),
            border,
            sample: [...scaled, `return ${filtered(access.beyond.taps, anyPoint)};`],
          },
        }
      : {}),
    sampleInside: [
      ...scaled,
      declare(pixelType(points.at(-1)?.to ?? sourceColour), `px${early}`, filtered('taps')),
      // None of these asks for its position, which taps have and the point has not.
      ...pointSteps(kernel.postponed, () => tapped, early),
    ],
    fetch: fetchFrom(access.inside, access.anywhere),
    stagedFetch: access.staged ? fetchFrom(access.staged.taps, access.staged.anywhere) : [],
  };
};
