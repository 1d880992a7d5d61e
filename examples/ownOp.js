// An operator of one's own, examples/ops/duotone.ts, on one picture and on a batch of different sizes.
import { Image, openDevice } from 'cuweave';
import { inTwoInks } from './build/index.js';

const device = openDevice();
console.log(`chain    ${inTwoInks.manifest.chain}`);

const random = length => Uint8Array.from({ length }, (_, n) => (n * 7919 + 13) % 256);
const pictureOf = (width, height) =>
  Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data: random(3 * width * height) }] });
const inks = { dark: [20, 10, 80], bright: [255, 240, 200] };

// The operator's function, in plain JavaScript. In a project with a TypeScript loader it is `duotone.apply(…)`.
const byHand = ([r, g, b]) => {
  const luma = (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  return inks.dark.map((dark, c) => dark + luma * (inks.bright[c] - dark));
};

const sizes = [
  [64, 48],
  [33, 7],
  [1, 1],
];
// Outputs of different sizes are a tensor each, from one launch.
const results = inTwoInks.runEach(
  sizes.map(([width, height]) => pictureOf(width, height)),
  inks,
);
let worst = 0;
for (const [n, tensor] of results.entries()) {
  const { data, shape } = await tensor.toHost();
  const source = random(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const wanted = byHand(source.subarray(at, at + 3));
    for (let c = 0; c < 3; c++) {
      worst = Math.max(worst, Math.abs(data[at + c] - wanted[c]));
    }
  }
  const first = Array.from(data.subarray(0, 3)).join(' ');
  const exact = byHand(source.subarray(0, 3)).map(value => value.toFixed(2));
  console.log(`image ${n}  [${shape.join(', ')}]: first pixel ${first}, by hand ${exact.join(' ')}`);
}
// Bytes are rounded, so half a level is the most that it can be.
console.log(`formula  differs by ${worst.toFixed(3)} at most`);
if (worst > 0.501) {
  process.exitCode = 1;
}
