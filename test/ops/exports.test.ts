/** What users find under `cuweave/ops`: what is shared with the compiler and the runtime alone is not there. */
import { expect, it } from 'vitest';
import { readOpsSource } from '../../compiler/read/spec/opsSource.js';
import * as ops from '../../ops/index.js';
import * as internal from '../../ops/internal.js';

it('has operators, formats, filters, borders, and this vocabulary', () => {
  const documented = new Set(readOpsSource().ops.map(({ name }) => name));
  const vocabulary = Object.keys(ops).filter(name => !documented.has(name));
  expect(vocabulary.sort().join(' ')).toMatchInlineSnapshot(
    `"angle anyColour binsOp bounded camera channelCount distortion f32 f64 filter fisheye fused gaussian i32 idiv indexBorder indexMapOp lookup mapOp mat2x3 mat3x3 mat3x4 measured oneOf open orientation outputs paramFields perChannel perImage perPixel pipeline pointOp primariesChange rect rects reduceOp roundHalfEven roundToBf16 roundToF16 separableFilter separableStencil stencilOp stored table tableFilter vec2 weights withDefault yuvCoding yuvEncoding"`,
  );
});

it('has nothing that is internal', () => {
  expect(Object.keys(internal).filter(name => name in ops)).toEqual([]);
});
