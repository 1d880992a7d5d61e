/** C++ as CUDA and the host compiler both read it. */
import { InternalError } from '../../errors.js';
import { mathFunctions } from '../../ir/math.js';
import type { BinaryOp, Scalar, Type } from '../../ir/types.js';
import type { Language } from './language.js';

const scalarNames: Readonly<Record<Scalar, string>> = {
  f32: 'float',
  i32: 'int',
  bool: 'bool',
  f64: 'double',
};
const members = ['x', 'y', 'z', 'w'];

/** The C++ name of a type: `float`, `f32x3`, or `array<float, 9>` for tuples longer than four. */
export const cType = ({ scalar, length }: Type): string => {
  if (length === 0) {
    return scalarNames[scalar];
  }
  return length <= members.length ? `${scalar}x${length}` : `array<${scalarNames[scalar]}, ${length}>`;
};

/** The shortest decimal that reads back as the same f32. */
export const f32Literal = (value: number): string => {
  if (Number.isNaN(value)) {
    return 'NAN';
  }
  if (!Number.isFinite(value)) {
    return value < 0 ? '-INFINITY' : 'INFINITY';
  }
  const single = Math.fround(value);
  let text = Object.is(single, -0) ? '-0' : String(single);
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) {
      text = Object.is(single, -0) ? '-0' : String(shorter);
      break;
    }
  }
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
};

/**
 * Operators on i32 as functions of the prelude. nvcc counts on signed integers never to overflow: of `i + 1 >= 0` it makes
 * `i > -2`, and a check of a position at the far end of i32 would let it through.
 */
const wrapping: Readonly<Partial<Record<BinaryOp, string>>> = {
  '+': 'cw::add',
  '-': 'cw::sub',
  '*': 'cw::imul',
  '/': 'cw::idiv',
  '%': 'cw::imod',
};

export const c: Language = {
  name: 'c',
  equal: '==',
  unequal: '!=',
  literal: (value, scalar) => {
    if (typeof value === 'boolean') {
      return String(value);
    }
    if (scalar === 'f32') {
      return f32Literal(value);
    }
    if (scalar === 'f64') {
      const text = String(value);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
    // INT_MIN has no literal of type int.
    return value === -2147483648 ? '(-2147483647 - 1)' : String(value);
  },
  declare: (type, name, mutable) => `${mutable ? '' : 'const '}${cType(type)} ${name}`,
  tuple: (items, type) => `${cType(type)}{${items.join(', ')}}`,
  index: (tuple, index, type) =>
    type.length <= members.length ? `${tuple}.${members[index]}` : `${tuple}.v[${index}]`,
  operatorCall: (op, scalar, left, right) => {
    if (op === '%' && scalar === 'f32') {
      return `fmodf(${left}, ${right})`;
    }
    if (op === '%' && scalar === 'f64') {
      return `fmod(${left}, ${right})`;
    }
    const name = scalar === 'i32' ? wrapping[op] : undefined;
    // A divisor that is known traps nowhere.
    const plain = (op === '/' || op === '%') && /^[1-9]\d*$/.test(right);
    return name === undefined || plain ? undefined : `${name}(${left}, ${right})`;
  },
  rounded: (expr, text) =>
    expr.kind === 'unary' && expr.op === '-' && expr.type.scalar === 'i32'
      ? `cw::neg(${text.slice(1)})`
      : undefined,
  cast: (value, to) =>
    to === 'i32' ? `cw::toI32(${value})` : `${to === 'f64' ? 'double' : 'float'}(${value})`,
  quotient: (value, by, reciprocal) => `cw::quotient(${value}, ${by}, ${reciprocal})`,
  math: (fn, args, scalar) => {
    const entry = mathFunctions[fn];
    if (!entry) {
      throw new InternalError(`unknown function ${fn}`);
    }
    const name = scalar === 'f64' ? (entry.wide ?? entry.cpp) : entry.cpp;
    return `${name}(${args.join(', ')})`;
  },
};

/** The same for a GPU's maps: products are not fused with the sums that they go into. */
export const cUnfused: Language = {
  ...c,
  operatorCall: (op, scalar, left, right) =>
    op === '*' && scalar === 'f32'
      ? `cw::product(${left}, ${right})`
      : c.operatorCall(op, scalar, left, right),
};
