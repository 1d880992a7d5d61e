/** Pipelines whose results are tokens, each beside the tensor that it is made of. */
import * as ops from '../../ops/index.js';
import { linear, nchw, nhwc, outputs, patches, pipeline, replicate, rgb8 } from '../../ops/index.js';

const clip = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;
const sized = ops.resize({
  width: ops.open('width'),
  height: ops.open('height'),
  filter: linear,
  border: replicate,
});

/** Qwen2-VL's and Qwen2.5-VL's, of a still: single pixels, each written twice. */
export const qwenStill = pipeline(
  rgb8(),
  sized,
  ops.normalize(clip),
  outputs({ tensor: [nchw('f32')], tokens: [patches({ patch: 14, merge: 2, temporal: 2 })] }),
);
/** The same of video, whose frames are paired, straight from a decoder's: runs of two. */
export const qwenVideo = pipeline(
  ops.nv12(),
  ops.yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  ops.normalize(clip),
  outputs({
    tensor: [nchw('f32')],
    tokens: [patches({ dtype: 'bf16', patch: 14, merge: 2, temporal: 2, frames: 'paired' })],
  }),
);
/** Qwen3-VL's: runs of four, written twice. */
export const qwen3Still = pipeline(
  rgb8(),
  ops.normalize({ mean: 127.5, std: 127.5 }),
  outputs({ tensor: [nchw('f32')], tokens: [patches({ patch: 16, merge: 2, temporal: 2 })] }),
);
/** SigLIP2's: channels side by side. */
export const siglip2 = pipeline(
  rgb8(),
  ops.normalize({ mean: 127.5, std: 127.5 }),
  outputs({ tensor: [nhwc('f32')], tokens: [patches({ patch: 16, order: 'hwc' })] }),
);
/** A plain one, of bytes. */
export const vit = pipeline(
  rgb8(),
  outputs({ tensor: [nchw('u8')], tokens: [patches({ dtype: 'u8', patch: 16 })] }),
);
/** An odd side, in which no run fits; behind a stencil; three frames. */
export const odd = pipeline(
  rgb8(),
  ops.boxBlur({ size: 3, border: replicate }),
  outputs({
    tensor: [nhwc('f16')],
    tokens: [patches({ dtype: 'f16', patch: 7, merge: 3, temporal: 3, frames: 'paired', order: 'hwc' })],
  }),
);
/** By themselves, from shared memory on a GPU where it is large enough; and the tensor. */
export const alone = pipeline(rgb8(), sized, ops.rgbToGray(), patches({ patch: 8, merge: 2 }));
export const aloneTensor = pipeline(rgb8(), sized, ops.rgbToGray(), nchw('f32'));
/** Of pictures of any sizes, as they are. */
export const ragged = pipeline(rgb8(), ops.rgbToGray(), patches({ patch: 8, merge: 2 }));
