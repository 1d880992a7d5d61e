/**
 * Calls pipelines many times, and disposes of what it has in any order. It says by how many MiB the process grew in the later calls.
 * Arguments: the build's index.js, calls before the first look, and calls between the two.
 */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Image, ImageBatch, openDevice } from 'cuweave';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const [path, before, between] = process.argv.slice(2);
const { both, larger, smaller, warped } = await import(pathToFileURL(path).href);
const device = openDevice('cpu');
const megabytes = () => Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

let state = 1;
const random = below => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const colour = { matrix: 'bt709', range: 'limited', source: 'stream' };
const plane = bytes => ({ data: new Uint8Array(bytes).fill(state) });
const make = {
  nv12: () =>
    Image.fromHost(device, { format: 'nv12', width: 8, height: 4, planes: [plane(32), plane(16)], colour }),
  i420: () =>
    Image.fromHost(device, {
      format: 'i420',
      width: 8,
      height: 4,
      planes: [plane(32), plane(8), plane(8)],
      colour,
    }),
  rgb8: () => Image.fromHost(device, { format: 'rgb8', width: 4, height: 4, planes: [plane(48)] }),
};
const matrix = { dstToSrc: [1, 0, 0.5, 0, 1, 0.5] };
const call = stream => {
  switch (random(4)) {
    case 0: {
      const image = make.nv12();
      return [image, warped(image, { matrix }, { stream })];
    }
    case 1: {
      const image = make.i420();
      return [image, smaller(image, {}, { stream })];
    }
    case 2: {
      const images = [make.rgb8(), make.rgb8()];
      return [...images, larger(new ImageBatch(images), {}, { stream })];
    }
    default: {
      const image = make.nv12();
      return [image, ...Object.values(both(image, {}, { stream }))];
    }
  }
};

/** Many calls, on two streams; one of the two is new every hundred calls. What they hold goes in any order, and a part of it is forgotten. */
const callAll = async count => {
  let held = [];
  let second = device.createStream();
  for (let n = 0; n < count; n++) {
    held.push(...call(n % 3 === 0 ? second : device.stream));
    if (n % 100 === 99) {
      const read = held.find(one => 'shape' in one);
      await read.toHost();
      for (; held.length > 0; ) {
        const [one] = held.splice(random(held.length), 1);
        if (random(16) > 0) {
          one.dispose();
          if (random(4) === 0) {
            one.dispose();
          }
        }
        if (random(50) === 0) {
          second.dispose();
        }
      }
      second.dispose();
      second = device.createStream();
      held = [];
    }
    if (n % 1000 === 999) {
      await device.synchronize();
      gc();
      await setImmediate();
    }
  }
  second.dispose();
};
await callAll(Number(before));
const first = megabytes();
await callAll(Number(between));
for (let turn = 0; turn < 200 && device.memory().live > 0; turn++) {
  gc();
  await setImmediate();
}
console.log(JSON.stringify({ grew: megabytes() - first, live: device.memory().live }));
// Tensors and streams outlive their device: it goes first.
const last = [...call(device.createStream()), ...call(device.stream)];
device.dispose();
for (const one of last.reverse()) {
  one.dispose();
}
