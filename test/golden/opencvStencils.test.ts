/**
 * OpenCV's operators on neighbours, computed once more from their published definitions in whole numbers: modules/imgproc/src, smooth.dispatch.cpp
 * (`getGaussianKernelBitExact`, `getGaussianKernelFixedPoint_ED`), morph.dispatch.cpp (`getStructuringElement`), deriv.cpp (`getSobelKernels`,
 * `Laplacian`), thresh.cpp (`adaptiveThreshold`). All sizes by the oracle, some on the CPU; bytes are the same.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { type Pipeline as Built, type Device, openDevice } from '../../runtime/index.js';
import { buildFolder, loadOracles, root, runBuilt, runOracles } from '../support/executions.js';
import { blankImage, expectIntact, randomImage, readPixels, type TestImage } from '../support/images.js';
import { buildQuick } from '../support/quickBuild.js';
import { random } from '../support/random.js';

/** A grey picture: its pixel at a column and a row. */
type Grey = (x: number, y: number) => number;
type Case = {
  readonly name: string;
  readonly stages: string;
  /** Whether the CPU runs it too. */
  readonly onHost: boolean;
  readonly expected: (at: Grey, x: number, y: number) => number;
};
const [width, height] = [19, 17];

const reflect101 = (n: number, size: number): number => {
  if (n < 0) {
    return reflect101(-n, size);
  }
  return n < size ? n : reflect101(2 * size - 2 - n, size);
};
const reflected =
  (at: Grey): Grey =>
  (x, y) =>
    at(reflect101(x, width), reflect101(y, height));
const held =
  (at: Grey): Grey =>
  (x, y) =>
    at(Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1));
const isInside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height;

const nearestEven = (v: number): number => {
  const below = Math.floor(v);
  return v - below === 0.5 ? below + (below % 2) : Math.round(v);
};
const offsets = (size: number): readonly number[] =>
  Array.from({ length: size }, (_, n) => n - (size - 1) / 2);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** `getGaussianKernelFixedPoint_ED` with 8 bits. */
const gaussianKernel = (size: number, sigma: number): readonly number[] => {
  const fixed: Readonly<Record<number, readonly number[]>> = {
    3: [0.25, 0.5],
    5: [0.0625, 0.25, 0.375],
    7: [0.03125, 0.109375, 0.21875, 0.28125],
    9: [4 / 256, 13 / 256, 30 / 256, 51 / 256, 60 / 256],
  };
  const spread = sigma > 0 ? sigma : 0.15 * size + 0.35;
  const bells = offsets(size).map(x => Math.exp((-0.125 * (2 * x) ** 2) / spread ** 2));
  const half = (sigma > 0 ? undefined : fixed[size]) ?? bells.map(bell => bell / sum(bells));
  const kernel: number[] = [];
  let error = 0;
  for (const weight of half.slice(0, (size - 1) / 2)) {
    const wanted = 256 * weight + error;
    kernel.push(nearestEven(wanted));
    error = wanted - nearestEven(wanted);
  }
  return [...kernel, 256 - 2 * sum(kernel), ...kernel.toReversed()];
};
const gaussian =
  (size: number, sigma: number): Case['expected'] =>
  (at, x, y) => {
    const kernel = gaussianKernel(size, sigma);
    const places = offsets(size);
    const rows = places.map((dy, row) =>
      sum(places.map((dx, column) => kernel[column]! * kernel[row]! * reflected(at)(x + dx, y + dy))),
    );
    return (sum(rows) + 0x8000) >> 16;
  };

const box =
  (size: number): Case['expected'] =>
  (at, x, y) => {
    const all = sum(offsets(size).flatMap(dy => offsets(size).map(dx => reflected(at)(x + dx, y + dy))));
    return Math.round(all / size ** 2);
  };

/** `getStructuringElement`, as places around the middle. */
const element = (shape: string, size: number): readonly (readonly [number, number])[] => {
  const r = (size - 1) / 2;
  return offsets(size).flatMap(dy => {
    const ellipse = nearestEven(r * Math.sqrt((r * r - dy * dy) / (r * r)));
    const reach = shape === 'rectangle' ? r : shape === 'ellipse' ? ellipse : dy === 0 ? r : 0;
    return offsets(size).flatMap(dx => (Math.abs(dx) <= reach ? [[dx, dy] as const] : []));
  });
};
/** What lies outside does not count, as with OpenCV's default border. */
const extreme =
  (most: boolean, shape: string, size: number) =>
  (at: Grey): Grey =>
  (x, y) => {
    const seen = element(shape, size).flatMap(([dx, dy]) =>
      isInside(x + dx, y + dy) ? [at(x + dx, y + dy)] : [],
    );
    return most ? Math.max(...seen) : Math.min(...seen);
  };
const eroded = (shape: string, size: number) => extreme(false, shape, size);
const dilated = (shape: string, size: number) => extreme(true, shape, size);

/** `getSobelKernels`: sums of neighbours, and for each order of the derivative a difference. */
const sobelKernel = (size: number, order: number): readonly number[] => {
  const steps = [
    ...Array.from({ length: size - 1 - order }, () => [1, 1]),
    ...Array.from({ length: order }, () => [-1, 1]),
  ];
  return steps.reduce<readonly number[]>(
    (kernel, [a, b]) => kernel.concat(0).map((v, n) => v * a! + (n > 0 ? kernel[n - 1]! * b! : 0)),
    [1],
  );
};
const weighed = (kernel: (dx: number, dy: number) => number, size: number): Case['expected'] => {
  const places = offsets(size).flatMap(dy => offsets(size).map(dx => [dx, dy] as const));
  return (at, x, y) => sum(places.map(([dx, dy]) => kernel(dx, dy) * reflected(at)(x + dx, y + dy)));
};
const sobel = (size: number, orderX: number, orderY: number): Case['expected'] => {
  const [across, down] = [sobelKernel(size, orderX), sobelKernel(size, orderY)];
  const r = (size - 1) / 2;
  return weighed((dx, dy) => across[dx + r]! * down[dy + r]!, size);
};
const laplacian = (size: number): Case['expected'] =>
  weighed((dx, dy) => {
    const away = Math.abs(dx) + Math.abs(dy);
    return size === 1 ? [-4, 1, 0][away]! : [-8, 0, 2][away]!;
  }, 3);

const adaptive =
  (size: number, c: number, inverse: boolean): Case['expected'] =>
  (at, x, y) => {
    const all = sum(offsets(size).flatMap(dy => offsets(size).map(dx => held(at)(x + dx, y + dy))));
    const mean = Math.round(all / size ** 2);
    const isAbove = at(x, y) - mean > -(inverse ? Math.floor(c) : Math.ceil(c));
    return isAbove === inverse ? 0 : 255;
  };

const sizes = Array.from({ length: 15 }, (_, n) => 2 * n + 3);
const windows = [3, 5, 7, 9, 11, 13, 15];
const someSizes = [3, 5, 11, 31];
const shapes = ['rectangle', 'cross', 'ellipse'];
const byte = 'gray8()';
const cases: readonly Case[] = [
  ...sizes.flatMap((size): Case[] => [
    {
      name: `gaussian${size}`,
      stages: `opencvGaussianBlur({ size: ${size}, sigma: 0, border: reflect101 }), ${byte}`,
      onHost: someSizes.includes(size),
      expected: gaussian(size, 0),
    },
    ...(someSizes.includes(size)
      ? [
          {
            name: `gaussianOf${size}`,
            stages: `opencvGaussianBlur({ size: ${size}, sigma: ${size / 5}, border: reflect101 }), ${byte}`,
            onHost: false,
            expected: gaussian(size, Math.fround(size / 5)),
          },
        ]
      : []),
    {
      name: `box${size}`,
      stages: `boxBlur({ size: ${size}, border: reflect101 }), ${byte}`,
      onHost: someSizes.includes(size),
      expected: box(size),
    },
    {
      name: `adaptive${size}`,
      stages: `adaptiveThreshold({ size: ${size}, offset: 1.5, border: replicate }), ${byte}`,
      onHost: size === 11,
      expected: adaptive(size, 1.5, false),
    },
  ]),
  {
    name: 'adaptiveInverse',
    stages: `adaptiveThreshold({ size: 5, offset: -2.5, kind: 'binaryInv', border: replicate }), ${byte}`,
    onHost: false,
    expected: adaptive(5, -2.5, true),
  },
  ...windows.flatMap(size =>
    shapes.flatMap((shape): Case[] => [
      {
        name: `eroded${size}${shape}`,
        stages: `erode({ size: ${size}, shape: '${shape}' }), ${byte}`,
        onHost: size === 7,
        expected: (at, x, y) => eroded(shape, size)(at)(x, y),
      },
      {
        name: `dilated${size}${shape}`,
        stages: `dilate({ size: ${size}, shape: '${shape}' }), ${byte}`,
        onHost: false,
        expected: (at, x, y) => dilated(shape, size)(at)(x, y),
      },
      ...(size === 7
        ? [
            {
              name: `gradient${size}${shape}`,
              stages: `morphGradient({ size: ${size}, shape: '${shape}', border: replicate }), ${byte}`,
              onHost: false,
              expected: (at: Grey, x: number, y: number) =>
                dilated(shape, size)(at)(x, y) - eroded(shape, size)(at)(x, y),
            },
          ]
        : []),
    ]),
  ),
  ...shapes.flatMap((shape): Case[] => [
    {
      name: `opened5${shape}`,
      stages: `...opening({ size: 5, shape: '${shape}' }), ${byte}`,
      onHost: true,
      expected: (at, x, y) => dilated(shape, 5)(eroded(shape, 5)(at))(x, y),
    },
    {
      name: `topHat3${shape}`,
      stages: `topHat({ size: 3, shape: '${shape}' }), ${byte}`,
      onHost: false,
      expected: (at, x, y) => at(x, y) - dilated(shape, 3)(eroded(shape, 3)(at))(x, y),
    },
    {
      name: `blackHat5${shape}`,
      stages: `blackHat({ size: 5, shape: '${shape}' }), ${byte}`,
      onHost: shape === 'ellipse',
      expected: (at, x, y) => eroded(shape, 5)(dilated(shape, 5)(at))(x, y) - at(x, y),
    },
  ]),
  ...[3, 5, 7].flatMap(size =>
    [
      [1, 0],
      [0, 1],
      [2, 0],
      [1, 1],
    ].map(
      ([dx, dy]): Case => ({
        name: `sobel${size}of${dx}${dy}`,
        stages: `sobel({ size: ${size}, dx: ${dx}, dy: ${dy}, border: reflect101 }), nhwc('f32')`,
        onHost: size === 7 && dx === 1 && dy === 1,
        expected: sobel(size, dx!, dy!),
      }),
    ),
  ),
  ...[1, 3].map(
    (size): Case => ({
      name: `laplacian${size}`,
      stages: `laplacian({ size: ${size}, border: reflect101 }), nhwc('f32')`,
      onHost: size === 3,
      expected: laplacian(size),
    }),
  ),
];

describe('OpenCV, in whole numbers', () => {
  let plans: ReadonlyMap<string, Plan>;
  let built: Readonly<Record<string, Built<never>>>;
  let device: Device;
  let image: TestImage;
  beforeAll(async () => {
    const out = buildFolder('opencvStencils');
    mkdirSync(out, { recursive: true });
    const file = join(out, 'pipelines.ts');
    const ops = relative(out, join(root, 'ops', 'index.js'));
    const used = new Set(
      cases
        .flatMap(({ stages }) => stages.match(/\b[a-z]\w+(?=\()/gi) ?? [])
        .concat('reflect101', 'replicate'),
    );
    const lines = cases.map(({ name, stages }) => `export const ${name} = pipeline(gray8(), ${stages});\n`);
    writeFileSync(file, `import { pipeline, ${[...used].join(', ')} } from '${ops}';\n${lines.join('')}`);
    const all = await plansOf({ root, entries: [relative(root, file)] });
    plans = new Map(all.map(plan => [plan.name, plan]));
    const hosted = new Set(cases.filter(({ onHost }) => onHost).map(({ name }) => name));
    await buildQuick(
      all.filter(({ name }) => hosted.has(name)),
      join(out, 'build'),
    );
    built = (await import(pathToFileURL(join(out, 'build', 'index.js')).href)) as typeof built;
    device = openDevice('cpu');
    image = randomImage(all[0]!.pipeline.source, width, height, random(20261130));
  });
  afterAll(() => device.dispose());

  it.each(cases.map(({ name, onHost, expected }) => [name, onHost, expected] as const))(
    '%s',
    async (name, onHost, expected) => {
      const pixels = readPixels(image).values;
      const at: Grey = (x, y) => pixels[y * width + x]!;
      const wanted = Array.from({ length: width * height }, (_, n) =>
        expected(at, n % width, Math.floor(n / width)),
      );
      const plan = plans.get(name)!;
      const oracles = await loadOracles(plan);
      const made = runOracles(plan, oracles, image, new Map(), {}, { number: 0, of: 1 }).get('')!;
      expect([...readPixels(made).values]).toEqual(wanted);
      if (onHost) {
        const out = blankImage(made.format, width, height, { padding: 5 });
        await runBuilt(built[name]!, device, [image], [out], {});
        expectIntact(image, out);
        expect([...readPixels(out).values]).toEqual(wanted);
      }
    },
  );
});
