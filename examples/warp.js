// Affine warps: of a float tensor, checked against the formula, and of a picture, to look at in examples/out/warp.png.
import { mkdirSync } from 'node:fs';
import { Image, openDevice, Tensor, writePicture } from 'cuweave';
import { warp, warpPicture } from './build/index.js';

const device = openDevice();
const [width, height] = [160, 90];

// A tensor whose values are known: v = 2x + 3y + 100c. Between pixels, linear filtering gives the same formula.
const shape = [1, 3, height, width];
const values = Float32Array.from({ length: 3 * height * width }, (_, n) => {
  const [x, y, c] = [n % width, Math.floor(n / width) % height, Math.floor(n / (width * height))];
  return 2 * x + 3 * y + 100 * c;
});
const source = Tensor.fromHost(device, values, { shape, dtype: 'f32', layout: 'NCHW' });
const [a, b, tx, c, d, ty] = [0.8, 0.1, 12.25, -0.1, 0.9, 8.5];
const warped = await warp(source, { matrix: { dstToSrc: [a, b, tx, c, d, ty] } }).toHost();

let worst = 0;
for (const [x, y] of [
  [5, 7],
  [80, 45],
  [120, 60],
]) {
  const got = warped.data[(height + y) * width + x];
  const wanted = 2 * (a * x + b * y + tx) + 3 * (c * x + d * y + ty) + 100;
  console.log(`tensor (${x}, ${y})  ${got.toFixed(3)}, by the formula ${wanted.toFixed(3)}`);
  worst = Math.max(worst, Math.abs(got - wanted));
}
console.log(`formula  differs by ${worst.toExponential(1)} at most`);
if (worst > 1e-3) {
  process.exitCode = 1;
}

// A picture, turned by 15° around its centre; `srcToDst` is the direction in which one thinks of turning.
const data = Uint8Array.from({ length: 3 * width * height }, (_, n) => {
  const [x, y] = [Math.floor(n / 3) % width, Math.floor(n / (3 * width))];
  return (((x >> 4) + (y >> 4)) % 2 === 0 ? 255 : 64) * [1, x / width, y / height][n % 3];
});
const image = Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data }] });
const [sin, cos] = [Math.sin(Math.PI / 12), Math.cos(Math.PI / 12)];
const [x, y] = [(width - 1) / 2, (height - 1) / 2];
const turn = { srcToDst: [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y] };
const turned = await warpPicture(image, { matrix: turn }).toHost();
const out = new URL('out/', import.meta.url);
mkdirSync(out, { recursive: true });
await writePicture(new URL('warp.png', out).pathname, turned);
const corner = Array.from(turned.data.subarray(0, 3));
console.log(`picture  out/warp.png, its first pixel lies outside and is the border: ${corner.join(' ')}`);
if (corner.some(value => value !== 32)) {
  process.exitCode = 1;
}
