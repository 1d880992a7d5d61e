/**
 * Which storage type holds a pipeline's pixels at some place without changing a bit: their numbers are followed through the
 * operators as ranges on a grid. Parameters count as unknown, since another value never recompiles.
 */
import type {
  DType,
  Expr,
  Fn,
  Format,
  ImageParam,
  OpFunction,
  PipelineIr,
  Stage,
  Stmt,
} from '../ir/types.js';

/** What is known of a number: `low` to `high`, in multiples of `step`; 0 where it is on no grid. */
export type Known = {
  readonly low: number;
  readonly high: number;
  readonly step: number;
  /** Whether a half holds it, infinities and NaN included. */
  readonly half: boolean;
  /** Whether a bfloat16 holds it, likewise. */
  readonly bfloat: boolean;
  readonly nan: boolean;
};
type Value = readonly Known[];

const unknown: Known = { low: -Infinity, high: Infinity, step: 0, half: false, bfloat: false, nan: true };
/** Whole numbers up to here are exact in f32, and so are multiples of a power of two with as many steps. */
const F32_STEPS = 2 ** 24;
const BF16_STEPS = 2 ** 8;
const F16_STEPS = 2 ** 11;
const F16_LARGEST = 65504;
const F16_SMALLEST_STEP = 2 ** -24;

const largest = ({ low, high }: Known): number => Math.max(Math.abs(low), Math.abs(high));
const onGrid = (low: number, high: number, step: number): Known => {
  const known = { low, high, step, half: false, bfloat: false, nan: false };
  return step > 0 && largest(known) / step <= F32_STEPS ? known : unknown;
};
const isHalf = (known: Known): boolean =>
  known.half ||
  (known.step >= F16_SMALLEST_STEP &&
    largest(known) / known.step <= F16_STEPS &&
    largest(known) <= F16_LARGEST);
// A step is never below f32's own, and bfloat16 has the exponents of f32.
const isBfloat = (known: Known): boolean =>
  known.bfloat || (known.step > 0 && largest(known) / known.step <= BF16_STEPS);
const either = (a: Known, b: Known): Known => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  step: Math.min(a.step, b.step),
  half: isHalf(a) && isHalf(b),
  bfloat: isBfloat(a) && isBfloat(b),
  nan: a.nan || b.nan,
});
/** Integer storage types have no minus zero: where it may come out, the range says so. */
const withMinusZero = (known: Known): Known => ({ ...known, low: Math.min(known.low, -known.step) });

/** The largest power of two that a literal is a multiple of; 0 for too fine ones. */
const stepOf = (value: number): number => {
  for (let step = 1; step >= 2 ** -16; step /= 2) {
    if (Number.isInteger(value / step)) {
      return step;
    }
  }
  return 0;
};

/** The numbers that a format's stored values become. */
export const storedRange = ({ dtype, code }: Format): Known => {
  if (code?.range === 'full') {
    return { ...unknown, low: 0, high: 255, nan: false };
  }
  if (code) {
    return onGrid(0, (2 ** code.bits - 1) / 2 ** (code.bits - 8), 2 ** (8 - code.bits));
  }
  if (dtype === 'u8') {
    return onGrid(0, 255, 1);
  }
  if (dtype === 'u16') {
    return onGrid(0, 65535, 1);
  }
  return { ...unknown, half: dtype === 'f16', bfloat: dtype === 'bf16' };
};

/** The same as pixels of a source have it: chroma between samples takes quarters of them, across and down. */
const readRange = (format: Format, plane: number): Known => {
  const stored = storedRange(format);
  const [across, down] = format.planes[plane]!.subsampling;
  if (!format.chroma || across * down === 1) {
    return stored;
  }
  return onGrid(stored.low, stored.high, stored.step / 16);
};

/** The smallest storage type that holds every such number exactly. */
export const exactDType = (value: Value): DType => {
  const whole = (most: number): boolean =>
    value.every(({ low, high, step, nan }) => !nan && step >= 1 && low >= 0 && high <= most);
  if (whole(255)) {
    return 'u8';
  }
  if (value.every(isHalf)) {
    return 'f16';
  }
  if (value.every(isBfloat)) {
    return 'bf16';
  }
  return whole(65535) ? 'u16' : 'f32';
};

/** What is known of the pixels before each stage, and after the last: one entry more than there are stages. */
export const followRanges = ({ source, stages }: Pick<PipelineIr, 'source' | 'stages'>): readonly Value[] => {
  const ranges: Value[] = [source.channels.map(({ plane }) => readRange(source, plane))];
  for (const stage of stages) {
    ranges.push(afterStage(stage, ranges.at(-1)!));
  }
  return ranges;
};

const afterStage = (stage: Stage, before: Value): Value => {
  if (stage.role === 'indexMap' || stage.role === 'chainedMap') {
    return before;
  }
  if (stage.role === 'point') {
    return callOf(stage.apply, [before, ...(stage.images ?? []).map(rangeOfImage)]);
  }
  // The constant of a border is an argument, so any number may come in.
  const tap = stage.border.kind === 'constant' ? before.map(() => unknown) : before;
  return callOf(stage.filter.apply, [[unknown, unknown]], tap);
};

const rangeOfImage = ({ format, points }: ImageParam): Value =>
  followRanges({ source: format, stages: points }).at(-1)!;

type Scope = {
  readonly locals: Map<string, Value>;
  readonly helpers: ReadonlyMap<string, Fn>;
  readonly tap: Value;
};

const callOf = ({ fn, helpers }: OpFunction, args: readonly Value[], tap: Value = []): Value =>
  call(fn, args, new Map(helpers.map(helper => [helper.name, helper])), tap);

const call = (fn: Fn, args: readonly Value[], helpers: Scope['helpers'], tap: Value): Value => {
  const nothing = lanes(fn.returns.length);
  const locals = new Map(fn.args.map(({ name }, n) => [name, args[n] ?? nothing]));
  const results: Value[] = [];
  run(fn.body, { locals, helpers, tap }, results);
  return results.length === 0 ? nothing : results.reduce(joined);
};

const lanes = (length: number): Value => Array.from({ length: Math.max(1, length) }, () => unknown);

/** Follows statements; `scope.locals` is what the variables may be behind them. A path that returned goes on here, which only adds. */
const run = (body: readonly Stmt[], scope: Scope, results: Value[]): void => {
  for (const stmt of body) {
    switch (stmt.kind) {
      case 'let':
        scope.locals.set(stmt.name, evaluate(stmt.init, scope));
        break;
      case 'assign':
        scope.locals.set(stmt.name, evaluate(stmt.value, scope));
        break;
      case 'return':
        results.push(evaluate(stmt.value, scope));
        break;
      case 'if': {
        const other = { ...scope, locals: new Map(scope.locals) };
        run(stmt.then, scope, results);
        run(stmt.else, other, results);
        join(scope.locals, other.locals);
        break;
      }
      case 'for':
        loop(stmt, scope, results);
        break;
    }
  }
};

/** Rounds of a loop that are followed. The widest window of a stencil has 31. */
const MOST_ROUNDS = 32;

/** What a loop makes of variables: all that they may be after any of its rounds. */
const loop = (
  stmt: Stmt & { readonly kind: 'for' },
  { locals, ...around }: Scope,
  results: Value[],
): void => {
  const { from, to, step } = stmt;
  const ends = [from, to].map(end => (end.kind === 'literal' ? Number(end.value) : Number.NaN));
  const rounds = Math.ceil((ends[1]! - ends[0]!) / step);
  const round = (): void => {
    const inner = new Map(locals).set(stmt.name, [unknown]);
    run(stmt.body, { ...around, locals: inner }, results);
    join(locals, inner);
  };
  for (let n = 0; n < MOST_ROUNDS && !(n >= rounds); n++) {
    const before = new Map(locals);
    round();
    if ([...locals].every(([name, value]) => isSame(value, before.get(name)!))) {
      return;
    }
  }
  if (rounds <= MOST_ROUNDS) {
    return;
  }
  for (const name of assignedIn(stmt.body)) {
    const value = locals.get(name);
    if (value) {
      locals.set(name, lanes(value.length));
    }
  }
  round();
};

const assignedIn = (body: readonly Stmt[]): readonly string[] =>
  body.flatMap(stmt => {
    switch (stmt.kind) {
      case 'assign':
        return [stmt.name];
      case 'if':
        return [...assignedIn(stmt.then), ...assignedIn(stmt.else)];
      case 'for':
        return assignedIn(stmt.body);
      default:
        return [];
    }
  });

const joined = (a: Value, b: Value): Value => a.map((known, n) => either(known, b[n]!));
/** Makes of each variable what it may be on either of two ways. Names are unique, so that a branch's own do no harm. */
const join = (locals: Map<string, Value>, others: ReadonlyMap<string, Value>): void => {
  for (const [name, value] of locals) {
    const other = others.get(name);
    if (other) {
      locals.set(name, joined(value, other));
    }
  }
};
const isSame = (a: Value, b: Value): boolean =>
  a.every((known, n) => {
    const { low, high, step, half, bfloat, nan } = b[n]!;
    return (
      known.low === low &&
      known.high === high &&
      known.step === step &&
      known.half === half &&
      known.bfloat === bfloat &&
      known.nan === nan
    );
  });

const evaluate = (expr: Expr, scope: Scope): Value => {
  const one = (inner: Expr): Known => evaluate(inner, scope)[0]!;
  switch (expr.kind) {
    case 'literal':
      return typeof expr.value === 'number'
        ? [onGrid(expr.value, expr.value, stepOf(expr.value))]
        : [unknown];
    case 'local':
      return scope.locals.get(expr.name) ?? lanes(expr.type.length);
    case 'tuple':
      return expr.items.map(one);
    case 'index':
      return [evaluate(expr.tuple, scope)[expr.index] ?? unknown];
    case 'tap':
      return scope.tap;
    case 'call': {
      const fn = scope.helpers.get(expr.fn);
      const args = expr.args.map(arg => evaluate(arg, scope));
      return fn ? call(fn, args, scope.helpers, scope.tap) : lanes(expr.type.length);
    }
    case 'select': {
      const then = evaluate(expr.then, where(expr.test, scope));
      const otherwise = evaluate(expr.else, scope);
      return joined(then, otherwise);
    }
    case 'unary':
      return expr.op === '-' ? [negated(one(expr.operand))] : [unknown];
    case 'binary':
      return expr.type.scalar === 'f32' ? [binary(expr.op, one(expr.left), one(expr.right))] : [unknown];
    case 'math':
      return expr.type.scalar === 'f32' ? [math(expr.fn, expr.args.map(one))] : [unknown];
    case 'cast':
      // Every i32; those beyond 2^24 are rounded to multiples of more than 1.
      return expr.type.scalar === 'f32' && expr.value.type.scalar === 'i32'
        ? [{ ...unknown, step: 1, nan: false }]
        : [unknown];
    default:
      return lanes(expr.type.length);
  }
};

/** Inside `v > literal` the local v is at least that, and no NaN. */
const where = (test: Expr, scope: Scope): Scope => {
  if (test.kind !== 'binary' || test.op !== '>') {
    return scope;
  }
  const { left, right } = test;
  if (left.kind !== 'local' || left.type.length !== 0 || right.kind !== 'literal') {
    return scope;
  }
  const [known] = scope.locals.get(left.name) ?? [unknown];
  const bounded = { ...known!, low: Math.max(known!.low, Number(right.value)), nan: false };
  return { ...scope, locals: new Map(scope.locals).set(left.name, [bounded]) };
};

const negated = ({ low, high, ...known }: Known): Known =>
  withMinusZero({ ...known, low: -high, high: -low });

const binary = (op: string, a: Known, b: Known): Known => {
  const step = Math.min(a.step, b.step);
  if (op === '+') {
    return onGrid(a.low + b.low, a.high + b.high, step);
  }
  if (op === '-') {
    return onGrid(a.low - b.high, a.high - b.low, step);
  }
  if (op !== '*' || step === 0) {
    return unknown;
  }
  const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const product = onGrid(Math.min(...products), Math.max(...products), a.step * b.step);
  return a.low < 0 || b.low < 0 ? withMinusZero(product) : product;
};

const wholes = new Set(['floor', 'ceil', 'trunc', 'round', 'roundHalfEven']);

const math = (fn: string, args: readonly Known[]): Known => {
  const [a = unknown, b = unknown] = args;
  if (wholes.has(fn)) {
    if (a.nan || !Number.isFinite(a.low) || !Number.isFinite(a.high)) {
      return { ...unknown, step: 1 };
    }
    const whole = onGrid(Math.floor(a.low), Math.ceil(a.high), 1);
    return a.low < 0 ? withMinusZero(whole) : whole;
  }
  switch (fn) {
    case 'min':
      return { ...either(a, b), high: Math.min(a.high, b.high) };
    case 'max':
      return { ...either(a, b), low: Math.max(a.low, b.low) };
    case 'abs':
      return { ...a, low: Math.max(a.low, 0), high: largest(a) };
    case 'fround':
      return a;
    case 'roundToF16':
      return { ...unknown, half: true };
    case 'roundToBf16':
      return { ...unknown, bfloat: true };
    default:
      return unknown;
  }
};
