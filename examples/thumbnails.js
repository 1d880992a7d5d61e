// Single frames of a video: every tenth of its length, by time, exact to the frame, upright, as a contact sheet.
import { mkdirSync } from 'node:fs';
import { contactSheet, openDevice, VideoReader } from 'cuweave';
import { upright } from './build/index.js';

const here = new URL('.', import.meta.url);
const device = openDevice();
// On a GPU `engines: 'auto'` decodes the stretches side by side; on the CPU there is one decoder.
const video = await VideoReader.open(new URL('../test/media/bars.mp4', here).pathname, {
  device,
  engines: 'auto',
});
console.log(`decoder  ${video.decoder}, ${video.engines} at a time (${video.decoderReason})`);

const times = Array.from({ length: 10 }, (_, n) => ({ time: (n / 10) * video.duration }));
const frames = await video.framesAt(times);
console.log(`frames   ${frames.frames.map(({ index }) => index).join(' ')}`);

const tensor = upright(frames);
const shown = await tensor.toHost();
const out = new URL('out/', here);
mkdirSync(out, { recursive: true });
const sheet = new URL('thumbnails.png', out).pathname;
await contactSheet(sheet, [shown]);
console.log(`picture  ${sheet}`);

// The same frames, found by reading the whole video.
let different = 0;
const size = shown.data.length / frames.length;
for await (const frame of video.frames()) {
  const n = frames.frames.findIndex(({ index }) => index === frame.index);
  if (n < 0) {
    continue;
  }
  const one = upright(frame);
  const { data } = await one.toHost();
  one.dispose();
  const same = Buffer.compare(Buffer.from(data), Buffer.from(shown.data.subarray(n * size, (n + 1) * size)));
  if (same !== 0 || frame.timestamp !== frames.timestamps[n]) {
    different++;
  }
}
for (const held of [tensor, frames, video]) {
  await held.dispose();
}
console.log(`check    ${different} of ${frames.length} differ from what reading in order gives`);
if (different > 0) {
  process.exitCode = 1;
}
