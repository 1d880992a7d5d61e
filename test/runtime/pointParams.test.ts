import { describe, expect, it } from 'vitest';
import { primariesMatrix, rgbToYuvCoefficients } from '../../ops/colour/colour.js';
import { paramFields } from '../../ops/spec.js';
import { packParam, valueOfImage } from '../../runtime/call/params.js';
import { ArgumentError } from '../../runtime/index.js';

const path = 'options.p';
const twelve = Array.from({ length: 12 }, (_, n) => n + 0.5);

const rect = { x: 0, y: 0, width: 1, height: 1 };
const ramp = Array.from({ length: 256 }, (_, n) => n / 2);

describe('parameters of point operators', () => {
  it('rectangles begin at 0 and end in i32, and those that are not there are empty', () => {
    const cut = (...areas: readonly object[]): number[] => packParam('rects', areas, { path });
    const none = [0, 0, 0, 0];
    expect(cut()).toEqual([none, none, none, none].flat());
    expect(cut({ x: -3, y: 6, width: 5, height: 9 }).slice(0, 4)).toEqual([0, 6, 2, 9]);
    // One that lies outside gives its place to the next.
    expect(cut({ ...rect, x: -1 }, { ...rect, x: -2147483648 }, { ...rect, x: 9 }, rect)).toEqual(
      [9, 0, 1, 1, 0, 0, 1, 1].concat(none, none),
    );
    expect(cut({ x: 2, y: 3, width: 2147483647, height: 2147483647 }).slice(0, 4)).toEqual([
      2, 3, 2147483645, 2147483644,
    ]);
  });

  it('a table is one for all channels, or one for each', () => {
    expect(packParam('table', ramp, { path })).toEqual(ramp);
    expect(packParam('table', new Float32Array(ramp), { path, channels: 2 })).toEqual([...ramp, ...ramp]);
    const other = ramp.map(v => -v);
    expect(packParam('table', [ramp, other], { path, channels: 2 })).toEqual([...ramp, ...other]);
  });

  it('lists of rectangles, and of tables, are one per image', () => {
    const areas = { kind: 'rects', per: 'image' } as const;
    expect(valueOfImage(areas, [rect], 1, 3, path)).toEqual({ value: [rect], path });
    expect(valueOfImage(areas, [], 1, 3, path)).toEqual({ value: [], path });
    expect(valueOfImage(areas, [[rect], []], 1, 2, path)).toEqual({ value: [], path: 'options.p[1]' });
    const tables = { kind: 'table', per: 'image' } as const;
    expect(valueOfImage(tables, ramp, 1, 256, path).value).toBe(ramp);
    expect(valueOfImage(tables, [ramp, ramp], 1, 2, path)).toEqual({ value: ramp, path: 'options.p[1]' });
  });

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
      'no rectangles': () => packParam('rects', rect, { path }),
      'five rectangles': () => packParam('rects', [rect, rect, rect, rect, rect], { path }),
      'an empty rectangle': () => packParam('rects', [rect, { ...rect, width: 0 }], { path }),
      'a fraction of a pixel': () => packParam('rects', [{ ...rect, y: 0.5 }], { path }),
      'five corners': () => packParam('rects', [{ ...rect, z: 1 }], { path }),
      'a short table': () => packParam('table', ramp.slice(1), { path, channels: 3 }),
      'two tables for three channels': () => packParam('table', [ramp, ramp], { path, channels: 3 }),
      'a table with a gap': () => packParam('table', ramp.with(7, Number.NaN), { path, channels: 3 }),
      'a short table among three': () => packParam('table', [ramp, [1], ramp], { path, channels: 3 }),
      'no table': () => packParam('table', 'gamma', { path, channels: 3 }),
      'inherited name': () => packParam('primaries', { from: 'p3', to: 'toString' }, { path }),
    };
    const table = Object.entries(cases).map(([name, run]) => `${name}: ${refusal(run)}`);
    expect(table.join('\n')).toMatchInlineSnapshot(`
      "nine numbers: Expected twelve numbers, row by row for options.p but received [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, … (9)].
      rows of four: Expected twelve numbers, row by row for options.p but received […, …, …].
      no matrix: Expected twelve numbers, row by row for options.p but received { dstToSrc }.
      infinite entry: Expected a finite number for options.p[11] but received Infinity.
      no coding: Expected { matrix, range } for options.p but received 'bt709'.
      auto to be made: Expected one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc', 'ycgco', 'gbr' for options.p.matrix but received 'auto'.
      no range: Expected one of 'limited', 'full' for options.p.range but received undefined.
      no change: Expected { from, to } for options.p but received ['p3', 'bt709'].
      unknown primaries: Expected one of 'bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625' for options.p.from but received 'adobe'.
      no rectangles: Expected an array of at most 4 rectangles for options.p but received { x, y, width, height }.
      five rectangles: Expected an array of at most 4 rectangles for options.p but received an array of 5.
      an empty rectangle: Expected at least 1 for options.p[1].width but received 0.
      a fraction of a pixel: Expected a whole number from -2147483648 to 2147483647 for options.p[0].y but received 0.5.
      five corners: Expected only x, y, width and height for options.p[0] but received z too.
      a short table: Expected 256 numbers, or 3 arrays of them for options.p but received [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, … (255)].
      two tables for three channels: Expected 256 numbers, or 3 arrays of them for options.p but received […, …].
      a table with a gap: Expected a finite number for options.p[7] but received NaN.
      a short table among three: Expected 256 numbers for options.p[1] but received [1].
      no table: Expected 256 numbers, or 3 arrays of them for options.p but received 'gamma'.
      inherited name: Expected one of 'bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625' for options.p.to but received 'toString'."
    `);
  });
});
