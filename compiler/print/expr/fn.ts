import { cName, freeName } from '../../ir/names.js';
import { type Expr, type Fn, type Loc, type OpFunction, type Stmt, sameType } from '../../ir/types.js';
import { printExpr, type Surroundings } from './expr.js';
import type { Language } from './language.js';

/** A line of generated code; `loc` where it stems from a line of the author's. */
export type Line = { readonly text: string; readonly loc?: Loc };

const WIDTH = 110;

/** Prints a function's statements, indented by two spaces. */
export const printBody = (
  fn: Fn,
  language: Language,
  around: Surroundings,
  beforeLoops?: string,
): readonly Line[] => {
  const lines: Line[] = [];
  const expr = (e: Expr): string => printExpr(e, language, around);
  const put = (depth: number, text: string, loc?: Loc): void => {
    lines.push({ text: `${'  '.repeat(depth)}${text}`, loc });
  };

  /** `head value;`, a long tuple with one item per line. */
  const putValue = (depth: number, head: string, value: Expr, loc: Loc): void => {
    const text = `${head}${expr(value)};`;
    if (value.kind !== 'tuple' || 2 * depth + text.length <= WIDTH) {
      put(depth, text, loc);
      return;
    }
    const marks = value.items.map((_, number) => `\u0000${number}`);
    const [open, close] = language.tuple(marks, value.type).split(marks.join(', ')) as [string, string];
    put(depth, `${head}${open}`, loc);
    for (const item of value.items) {
      put(depth + 2, `${expr(item)},`);
    }
    put(depth, `${close};`);
  };

  const block = (statements: readonly Stmt[], depth: number): void => {
    for (const [index, statement] of statements.entries()) {
      switch (statement.kind) {
        case 'let': {
          const name = around.local(statement.name);
          const declared = language.declare(statement.type, name, statement.mutable);
          if (sharesLine(statements[index - 1], statement)) {
            // What one line of the author's takes apart stays on one line.
            const last = lines.pop()!;
            lines.push({ ...last, text: `${last.text.slice(0, -1)}, ${name} = ${expr(statement.init)};` });
          } else {
            putValue(depth, `${declared} = `, statement.init, statement.loc);
          }
          break;
        }
        case 'assign':
          putValue(depth, `${around.local(statement.name)} = `, statement.value, statement.loc);
          break;
        case 'return':
          putValue(depth, 'return ', statement.value, statement.loc);
          break;
        case 'if':
          put(depth, `if (${expr(statement.test)}) {`, statement.loc);
          block(statement.then, depth + 1);
          if (statement.else.length > 0) {
            put(depth, '} else {');
            block(statement.else, depth + 1);
          }
          put(depth, '}');
          break;
        case 'for': {
          const name = around.local(statement.name);
          const start = language.declare({ scalar: 'i32', length: 0 }, name, true);
          const step = statement.step === 1 ? `${name}++` : `${name} += ${statement.step}`;
          const test = `${name} < ${expr(statement.to)}`;
          if (beforeLoops !== undefined) {
            lines.push({ text: beforeLoops });
          }
          put(depth, `for (${start} = ${expr(statement.from)}; ${test}; ${step}) {`, statement.loc);
          block(statement.body, depth + 1);
          put(depth, '}');
          break;
        }
      }
    }
  };
  block(fn.body, 1);
  return lines;
};

/** Whether two declarations are constants of one type that stem from one line, as in `const [x, y] = at`. */
const sharesLine = (before: Stmt | undefined, statement: Stmt): boolean =>
  before?.kind === 'let' &&
  statement.kind === 'let' &&
  !before.mutable &&
  !statement.mutable &&
  before.type.length === 0 &&
  sameType(before.type, statement.type) &&
  before.loc.file === statement.loc.file &&
  before.loc.line === statement.loc.line;

/**
 * The parameters that each helper of an operator reads, by itself or by another one that it calls. Only what the compiler made of an
 * operator's own function reads any: those that an author's function calls are given numbers.
 */
export const helperParams = ({ helpers }: OpFunction): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, ReadonlySet<string>>();
  for (const fn of helpers) {
    found.set(fn.name, paramsOf(fn, found));
  }
  return found;
};
/** The same of one function. */
export const paramsOf = (
  fn: Fn,
  ofHelpers: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> => {
  const { params, called } = usesOf(fn);
  return new Set([...params, ...[...called].flatMap(name => [...(ofHelpers.get(name) ?? [])])]);
};

/** Which parameters the function reads, which functions it calls, and whether it reads sizes, taps the source, or reads windows. */
export const usesOf = (
  fn: Fn,
): {
  params: ReadonlySet<string>;
  called: ReadonlySet<string>;
  src: boolean;
  dst: boolean;
  tap: boolean;
  uniform: boolean;
  windows: boolean;
} => {
  const params = new Set<string>();
  const called = new Set<string>();
  const uses = { params, called, src: false, dst: false, tap: false, uniform: false, windows: false };
  // The representation is plain data, so a walk over all of it finds every expression.
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) {
      return;
    }
    const { kind, of, taps, param, fn: callee } = node as Readonly<Record<string, unknown>>;
    if (kind === 'param' || kind === 'entry') {
      params.add(String(param));
    }
    if (kind === 'call') {
      called.add(String(callee));
    }
    if (kind === 'size') {
      uses[of as 'src' | 'dst'] = true;
    }
    if (kind === 'tap' || taps === true) {
      uses.tap = true;
    }
    if (kind === 'window') {
      uses.windows = true;
    }
    if (kind === 'uniform') {
      uses.uniform = true;
    }
    for (const value of Object.values(node)) {
      walk(value);
    }
  };
  walk(fn.body);
  return uses;
};

/** The locals of a function under names that hide nothing which the generated code around them uses. */
export const localNames = (fn: Fn, avoid: (name: string) => boolean): ReadonlyMap<string, string> => {
  const own = new Set(fn.args.map(arg => arg.name));
  const walk = (statements: readonly Stmt[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'let' || statement.kind === 'for') {
        own.add(statement.name);
      }
      if (statement.kind === 'for') {
        walk(statement.body);
      }
      if (statement.kind === 'if') {
        for (const branch of [statement.then, statement.else]) {
          walk(branch);
        }
      }
    }
  };
  walk(fn.body);
  const kept = [...own].filter(name => !avoid(name) && cName(name) === name);
  const taken = new Set(kept);
  const names = new Map(kept.map(name => [name, name]));
  for (const name of own) {
    if (names.has(name)) {
      continue;
    }
    let free = cName(name);
    for (let number = 1; taken.has(free) || avoid(free); number++) {
      free = `${cName(name)}${number}`;
    }
    taken.add(free);
    names.set(name, free);
  }
  return names;
};

/** Every function of a kernel under a name of its own; equal helpers of several operators become one. */
export class FunctionNames {
  readonly #taken: Set<string>;
  readonly #helpers = new Map<string, string>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** Takes a free name. */
  take(name: string): string {
    return freeName(name, this.#taken);
  }

  /** Names the helpers of an operator; `fresh` are the ones that were not there before, as the operator's `kind` has them printed. */
  helpers(
    apply: OpFunction,
    kind = '',
  ): {
    rename: (name: string) => string;
    fresh: readonly { fn: Fn; name: string }[];
  } {
    const names = new Map<string, string>();
    const fresh: { fn: Fn; name: string }[] = [];
    for (const fn of apply.helpers) {
      const key = `${fn.loc.file}:${fn.loc.line}:${fn.loc.column}:${JSON.stringify(fn)}${kind}`;
      let name = this.#helpers.get(key);
      if (name === undefined) {
        name = this.take(cName(fn.name));
        this.#helpers.set(key, name);
        fresh.push({ fn, name });
      }
      names.set(fn.name, name);
    }
    return { rename: name => names.get(name) ?? name, fresh };
  }
}
