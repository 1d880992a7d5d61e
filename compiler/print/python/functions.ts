/** Size and scale functions as Python: the arithmetic of f32 and i32 is that of templates/python/numbers.py. */
import { TABLE_SIZE } from '../../../ops/limits.js';
import { InternalError } from '../../errors.js';
import { isReserved } from '../../ir/names.js';
import type { Expr, Fn, Stmt } from '../../ir/types.js';
import { localNames } from '../expr/fn.js';
import { isPythonWord } from './words.js';

/** What the arithmetic's module is called in a printed one. */
const MODULE = 'cw';
/** Functions whose names Python has for others. */
const renamed = new Set(['min', 'max', 'abs', 'round', 'pow']);
const operators: Readonly<Record<string, string>> = { '===': '==', '!==': '!=', '&&': 'and', '||': 'or' };

const call = (name: string, ...args: readonly string[]): string => `${MODULE}.${name}(${args.join(', ')})`;

/** What the module calls it; the square root is the one function that rounds otherwise. */
const functionName = (fn: string, scalar: string): string => {
  if (fn === 'sqrt' && scalar === 'f64') {
    return 'wide_sqrt';
  }
  return renamed.has(fn) ? `${fn}_` : fn;
};

/** A number as a literal of its type. */
const literal = (value: number | boolean, scalar: string): string => {
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (scalar !== 'f32') {
    return value < 0 ? `(${value})` : String(value);
  }
  const single = Math.fround(value);
  if (Number.isNaN(single)) {
    return `${MODULE}.NAN`;
  }
  if (!Number.isFinite(single)) {
    return single > 0 ? `${MODULE}.INFINITY` : `(-${MODULE}.INFINITY)`;
  }
  const text = Object.is(single, -0) ? '-0' : String(single);
  const float = /[.e]/.test(text) ? text : `${text}.0`;
  return float.startsWith('-') ? `(${float})` : float;
};

const binary = (op: string, operand: string, result: string, left: string, right: string): string => {
  const text = `(${left} ${operators[op] ?? op} ${right})`;
  if (result === 'bool') {
    return text;
  }
  if (operand === 'f64') {
    // Python's own numbers.
    return op === '/' ? call('wide_div', left, right) : text;
  }
  const isFloat = operand === 'f32';
  switch (op) {
    case '/':
      return call(isFloat ? 'div' : 'idiv', left, right);
    case '%':
      return call(isFloat ? 'mod' : 'imod', left, right);
    case '<<':
      return call('shl', left, right);
    case '>>':
      return call('shr', left, right);
    default:
      return call(isFloat ? 'f' : 'i', text.slice(1, -1));
  }
};

/**
 * Prints a function; `p` holds its parameters by name, `src` and `dst` are sizes.
 *
 * @param args Its first arguments, before its own.
 * @param helper The printed name of a helper function.
 */
export const pythonFunction = (
  fn: Fn,
  name: string,
  args: readonly string[],
  helper: (name: string) => string,
): readonly string[] => {
  const avoid = (word: string): boolean =>
    isReserved(word) || isPythonWord(word) || [MODULE, 'p', 'src', 'dst', 'range'].includes(word);
  const locals = localNames(fn, avoid);
  const local = (own: string): string => locals.get(own) ?? own;

  const print = (e: Expr): string => {
    switch (e.kind) {
      case 'literal':
        return literal(e.value, e.type.scalar);
      case 'local':
        return local(e.name);
      case 'param':
        return `p[${JSON.stringify(e.param)}][${e.lane}]`;
      case 'entry': {
        const held = call('min_', call('max_', print(e.at), '0'), String(TABLE_SIZE - 1));
        return `p[${JSON.stringify(e.param)}][${held} + ${e.first}]`;
      }
      case 'size':
        return `${e.of}[${e.axis === 'width' ? 0 : 1}]`;
      case 'unary': {
        const inner = print(e.operand);
        if (e.op === '!') {
          return `(not ${inner})`;
        }
        return e.type.scalar === 'i32' ? call('i', `${e.op}${inner}`) : `(${e.op}${inner})`;
      }
      case 'binary':
        return binary(e.op, e.left.type.scalar, e.type.scalar, print(e.left), print(e.right));
      case 'select':
        return `(${print(e.then)} if ${print(e.test)} else ${print(e.else)})`;
      case 'math':
        return call(functionName(e.fn, e.type.scalar), ...e.args.map(print));
      case 'cast':
        return e.type.scalar === 'f64'
          ? `float(${print(e.value)})`
          : call(e.type.scalar === 'f32' ? 'to_f32' : 'to_i32', print(e.value));
      case 'quotient':
        return call('div', print(e.value), print(e.by));
      case 'call':
        return `${helper(e.fn)}(${e.args.map(print).join(', ')})`;
      case 'tuple':
        return `(${e.items.map(item => `${print(item)},`).join(' ')})`;
      case 'index':
        return `${print(e.tuple)}[${e.index}]`;
      default:
        throw new InternalError(`a size function with an expression of kind ${e.kind}`);
    }
  };

  const lines: string[] = [];
  const put = (depth: number, text: string): void => {
    lines.push(`${'    '.repeat(depth)}${text}`);
  };
  const block = (statements: readonly Stmt[], depth: number): void => {
    if (statements.length === 0) {
      put(depth, 'pass');
    }
    for (const statement of statements) {
      switch (statement.kind) {
        case 'let':
          put(depth, `${local(statement.name)} = ${print(statement.init)}`);
          break;
        case 'assign':
          put(depth, `${local(statement.name)} = ${print(statement.value)}`);
          break;
        case 'return':
          put(depth, `return ${print(statement.value)}`);
          break;
        case 'if':
          put(depth, `if ${print(statement.test)}:`);
          block(statement.then, depth + 1);
          if (statement.else.length > 0) {
            put(depth, 'else:');
            block(statement.else, depth + 1);
          }
          break;
        case 'for': {
          const { from, to, step, body } = statement;
          put(depth, `for ${local(statement.name)} in range(${print(from)}, ${print(to)}, ${step}):`);
          block(body, depth + 1);
          break;
        }
      }
    }
  };
  put(0, `def ${name}(${[...args, ...fn.args.map(arg => local(arg.name))].join(', ')}):`);
  block(fn.body, 1);
  return lines;
};
