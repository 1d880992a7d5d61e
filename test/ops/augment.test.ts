/** Parameters of random transforms: their distributions are torchvision's, and they follow from the seed and the index alone. */
import { describe, expect, it } from 'vitest';
import {
  augment,
  colorJitter,
  type Drawn,
  randomErasing,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
  type Transform,
} from '../../ops/augmentation/index.js';
import { crop, normalize } from '../../ops/index.js';

const COUNT = 4000;
const size = { width: 400, height: 300 };
const drawn = <Name extends Drawn['name']>(
  transform: Transform<Name>,
  of: { readonly width: number; readonly height: number } = size,
  count = COUNT,
): readonly Extract<Drawn, { readonly name: Name }>[] => {
  const list = augment([transform]);
  return Array.from({ length: count }, (_, n) => list.parameters(n, { seed: 1, ...of })[0] as never);
};
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
/** Five standard errors of the mean of COUNT numbers with this deviation. */
const near = (deviation: number): number => (5 * deviation) / Math.sqrt(COUNT);
const message = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
};

describe('distributions', () => {
  it('randomResizedCrop: areas, log-uniform ratios, places', () => {
    const rects = drawn(randomResizedCrop({ size: 8, scale: [0.1, 0.3] })).map(({ rect }) => rect);
    const shares = rects.map(({ width, height }) => (width * height) / 120000);
    // Shares up to 0.3 always fit in 4:3, so they are even: mean 0.2, deviation 0.2 / √12. Whole pixels move a share by 0.003.
    expect(Math.abs(mean(shares) - 0.2)).toBeLessThan(near(0.2 / Math.sqrt(12)));
    expect(Math.min(...shares)).toBeGreaterThan(0.097);
    expect(Math.max(...shares)).toBeLessThan(0.303);
    const logs = rects.map(({ width, height }) => Math.log(width / height));
    const most = Math.log(4 / 3);
    expect(Math.abs(mean(logs))).toBeLessThan(near((2 * most) / Math.sqrt(12)));
    // A ratio that were even itself would have the mean logarithm 0.025 here, ten standard errors off; its square is most² / 3.
    expect(Math.abs(mean(logs.map(v => v * v)) - most ** 2 / 3)).toBeLessThan(near(0.3 * most ** 2));
    // Places: evenly among all that fit.
    const places = rects.map(({ x, width }) => (x + 0.5) / (400 - width + 1));
    expect(Math.abs(mean(places) - 0.5)).toBeLessThan(near(1 / Math.sqrt(12)));
    for (const { x, y, width, height } of rects) {
      expect(x >= 0 && y >= 0 && x + width <= 400 && y + height <= 300).toBe(true);
    }
  });

  it('randomResizedCrop takes the middle where none of ten fits', () => {
    const crops = randomResizedCrop({ size: 8, scale: [1, 1] });
    const [wide] = drawn(crops, { width: 1000, height: 10 }, 1);
    expect(wide!.rect).toEqual({ x: 493, y: 0, width: 13, height: 10 });
    const [high] = drawn(crops, { width: 30, height: 900 }, 1);
    expect(high!.rect).toEqual({ x: 0, y: 430, width: 30, height: 40 });
  });

  it('flips with their probability', () => {
    const share = (p: number): number =>
      mean(drawn(randomHorizontalFlip({ p })).map(({ flipped }) => Number(flipped)));
    expect(Math.abs(share(0.5) - 0.5)).toBeLessThan(near(0.5));
    expect(Math.abs(share(0.1) - 0.1)).toBeLessThan(near(0.3));
    expect([share(0), share(1)]).toEqual([0, 1]);
  });

  it('colorJitter: factors within their ranges, and every order as often', () => {
    const all = drawn(colorJitter({ brightness: 0.4, contrast: [0.5, 2], saturation: 3, hue: 0.1 }));
    const ranges = { brightness: [0.6, 1.4], contrast: [0.5, 2], saturation: [0, 4], hue: [-0.1, 0.1] };
    for (const [name, [low, high]] of Object.entries(ranges) as [string, [number, number]][]) {
      const factors = all.map(({ steps }) => steps.find(({ step }) => step === name)!.factor);
      expect(Math.min(...factors)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...factors)).toBeLessThanOrEqual(high);
      expect(Math.abs(mean(factors) - (low + high) / 2)).toBeLessThan(near((high - low) / Math.sqrt(12)));
    }
    const counts = new Map<string, number>();
    for (const { steps } of all) {
      const order = steps.map(({ step }) => step).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) {
      expect(Math.abs(count / COUNT - 1 / 24)).toBeLessThan(near(0.2));
    }
  });

  it('randomErasing: probability, areas, and nothing where none of ten fits', () => {
    const all = drawn(randomErasing({ p: 0.6, scale: [0.02, 0.2], ratio: [0.5, 2] }));
    expect(Math.abs(mean(all.map(({ areas }) => areas.length)) - 0.6)).toBeLessThan(near(0.5));
    const areas = all.flatMap(one => one.areas);
    const shares = areas.map(({ width, height }) => (width * height) / 120000);
    expect(Math.abs(mean(shares) - 0.11)).toBeLessThan(near(0.18 / Math.sqrt(12) / Math.sqrt(0.6)));
    expect(areas.every(({ x, y, width, height }) => x + width <= 400 && y + height <= 300)).toBe(true);
    expect(drawn(randomErasing({ p: 1, scale: [1, 1] }), size, 5).every(one => one.areas.length === 0)).toBe(
      true,
    );
  });
});

describe('augment', () => {
  const list = augment([randomResizedCrop({ size: 8 }), randomHorizontalFlip(), randomErasing()]);

  it('draws by the seed and the index alone', () => {
    const one = list.parameters(7, { seed: 3, ...size });
    expect(list.parameters(7, { seed: 3, ...size })).toEqual(one);
    expect(list.parameters(8, { seed: 3, ...size })).not.toEqual(one);
    expect(list.parameters(7, { seed: 3 + 2 ** 33, ...size })).not.toEqual(one);
  });

  it('names the options of a call, and of a transform that is there twice', () => {
    const twice = augment([
      randomHorizontalFlip(),
      randomVerticalFlip({ p: 1 }),
      randomHorizontalFlip({ p: 1 }),
    ]);
    const options = twice.options([twice.parameters(0, { seed: 3, ...size })]);
    expect(Object.keys(options)).toEqual([
      'randomHorizontalFlip_orientation',
      'randomVerticalFlip_orientation',
      'randomHorizontalFlip2_orientation',
    ]);
    expect(options.randomVerticalFlip_orientation).toEqual([{ rotation: 180, flip: true }]);
  });

  it('refuses what does not fit, and says where', () => {
    const runs: Readonly<Record<string, () => unknown>> = {
      probability: () => randomHorizontalFlip({ p: 1.5 }),
      reversed: () => randomResizedCrop({ size: 8, scale: [0.5, 0.1] }),
      ratio: () => randomResizedCrop({ size: 8, ratio: [0, 1] }),
      size: () => randomResizedCrop({ size: 0.5 }),
      hue: () => colorJitter({ hue: 0.6 }),
      negative: () => colorJitter({ brightness: -1 }),
      name: () => colorJitter({ colour: 1 } as never),
      value: () => randomErasing({ value: 'random' as never }),
      empty: () => augment([]),
      moves: () => augment([crop() as never]),
      point: () => augment([normalize({ mean: 0, std: 1 }) as never, randomHorizontalFlip()]),
      index: () => list.parameters(-1, { seed: 1, ...size }),
      seed: () => list.parameters(1, { seed: 0.5, ...size }),
      others: () => list.options([augment([randomHorizontalFlip()]).parameters(1, { seed: 1, ...size })]),
    };
    expect(
      Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, message(run)])),
    ).toMatchInlineSnapshot(`
      {
        "empty": "RangeError: Expected an array with a transform in it for the list of augment but received []. Write augment([randomHorizontalFlip()]).",
        "hue": "RangeError: Expected two numbers of at least 0 and at most 0.5 for hue of colorJitter but received [0,0.6]. Write the smaller one first: [least, largest].",
        "index": "RangeError: Expected a whole number in 0..4294967295 for index of parameters but received -1. Round it, or choose another one.",
        "moves": "RangeError: Expected a random transform or a point operator for entry 0 of augment but received "object". Operators that move pixels stand before or behind the stages, in the pipeline.",
        "name": "RangeError: Expected a known name for options of colorJitter but received "colour". Known: brightness, contrast, saturation, hue.",
        "negative": "RangeError: Expected two numbers of at least 0 for brightness of colorJitter but received [0,-1]. Write the smaller one first: [least, largest].",
        "others": "RangeError: Expected those of randomResizedCrop, randomHorizontalFlip, randomErasing for parameters[0] but received ["randomHorizontalFlip"]. They are of another list.",
        "point": "accepted",
        "probability": "RangeError: Expected a number in 0..1 for p of randomHorizontalFlip but received 1.5. It is the probability that the transform happens.",
        "ratio": "RangeError: Expected two numbers above 0 for ratio of randomResizedCrop but received [0,1]. Write the smaller one first: [least, largest].",
        "reversed": "RangeError: Expected two numbers above 0 and at most 1 for scale of randomResizedCrop but received [0.5,0.1]. Write the smaller one first: [least, largest].",
        "seed": "RangeError: Expected a whole number in -9007199254740991..9007199254740991 for seed of parameters but received 0.5. Round it, or choose another one.",
        "size": "RangeError: Expected a whole number in 1..65535 for size of randomResizedCrop but received 0.5. Round it, or choose another one.",
        "value": "RangeError: Expected a finite number, or one for each channel for value of randomErasing but received "random". Noise is not offered.",
      }
    `);
  });
});
