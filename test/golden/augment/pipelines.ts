/** Lists of random transforms, and the pipelines of their stages. */
import {
  augment,
  colorJitter,
  randomErasing,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
} from '../../../ops/augmentation/index.js';
import { nchw, nhwc, normalize, pipeline, rgb8 } from '../../../ops/index.js';

export const jitters = augment([
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  randomVerticalFlip(),
]);
export const jitteredBytes = pipeline(rgb8(), ...jitters.stages, nhwc('u8'));

export const plainJitters = augment([colorJitter({ brightness: [0.5, 1.5], saturation: 0.9, hue: 0.5 })]);
export const plainBytes = pipeline(rgb8(), ...plainJitters.stages, nhwc('u8'));

export const crops = augment([
  randomResizedCrop({ size: [20, 24] }),
  randomHorizontalFlip(),
  randomErasing({ p: 0.7, value: [1, 2, 3] }),
]);
export const croppedBytes = pipeline(rgb8(), ...crops.stages, nhwc('u8'));

export const training = augment([
  randomResizedCrop({ size: 24 }),
  randomHorizontalFlip(),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  randomErasing({ p: 0.5 }),
]);
export const trainingInput = pipeline(rgb8(), ...training.stages, nchw('f32'));
