/** What test/golden/models/expected.json is compared with. */
import {
  antialiasedCubic,
  antialiasedLinear,
  constant,
  letterbox,
  nearest,
  nhwc,
  nv12,
  open,
  padToMultiple,
  patches,
  pipeline,
  resizeLonger,
  resizeShorter,
  resizeWithin,
  rgb8,
} from '../../../ops/index.js';
import * as presets from '../../../ops/presets/index.js';

/** Pixels in the order of tokens. */
export const qwen2vlTokens = pipeline(rgb8(), patches({ patch: 14, merge: 2, temporal: 2 }));
export const qwen3vlTokens = pipeline(rgb8(), patches({ patch: 16, merge: 2, temporal: 2 }));
export const siglip2Tokens = pipeline(rgb8(), patches({ patch: 16, order: 'hwc' }));

/** Sizes by Qwen's rule. */
export const sizes = pipeline(
  rgb8(),
  resizeWithin({
    minPixels: open('minPixels'),
    maxPixels: open('maxPixels'),
    multiple: open('multiple'),
    filter: antialiasedCubic,
  }),
  rgb8(),
);

/** By the shorter side, and by the longer one. */
export const shorter = pipeline(
  rgb8(),
  resizeShorter({ size: open('size'), most: open('most'), filter: antialiasedCubic }),
  rgb8(),
);
export const longer = pipeline(
  rgb8(),
  resizeLonger({ size: open('size'), filter: antialiasedLinear }),
  rgb8(),
);
export const padded = pipeline(rgb8(), padToMultiple({ multiple: 32, border: constant(7) }), nhwc('u8'));
const box = { width: 64, height: 48, filter: nearest, border: constant(9) } as const;
export const boxed = pipeline(rgb8(), letterbox({ ...box, place: 'topLeft' }), nhwc('u8'));
export const centred = pipeline(rgb8(), letterbox(box), nhwc('u8'));

/** The presets. */
export const imagenet = presets.imagenet();
export const clip = presets.clip();
export const siglip = presets.siglip();
export const dinov2 = presets.dinov2();
export const vit = presets.vit();
export const videomae = presets.videomae();
export const qwen2vl = presets.qwen2vl();
export const qwen3vl = presets.qwen3vl();
/** From a decoder's frames. */
export const clipFrames = presets.clip({ source: nv12(), dtype: 'bf16' });
