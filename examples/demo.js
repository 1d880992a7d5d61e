// The demo: a small MP4 through two fused pipelines. Run it with `npm run demo`.
import { mkdirSync } from 'node:fs';
import { contactSheet, openDevice, VideoReader } from 'cuweave';
import { picture, preprocess } from './build/index.js';

const here = new URL('.', import.meta.url);
const device = openDevice();
console.log(`device    ${device.name}${device.why ? ` (no CUDA: ${device.why})` : ''}`);

const video = await VideoReader.open(new URL('../test/media/bars.mp4', here).pathname, { device });
console.log(`video     ${video.width}×${video.height}, ${video.codec}, decoded by ${video.decoder}`);
const { matrix, range, source } = video.colour;
console.log(`colour    ${matrix}, ${range} (${source === 'stream' ? 'the stream says so' : 'assumed'})`);
console.log(`plan      ${preprocess.manifest.chain}`);

// Turns the picture around its centre: for every output pixel, where it comes from. The clip is stored upright; in one that is not
// (video.rotation, video.flip) the pipelines would need `orient()` before the warp, and the centre of the upright picture.
const turn = degrees => {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [x, y] = [(video.width - 1) / 2, (video.height - 1) / 2];
  return { dstToSrc: [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y] };
};

const thumbnails = [];
let frames = 0;
let shape;
const started = performance.now();
for await (const batch of video.batches(8)) {
  const options = { matrix: batch.timestamps.map(time => turn(10 * time)) };
  const tensor = preprocess(batch, options);
  const pictures = picture(batch, options);
  const [host, shown] = await Promise.all([tensor.toHost(), pictures.toHost()]);
  frames += batch.length;
  shape = `${host.dtype} [${host.shape.join(', ')}]`;
  thumbnails.push(shown);
  for (const memory of [tensor, pictures, batch]) {
    memory.dispose();
  }
}
const seconds = (performance.now() - started) / 1000;
await video.dispose();

const out = new URL('out/', here);
mkdirSync(out, { recursive: true });
const sheet = new URL('demo.png', out).pathname;
await contactSheet(sheet, thumbnails);
console.log(`tensor    ${shape}`);
console.log(
  `speed     ${frames} frames in ${seconds.toFixed(2)} s: ${(frames / seconds).toFixed(0)} fps, decoding included`,
);
console.log(`memory    ${device.memory().live} bytes left on the device`);
console.log(`picture   ${sheet}`);
