import { describe, expect, it } from 'vitest';
import { agrees, formatMicros, formatRatio, markdown, notes, table } from '../../bench/report.js';
import { columns, merged } from './rows.js';

describe('the report', () => {
  it('holds peers against ours, by case and batch', () => {
    expect(merged[0].share).toBeCloseTo(1.2);
    expect(merged[0].peers.plain).toMatchObject({ micros: 12.5, ratio: 1.25, differs: false });
    expect(merged[1].peers.plain?.ratio).toBeCloseTo(0.95);
    expect(Object.keys(merged[2].peers)).toEqual(['torch_eager']);
  });

  it('takes a result for ours only where it was compared and is near', () => {
    expect(agrees({ maxError: 50, share: 0.001, tolerance: 1 }, 0.001)).toBe(true);
    expect(agrees({ maxError: 0.5, share: 0.0011, tolerance: 1 }, 0.001)).toBe(false);
    expect(agrees({ maxError: null, share: 0, tolerance: 1 }, 0.001)).toBe(false);
    expect(agrees({ wrong: 'uint8 [3]' }, 0.001)).toBe(false);
    expect(agrees(undefined, 0.001)).toBe(false);
  });

  it('is a table of the peers that gave something', () => {
    expect(table(merged, columns)).toMatchInlineSnapshot(`
      "| case | N | cuweave, µs | roof, µs | of the roof | plain CUDA | PyTorch eager |
      |---|---:|---:|---:|---:|---:|---:|
      | A → B & <C> | 1 | 10.0 | 12.0 | 120 % | 12.5 (1.25×) | – |
      | A → B & <C> | 4 | 40.0 | 38.0 | 95 % | 38.0 (0.95×) | 1000 (25×)\\* ≠ |
      | D | 16 | 2000 | 1000 | 50 % | – | 48000 (24×) ≠ |"
    `);
  });

  it('says of every mark what it means', () => {
    expect(notes(merged, columns)).toEqual([
      '- \\* The GPU waited for the host between calls: they could not be enqueued ahead.',
      '- ≠ PyTorch eager, A → B & <C>, N = 4: up to 12.3, 50 % of the values by more than 1.',
      '- ≠ PyTorch eager, D, N = 16: it gave float32 [1].',
    ]);
    expect(notes([], columns)).toEqual([]);
  });

  it('is a page with versions, tables and what is absent', () => {
    const text = markdown({
      versions: { cuweave: '0.1.0', GPU: 'none' },
      method: 'Measured so.',
      tables: [{ kind: 'cpu', rows: merged, columns }],
      absent: [{ what: 'Triton', why: "python3 has no module named 'triton'" }],
    });
    expect(text).toMatch(
      /^# cuweave and its peers\n\n- cuweave: 0\.1\.0\n- GPU: none\n\nMeasured so\.\n\n## On the CPU\n\n\| case/,
    );
    expect(text).toMatch(/## Not measured\n\n- Triton: python3 has no module named 'triton'\n$/);
    expect(markdown({ versions: {}, method: '', tables: [], absent: [] })).not.toContain('Not measured');
  });

  it('gives figures that can be read', () => {
    expect([3.06, 999.94, 1234.5].map(formatMicros)).toEqual(['3.1', '999.9', '1235']);
    expect([0.954, 1.07, 9.994, 24.6].map(formatRatio)).toEqual(['0.95', '1.07', '9.99', '25']);
  });
});
