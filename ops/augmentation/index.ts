/**
 * Random transforms in torchvision's terms, compiled into one pipeline; their parameters follow from a seed and a sample's index.
 * docs/augment.md has distributions and differences.
 */
export { type Augmentation, augment, type ParameterOptions, type Parameters } from './augment.js';
export { type ColorJitterOptions, colorJitter, type JitterRange } from './colour.js';
export {
  type FlipOptions,
  type RandomResizedCropOptions,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
} from './geometry.js';
export { type RandomErasingOptions, randomErasing } from './randomErasing.js';
export type { Drawn, JitterStep, Transform } from './transform.js';
