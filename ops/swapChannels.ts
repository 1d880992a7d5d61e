import { pointOp } from './spec.js';

/**
 * [R, G, B] to [B, G, R], and back by the same operator; alpha stays where it is. Exact. Equals OpenCV's and CV-CUDA's
 * `RGB2BGR` and `RGBA2BGRA`. The colour model stays `rgb`: operators that tell red from blue (to grey, to HSV, to YUV) belong
 * where red comes first, so a source in BGR is swapped at the head and a sink in BGR at the end.
 */
export const swapChannels = pointOp({
  from: ['rgb', 'rgba', 'linear', 'premultiplied'],
  params: {},
  apply: px => px.map((_, c) => px[c < 3 ? 2 - c : c]),
});
