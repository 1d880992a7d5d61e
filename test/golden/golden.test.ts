import { describe, expect, it } from 'vitest';
import { expectIntact } from '../support/images.js';
import { reference, storedPixels } from '../support/reference.js';
import { expectWithin } from '../support/tolerance.js';
import { goldenCases } from './cases.js';
import * as pipelines from './pipelines.js';

describe("the authors' functions give what the peers give", () => {
  it.each(goldenCases)('$id', ({ pipeline, inputs, options, expected, tolerance }) => {
    inputs.forEach((image, number) => {
      const actual = storedPixels(reference(pipeline, image, options, number), pipeline.sink.dtype);
      expectWithin(actual, expected[number], tolerance);
      expectIntact(image);
    });
  });

  it('uses every pipeline', () => {
    expect(new Set(goldenCases.map(({ name }) => name))).toEqual(new Set(Object.keys(pipelines)));
  });
});
