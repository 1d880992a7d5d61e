// Operators on neighbours: rectangles of a decoded video are blurred, and its edges drawn, one kernel from NV12 to each picture.
import { mkdirSync } from 'node:fs';
import { openDevice, VideoReader, writePicture } from 'cuweave';
import { detail, hidden } from './build/index.js';

const device = openDevice();
const path = new URL('../test/media/bars.mp4', import.meta.url).pathname;
const video = await VideoReader.open(path, { device });

const region = { x: 200, y: 90, width: 160, height: 120 };
const size = 31;
let worst = 0;
for await (const frame of video.frames({ to: 0.5, step: 4 })) {
  // In a program the rectangles come from a detector, other ones for every frame.
  const { picture, edges } = hidden(frame, { regions: [region] });
  const plain = detail(frame, { gain: 1 });
  const [blurred, before] = await Promise.all([picture.toHost(), plain.toHost()]);
  const [height, width, channels] = before.shape.slice(-3);
  const at = ({ data }, x, y, c) => data[(y * width + x) * channels + c];
  const isInside = (x, y) =>
    x >= region.x && y >= region.y && x < region.x + region.width && y < region.y + region.height;
  const held = (v, most) => Math.min(Math.max(v, 0), most - 1);
  for (let y = 0; y < height; y += 23) {
    for (let x = 0; x < width; x += 17) {
      let sum = 0;
      for (let dy = -(size - 1) / 2; dy <= (size - 1) / 2; dy++) {
        for (let dx = -(size - 1) / 2; dx <= (size - 1) / 2; dx++) {
          sum += at(before, held(x + dx, width), held(y + dy, height), 0);
        }
      }
      const wanted = isInside(x, y) ? sum / size ** 2 : at(before, x, y, 0);
      worst = Math.max(worst, Math.abs(at(blurred, x, y, 0) - wanted));
    }
  }
  if (frame.index === 0) {
    console.log(`picture  u8 [${blurred.shape.join(', ')}], edges f16 [${edges.shape.join(', ')}]`);
    const out = new URL('out/', import.meta.url);
    mkdirSync(out, { recursive: true });
    await writePicture(new URL('privacy.png', out).pathname, blurred);
  }
  for (const tensor of [picture, edges, plain]) {
    tensor.dispose();
  }
}
await video[Symbol.asyncDispose]();

// The mean here is of rounded bytes, so that it differs by less than a level.
console.log(`formula  differs by ${worst.toFixed(3)} at most`);
if (worst > 1) {
  process.exitCode = 1;
}
