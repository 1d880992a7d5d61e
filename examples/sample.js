// Frames at moments: two a second, eight of all, named ones, and key frames alone.
import { openDevice, VideoReader } from 'cuweave';
import { preprocess } from './build/index.js';

const device = openDevice();
const video = await VideoReader.open(new URL('../test/media/bars.mp4', import.meta.url).pathname, { device });
const all = await video.timestamps();
const matrix = { dstToSrc: [1, 0, 0, 0, 1, 0] };
let wrong = 0;
/** The frame that is shown at a moment: the last one that does not come later. */
const shownAt = time => all.findLastIndex(timestamp => timestamp <= time);
const check = (indices, times) => {
  wrong += indices.filter((index, n) => index !== shownAt(times[n])).length;
};

// Two frames a second, as one tensor for each four of them.
let seen = 0;
for await (const frames of video.batches(4, { fps: 2 })) {
  const tensor = preprocess(frames, { matrix });
  console.log(`fps 2    frames ${frames.indices.join(' ')}: f16 [${tensor.shape.join(', ')}]`);
  check(
    frames.indices,
    frames.indices.map((_, n) => (seen + n) / 2),
  );
  seen += frames.length;
  tensor.dispose();
}

// Eight frames, from the middles of eight equal parts.
const eight = [];
for await (const { index } of video.frames({ count: 8 })) {
  eight.push(index);
}
console.log(`count 8  frames ${eight.join(' ')}`);
check(
  eight,
  eight.map((_, n) => ((n + 0.5) * video.duration) / 8),
);

// Moments that are known.
for await (const { index, timestamp } of video.frames({ times: [0.25, 1, 2.5] })) {
  console.log(`times    frame ${index} of ${timestamp.toFixed(3)} s`);
}

// Nothing but key frames is decoded.
const keys = [];
for await (const { index } of video.frames({ keyFrames: true })) {
  keys.push(index);
}
console.log(`keys     frames ${keys.join(' ')}`);

video.dispose();
device.dispose();

console.log(`check    ${wrong} of ${seen + eight.length} differ`);
if (wrong > 0) {
  process.exitCode = 1;
}
