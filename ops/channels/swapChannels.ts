import { pointOp } from '../spec.js';

/**
 * [R, G, B] to [B, G, R], and back by the same operator; alpha stays where it is. Exact. Equals OpenCV's and CV-CUDA's
 * `RGB2BGR` and `RGBA2BGRA`. The colour model stays `rgb`, and operators that tell red from blue (to grey, to HSV, to YUV) belong
 * where red comes first: a model that wants BGR is served at the end, after `normalize`. A picture in BGR has the format `bgr8`.
 */
export const swapChannels = pointOp({
  from: ['rgb', 'rgba', 'linear', 'premultiplied'],
  params: {},
  apply: px => px.map((_, c) => px[c < 3 ? 2 - c : c]!),
});
