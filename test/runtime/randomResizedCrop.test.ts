/** Rectangles drawn as torchvision draws them. */
import { expect, it } from 'vitest';
import { randomResizedCrop } from '../../runtime/index.js';

const sizes = Array.from({ length: 4000 }, () => ({ width: 400, height: 300 }));

it('draws areas and aspects within their ranges, inside the image', () => {
  const rects = randomResizedCrop(sizes, { seed: 7 });
  const shares = rects.map(({ width, height }) => (width * height) / (400 * 300));
  const aspects = rects.map(({ width, height }) => width / height);
  for (const { x, y, width, height } of rects) {
    expect(x >= 0 && y >= 0 && x + width <= 400 && y + height <= 300).toBe(true);
  }
  expect(Math.min(...shares)).toBeGreaterThan(0.078);
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  expect(Math.min(...aspects)).toBeGreaterThan(0.74);
  expect(Math.max(...aspects)).toBeLessThan(1.35);
  // A share s fits with the probability min(1, −ln s / ln(16/9)), so the mean is 0.432; that of 4000 is off by 0.004 or so.
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(mean).toBeGreaterThan(0.42);
  expect(mean).toBeLessThan(0.444);
  expect(rects.some(({ x }) => x === 0) && rects.some(({ y }) => y > 100)).toBe(true);
});

it('the seed and the number decide', () => {
  const first = randomResizedCrop(sizes.slice(0, 9), { seed: 3 });
  expect(randomResizedCrop(sizes.slice(0, 9), { seed: 3 })).toEqual(first);
  expect(randomResizedCrop(sizes.slice(0, 4), { seed: 3 })).toEqual(first.slice(0, 4));
  expect(randomResizedCrop(sizes.slice(0, 9), { seed: 4 })).not.toEqual(first);
  expect(randomResizedCrop(sizes.slice(0, 9), { seed: 3 + 2 ** 33 })).not.toEqual(first);
});

it('takes the largest rectangle in the middle where none fits', () => {
  const wide = randomResizedCrop([{ width: 1000, height: 10 }], { seed: 1, area: [1, 1] });
  expect(wide).toEqual([{ x: 493, y: 0, width: 13, height: 10 }]);
  const high = randomResizedCrop([{ width: 30, height: 900 }], { seed: 1, area: [1, 1] });
  expect(high).toEqual([{ x: 0, y: 430, width: 30, height: 40 }]);
  expect(randomResizedCrop([{ width: 1, height: 1 }], { seed: 1 })).toEqual([
    { x: 0, y: 0, width: 1, height: 1 },
  ]);
});

it('refuses what does not fit', () => {
  const refused = (options: unknown, images: unknown = [{ width: 4, height: 3 }]): string => {
    try {
      randomResizedCrop(images as never, options as never);
      return 'accepted';
    } catch (error) {
      return String(error);
    }
  };
  expect(
    [
      refused(undefined),
      refused({}),
      refused({ seed: 0.5 }),
      refused({ seed: 1, area: [0, 1] }),
      refused({ seed: 1, area: [0.5, 2] }),
      refused({ seed: 1, aspect: [2, 1] }),
      refused({ seed: 1 }, 3),
      refused({ seed: 1 }, [{ width: 0, height: 3 }]),
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "ArgumentError: Expected { seed, area?, aspect? } for options but received undefined.
    ArgumentError: Expected a whole number for options.seed but received undefined.
    ArgumentError: Expected a whole number for options.seed but received 0.5.
    ArgumentError: Expected two numbers above 0 and up to 1, the smaller one first for options.area but received [0, 1].
    ArgumentError: Expected two numbers above 0 and up to 1, the smaller one first for options.area but received [0.5, 2].
    ArgumentError: Expected two numbers above 0, the smaller one first for options.aspect but received [2, 1].
    ArgumentError: Expected an array of images or sizes for images but received 3.
    ArgumentError: Expected a width and a height of at least 1 for images[0] but received 0×3."
  `);
});
