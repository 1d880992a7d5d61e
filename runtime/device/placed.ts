/** Where the planes of an image lie. */
import type { Orientation } from '../../ops/spec.js';
import type { NativeMemory } from './addon.js';
import type { Device } from './device.js';
import type { ColourDescription } from './videoColour.js';

/** One image of a call, wherever it came from. */
export type BoundImage = {
  readonly device: Device;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly PlacedPlane[];
  readonly colour?: ColourDescription;
  /** Bits of its signal's codes. */
  readonly bitDepth: number;
  readonly orientation?: Orientation;
  /** Its memory is soon another picture's. */
  readonly passes?: boolean;
};
/** A plane with the memory that it lies in; its address is below 2^53, so that a number holds it. */
export type PlacedPlane = { readonly memory: NativeMemory; readonly address: number; readonly pitch: number };
