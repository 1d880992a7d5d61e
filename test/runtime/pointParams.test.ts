import { describe, expect, it } from 'vitest';
import { primariesMatrix, rgbToYuvCoefficients } from '../../ops/colour.js';
import { paramFields } from '../../ops/spec.js';
import { ArgumentError } from '../../runtime/index.js';
import { packParam, valueOfImage } from '../../runtime/params.js';

const path = 'options.p';
const twelve = Array.from({ length: 12 }, (_, n) => n + 0.5);

describe('parameters of point operators', () => {
  it('are packed in the order of their fields, rounded to f32', () => {
    expect(packParam('mat3x4', twelve, { path })).toEqual(twelve);
    expect(packParam('mat3x4', new Float32Array(twelve), { path })).toEqual(twelve);
    expect(packParam('mat3x4', twelve.fill(0.1), { path })[0]).toBe(Math.fround(0.1));
    const coding = { matrix: 'bt709', range: 'limited' } as const;
    const coefficients = rgbToYuvCoefficients(coding);
    expect(packParam('rgbToYuv', coding, { path })).toEqual(
      paramFields.rgbToYuv.fields.map(field => Math.fround(coefficients[field])),
    );
    const change = { from: 'p3', to: 'bt709' } as const;
    expect(packParam('primaries', change, { path })).toEqual(primariesMatrix(change).map(Math.fround));
  });

  it('a list of twelve numbers is one matrix, a list of lists one per image', () => {
    const param = { kind: 'mat3x4', per: 'image' } as const;
    expect(valueOfImage(param, twelve, 1, 3, path)).toEqual({ value: twelve, path });
    expect(valueOfImage(param, [twelve, [1]], 1, 2, path)).toEqual({ value: [1], path: 'options.p[1]' });
    expect(() => valueOfImage(param, [twelve], 0, 2, path)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected one value, or an array of 2 (one per image) for options.p but received an array of 1.]`,
    );
  });

  it('refuse what does not fit', () => {
    const refusal = (run: () => unknown): string => {
      try {
        return `accepted: ${JSON.stringify(run())}`;
      } catch (error) {
        expect(error).toBeInstanceOf(ArgumentError);
        return (error as Error).message;
      }
    };
    const cases: Readonly<Record<string, () => unknown>> = {
      'nine numbers': () => packParam('mat3x4', twelve.slice(3), { path }),
      'rows of four': () =>
        packParam('mat3x4', [twelve.slice(8), twelve.slice(8), twelve.slice(8)], { path }),
      'no matrix': () => packParam('mat3x4', { dstToSrc: twelve }, { path }),
      'infinite entry': () => packParam('mat3x4', [...twelve.slice(1), Infinity], { path }),
      'no coding': () => packParam('rgbToYuv', 'bt709', { path }),
      'auto to be made': () => packParam('rgbToYuv', { matrix: 'auto', range: 'full' }, { path }),
      'no range': () => packParam('rgbToYuv', { matrix: 'bt709' }, { path }),
      'no change': () => packParam('primaries', ['p3', 'bt709'], { path }),
      'unknown primaries': () => packParam('primaries', { from: 'adobe', to: 'bt709' }, { path }),
      'inherited name': () => packParam('primaries', { from: 'p3', to: 'toString' }, { path }),
    };
    const table = Object.entries(cases).map(([name, run]) => `${name}: ${refusal(run)}`);
    expect(table.join('\n')).toMatchInlineSnapshot(`
      "nine numbers: Expected twelve numbers, row by row for options.p but received [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, … (9)].
      rows of four: Expected twelve numbers, row by row for options.p but received […, …, …].
      no matrix: Expected twelve numbers, row by row for options.p but received { dstToSrc }.
      infinite entry: Expected a finite number for options.p[11] but received Infinity.
      no coding: Expected { matrix, range } for options.p but received 'bt709'.
      auto to be made: Expected one of 'bt601', 'bt709', 'bt2020' for options.p.matrix but received 'auto'.
      no range: Expected one of 'limited', 'full' for options.p.range but received undefined.
      no change: Expected { from, to } for options.p but received ['p3', 'bt709'].
      unknown primaries: Expected one of 'bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625' for options.p.from but received 'adobe'.
      inherited name: Expected one of 'bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625' for options.p.to but received 'toString'."
    `);
  });
});
