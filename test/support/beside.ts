/** Images that operators read beside a pipeline's source: which a spec asks for, and random ones for a case. */
import type { Fork, Format, ImageSource, Param, Pipeline, Size, Stage } from '../../ops/spec.js';
import { blankImage, fillImage, randomImage, type TestImage } from './images.js';
import type { Random } from './random.js';

/** An image as a stage asks for it: the parameter's name, the caller's, its format, and the operators on its pixels. */
export type BesideParam = {
  readonly name: string;
  readonly open: string;
  readonly format: Format;
  readonly points: readonly Stage[];
};

const isNamed = (value: unknown): value is { readonly open: string; readonly image?: ImageSource } =>
  typeof value === 'object' && value !== null && 'open' in value;

/** The images that a stage reads. */
export const besideParams = ({ op, options }: Stage): readonly BesideParam[] =>
  Object.entries(op.params as Readonly<Record<string, Param>>).flatMap(([name, param]) => {
    if (param.param !== 'image') {
      return [];
    }
    const option = options[name];
    const source = ((isNamed(option) ? option.image : option) ?? param.default) as ImageSource;
    const [format, ...points] = Array.isArray(source)
      ? (source as unknown as [Format, ...Stage[]])
      : [source as Format];
    return [{ name, open: isNamed(option) ? option.open : name, format, points }];
  });

/** The image that a call gave under that name for one of the batch. */
export const besideImage = (given: Readonly<Record<string, unknown>>, open: string, number: number) => {
  const value = given[open] as TestImage | readonly TestImage[];
  return Array.isArray(value) ? (value as readonly TestImage[])[number]! : (value as TestImage);
};

/** Whether a value that a call is given is an image, or several. */
export const isBeside = (value: unknown): value is TestImage | readonly TestImage[] =>
  [value].flat().every(one => typeof one === 'object' && one !== null && 'planes' in one);

/** Every stage of a spec, with what stands before it: the stages of its heads, its own, and those of its results. */
const placesOf = (spec: Pipeline | Fork): readonly { readonly before: Pipeline; readonly stage: Stage }[] => {
  const along = (start: Pipeline, stages: readonly Stage[]) =>
    stages.map((stage, n) => ({
      before: { ...start, stages: [...start.stages, ...stages.slice(0, n)] },
      stage,
    }));
  const { head, stages } = spec;
  const start = { ...spec, stages: [] } as unknown as Pipeline;
  const branches = 'outputs' in spec ? Object.values(spec.outputs) : [];
  const trunk = { ...start, stages } as Pipeline;
  return [
    ...(head ? placesOf(head) : []),
    ...along(start, stages),
    ...branches.flatMap(branch => along(trunk, branch.stages)),
  ];
};

/**
 * Random images for all of them, one for each image of the batch, by the caller's names.
 * @param sizeBefore The size of an image of the batch where a stage stands, by what stands before it.
 */
export const randomBeside = (
  spec: Pipeline | Fork,
  count: number,
  sizeBefore: (before: Pipeline, number: number, given: Readonly<Record<string, unknown>>) => Size,
  given: Readonly<Record<string, unknown>>,
  random: Random,
  align: number,
): Readonly<Record<string, unknown>> => {
  let all = given;
  for (const { before, stage } of placesOf(spec)) {
    const maps = stage.op.role === 'resample' ? stage.op.maps : [stage];
    for (const placed of maps) {
      for (const { open, format } of besideParams(placed)) {
        const images = Array.from({ length: count }, (_, number) => {
          const around = sizeBefore(before, number, all);
          // A map gives its output's size.
          const { width, height } =
            placed.op.role === 'map' ? { width: random.int(1, 70), height: random.int(1, 40) } : around;
          const options = {
            padding: random.int(0, 9),
            align,
            colour: { matrix: 'bt601', range: 'full' },
          } as const;
          if (format.colour !== 'xy') {
            return randomImage(format, width, height, random, options);
          }
          const most = Math.max(around.width, around.height) + 3;
          return fillImage(blankImage(format, width, height, options), () => random.float(-3, most));
        });
        all = { ...all, [open]: images };
      }
    }
  }
  return all;
};
