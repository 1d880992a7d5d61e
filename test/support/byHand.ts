/** Runs pipelines of several kernels, and the single kernels that do the same one after the other. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Format } from '../../ops/spec.js';
import { openParamsOf } from '../../runtime/call/steps.js';
import { type Device, Image, type Pipeline, type Tensor } from '../../runtime/index.js';
import { between, forked, headed, rounded } from './byHandPipelines.js';
import { buildFolder, buildForCuda } from './executions.js';
import { randomImage } from './images.js';
import { plansIn } from './plans.js';
import { buildQuick } from './quickBuild.js';
import { random } from './random.js';

type Call = Pipeline<Record<string, unknown>>;
/** A pipeline, one of its results, and the pipelines that it is by hand. */
type Pair = {
  readonly whole: string;
  readonly result?: string;
  readonly source: Format;
  readonly parts: readonly string[];
};
export const pairs: readonly Pair[] = [
  { whole: 'between', source: between.source, parts: ['betweenFirst', 'betweenSecond'] },
  { whole: 'rounded', source: rounded.source, parts: ['roundedFirst', 'roundedSecond'] },
  { whole: 'headed', source: headed.source, parts: ['stored', 'headedSecond'] },
  { whole: 'headedHalf', source: headed.source, parts: ['storedHalf', 'headedHalfSecond'] },
  { whole: 'forked', result: 'small', source: forked.source, parts: ['betweenFirst', 'forkedSmall'] },
  { whole: 'forked', result: 'full', source: forked.source, parts: ['betweenFirst', 'forkedFull'] },
  { whole: 'forkedEarly', result: 'tiny', source: forked.source, parts: ['forkedTiny'] },
  { whole: 'forkedEarly', result: 'same', source: forked.source, parts: ['forkedSame'] },
  { whole: 'together', result: 'picture', source: forked.source, parts: ['togetherPicture'] },
  { whole: 'together', result: 'half', source: forked.source, parts: ['togetherHalf'] },
  { whole: 'together', result: 'luma', source: forked.source, parts: ['togetherLuma'] },
  { whole: 'copied', result: 'picture', source: forked.source, parts: ['copiedPicture'] },
  { whole: 'copied', result: 'half', source: forked.source, parts: ['copiedHalf'] },
  { whole: 'copied', result: 'luma', source: forked.source, parts: ['copiedLuma'] },
  { whole: 'beside', result: 'small', source: forked.source, parts: ['betweenFirst', 'betweenSecond'] },
  { whole: 'beside', result: 'full', source: forked.source, parts: ['betweenFirst', 'forkedFull'] },
  { whole: 'beside', result: 'luma', source: forked.source, parts: ['besideLuma'] },
];

/** Builds them; `cpu` leaves CUDA out. */
export const buildByHand = async (
  folder: string,
  { cpu }: { readonly cpu: boolean },
): Promise<Readonly<Record<string, Call>>> => {
  const out = buildFolder(folder);
  const entry = 'test/support/byHandPipelines.ts';
  await (cpu ? buildQuick(await plansIn(entry), out) : buildForCuda(entry, out, { strict: true }));
  return (await import(pathToFileURL(join(out, 'index.js')).href)) as Record<string, Call>;
};

const sizes = [
  [37, 23],
  [1, 1],
  [64, 48],
  [129, 3],
] as const;

/** A batch of unequal images, and a value for each of them of every option. */
const batchFor = (source: Format, device: Device) => {
  const numbers = random(91);
  const images = sizes.map(([width, height]) => {
    const image = randomImage(source, width, height, numbers, { padding: 16 });
    const planes = image.planes.map(({ data, pitch }) => ({ data, pitch }));
    const colour = { matrix: 'bt601', range: 'full', source: 'stream' } as const;
    return Image.fromHost(device, { format: source.name, width, height, planes, colour });
  });
  const values = sizes.map(([width, height], n) => ({
    matrix: { dstToSrc: [0.9, 0.2 * n, -1.5, -0.1, 1.1, n] },
    region: { x: width >> 2, y: height >> 2, width: (width + 1) >> 1, height: (height + 1) >> 1 },
  }));
  return { images, values };
};

/** The bits of every image of the batch: in one call, and by hand. */
export const runByHand = async (
  built: Readonly<Record<string, Call>>,
  { whole, result, source, parts }: Pair,
  device: Device,
): Promise<{ readonly atOnce: readonly unknown[]; readonly byHand: readonly unknown[] }> => {
  const { images, values } = batchFor(source, device);
  const optionsOf = ({ manifest }: Call, of: readonly object[]): Record<string, unknown> =>
    Object.fromEntries(
      openParamsOf(manifest).map(({ open }) => [
        open,
        of.map(value => (value as Record<string, unknown>)[open]),
      ]),
    );
  const made: unknown = built[whole]!.runEach(images, optionsOf(built[whole]!, values));
  const tensors = result === undefined ? { only: made } : (made as Record<string, unknown>);
  const atOnce: unknown[] = [];
  for (const [name, all] of Object.entries(tensors)) {
    for (const tensor of all as Tensor[]) {
      if (name === (result ?? 'only')) {
        atOnce.push(await contentOf(tensor));
      }
      tensor.dispose();
    }
  }
  const byHand: unknown[] = [];
  for (const [n, image] of images.entries()) {
    let input: Image | Tensor = image;
    for (const part of parts) {
      const next: Tensor = built[part]!(input, optionsOf(built[part]!, [values[n]!]));
      input.dispose();
      input = next;
    }
    byHand.push(await contentOf(input as Tensor));
    input.dispose();
  }
  return { atOnce, byHand };
};

const contentOf = async (
  tensor: Tensor,
): Promise<{ readonly size: readonly number[]; readonly data: unknown }> => {
  const { data, shape } = await tensor.toHost();
  return { size: shape.slice(-3), data };
};
