import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostFlags, includeDirectory } from '../../compiler/build/toolchain.js';
import type { Expr } from '../../compiler/ir/types.js';
import { c, cType, f32Literal } from '../../compiler/print/expr/c.js';
import { printExpr, type Surroundings } from '../../compiler/print/expr/expr.js';
import { js, jsPrelude } from '../../compiler/print/expr/js.js';
import { expressions, locals, type Scalar, type Values, values } from '../support/expressions.js';

const SEED = 20240607;
const COUNTS = { f32: 1000, i32: 1000, bool: 400 } as const;
const INPUTS = 64;

const absent = (): never => {
  throw new Error('an expression of these tests has only locals');
};
const around: Surroundings = {
  local: name => name,
  param: absent,
  entry: () => '',
  uniform: absent,
  window: absent,
  size: absent,
  tap: absent,
  helper: absent,
};

type Printed = { readonly scalar: Scalar; readonly expr: Expr; readonly cpp: string; readonly js: string };
const sampled: readonly Printed[] = (Object.keys(COUNTS) as Scalar[]).flatMap(scalar =>
  fc.sample(expressions[scalar], { numRuns: COUNTS[scalar], seed: SEED }).map(expr => ({
    scalar,
    expr,
    cpp: printExpr(expr, c, around),
    js: printExpr(expr, js, around),
  })),
);
const inputs: readonly Values[] = fc.sample(values, { numRuns: INPUTS, seed: SEED });

const scalars: readonly Scalar[] = ['f32', 'i32', 'bool'];
const all = scalars.flatMap(scalar => locals[scalar].map(name => ({ scalar, name })));
const names = all.map(({ name }) => name).join(', ');

/** Reads inputs of eight words each and writes what every expression makes of them, as one word each. */
const program = (): string => {
  const args = all.map(({ scalar, name }) => `const ${cType({ scalar, length: 0 })} ${name}`).join(', ');
  const functions = sampled.map(
    ({ scalar, cpp }, n) => `static ${cType({ scalar, length: 0 })} e${n}(${args}) { return ${cpp}; }`,
  );
  return `
#include "prelude.h"
#include <cstdio>
using namespace cw;
${functions.join('\n')}
static void put(float v) { std::fwrite(&v, 4, 1, stdout); }
static void put(int v) { std::fwrite(&v, 4, 1, stdout); }
static void put(bool v) { put((int)v); }
int main() {
  struct { float u, v, w; int i, j, k, p, q; } in;
  while (std::fread(&in, sizeof in, 1, stdin) == 1) {
    const float u = in.u, v = in.v, w = in.w;
    const int i = in.i, j = in.j, k = in.k;
    const bool p = in.p != 0, q = in.q != 0;
${sampled.map((_, n) => `    put(e${n}(${names}));`).join('\n')}
  }
}
`;
};

const packed = (): Uint8Array => {
  const view = new DataView(new ArrayBuffer(32 * inputs.length));
  inputs.forEach((row, n) => {
    row.forEach((value, at) => {
      if (at < 3) {
        view.setFloat32(32 * n + 4 * at, value as number, true);
      } else {
        view.setInt32(32 * n + 4 * at, Number(value), true);
      }
    });
  });
  return new Uint8Array(view.buffer);
};

describe(`printed expressions (${sampled.length}, on ${INPUTS} inputs each)`, () => {
  let folder: string;
  let cpp: DataView;
  let evaluate: ((...row: Values) => number | boolean)[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cuweave-expr-'));
    const [source, binary] = [join(folder, 'expr.cpp'), join(folder, 'expr')];
    writeFileSync(source, program());
    // Warnings about precedence are errors: authors see the generated code.
    // Nor may any signed integer overflow, here a trap: nvcc, which has no -fwrapv, counts on that.
    const trap = ['-fno-wrapv', '-fsanitize=signed-integer-overflow', '-fsanitize-undefined-trap-on-error'];
    const flags = [
      // Less, and nothing else than what a build has: -O3 takes 2,400 functions a minute.
      ...hostFlags.filter(flag => flag !== '-O3'),
      '-O1',
      ...trap,
      '-Werror=parentheses',
      '-Wno-shift-overflow',
      `-I${includeDirectory()}`,
    ];
    execFileSync('g++', [...flags, source, '-o', binary]);
    const out = execFileSync(binary, { input: packed(), maxBuffer: 1 << 28 });
    cpp = new DataView(out.buffer, out.byteOffset, out.byteLength);
    const functions = sampled.map(({ js: text }) => `  (${names}) => ${text},`);
    const module = [...jsPrelude, 'export const all = [', ...functions, '];'].join('\n');
    ({ all: evaluate } = (await import(
      `data:text/javascript;base64,${Buffer.from(module).toString('base64')}`
    )) as { all: typeof evaluate });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What C++ gave, as JavaScript has it. */
  const given = (input: number, n: number): number | boolean => {
    const at = 4 * (input * sampled.length + n);
    const { scalar } = sampled[n]!;
    if (scalar === 'f32') {
      return cpp.getFloat32(at, true);
    }
    return scalar === 'i32' ? cpp.getInt32(at, true) : cpp.getInt32(at, true) !== 0;
  };

  it.each(scalars)('%s: C++ and JavaScript give the same bits', scalar => {
    const wrong = sampled.flatMap((printed, n) => {
      if (printed.scalar !== scalar) {
        return [];
      }
      const input = inputs.findIndex((row, m) => !Object.is(evaluate[n]!(...row), given(m, n)));
      if (input < 0) {
        return [];
      }
      const row = inputs[input]!;
      return [
        {
          ...printed,
          input: all.map(({ name }, at) => `${name} = ${row[at]}`).join(', '),
          n,
          row,
          at: input,
        },
      ];
    });
    // The shortest says most.
    const [first] = wrong.sort((a, b) => a.cpp.length - b.cpp.length);
    expect(
      first && {
        wrong: wrong.length,
        cpp: first.cpp,
        js: first.js,
        input: first.input,
        cppGives: given(first.at, first.n),
        jsGives: evaluate[first.n]!(...first.row),
      },
    ).toBeUndefined();
  });

  it('results are of every kind: not all are NaN or 0', () => {
    const results = sampled.flatMap(({ scalar }, n) =>
      scalar === 'f32' ? inputs.map((_, input) => given(input, n) as number) : [],
    );
    const share = (test: (v: number) => boolean): number => results.filter(test).length / results.length;
    expect(share(Number.isFinite)).toBeGreaterThan(0.5);
    expect(new Set(results).size).toBeGreaterThan(results.length / 20);
  });
});

describe('min, max and sign', () => {
  it('are those of Math, NaN included; of two zeros the sign may differ', async () => {
    const { cw } = (await import(
      `data:text/javascript,${encodeURIComponent([...jsPrelude, 'export { cw };'].join('\n'))}`
    )) as { cw: Record<'min' | 'max' | 'sign', (...numbers: number[]) => number> };
    const numbers = [NaN, Infinity, -Infinity, 0, 1.5, -2];
    for (const a of numbers) {
      expect(cw.sign(a)).toBe(Math.sign(a));
      for (const b of numbers) {
        expect([cw.min(a, b), cw.max(a, b)], `${a} and ${b}`).toEqual([Math.min(a, b), Math.max(a, b)]);
      }
    }
    expect(cw.sign(-0)).toBe(-0);
  });
});

describe('literals', () => {
  it('read back as the same f32', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), value => {
        const text = f32Literal(value);
        expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]?\d+)?f$/);
        expect(Math.fround(Number(text.slice(0, -1)))).toBe(value);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe('parentheses', () => {
  const node = { loc: { file: 'a.ts', line: 1, column: 1, endLine: 1, endColumn: 2 } };
  const local = (name: string, scalar: Scalar): Expr => ({
    ...node,
    kind: 'local',
    type: { scalar, length: 0 },
    name,
  });
  const binary = (op: string, left: Expr, right: Expr, scalar: Scalar): Expr => ({
    ...node,
    kind: 'binary',
    type: { scalar, length: 0 },
    op: op as '+',
    left,
    right,
  });
  const [u, v, w] = locals.f32.map(name => local(name, 'f32')) as [Expr, Expr, Expr];
  const [i, j, k] = locals.i32.map(name => local(name, 'i32')) as [Expr, Expr, Expr];
  const [p, q] = locals.bool.map(name => local(name, 'bool')) as [Expr, Expr];
  const f = (op: string, left: Expr, right: Expr): Expr => binary(op, left, right, 'f32');
  const n = (op: string, left: Expr, right: Expr): Expr => binary(op, left, right, 'i32');
  const b = (op: string, left: Expr, right: Expr): Expr => binary(op, left, right, 'bool');
  const minus = (operand: Expr): Expr => ({ ...node, kind: 'unary', type: operand.type, op: '-', operand });
  const choose = (test: Expr, then: Expr, otherwise: Expr): Expr => ({
    ...node,
    kind: 'select',
    type: then.type,
    test,
    then,
    else: otherwise,
  });
  const cases: readonly (readonly [string, Expr])[] = [
    ['u + v * w', f('+', u, f('*', v, w))],
    ['(u + v) * w', f('*', f('+', u, v), w)],
    ['u - v - w', f('-', f('-', u, v), w)],
    ['u - (v - w)', f('-', u, f('-', v, w))],
    ['u / (v * w)', f('/', u, f('*', v, w))],
    ['-(-u)', minus(minus(u))],
    ['u - -v', f('-', u, minus(v))],
    ['(i & j) | k', n('|', n('&', i, j), k)],
    ['i & (j ^ k)', n('&', i, n('^', j, k))],
    ['i & cw::add(j, k)', n('&', i, n('+', j, k))],
    ['cw::sub(i, cw::imul(j, k)) << k', n('<<', n('-', i, n('*', j, k)), k)],
    ['cw::neg(i)', minus(i)],
    ['u < v && p', b('&&', b('<', u, v), p)],
    ['(p && q) || u < v', b('||', b('&&', p, q), b('<', u, v))],
    ['p ? u : q ? v : w', choose(p, u, choose(q, v, w))],
    ['p ? (q ? u : v) : w', choose(p, choose(q, u, v), w)],
    ['(p ? u : v) + w', f('+', choose(p, u, v), w)],
  ];
  it.each(cases)('%s', (text, expr) => {
    expect(printExpr(expr, c, around)).toBe(text);
  });
});
