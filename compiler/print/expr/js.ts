/** JavaScript with the arithmetic of f32 and i32: every operation is rounded or wrapped as the hardware does it. */
import type { Language } from './language.js';

/** The functions that printed JavaScript calls as `cw.NAME`; written into every printed module. */
export const jsPrelude = [
  'const f = Math.fround;',
  'const single = new Float32Array(1);',
  'const cw = {',
  '  single,',
  '  word: new Uint32Array(single.buffer),',
  '  min: (a, b) => (a < b || a !== a ? a : b),',
  '  max: (a, b) => (a > b || a !== a ? a : b),',
  '  sign: v => (v > 0 ? 1 : v < 0 ? -1 : v),',
  '  round: v => (f(v - Math.floor(v)) >= 0.5 ? f(Math.floor(v) + 1) : Math.floor(v)),',
  '  roundHalfEven: v => {',
  '    const floor = Math.floor(v);',
  '    const part = v - floor;',
  '    const up = part > 0.5 || (part === 0.5 && floor % 2 !== 0);',
  '    const nearest = up ? floor + 1 : floor;',
  '    return nearest === 0 && v < 0 ? -0 : nearest;',
  '  },',
  '  roundToF16: v => {',
  '    if (!Number.isFinite(v) || v === 0) return v;',
  '    if (Math.abs(v) >= 65520) return v < 0 ? -Infinity : Infinity;',
  '    cw.single[0] = v;',
  '    const step = 2 ** (Math.max(((cw.word[0] >>> 23) & 255) - 127, -14) - 10);',
  '    return cw.roundHalfEven(v / step) * step;',
  '  },',
  '  roundToBf16: v => {',
  '    if (v !== v) return v;',
  '    cw.single[0] = v;',
  '    cw.word[0] = (cw.word[0] + 0x7fff + ((cw.word[0] >>> 16) & 1)) & 0xffff0000;',
  '    return cw.single[0];',
  '  },',
  '  toI32: v => (v !== v ? 0 : Math.max(-2147483648, Math.min(2147483647, v)) | 0),',
  '  idiv: (a, b) => (a / b) | 0,',
  '  finite: at => at.map(v => (v > -1073741824 ? (v < 1073741824 ? v : 1073741824) : -1073741824)),',
  '  within: ([x, y], size) => [',
  '    Math.min(Math.max(x, 0), size.width - 1),',
  '    Math.min(Math.max(y, 0), size.height - 1),',
  '  ],',
  '};',
] as const;

const fromPrelude = new Set('min max sign round roundHalfEven roundToF16 roundToBf16 idiv'.split(' '));

export const js: Language = {
  name: 'js',
  equal: '===',
  unequal: '!==',
  literal: (value, scalar) => {
    if (typeof value === 'boolean') {
      return String(value);
    }
    if (Object.is(value, -0)) {
      return '-0';
    }
    return String(scalar === 'f32' ? Math.fround(value) : value);
  },
  declare: (_, name, mutable) => `${mutable ? 'let' : 'const'} ${name}`,
  tuple: items => `[${items.join(', ')}]`,
  index: (tuple, index) => `${tuple}[${index}]`,
  operatorCall: (op, scalar, left, right) =>
    op === '*' && scalar === 'i32' ? `Math.imul(${left}, ${right})` : undefined,
  rounded: (expr, text) => {
    const { scalar } = expr.type;
    // What JavaScript computes in is f64 itself.
    if (scalar === 'bool' || scalar === 'f64') {
      return undefined;
    }
    // A sign change is exact in f32, and so are bit operations in i32.
    if (scalar === 'f32') {
      return expr.kind === 'unary' ? undefined : `f(${text})`;
    }
    return `(${text} | 0)`;
  },
  cast: (value, to) => (to === 'f64' ? value : to === 'f32' ? `f(${value})` : `cw.toI32(${value})`),
  quotient: (value, by) => `f(${value} / ${by})`,
  math: (fn, args, scalar) => {
    const call = `${fromPrelude.has(fn) ? 'cw' : 'Math'}.${fn}(${args.join(', ')})`;
    if (scalar === 'f32') {
      return `f(${call})`;
    }
    if (scalar === 'f64') {
      return call;
    }
    // The smallest i32 has no positive twin: it wraps to itself.
    return fn === 'abs' ? `(${call} | 0)` : call;
  },
};
