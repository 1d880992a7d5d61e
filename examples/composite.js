// A picture over a background by a mask, which are options of the call: one for all images, or one for each.
import { mkdirSync } from 'node:fs';
import { Image, openDevice, writePicture } from 'cuweave';
import { over } from './build/index.js';

const device = openDevice();
const [width, height] = [160, 96];
const image = (format, channels, value) => {
  const data = Uint8Array.from({ length: channels * width * height }, (_, n) => {
    const pixel = Math.floor(n / channels);
    return value(pixel % width, Math.floor(pixel / width), n % channels);
  });
  return { data, image: Image.fromHost(device, { format, width, height, planes: [{ data }] }) };
};

const orange = image('rgb8', 3, (_x, _y, c) => [250, 140, 20][c]);
const sky = image('rgb8', 3, (_x, y, c) => [40 + y, 90 + y, 250 - y][c]);
const grass = image('rgb8', 3, (_x, y, c) => [30, 160 - y, 40][c]);
// A disc whose edge is soft: 255 shows the picture, 0 the background, and what lies between mixes them.
const disc = image('gray8', 1, (x, y) =>
  Math.min(255, Math.max(0, 16 * (36 - Math.hypot(x - width / 2, y - height / 2)))),
);

// Two images, one mask for both, and a background for each.
const backgrounds = [sky, grass];
const results = over([orange.image, orange.image], {
  background: backgrounds.map(background => background.image),
  mask: disc.image,
});
const { data } = await results.toHost();

const length = 3 * width * height;
let worst = 0;
for (const [n, background] of backgrounds.entries()) {
  for (let at = 0; at < length; at++) {
    const weight = disc.data[Math.floor(at / 3)] / 255;
    const wanted = background.data[at] + (orange.data[at] - background.data[at]) * weight;
    worst = Math.max(worst, Math.abs(data[n * length + at] - wanted));
  }
  const at = n * length;
  const middle = at + 3 * ((height / 2) * width + width / 2);
  console.log(
    `image ${n}  corner ${data.slice(at, at + 3).join(' ')}, centre ${data.slice(middle, middle + 3).join(' ')}`,
  );
}
console.log(`formula  differs by ${worst.toFixed(3)} at most`);
if (worst > 0.51) {
  process.exitCode = 1;
}

const out = new URL('out/', import.meta.url);
mkdirSync(out, { recursive: true });
await writePicture(new URL('composite.png', out).pathname, {
  width,
  height,
  channels: 3,
  data: data.slice(0, length),
});
