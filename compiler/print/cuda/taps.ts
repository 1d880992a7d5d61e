/** What a filter reads through where none of its taps lies outside. */

import type { PrintedKernel } from '../kernel/kernel.js';
import type { GatherView } from './gather.js';
import type { WindowView } from './window.js';

/** A struct that a filter reads through. */
export type InsideView = {
  /** Whether it is a template that knows if planes are aligned. */
  readonly packed: boolean;
  /** Its type where they are. */
  readonly whole: string;
  readonly members: readonly string[];
  /** The point that it is made for, as its constructor declares it, and how the members begin. */
  readonly point: string;
  readonly starts: readonly string[];
  /** The statements from `x` and `y` to the pixel there. */
  readonly lines: readonly string[];
};
/** The lines, with the tap's place before them as far as they ask for it: nvcc refuses what is declared in vain. */
const placed = (lines: readonly string[]): string[] => {
  const asked = ['column', 'row'].filter(name => lines.some(line => new RegExp(`\\b${name}\\b`).test(line)));
  const declared = asked.map(name => `${name} = At::${name}`).join(', ');
  return [...(asked.length > 0 ? [`constexpr int ${declared};`] : []), ...lines];
};
const pixelLine = ({ sourcePixel }: PrintedKernel, values: readonly string[]): string =>
  `const ${sourcePixel} px0{${values.join(', ')}};`;
export const gatheredLines = (printed: PrintedKernel, { values }: GatherView): string[] =>
  placed([pixelLine(printed, values), ...printed.insideSteps]);

/** @param point The type of the points that a filter is asked for. */
export const insideView = (
  printed: PrintedKernel,
  window: WindowView | undefined,
  point: string,
): InsideView =>
  window
    ? {
        packed: window.packed.length > 0,
        whole: insideType(window, true),
        members: window.members,
        point: `const ${point} at`,
        starts: window.starts,
        lines: placed([...window.samples, pixelLine(printed, window.values), ...printed.insideSteps]),
      }
    : {
        packed: false,
        whole: insideType(window, true),
        members: [],
        point: `const ${point}`,
        starts: [],
        lines: printed.insideTap,
      };
export const insideType = (window: WindowView | undefined, aligned: boolean): string =>
  window && window.packed.length > 0 ? `Inside<${aligned}>` : 'Inside';
