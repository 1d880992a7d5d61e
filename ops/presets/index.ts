/**
 * What models are given, as pipelines: functions over the public operators, with the values that the models publish. A preset is a pipeline like any
 * other: `export const prepare = clip({ dtype: 'f16' })`. docs/presets.md has sizes and differences.
 */
export { detr, sam, yolo } from './detection.js';
export type { PresetFilter, PresetOptions } from './source.js';
export {
  clip,
  dinov2,
  imagenet,
  type SquareOptions,
  siglip,
  siglip2Fixed,
  videomae,
  vit,
} from './squares.js';
export { internvl, llavaOneVision, type Tiled } from './tiled.js';
export { type QwenOptions, qwen2vl, qwen3vl, qwen25vl, siglip2 } from './tokens.js';
