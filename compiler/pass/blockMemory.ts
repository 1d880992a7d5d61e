/** What a block of a GPU's threads may have of shared memory. */
import type { Patch } from '../ir/plan.js';

/** Shared memory that a kernel may have without asking for more. */
const SHARED_BYTES = 48 * 1024;
/** The bytes of it that a block needs itself. */
const SHARED_OWN = 64;

/** Whether a block's shared memory holds all of them. */
export const fitsShared = (patches: readonly Patch[]): boolean =>
  SHARED_OWN + patches.reduce((sum, { bytes, rows }) => sum + bytes * rows, 0) <= SHARED_BYTES;
