/**
 * Calls ten pipelines in a process of its own, where a sanitizer or valgrind watches: images of one pixel, of odd sizes, one past a vector's
 * width, in batches of different sizes. Arguments: the build's index.js, and how many rounds. It prints a digest of all results.
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Image, ImageBatch, openDevice, Tensor } from 'cuweave';

const [path, rounds] = process.argv.slice(2);
const built = await import(pathToFileURL(path).href);
const device = openDevice('cpu');
const sum = createHash('sha256');

let state = 1;
const byte = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state >>> 24;
};
/** Rows of values, one behind the other: what is read beyond the last lies outside of the array. */
const plane = (values, rows, Values = Uint8Array) => ({
  data: Values.from({ length: values * rows }, Values === Uint16Array ? () => byte() << 8 : byte),
});
const half = n => (n + 1) >> 1;
const planesOf = {
  rgb8: (w, h) => [plane(3 * w, h)],
  rgba8: (w, h) => [plane(4 * w, h)],
  nv12: (w, h) => [plane(w, h), plane(2 * half(w), half(h))],
  p010: (w, h) => [plane(w, h, Uint16Array), plane(2 * half(w), half(h), Uint16Array)],
  i420: (w, h) => [plane(w, h), plane(half(w), half(h)), plane(half(w), half(h))],
};
const image = (format, width, height, more = {}) =>
  Image.fromHost(device, {
    format,
    width,
    height,
    planes: planesOf[format](width, height),
    ...(format.startsWith('rgb') ? {} : { colour: { matrix: 'bt709', range: 'limited', source: 'stream' } }),
    ...more,
  });
const take = async result => {
  const { data, planes } = await result.toHost();
  for (const one of planes ? planes.map(own => own.data) : [data]) {
    sum.update(new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
  }
  result.dispose();
};
const dispose = images => {
  for (const one of images) {
    one.dispose();
  }
};

const sizes = [
  [1, 1],
  [2, 2],
  [7, 5],
  [16, 3],
  [33, 17],
  [131, 67],
];
const matrix = { dstToSrc: [0.9, 0.2, -1.5, -0.1, 1.1, 0.5] };
for (let round = 0; round < Number(rounds); round++) {
  for (const [w, h] of sizes) {
    await take(built.warped(image('nv12', w, h), { matrix }));
    await take(built.antialiased(image('nv12', w, h)));
    for (const rotation of [0, 90]) {
      await take(built.deep(image('p010', w, h, { orientation: { rotation, flip: rotation === 90 } })));
    }
    await take(built.smaller(image('i420', w, h)));
    await take(built.larger(image('rgb8', w, h)));
    await take(built.straight(image('rgba8', w, h)));
    const points = Float32Array.from({ length: 2 * w * h }, () => byte() - 64);
    const map = Tensor.fromHost(device, points, { shape: [h, w, 2], dtype: 'f32', layout: 'HWC' });
    await take(built.mapped(image('rgb8', w, h), { map }));
    const mask = Tensor.fromHost(device, Uint8Array.from({ length: w * h }, byte), {
      shape: [h, w, 1],
      dtype: 'u8',
      layout: 'HWC',
    });
    await take(built.over(image('rgb8', w, h), { background: image('rgb8', w, h), mask }));
    for (const result of Object.values(built.both(image('nv12', w, h)))) {
      await take(result);
    }
    for (const result of built.encoded(image('rgb8', w, h)).images) {
      await take(result);
    }
  }
  const batch = sizes.map(([w, h]) => image('rgb8', w, h));
  await take(built.larger(new ImageBatch(batch)));
  const frames = sizes.map(([w, h]) => image('nv12', w, h));
  for (const tensor of built.warped.runEach(frames, { matrix })) {
    await take(tensor);
  }
  dispose([...batch, ...frames]);
}
device.dispose();
console.log(sum.digest('hex'));
