/**
 * Rank filters of bytes: stencils such as erosion and the median, which compare values and compute none. Bytes in, bytes out: a register
 * of a GPU holds two of them and an instruction compares both, and one of the host's compares 16 to 64. The bits are those of floats.
 */
import type { FusedKernel } from '../../ir/plan.js';
import type { RankFilter, Ranking, RankStep } from '../../ir/rank.js';
import type { Expr, Fn, Format, MapStage, OpFunction, Stmt } from '../../ir/types.js';

/** Values of all channels that a stencil may read and make: with more it is slow to compile, and leaves the cache of instructions. */
const MOST_NODES = 2000;

/** The rank filter that a stencil's kernel is, or undefined where it is none, or where its values are not bytes all the way. */
export const rankFilterOf = (kernel: FusedKernel, stage: MapStage): RankFilter | undefined => {
  const { pre, post, pipeline } = kernel;
  const [{ format, points }, ...others] = pipeline.sinks;
  const isAlone = others.length === 0 && pre.length === 0 && post.length === 0 && points.length === 0;
  // A constant border may be any number.
  if (!isAlone || stage.border.kind === 'constant' || !areSameBytes(pipeline.source, format)) {
    return undefined;
  }
  const { halves, apply } = stage.filter;
  if (!halves) {
    const whole = rankingOf(apply);
    return whole && { rankings: [whole] };
  }
  const [across, down] = [rankingOf(halves.across), rankingOf(halves.down)];
  return across && down && { rankings: [across, down] };
};

/** Whether both are pixels of bytes in one plane, with their channels in the same order. */
const areSameBytes = (source: Format, sink: Format): boolean => {
  const isPlain = ({ dtype, code, chroma, tokens, planes, channels }: Format): boolean =>
    dtype === 'u8' &&
    !code &&
    !chroma &&
    !tokens &&
    planes.length === 1 &&
    planes[0]!.subsampling.every(factor => factor === 1) &&
    planes[0]!.channels === channels.length &&
    channels.every(({ next }) => next === undefined);
  const lanes = ({ channels }: Format): string => channels.map(({ lane }) => lane).join();
  return isPlain(source) && isPlain(sink) && lanes(source) === lanes(sink);
};

/** A number of the program, a tuple of such, or a place: a coordinate of the stencil's own pixel and a distance from it. */
type Value = number | boolean | Place | Node | readonly Value[];
type Place = { readonly axis: 0 | 1; readonly distance: number };
/** A value that is known at run time alone. */
type Node =
  | { readonly op: 'tap'; readonly x: number; readonly y: number; readonly channel: number }
  | { readonly op: 'min' | 'max'; readonly a: Node; readonly b: Node };
type Locals = Map<string, Value>;

/** Ends the reading of a function that does something else. */
class NotRanked extends Error {}

/** The ranking that a function is, the same for all channels. */
export const rankingOf = ({ fn, helpers }: OpFunction): Ranking | undefined => {
  try {
    const channels = new Reading(helpers).call(fn, [
      [
        { axis: 0, distance: 0 },
        { axis: 1, distance: 0 },
      ],
    ]);
    const rankings = (isTuple(channels) ? channels : [channels]).map(inOrder);
    const [first] = rankings;
    const text = JSON.stringify(first);
    return rankings.every(ranking => JSON.stringify(ranking) === text) ? first : undefined;
  } catch (error) {
    if (error instanceof NotRanked) {
      return undefined;
    }
    throw error;
  }
};

const isTuple = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
const isNode = (value: Value | undefined): value is Node =>
  typeof value === 'object' && !isTuple(value) && 'op' in value;
const isPlace = (value: Value | undefined): value is Place =>
  typeof value === 'object' && !isTuple(value) && 'axis' in value;

/** The steps of a channel's value, each after those that it needs. */
const inOrder = (value: Value, channel: number): Ranking => {
  if (!isNode(value)) {
    throw new NotRanked();
  }
  const taps: { x: number; y: number }[] = [];
  const steps: RankStep[] = [];
  /** Places in `taps` or `steps`; steps' numbers follow those of all taps. */
  const numbers = new Map<Node, { of: 'taps' | 'steps'; n: number }>();
  const visit = (node: Node): void => {
    if (numbers.has(node)) {
      return;
    }
    if (node.op === 'tap') {
      if (node.channel !== channel) {
        throw new NotRanked();
      }
      numbers.set(node, { of: 'taps', n: taps.push({ x: node.x, y: node.y }) - 1 });
      return;
    }
    visit(node.a);
    visit(node.b);
    numbers.set(node, { of: 'steps', n: steps.push({ op: node.op, a: 0, b: 0 }) - 1 });
  };
  visit(value);
  const numberOf = (node: Node): number => {
    const { of, n } = numbers.get(node)!;
    return of === 'taps' ? n : taps.length + n;
  };
  for (const [node, { n }] of numbers) {
    if (node.op !== 'tap') {
      steps[n] = { op: node.op, a: numberOf(node.a), b: numberOf(node.b) };
    }
  }
  return { taps, steps, result: numberOf(value) };
};

/** Runs a stencil's function with its taps as unknowns. */
class Reading {
  /** Each unknown once. */
  readonly #nodes = new Map<string, Node>();
  readonly #names = new Map<Node, number>();

  readonly #helpers: readonly Fn[];

  constructor(helpers: readonly Fn[]) {
    this.#helpers = helpers;
  }

  call(fn: Fn, args: readonly Value[]): Value {
    const returned = this.#run(fn.body, new Map(fn.args.map(({ name }, n) => [name, args[n]!])));
    if (returned === undefined) {
      throw new NotRanked();
    }
    return returned;
  }

  #run(body: readonly Stmt[], locals: Locals): Value | undefined {
    for (const statement of body) {
      switch (statement.kind) {
        case 'let':
          locals.set(statement.name, this.#value(statement.init, locals));
          break;
        case 'assign':
          locals.set(statement.name, this.#value(statement.value, locals));
          break;
        case 'return':
          return this.#value(statement.value, locals);
        case 'if': {
          const test = this.#value(statement.test, locals);
          if (typeof test !== 'boolean') {
            throw new NotRanked();
          }
          const returned = this.#run(test ? statement.then : statement.else, locals);
          if (returned !== undefined) {
            return returned;
          }
          break;
        }
        case 'for': {
          const to = this.#number(statement.to, locals);
          for (let n = this.#number(statement.from, locals); n < to; n += statement.step) {
            locals.set(statement.name, n);
            const returned = this.#run(statement.body, locals);
            if (returned !== undefined) {
              return returned;
            }
          }
          break;
        }
      }
    }
    return undefined;
  }

  #number(expr: Expr, locals: Locals): number {
    const value = this.#value(expr, locals);
    if (typeof value !== 'number') {
      throw new NotRanked();
    }
    return value;
  }

  #value(expr: Expr, locals: Locals): Value {
    const of = (e: Expr): Value => this.#value(e, locals);
    switch (expr.kind) {
      case 'literal':
        return expr.value;
      case 'local':
        return locals.get(expr.name) ?? this.#give();
      case 'tuple':
        return expr.items.map(of);
      case 'index': {
        const tuple = of(expr.tuple);
        return (isTuple(tuple) ? tuple[expr.index] : undefined) ?? this.#give();
      }
      case 'call': {
        const helper = this.#helpers.find(({ name }) => name === expr.fn) ?? this.#give();
        return this.call(helper, expr.args.map(of));
      }
      case 'tap':
        return this.#tap(of(expr.x), of(expr.y), expr.type.length);
      case 'math':
        return expr.fn === 'min' || expr.fn === 'max'
          ? this.#ranked(expr.fn, expr.args.map(of))
          : this.#give();
      case 'binary':
        return this.#sum(expr.op, of(expr.left), of(expr.right));
      case 'unary':
        return expr.op === '-' ? -this.#number(expr.operand, locals) : this.#give();
      case 'select': {
        const test = of(expr.test);
        return typeof test === 'boolean' ? of(test ? expr.then : expr.else) : this.#give();
      }
      default:
        return this.#give();
    }
  }

  #give(): never {
    throw new NotRanked();
  }

  #tap(x: Value, y: Value, channels: number): Value {
    if (!isPlace(x) || !isPlace(y) || x.axis !== 0 || y.axis !== 1) {
      return this.#give();
    }
    return Array.from({ length: channels }, (_, channel) =>
      this.#once({ op: 'tap', x: x.distance, y: y.distance, channel }),
    );
  }

  #ranked(op: 'min' | 'max', values: readonly Value[]): Value {
    if (values.every(value => typeof value === 'number')) {
      return Math[op](...values);
    }
    return values.reduce((a, b) =>
      isNode(a) && isNode(b) ? (a === b ? a : this.#once({ op, a, b })) : this.#give(),
    );
  }

  /** Of whole numbers: loops' bounds and places. */
  #sum(op: string, a: Value, b: Value): Value {
    if (isPlace(a) && typeof b === 'number' && (op === '+' || op === '-')) {
      return { axis: a.axis, distance: op === '+' ? a.distance + b : a.distance - b };
    }
    if (typeof a !== 'number' || typeof b !== 'number' || ![a, b].every(Number.isSafeInteger)) {
      return this.#give();
    }
    switch (op) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
      case '===':
        return a === b;
      case '!==':
        return a !== b;
      default:
        return this.#give();
    }
  }

  #once(node: Node): Node {
    const key =
      node.op === 'tap'
        ? `${node.channel} ${node.x} ${node.y}`
        : `${node.op} ${this.#names.get(node.a)} ${this.#names.get(node.b)}`;
    const known = this.#nodes.get(key);
    if (known) {
      return known;
    }
    if (this.#nodes.size >= MOST_NODES) {
      return this.#give();
    }
    this.#names.set(node, this.#nodes.size);
    this.#nodes.set(key, node);
    return node;
  }
}
