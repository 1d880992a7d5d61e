/** What test/golden/models/expected.json is compared with. */
import {
  antialiasedCubic,
  antialiasedLinear,
  constant,
  crop,
  letterbox,
  nearest,
  nhwc,
  nv12,
  open,
  p010,
  padToMultiple,
  patches,
  pillow,
  pipeline,
  resizeInside,
  resizeInsideTiles,
  resizeLonger,
  resizeShorter,
  resizeToPatches,
  resizeToTiles,
  resizeWithin,
  rgb8,
  rgba8,
  yuvToRgb,
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
const filter = antialiasedLinear;
export const detrRule = pipeline(
  rgb8(),
  resizeShorter({ size: open('size'), most: open('most'), rule: 'detr', filter }),
  rgb8(),
);
export const insideNearest = pipeline(
  rgb8(),
  resizeInside({ width: open('width'), height: open('height'), filter }),
  rgb8(),
);
export const insideUp = pipeline(
  rgb8(),
  resizeInside({ width: open('width'), height: open('height'), rounding: 'up', filter }),
  rgb8(),
);
export const toTiles = pipeline(
  rgb8(),
  resizeToTiles({ tile: open('tile'), least: open('least'), most: open('most'), filter }),
  rgb8(),
);
export const insideTiles = pipeline(
  rgb8(),
  resizeInsideTiles({ tile: open('tile'), columns: open('columns'), rows: open('rows'), filter }),
  rgb8(),
);
export const toPatches = pipeline(
  rgb8(),
  resizeToPatches({ patch: open('patch'), most: open('most'), filter }),
  rgb8(),
);
export const padded = pipeline(rgb8(), padToMultiple({ multiple: 32, border: constant(7) }), nhwc('u8'));
const box = { width: 64, height: 48, filter: nearest, border: constant(9) } as const;
export const boxed = pipeline(rgb8(), letterbox({ ...box, place: 'topLeft' }), nhwc('u8'));
export const centred = pipeline(rgb8(), letterbox(box), nhwc('u8'));

/** Pillow's bytes of RGBA, to sizes that follow from the picture's; and behind a crop. */
export const alpha = pipeline(
  rgba8(),
  crop(),
  resizeWithin({
    minPixels: 600,
    maxPixels: 5000,
    multiple: 4,
    filter: pillow({ resample: 'bicubic' }),
  }),
  nhwc('u8'),
);

/** The presets. */
export const imagenet = presets.imagenet();
export const clip = presets.clip();
export const siglip = presets.siglip();
export const dinov2 = presets.dinov2();
export const vit = presets.vit();
export const videomae = presets.videomae();
export const qwen2vl = presets.qwen2vl();
export const qwen3vl = presets.qwen3vl();
export const siglip2Fixed = presets.siglip2Fixed();
export const siglip2 = presets.siglip2();
export const sam = presets.sam({ size: 256 });
const detrSizes = { shorter: 160, longer: 266, padded: { width: 266, height: 266 } } as const;
export const detr = presets.detr(detrSizes);
export const yolo = presets.yolo({ size: 256 });
const internvlTiles = { size: 112, maxTiles: 6 } as const;
export const internvl = presets.internvl(internvlTiles);
const llavaTiles = { size: 112, columns: 3, rows: 3 } as const;
export const llavaOneVision = presets.llavaOneVision(llavaTiles);

/** Those with Pillow's bytes. */
const exact = true;
export const imagenetExact = presets.imagenet({ exact });
export const clipExact = presets.clip({ exact });
export const siglipExact = presets.siglip({ exact });
export const dinov2Exact = presets.dinov2({ exact });
export const vitExact = presets.vit({ exact });
export const videomaeExact = presets.videomae({ exact });
export const qwen2vlExact = presets.qwen2vl({ exact });
export const qwen3vlExact = presets.qwen3vl({ exact });
export const siglip2FixedExact = presets.siglip2Fixed({ exact });
export const siglip2Exact = presets.siglip2({ exact });
export const samExact = presets.sam({ size: 256, exact });
export const detrExact = presets.detr({ ...detrSizes, exact });
export const internvlExact = presets.internvl({ ...internvlTiles, exact });
export const llavaOneVisionExact = presets.llavaOneVision({ ...llavaTiles, exact });

/** From a decoder's frames. */
export const clipFrames = presets.clip({ source: nv12(), dtype: 'bf16' });
export const llavaFrames = presets.llavaOneVision({ ...llavaTiles, source: nv12() });
export const siglip2Frames = presets.siglip2({ source: p010(), exact });
export const samFrames = presets.sam({ size: 256, source: p010(), exact });
/** What the frames are as pictures. */
export const nv12Picture = pipeline(nv12(), yuvToRgb(), rgb8());
export const p010Picture = pipeline(p010(), yuvToRgb(), rgb8());
