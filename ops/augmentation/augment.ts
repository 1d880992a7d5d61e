import type { Stage } from '../spec.js';
import { requireNames, requireWhole, wrong } from './checks.js';
import { drawsOf, type Size } from './draws.js';
import type { Drawn, Transform } from './transform.js';

/** What was drawn for one sample: one entry for each random transform of the list, in its order. Plain data, which JSON keeps. */
export type Parameters = readonly Drawn[];
/** From what a sample's parameters are drawn. */
export type ParameterOptions = {
  /** A safe integer, of an epoch for example. */
  readonly seed: number;
  /** The width of the sample's image in pixels. */
  readonly width: number;
  /** The height of the sample's image in pixels. */
  readonly height: number;
};

/** See {@link augment}. */
export type Augmentation = {
  /**
   * Operators on RGB in 0..255 for a pipeline: `pipeline(rgb8(), ...training.stages, nchw('f16'))`. How many there are follows from the list; to the
   * type checker they are one, from RGB to RGB, since it checks pipelines operator by operator.
   */
  readonly stages: readonly [Stage<'rgb', 'rgb'>];
  /**
   * What is drawn for a sample: by the seed, its index, the size of its image and the list alone, so it is the same on every device and in every
   * batch.
   *
   * @param index The number of the sample in the data set, 0 to 2^32 − 1.
   * @throws {RangeError} If the index, the seed or the size does not fit.
   */
  readonly parameters: (index: number, options: ParameterOptions) => Parameters;
  /**
   * The options of a call, for as many images as parameters are given, in their order. Recorded parameters give the same call again.
   *
   * @throws {RangeError} If parameters are not those of this list.
   */
  readonly options: (parameters: readonly Parameters[]) => Readonly<Record<string, readonly unknown[]>>;
};

type Entry = { readonly transform: Transform; readonly named: (parameter: string) => string };

/** Names of call options: the transform's, its number from the second on, and the parameter's. */
const named = (transforms: readonly Transform[]): readonly Entry[] => {
  const counts = new Map<string, number>();
  return transforms.map(transform => {
    const count = (counts.get(transform.name) ?? 0) + 1;
    counts.set(transform.name, count);
    const prefix = `${transform.name}${count > 1 ? count : ''}`;
    return { transform, named: parameter => `${prefix}_${parameter}` };
  });
};

/**
 * A list of random transforms, and point operators such as `normalize` between them, as the stages of one pipeline, and the parameters of its
 * calls. Parameters are drawn on the host by a counter: sample 7 of seed 1 has the same ones whatever else is in its batch.
 *
 * @param list Random transforms of `cuweave/augment` and point operators of `cuweave/ops`, in the order in which they happen.
 * @throws {RangeError} If the list is empty, or has something else in it.
 */
export const augment = (list: readonly (Transform | Stage)[]): Augmentation => {
  if (!Array.isArray(list) || list.length === 0) {
    throw wrong(
      'an array with a transform in it',
      'the list of augment',
      list,
      'Write augment([randomHorizontalFlip()]).',
    );
  }
  list.forEach((item: Transform | Stage, n) => {
    if (!(item?.kind === 'transform' || (item?.kind === 'stage' && item.op.role === 'point'))) {
      const hint = 'Operators that move pixels stand before or behind the stages, in the pipeline.';
      throw wrong('a random transform or a point operator', `entry ${n} of augment`, typeof item, hint);
    }
  });
  const entries = named(list.filter(item => item.kind === 'transform') as Transform[]);
  const stagesOf = new Map(entries.map(entry => [entry.transform, entry]));
  if (stagesOf.size < entries.length) {
    throw wrong(
      'each transform once',
      'the list of augment',
      'one twice',
      'Call its function again for the second.',
    );
  }
  return {
    stages: list.flatMap(item =>
      item.kind === 'stage' ? [item] : item.stages(stagesOf.get(item)!.named),
    ) as unknown as [Stage<'rgb', 'rgb'>],
    parameters: (index, options) => {
      requireNames(options, ['seed', 'width', 'height'], 'options of parameters');
      requireWhole(index, 'index of parameters', 0, 2 ** 32 - 1);
      requireWhole(options.seed, 'seed of parameters', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      requireWhole(options.width, 'width of parameters', 1, 65535);
      requireWhole(options.height, 'height of parameters', 1, 65535);
      let size: Size = { width: options.width, height: options.height };
      return entries.map(({ transform }, place) => {
        const drawn = transform.draw(drawsOf(options.seed, index, place), size);
        size = transform.size(size);
        return drawn;
      });
    },
    options: parameters => {
      if (!Array.isArray(parameters) || parameters.length === 0) {
        throw wrong(
          'an array with the parameters of one image or more',
          'parameters',
          parameters,
          'Draw them by parameters().',
        );
      }
      const result: Record<string, unknown[]> = {};
      parameters.forEach((of: Parameters, image) => {
        const names = Array.isArray(of) ? of.map(drawn => drawn?.name) : of;
        const own = entries.map(({ transform }) => transform.name);
        if (JSON.stringify(names) !== JSON.stringify(own)) {
          throw wrong(
            `those of ${own.join(', ')}`,
            `parameters[${image}]`,
            names,
            'They are of another list.',
          );
        }
        entries.forEach((entry, n) => {
          for (const [name, value] of Object.entries(entry.transform.values(of[n] as never))) {
            const all = result[entry.named(name)] ?? [];
            result[entry.named(name)] = all;
            all.push(value);
          }
        });
      });
      return result;
    },
  };
};
