/**
 * The intermediate representation: plain, JSON-serialisable data. The reader makes it, the passes turn it into a
 * plan, the printers write it in three languages. Every node says where in the author's file it came from.
 */
import type {
  Bounds,
  Colour,
  DType,
  Format,
  NumberKind,
  ParamScope,
  ResultDType,
  TableWindow,
} from '../../ops/spec.js';

/** A stretch of a source file; `line` and `column` count from 1, `file` is relative to the project's root. */
export type Loc = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
};

/** `f64` is of reductions alone: what their merges and results are computed in. */
export type Scalar = 'f32' | 'i32' | 'bool' | 'f64';
/** A number or a tuple of numbers of one kind. `length` 0 is a bare number. */
export type Type = { readonly scalar: Scalar; readonly length: number };

type Node = { readonly type: Type; readonly loc: Loc };

/** `===` and `!==` print as `==` and `!=`; `/` on i32 is division towards zero. */
export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '<'
  | '<='
  | '>'
  | '>='
  | '==='
  | '!=='
  | '&&'
  | '||';

/** The functions of the kernel language that are one function in every target. See compiler/ir/math.ts. */
export type MathFunction = string;

export type Expr =
  | (Node & { readonly kind: 'literal'; readonly value: number | boolean })
  /** A local, or a parameter of the enclosing function. */
  | (Node & { readonly kind: 'local'; readonly name: string })
  /** One number of an operator's parameter; `lane` 0 for a bare one. */
  | (Node & { readonly kind: 'param'; readonly param: string; readonly lane: number })
  /** One of a table's `count` numbers, at `first` plus the index; an index outside of the table is held to it. */
  | (Node & {
      readonly kind: 'entry';
      readonly param: string;
      readonly first: number;
      readonly count: number;
      readonly at: Expr;
    })
  /** A size that a map or a point operator sees. */
  | (Node & { readonly kind: 'size'; readonly of: 'src' | 'dst'; readonly axis: 'width' | 'height' })
  /** A value of the image that is computed before the launch; see compiler/pass/uniform.ts. */
  | (Node & { readonly kind: 'uniform'; readonly name: string })
  /** A pixel's number divided by one that all pixels share, with the reciprocal of that; see compiler/pass/uniform.ts. */
  | (Node & { readonly kind: 'quotient'; readonly value: Expr; readonly by: Expr; readonly reciprocal: Expr })
  | (Node & { readonly kind: 'unary'; readonly op: '-' | '!' | '~'; readonly operand: Expr })
  | (Node & {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      /** Whether the compiler knows that an i32 holds the sum, so that nothing wraps. */
      readonly fits?: true;
    })
  | (Node & { readonly kind: 'select'; readonly test: Expr; readonly then: Expr; readonly else: Expr })
  | (Node & { readonly kind: 'math'; readonly fn: MathFunction; readonly args: readonly Expr[] })
  /** Between f32, i32 and f64; to i32 it drops the fraction and saturates. */
  | (Node & { readonly kind: 'cast'; readonly value: Expr })
  /** Another function of the kernel, by its name in {@link OpFunction.helpers}. */
  | (Node & {
      readonly kind: 'call';
      readonly fn: string;
      readonly args: readonly Expr[];
      /** Whether it taps the source, or calls a function that does. */
      readonly taps?: true;
    })
  /** The source's pixel at a whole position; only in a filter. */
  | (Node & { readonly kind: 'tap'; readonly x: Expr; readonly y: Expr })
  /**
   * Of a filter by a table: its axis in this image, 0 along the rows, 1 down the columns; and for the output pixel `at` along that the first
   * pixel that it reads, how many it reads, or the weight of the n-th of these.
   */
  | (Node & {
      readonly kind: 'window';
      readonly part: 'axis' | 'first' | 'count' | 'weight';
      readonly at?: Expr;
      readonly n?: Expr;
    })
  | (Node & { readonly kind: 'tuple'; readonly items: readonly Expr[] })
  | (Node & { readonly kind: 'index'; readonly tuple: Expr; readonly index: number });

export type Stmt =
  | {
      readonly kind: 'let';
      readonly name: string;
      readonly type: Type;
      readonly init: Expr;
      readonly mutable: boolean;
      readonly loc: Loc;
    }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expr; readonly loc: Loc }
  | {
      readonly kind: 'if';
      readonly test: Expr;
      readonly then: readonly Stmt[];
      readonly else: readonly Stmt[];
      readonly loc: Loc;
    }
  /** `for (let name = from; name < to; name += step)`, all i32; `to` is a literal, or `Math.min(…)` with one. */
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: number;
      readonly body: readonly Stmt[];
      readonly loc: Loc;
    }
  | { readonly kind: 'return'; readonly value: Expr; readonly loc: Loc };

/** A function of the kernel language. Names are the author's, made unique and safe for C++. */
export type Fn = {
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly type: Type }[];
  readonly returns: Type;
  readonly body: readonly Stmt[];
  readonly loc: Loc;
};

/** An operator's function with the functions it calls, callees first. */
export type OpFunction = { readonly fn: Fn; readonly helpers: readonly Fn[] };

type Axis = 'width' | 'height';

/** A parameter of a placed operator that the kernel or the host sees; structural ones are folded away. */
export type ParamField = {
  readonly name: string;
  /** The author's words about it, for the bindings. */
  readonly doc?: string;
  readonly kind: NumberKind;
  readonly per: Exclude<ParamScope, 'structure' | 'pixel'>;
  /** Numbers in it: the kind's own, or one per channel. */
  readonly lanes: number;
  /** Which numbers it takes. */
  readonly bounds?: Bounds;
  /**
   * Of a YUV signal's matrix and range: the bits of the signal's codes, where it is not the image's (which is decoded) or has more than 8
   * (which is made). See compiler/read/spec/signals.ts.
   */
  readonly bitDepth?: number;
  /** A `gaussian` with this has weights that are whole numbers with this sum. */
  readonly steps?: number;
  /**
   * The author's value, as the runtime's `packParam` takes it, or the name under which the caller gives it. In a kernel that reads what another one's last map
   * made, it may be a side of the image before that map.
   */
  readonly value: { readonly settled: unknown } | { readonly open: string } | { readonly origin: Axis };
};

/**
 * An image that a stage reads beside its own: at the place of its pixel, or of the output pixel where the stage is a map. Its
 * pixels are arguments of the stage's function, in order, after the first.
 */
export type ImageParam = {
  readonly name: string;
  /** The author's words about it. */
  readonly doc?: string;
  /** The name under which the caller gives it. */
  readonly open: string;
  readonly format: Format;
  /** What its pixels go through before the function sees them. */
  readonly points: readonly PointStage[];
};

/** What the pixels that enter a stage come to, which its function reads as a table of f32. */
export type MeasureParam = {
  readonly name: string;
  /** What pixels go through before they are reduced: point operators and exact maps. */
  readonly stages: readonly Stage[];
  readonly reduce: ReduceIr;
  /** The memory of the result (compiler/ir/reduce.ts). */
  readonly format: Format;
};

type StageBase<Role extends string> = {
  readonly role: Role;
  /** Unique in the pipeline; the author's name of the operator, numbered where it repeats. */
  readonly name: string;
  readonly params: readonly ParamField[];
  readonly images?: readonly ImageParam[];
  readonly measures?: readonly MeasureParam[];
  readonly apply: OpFunction;
  /** Where the stage stands in the pipeline. */
  readonly loc: Loc;
};
/** `apply(px, …images) → px`, or `apply(px, …images, at: i32×2) → px` where the function asks for the pixel's position. */
export type PointStage = StageBase<'point'> & {
  readonly from: Colour;
  readonly to: Colour;
  /** The sizes that its function sees are those before and after the map that it follows, and not those behind that. */
  readonly isOfMap?: true;
};
/** `apply(at: f32×2, …images) → f32×2`, with `size(src) → i32×2` where the output's size differs. */
export type MapStage = StageBase<'map'> & {
  readonly size?: OpFunction;
  /** `scale() → f32×2`, where the map has one: how many input pixels an output pixel covers. */
  readonly scale?: OpFunction;
  /** `geometry(at: f32×2) → f32×2`, where the map has one: `apply` without what it does at edges. */
  readonly geometry?: OpFunction;
  readonly filter: FilterRef;
  readonly border: BorderRef;
  /** Whether every output pixel lies on the input, by the author's word. */
  readonly isInside?: true;
  /** A stencil moves nothing: its filter reads the pixels around its own, as far away as this. */
  readonly radius?: number;
};
/** `apply(at: i32×2) → i32×2`. */
export type IndexMapStage = StageBase<'indexMap'> & Pick<MapStage, 'size' | 'geometry'>;
/** A map of a `resample`, after the first: the point that it gives is where the map before it goes on. */
export type ChainedMapStage = StageBase<'chainedMap'> & Pick<MapStage, 'size' | 'scale' | 'geometry'>;
export type Stage = PointStage | MapStage | ChainedMapStage | IndexMapStage;

/**
 * `apply(at: f32×2) → px`, using `tap`; `apply(at: f32×2, scale: f32×2) → px` where it reads the map's scale; `apply(at: i32×2) → px`
 * of a stencil, whose points lie on pixels.
 */
export type FilterRef = {
  readonly name: string;
  readonly apply: OpFunction;
  /** How far it reads from its point at most, where its author said so and the reader has seen it: across, and down. */
  readonly within?: readonly [across: number, down: number];
  /** A plane of one value comes out as it is: the weights sum to 1. */
  readonly unitGain: boolean;
  /** The largest scale that it covers. */
  readonly maxScale?: number;
  /**
   * Of a filter whose weights come in a table with the call: how they follow from the distance, and which of its passes it is; 'whole' until
   * these are taken apart (compiler/pass/tables.ts). Its points are the pixels of the map's output.
   */
  readonly table?: {
    readonly window: TableWindow;
    readonly pass: 'whole' | 'first' | 'second';
    /** Whether the stages before and after it are point operators that it brought with it. */
    readonly isAround?: true;
  };
  /** A separable filter has two halves, filters that read a row and a column. `apply` has the bits of one after the other. */
  readonly halves?: {
    readonly radius: number;
    readonly across: OpFunction;
    readonly down: OpFunction;
  };
};
/** Whether the points of a map's filter are whole pixels of its output: those of a stencil, and of a filter by a table. */
export const isOnPixels = ({ radius, filter }: Pick<MapStage, 'radius' | 'filter'>): boolean =>
  radius !== undefined || filter.table !== undefined;
/** Whether the filter reads how many pixels an output pixel covers. */
export const readsScale = ({ apply }: FilterRef): boolean => apply.fn.args.length > 1;
export type BorderRef =
  /** `apply(i: i32, size: i32) → i32`. */
  | { readonly kind: 'index'; readonly name: string; readonly apply: OpFunction }
  /** The value is an argument of the kernel: one number per channel. */
  | { readonly kind: 'constant'; readonly value: readonly number[] };

/** What an image comes to. See `reduceOp` and `binsOp` for what their functions are given, and in which order they run. */
export type ReduceIr = FoldIr | BinsIr;
type ReduceBase<Kind extends string> = {
  readonly kind: Kind;
  /** `step(acc: f32×L, px) → f32×L` or `bin(px) → i32`, with its parameters; the pixel's position last where it asks for that. */
  readonly stage: PointStage;
  /** How often: once for each channel, or once for the whole pixel. */
  readonly groups: number;
  /** Numbers of the result for each of these. */
  readonly values: number;
  readonly dtype: ResultDType;
  /** Of the result for one image. */
  readonly shape: readonly number[];
};
export type FoldIr = ReduceBase<'fold'> & {
  readonly init: readonly number[];
  /** `merge(a: f64×L, b: f64×L) → f64×L`. */
  readonly merge: OpFunction;
  /** `finish(acc: f64×L) → f64×K`; without it the accumulator is the result. */
  readonly finish?: OpFunction;
};
export type BinsIr = ReduceBase<'bins'> & {
  readonly bins: number;
  readonly grid: readonly [columns: number, rows: number];
  /** `finish(i: i32) → f64`, which reads the table `bins`; without it the counts are the result. */
  readonly finish?: OpFunction;
};

/**
 * After `at` stages the pixels are stored: in a format that keeps less of them than a rounding could say, in one that the author asked for, or
 * as the bytes that a filter by a table reads, which would else be computed at each of its taps.
 */
export type Stored = { readonly at: number; readonly format: Format; readonly by?: 'author' | 'table' };

type PipelineHead = {
  readonly name: string;
  /** The doc comment's text, for the bindings. */
  readonly doc: string;
  readonly source: Format;
  readonly stages: readonly Stage[];
  readonly loc: Loc;
  /** Where pixels must go through memory. */
  readonly stored?: readonly Stored[];
  /** Whether the author refuses intermediate images. */
  readonly fused?: true;
};
/** A pipeline as the reader found it: checked, typed, not yet planned. */
export type PipelineIr = PipelineHead & { readonly sink: Format; readonly reduce?: ReduceIr };
/** A pipeline with several results: its stages come before all of them, those of each result after these. */
export type ForkIr = PipelineHead & { readonly outputs: readonly OutputIr[] };
/** One result. The names of its stages differ from those of all others. */
export type OutputIr = {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly sink: Format;
  readonly reduce?: ReduceIr;
  readonly loc: Loc;
};

/**
 * What one kernel computes. `stages` are those that lead to all of its sinks, and after these the point operators that lead to some
 * of them only.
 */
export type KernelIr = PipelineHead & { readonly sinks: readonly [SinkIr, ...SinkIr[]] };
/** An image that a kernel writes. */
export type SinkIr = {
  /** Tells several sinks of a kernel apart; '' where there is one. */
  readonly name: string;
  /** The result that it is: its name, '' where the pipeline has one without a name; none: an image between kernels. */
  readonly output?: string;
  /** What leads to it after the stages that lead to all; sinks that share one of these have the same object. */
  readonly points: readonly PointStage[];
  readonly format: Format;
  /** What the pixels are reduced to, where that is the result; `format` has the memory of it then (compiler/ir/reduce.ts). */
  readonly reduce?: ReduceIr;
};

/** All stages of a pipeline, in order; those of results one result after the other. A reduction's is the last of its result. */
export const stagesOf = (pipeline: PipelineIr | ForkIr): readonly Stage[] =>
  'outputs' in pipeline
    ? [...pipeline.stages, ...pipeline.outputs.flatMap(withReduction)]
    : withReduction(pipeline);
const withReduction = ({ stages, reduce }: PipelineIr | OutputIr): readonly Stage[] =>
  reduce ? [...stages, reduce.stage] : stages;

/** The stages, with the operators on images that they read before each. */
export const withImageStages = (stages: readonly Stage[]): readonly Stage[] =>
  stages.flatMap(stage => [...(stage.images ?? []).flatMap(({ points }) => points), stage]);

/** The same with the stages of what they measure: all that have parameters. */
export const withMeasureStages = (stages: readonly Stage[]): readonly Stage[] =>
  withImageStages(stages).flatMap(stage => [
    ...(stage.measures ?? []).flatMap(({ stages: before, reduce }) => [
      ...withMeasureStages(before),
      reduce.stage,
    ]),
    stage,
  ]);

/** Whether a point operator's function takes its pixel's position. */
export const isPositioned = ({ apply, images = [] }: PointStage): boolean =>
  apply.fn.args.length > 1 + images.length;

export type { Colour, DType, Format };

export const f32: Type = { scalar: 'f32', length: 0 };
export const i32: Type = { scalar: 'i32', length: 0 };
export const bool: Type = { scalar: 'bool', length: 0 };
export const f64: Type = { scalar: 'f64', length: 0 };
export const tuple = (scalar: Scalar, length: number): Type => ({ scalar, length });
export const sameType = (a: Type, b: Type): boolean => a.scalar === b.scalar && a.length === b.length;

/** Bytes of one stored number. */
export const dtypeBytes: Readonly<Record<DType, number>> = {
  u8: 1,
  u16: 2,
  f16: 2,
  bf16: 2,
  i32: 4,
  f32: 4,
};
