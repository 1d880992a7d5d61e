/** Random transforms that change colours. */
import { adjustContrast } from '../reductions/adjustContrast.js';
import { open, type Stage } from '../spec.js';
import { requireNames, requireRange } from './checks.js';
import { steps as codes, colourSteps } from './colourSteps.js';
import type { Draw } from './draws.js';
import { type JitterStep, sameSize, type Transform } from './transform.js';

/** A number v stands for 1 − v to 1 + v, of the hue for −v to v. */
export type JitterRange = number | readonly [number, number];
/** See {@link colorJitter}. A step that is left out does not happen. */
export type ColorJitterOptions = {
  /** How far the factor of brightness goes from 1, or its least and largest, at least 0. */
  readonly brightness?: JitterRange;
  /** The same of contrast. It needs the mean of each image: a kernel more. */
  readonly contrast?: JitterRange;
  /** The same of saturation. */
  readonly saturation?: JitterRange;
  /** How far the hue turns, 0..0.5 of a full turn, or the least and the largest turn in −0.5..0.5. */
  readonly hue?: JitterRange;
};

const names = ['brightness', 'contrast', 'saturation', 'hue'] as const;

const rangeOf = (name: (typeof names)[number], given: JitterRange): readonly [number, number] => {
  const path = `${name} of colorJitter`;
  const centre = name === 'hue' ? 0 : 1;
  const limits = name === 'hue' ? { least: -0.5, most: 0.5 } : { least: 0 };
  if (typeof given === 'number') {
    requireRange([0, given], path, name === 'hue' ? { least: 0, most: 0.5 } : limits);
    return [name === 'hue' ? -given : Math.max(0, centre - given), centre + given];
  }
  requireRange(given, path, limits);
  return given;
};

/** All four in any order, each order as likely: Fisher and Yates. */
const shuffled = (draw: Draw): readonly (typeof names)[number][] => {
  const order = [...names];
  for (let last = order.length - 1; last > 0; last--) {
    const other = draw.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
};

/** Up to three steps as parameters of `colourSteps`. */
const packed = (steps: readonly JitterStep[], prefix: string): Readonly<Record<string, number>> => ({
  [`${prefix}Kinds`]: steps.reduce(
    (sum, { step }, n) => sum + (step === 'contrast' ? 0 : codes[step]) * 4 ** n,
    0,
  ),
  [`${prefix}First`]: steps[0]?.factor ?? 1,
  [`${prefix}Second`]: steps[1]?.factor ?? 1,
  [`${prefix}Third`]: steps[2]?.factor ?? 1,
});

const stepsAs = (named: (parameter: string) => string, prefix: string): Stage =>
  colourSteps({
    kinds: open(named(`${prefix}Kinds`)),
    first: open(named(`${prefix}First`)),
    second: open(named(`${prefix}Second`)),
    third: open(named(`${prefix}Third`)),
  }) as Stage;

/**
 * Brightness, contrast, saturation and hue by random factors, in an order that is random too: torchvision's `ColorJitter` on u8, with its rounding
 * after each step. Of RGB in whole numbers of 0..255: it stands before `normalize`. Contrast reads the mean of the image as the steps before it
 * left it, which is reduced first.
 *
 * @throws {RangeError} If a range does not fit.
 */
export const colorJitter = (options: ColorJitterOptions): Transform<'colorJitter'> => {
  requireNames(options, names, 'options of colorJitter');
  const ranges = new Map(
    names.flatMap(name => {
      const given = options[name];
      return given === undefined ? [] : [[name, rangeOf(name, given)] as const];
    }),
  );
  const reduces = ranges.has('contrast');
  return {
    kind: 'transform',
    name: 'colorJitter',
    draw: draw => {
      const order = shuffled(draw);
      // Each has a number drawn, so that another step's range changes no other.
      const factors = new Map(names.map(name => [name, draw.between(ranges.get(name) ?? [1, 1])] as const));
      return {
        name: 'colorJitter',
        steps: order.filter(step => ranges.has(step)).map(step => ({ step, factor: factors.get(step)! })),
      };
    },
    size: sameSize,
    stages: named =>
      reduces
        ? [
            stepsAs(named, 'before'),
            adjustContrast({ factor: open(named('contrast')) }) as Stage,
            stepsAs(named, 'after'),
          ]
        : [stepsAs(named, 'before')],
    values: ({ steps }) => {
      const at = steps.findIndex(({ step }) => step === 'contrast');
      return at < 0
        ? packed(steps, 'before')
        : {
            ...packed(steps.slice(0, at), 'before'),
            contrast: steps[at]!.factor,
            ...packed(steps.slice(at + 1), 'after'),
          };
    },
  };
};
