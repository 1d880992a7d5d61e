// Decoding and colours: the frames of a video as RGB in float, checked against the formula of ITU-R BT.601 or BT.709.
import { openDevice, VideoReader } from 'cuweave';
import { toFloat } from './build/index.js';

const device = openDevice();
const path = new URL('../test/media/bars.mp4', import.meta.url).pathname;
const video = await VideoReader.open(path, { device });

let worst = 0;
// The formula is checked where the pixels lie in the stream, so the pipeline has no `orient()`.
for await (const frame of video.frames({ to: 0.5, step: 4 })) {
  const tensor = toFloat(frame);
  const [{ data, shape }, nv12] = await Promise.all([tensor.toHost(), frame.toHost()]);
  tensor.dispose();
  if (frame.index === 0) {
    console.log(`tensor   f32 [${shape.join(', ')}], colours ${frame.colour.matrix}`);
  }

  // The same by hand. Luma has a byte per pixel; chroma a pair for two by two pixels.
  const { width, height } = frame;
  const [luma, chroma] = nv12.planes;
  const full = frame.colour.range === 'full';
  const [kr, kb] = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] }[
    frame.colour.matrix
  ];
  for (const [x, y] of [
    [10, 10],
    [width >> 1, height >> 1],
    [width - 1, height - 1],
  ]) {
    const at = (y >> 1) * chroma.pitch + 2 * (x >> 1);
    const grey = (luma.data[y * luma.pitch + x] - (full ? 0 : 16)) * (full ? 1 : 255 / 219);
    const [u, v] = [0, 1].map(n => (chroma.data[at + n] - 128) * (full ? 1 : 255 / 224));
    const [red, blue] = [grey + 2 * (1 - kr) * v, grey + 2 * (1 - kb) * u];
    const green = (grey - kr * red - kb * blue) / (1 - kr - kb);
    const got = [0, 1, 2].map(c => data[(c * height + y) * width + x]);
    worst = Math.max(worst, ...[red, green, blue].map((value, c) => Math.abs(value - got[c])));
    if (frame.index === 0) {
      console.log(`(${x}, ${y})  ${got.map(value => value.toFixed(2)).join(' ')}`);
    }
  }
}
await video[Symbol.asyncDispose]();

console.log(`formula  differs by ${worst.toExponential(1)} at most`);
if (worst > 1e-3) {
  process.exitCode = 1;
}
