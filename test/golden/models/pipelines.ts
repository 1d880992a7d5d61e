/** What test/golden/models/expected.json is compared with. */
import { patches, pipeline, rgb8 } from '../../../ops/index.js';

/** Pixels in the order of tokens. */
export const qwen2vlTokens = pipeline(rgb8(), patches({ patch: 14, merge: 2, temporal: 2 }));
export const qwen3vlTokens = pipeline(rgb8(), patches({ patch: 16, merge: 2, temporal: 2 }));
export const siglip2Tokens = pipeline(rgb8(), patches({ patch: 16, order: 'hwc' }));
