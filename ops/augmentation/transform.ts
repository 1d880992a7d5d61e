/** How a random transform is declared. */
import type { Rect, Stage } from '../spec.js';
import type { Draw, Size } from './draws.js';

/** What was drawn for one sample by one transform: plain data, which JSON keeps. `name` is the transform's. */
export type Drawn =
  | { readonly name: 'randomResizedCrop'; readonly rect: Rect }
  | { readonly name: 'randomHorizontalFlip'; readonly flipped: boolean }
  | { readonly name: 'randomVerticalFlip'; readonly flipped: boolean }
  | { readonly name: 'colorJitter'; readonly steps: readonly JitterStep[] }
  | { readonly name: 'randomErasing'; readonly areas: readonly Rect[] };
/** A step of `colorJitter`: factors are torchvision's, of the hue −0.5..0.5 of a full turn. */
export type JitterStep = {
  readonly step: 'brightness' | 'contrast' | 'saturation' | 'hue';
  readonly factor: number;
};

/** A random transform in a list for `augment`. `name` is what parameters are recorded under. */
export type Transform<Name extends Drawn['name'] = Drawn['name']> = {
  readonly kind: 'transform';
  readonly name: Name;
  /** What is drawn for a sample whose image has this size when it gets there. */
  readonly draw: (draw: Draw, size: Size) => Extract<Drawn, { readonly name: Name }>;
  /** The size of what the transform gives. */
  readonly size: (size: Size) => Size;
  /** Operators, whose open parameters have names that `named` makes. */
  readonly stages: (named: (parameter: string) => string) => readonly Stage[];
  /** The values of those parameters for one image. */
  values(drawn: Extract<Drawn, { readonly name: Name }>): Readonly<Record<string, unknown>>;
};

/** Of a transform that leaves the size alone. */
export const sameSize = (size: Size): Size => size;
