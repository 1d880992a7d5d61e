import { indexBorder } from './spec.js';

export { constant } from './spec.js';

/** The nearest pixel of the edge: aaa|abcd|ddd. */
export const replicate = indexBorder({
  apply: (i, size) => Math.min(Math.max(i, 0), size - 1),
});
