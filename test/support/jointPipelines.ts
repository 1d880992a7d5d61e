/** Pipelines for test/golden/jointBilateral.test.ts. */
import { jointBilateral, jointBilateralGray, nhwc, pipeline, reflect101, rgb8 } from '../../ops/index.js';

const result = nhwc('f32');
export const colours = pipeline(
  rgb8(),
  ...jointBilateral({ size: 7, sigmaColor: 40, sigmaSpace: 2.5, border: reflect101 }),
  result,
);
export const depth = pipeline(
  nhwc('u8', { colour: 'gray' }),
  ...jointBilateralGray({ size: 5, sigmaColor: 90, sigmaSpace: 1.5, border: reflect101 }),
  result,
);
