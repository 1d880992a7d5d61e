/** What the reader of functions knows while it reads: values, and the scopes that hold them. */
import type { ts } from 'ts-morph';
import type { Expr, Fn, Stmt, Type } from '../../ir/types.js';
import type { FunctionNode, Loaded } from '../loaded.js';
import type { Session } from '../session.js';
import type { Names } from './names.js';

/** Arguments of a diagnostic's template. */
export type Args = Readonly<Record<string, string | number>>;
/** One operator's function being read, with the functions that it calls. */
export type Reader = {
  readonly session: Session;
  /** What the modules hold. */
  readonly loaded: Loaded;
  /** `op warpAffine`, `pipeline preprocess (…)`. */
  readonly chain: readonly string[];
  readonly channels: number;
  readonly helpers: Fn[];
  readonly helperNames: Set<string>;
  /** Every name that any of the functions uses, so that a helper never hides behind a local. */
  readonly allNames: Set<string>;
  /** Functions of modules by node and argument types. */
  readonly memo: Map<string, { readonly name: string; readonly returns: Type } | 'refused'>;
  /** Helpers by their text, to make one of equals. */
  readonly byBody: Map<string, string>;
  readonly stack: { readonly node: ts.Node; readonly name: string }[];
  readonly constants: Map<ts.Symbol, Value>;
  /** Expressions made so far: unrolling must not run away. */
  nodes: number;
  depth: number;
  refused: boolean;
  saidTooDeep: boolean;
  /** Above zero: failures are counted and not reported. */
  quiet: number;
};
export type Capture = { readonly name: string; readonly type: Type; readonly outer: Expr };
export type PendingReturn = { readonly value: Value; readonly node: ts.Node };
export type Scope = {
  readonly reader: Reader;
  readonly parent?: Scope;
  readonly names: Names;
  readonly bindings: Map<ts.Symbol, Value>;
  /** The variables that may be assigned. */
  readonly mutable: Set<ts.Symbol>;
  readonly captures: Map<string, Capture>;
  readonly returns: Map<Stmt, PendingReturn>;
  /** The function returns an image's size. */
  readonly isSize: boolean;
  /** The statements being written. */
  out: Stmt[];
};
/**
 * What an expression of the kernel language is while it is read: an IR expression, or something that only exists at
 * build time (a number without a type yet, a list, the parameters' record, a word, a function).
 */
export type Value =
  | Expr
  /** A constant that takes its type from where it is used. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'record'; readonly what: string; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: 'text'; readonly value: string }
  /** `scope` is where it closes over; none for a function of a module. */
  | { readonly kind: 'function'; readonly node: FunctionNode; readonly name: string; readonly scope?: Scope }
  /** A parameter of the operator's that `lookup` reads: its numbers from `first` on. */
  | {
      readonly kind: 'table';
      readonly param: string;
      readonly first: number;
      /** How many numbers there are, and their type where it is not f32. */
      readonly count: number;
      readonly scalar?: 'i32';
    }
  /** A filter's or stencil's first parameter; that of a separable one takes the place on its axis alone. */
  | { readonly kind: 'tapper'; readonly axis?: true }
  /** A value of the enclosing function, not yet captured. */
  | { readonly kind: 'outer'; readonly value: Value }
  /** What a module holds and no kernel can: whatever uses it says so. */
  | { readonly kind: 'foreign'; readonly what: string }
  /** Was refused already; whatever holds it stays quiet. */
  | { readonly kind: 'poison' };
