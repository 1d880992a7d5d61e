import { describe, expect, it } from 'vitest';
import { expectIntact } from '../support/images.js';
import { reference, storedPixels } from '../support/reference.js';
import { expectWithin } from '../support/tolerance.js';
import { goldenCases } from './cases.js';

describe("the authors' functions give what the peers give", () => {
  it.each(goldenCases)('$id', ({ pipeline, inputs, options, expected, tolerance }) => {
    inputs.forEach((image, number) => {
      const actual = storedPixels(reference(pipeline, image, options, number), pipeline.sink.dtype);
      expectWithin(actual, expected[number], tolerance);
      expectIntact(image);
    });
  });

  it('has every producer and every role of operator in the table', () => {
    const roles = new Set(goldenCases.flatMap(({ pipeline }) => pipeline.stages.map(({ op }) => op.role)));
    expect([...roles].sort()).toEqual(['indexMap', 'map', 'point']);
    expect(goldenCases.length).toBeGreaterThan(40);
  });
});
