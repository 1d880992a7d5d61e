/**
 * The vocabulary in which operators and pipelines are declared. Everything here is plain data and plain
 * functions: a spec can be run, tested and inspected as it stands, and the compiler reads the same functions.
 */
export { type Bounds, bounded } from './spec/bounds.js';
export * from './spec/formats.js';
export {
  type IndexMapOp,
  indexMapOp,
  type MapOp,
  type MapStage,
  mapOp,
  type Op,
  type PlacedIndexMap,
  type PlacedMap,
  type PlacedPoint,
  type PointOp,
  pointOp,
  type ResampleOp,
  type Sampling,
  type Stage,
  type StoredOp,
} from './spec/operators.js';
export * from './spec/params.js';
export * from './spec/pipelines.js';
export * from './spec/pixels.js';
export * from './spec/reductions.js';
export * from './spec/sampling.js';
export * from './spec/scalars.js';
export * from './spec/stencils.js';
export * from './spec/values.js';
