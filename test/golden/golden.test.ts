import { describe, expect, it } from 'vitest';
import { reference, storedPixels } from '../support/reference.js';
import { goldenCases } from './cases.js';
import { expectGolden } from './check.js';
import * as pipelines from './pipelines.js';

describe("the authors' functions give what the peers give", () => {
  it.each(goldenCases)('$id', golden =>
    expectGolden(golden, ({ pipeline, inputs, options }) =>
      inputs.map((image, number) =>
        storedPixels(reference(pipeline, image, options, number), pipeline.sink.dtype),
      ),
    ),
  );

  it('uses every pipeline', () => {
    expect(new Set(goldenCases.map(({ name }) => name))).toEqual(new Set(Object.keys(pipelines)));
  });
});
