/**
 * How far every operator is from the other libraries: measured anew, and compared with test/golden/differences.json, of which
 * docs/ops.md prints its table. `npx vitest run --project unit test/golden/differences.test.ts -u` writes the file.
 */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Difference } from '../../compiler/docs/opsDoc.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import { kernelsOf } from '../../compiler/specs.js';
import { loadOracle, root, runOracle } from '../support/executions.js';
import { blankImage, type Pixels, readPixels } from '../support/images.js';
import { type GoldenCase, goldenCases, goldenPipelines } from './cases.js';

/** `warpAffine (linear, constant)`, or several operators in their order. */
const operatorsOf = ({ pipeline }: Kernel): string =>
  pipeline.stages
    .map(stage => {
      if (stage.role !== 'map') {
        return stage.name;
      }
      const border = stage.border.kind === 'index' ? stage.border.name : 'constant';
      // A stencil has no filter beside itself.
      return `${stage.name} (${stage.radius === undefined ? `${stage.filter.name}, ` : ''}${border})`;
    })
    .join(', ');

/** The difference of every value. */
const differencesOf = (actual: Pixels, expected: Pixels, circle: number | undefined): number[] =>
  Array.from(expected.values, (value, n) => {
    const apart = Math.abs(actual.values[n] - value);
    return circle !== undefined && n % expected.channels === 0 ? Math.min(apart, circle - apart) : apart;
  });

const run = async (kernel: Kernel, golden: GoldenCase): Promise<number[]> => {
  const oracle = await loadOracle(kernel);
  return golden.inputs.flatMap((image, number) => {
    const expected = golden.expected[number];
    const out = blankImage(golden.pipeline.sink, expected.width, expected.height);
    runOracle(kernel, oracle, image, out, golden.options, { number, of: golden.inputs.length });
    return differencesOf(readPixels(out), expected, golden.tolerance.circle);
  });
};

// Two digits: what the last bits of a cube root do is not part of the claim.
const rounded = (value: number): number => Number(value.toPrecision(2));

it('differences.json is what is measured', async () => {
  const kernels = await kernelsOf({ root, entries: [fileURLToPath(goldenPipelines)] });
  const rows = new Map<string, { row: Omit<Difference, 'max' | 'mean' | 'share'>; found: number[] }>();
  for (const golden of goldenCases) {
    const kernel = kernels.find(({ name }) => name === golden.name)!;
    const row = {
      operators: operatorsOf(kernel),
      peer: golden.peer.producer,
      operation: golden.peer.operation,
      result: golden.pipeline.sink.dtype,
      why: golden.why,
    };
    const key = JSON.stringify(row);
    const { found } = rows.get(key) ?? { found: [] };
    rows.set(key, { row, found: [...found, ...(await run(kernel, golden))] });
  }
  const differences = [...rows.values()].map(({ row, found }): Difference => {
    const sum = found.reduce((total, apart) => total + apart, 0);
    const apart = found.filter(value => value > 0).length;
    return {
      ...row,
      max: rounded(found.reduce((most, value) => Math.max(most, value), 0)),
      mean: rounded(sum / found.length),
      share: rounded(apart / found.length),
    };
  });
  // In the order of the operators, so that a new case moves no other line.
  const key = (row: Difference): string => JSON.stringify(row);
  const sorted = differences.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  await expect(`${JSON.stringify(sorted, null, 2)}\n`).toMatchFileSnapshot('differences.json');
});
