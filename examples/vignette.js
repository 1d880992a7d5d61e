// An operator that asks where its pixel is, examples/ops/vignette.ts: dark corners, different for each image of a batch.
import { Image, openDevice } from 'cuweave';
import { darkCorners } from './build/index.js';

const device = openDevice();
const [width, height] = [192, 128];
const gray = Image.fromHost(device, {
  format: 'rgb8',
  width,
  height,
  planes: [{ data: new Uint8Array(3 * width * height).fill(200) }],
});

const focal = [1, 2, 4];
const results = darkCorners([gray, gray, gray], { focal });
const { data, shape } = await results.toHost();
const [, rows, columns] = shape;
const at = (image, x, y) => data[((image * rows + y) * columns + x) * 3];

let worst = 0;
for (const [image, length] of focal.entries()) {
  const light = (x, y) => {
    const r = Math.hypot(2 * x - (width - 1), 2 * y - (height - 1)) / Math.hypot(width, height) / length;
    return 200 / (1 + r * r) ** 2;
  };
  // A pixel of the result lies between four of the picture's, and a quarter of each is in it.
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [left, top] = [2 * x, 2 * y];
      const sum = light(left, top) + light(left + 1, top) + light(left, top + 1) + light(left + 1, top + 1);
      worst = Math.max(worst, Math.abs(at(image, x, y) - sum / 4));
    }
  }
  console.log(
    `focal ${length}  corner ${at(image, 0, 0)}, centre ${at(image, columns / 2, rows / 2)} of 200`,
  );
}
console.log(`formula  differs by ${worst.toFixed(3)} at most`);
if (worst > 0.51) {
  process.exitCode = 1;
}
