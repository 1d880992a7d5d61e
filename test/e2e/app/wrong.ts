import { Image, openDevice } from 'cuweave';
import {
  linear,
  nchw,
  normalize,
  nv12,
  pipeline,
  replicate,
  resize,
  rgb8,
  warpAffine,
  yuvToRgb,
} from 'cuweave/ops';
import { thumbnail } from '../build/index.js';

// Every line that ends with a comment is an error, and holds the text of the comment.
const device = openDevice('gpu'); // error: parameter of type 'DeviceName
declare const image: Image;
const rgb = { format: 'rgb8', width: 4, planes: [] };

thumbnail(image, { gian: 1 }); // error: 'gian' does not exist
thumbnail(image); // error: Expected 2-3 arguments
thumbnail(image, { gain: 'much' }); // error: Type 'string' is not assignable
thumbnail({ width: 4 }, { gain: 1 }); // error: to parameter of type 'PipelineInput'
Image.fromHost(device, rgb); // error: Property 'height' is missing

const scale = normalize({ mean: [0, 0, 0], std: [1, 1, 1] });
const half = resize({ width: 2, height: 2, filter: linear, border: replicate });
export const unconverted = pipeline(nv12(), scale, nchw('f32')); // error: it takes rgb
export const twice = pipeline(rgb8(), yuvToRgb(), nchw('f32')); // error: it takes yuv, and the pixels are rgb here
export const headless = pipeline(yuvToRgb(), nchw('f32')); // error: a pipeline begins with a format
export const endless = pipeline(rgb8(), half); // error: a pipeline ends with a format
export const uncalled = pipeline(rgb8(), yuvToRgb, nchw('f32')); // error: not a stage: call the operator
export const uneven = normalize({ mean: [0], std: [1, 1, 1] });
export const misfit = pipeline(rgb8(), uneven, nchw('f32')); // error: its per-channel options differ in length
export const turned = warpAffine({ matrix: { srcToDest: [1, 0, 0, 0, 1, 0] } }); // error: 'srcToDest' does not exist
