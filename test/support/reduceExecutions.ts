/** Runs reductions on devices, on the same images as their oracles. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../../compiler/ir/plan.js';
import type { Pipeline as Built, Device, HostTensor, Tensor } from '../../runtime/index.js';
import { Image } from '../../runtime/index.js';
import { randomImage, type TestImage } from './images.js';
import { plansIn } from './plans.js';
import { random } from './random.js';

export const reduceEntry = 'test/support/reducePipelines.ts';
export const reducePlans = (): Promise<readonly Plan[]> => plansIn(reduceEntry);
export const bindingsOf = async (out: string): Promise<Record<string, Built<never>>> =>
  (await import(pathToFileURL(join(out, 'index.js')).href)) as never;

/** 1×1, less and more than a tile, several rows of tiles, unequal in one batch, and aligned as a device's own images are. */
const batches: readonly { readonly sizes: readonly (readonly [number, number])[]; readonly align: number }[] =
  [
    { sizes: [[1, 1]], align: 1 },
    {
      sizes: [
        [37, 23],
        [300, 9],
        [129, 70],
      ],
      align: 1,
    },
    {
      sizes: [
        [264, 131],
        [128, 32],
      ],
      align: 256,
    },
  ];

export type ReduceCase = {
  readonly images: readonly TestImage[];
  readonly given: Readonly<Record<string, unknown>>;
};
/** The cases of a pipeline, the same for the same name. `from`: sides are multiples of it. */
export const reduceCases = ({ name, pipeline }: Plan, from = 1): readonly ReduceCase[] => {
  const seeded = random(name.length * 104729);
  const up = (side: number): number => Math.ceil(side / from) * from;
  return batches.map(({ sizes, align }) => ({
    images: sizes.map(([width, height]) =>
      randomImage(pipeline.source, up(width), up(height), seeded, { align }),
    ),
    given: {
      rect: sizes.map(([width, height]) => ({
        x: width >> 2,
        y: height >> 1,
        width: width - (width >> 2),
        height: height - (height >> 1),
      })),
      high: 120.5,
      factor: 1.625,
    },
  }));
};

const arrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  i32: Int32Array,
  f32: Float32Array,
};

/** Where an image of a test lies on a device. */
export const placed = (device: Device, image: TestImage): Image =>
  Image.fromHost(device, {
    format: image.format.name,
    width: image.width,
    height: image.height,
    planes: image.planes.map(({ data, pitch }) => ({
      data: new arrays[image.format.dtype](data.slice().buffer),
      pitch,
    })),
  } as never);

/** The results of a call on the host, by name; the memory is given back. */
export const run = async (
  built: Built<never>,
  device: Device,
  { images, given }: ReduceCase,
): Promise<ReadonlyMap<string, HostTensor>> => {
  const sources = images.map(image => placed(device, image));
  const names = new Set(
    ('steps' in built.manifest ? built.manifest.steps.map(({ kernel }) => kernel) : [built.manifest]).flatMap(
      kernel => kernel.params.flatMap(({ open }) => open ?? []),
    ),
  );
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
  const made = built.runEach(sources, options as never) as unknown as Tensor[] | Record<string, Tensor[]>;
  const all = Array.isArray(made) ? { '': made } : made;
  const results = new Map<string, HostTensor>();
  for (const [name, tensors] of Object.entries(all)) {
    for (const [n, tensor] of tensors.entries()) {
      results.set(`${name}${n}`, await tensor.toHost());
      tensor.dispose();
    }
  }
  for (const source of sources) {
    source.dispose();
  }
  return results;
};
