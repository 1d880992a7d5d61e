// How fast the kernels are, against the memory they must move. On the GPU if there is one, else on the CPU.
// Times are back to back: 20 launches between two events, the median of the repetitions, buffers rotated beyond the
// caches, random data. On a GPU the launches wait behind copies until all of them are enqueued: the time is the GPU's, not
// this thread's. The roof is the bytes that must move at the bandwidth of a copy of the same size in the same run.
import { cpus } from 'node:os';
import { cudaStatus, Image, openDevice, Tensor } from 'cuweave';
import * as bindings from './build/index.js';

const pipelines = new Map(Object.entries(bindings));
const device = openDevice(process.argv[2]);
const onGpu = device.kind === 'cuda';
const LAUNCHES = onGpu ? 20 : 1;
const REPETITIONS = onGpu ? 30 : 5;
const ROTATED_BYTES = onGpu ? 400e6 : 64e6;

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Random numbers: bytes, or floats in 0..255. The same array serves every plane of its size. */
const arrays = new Map();
const random = (dtype, length) => {
  const key = `${dtype} ${length}`;
  if (!arrays.has(key)) {
    let state = 12345;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 24;
    };
    const array = dtype === 'f32' ? new Float32Array(length) : new Uint8Array(length);
    for (let i = 0; i < length; i++) array[i] = next();
    arrays.set(key, array);
  }
  return arrays.get(key);
};

const source = (format, width, height) => {
  const fill = (rows, rowLength, dtype = 'u8') => ({ data: random(dtype, rows * rowLength) });
  const planes = {
    nv12: () => [fill(height, width), fill(height / 2, width)],
    rgb8: () => [fill(height, 3 * width)],
    yuv_nchw_u8: () => [0, 1, 2].map(() => fill(height, width)),
    rgb_nchw_f32: () => [0, 1, 2].map(() => fill(height, width, 'f32')),
  }[format]();
  return Image.fromHost(device, { format, width, height, planes });
};
const pixelBytes = { nv12: 1.5, rgb8: 3, yuv_nchw_u8: 3, rgb_nchw_f32: 12 };

/** Copies between these, a quarter of a millisecond each, keep the GPU busy while calls are enqueued. */
const busy = onGpu
  ? [0, 1].map(() => Tensor.empty(device, { shape: [1, 2 ** 29, 1], dtype: 'u8', layout: 'HWC' }))
  : [];

/** Microseconds of one call, back to back. */
const time = async call => {
  const runs = [];
  let copies = 4;
  // The first run warms up: it loads code, which may wait for the GPU.
  for (let n = 0; runs.length < REPETITIONS; n++) {
    if (onGpu) for (let i = 0; i < copies; i++) busy[0].copyTo(busy[1]);
    const start = device.stream.record();
    const began = performance.now();
    for (let i = 0; i < LAUNCHES; i++) call(n * LAUNCHES + i);
    const tooLate = onGpu && start.done;
    const end = device.stream.record();
    await end.wait();
    if (n === 0) continue;
    if (tooLate) {
      copies *= 2;
      if (copies > 1024) throw new Error('Expected calls to be enqueued faster than 1,024 copies run.');
      continue;
    }
    // On the CPU there is no queue to keep full, and the wall clock is the one that counts.
    const elapsed = onGpu ? end.since(start) : performance.now() - began;
    runs.push((1000 * elapsed) / LAUNCHES);
  }
  return median(runs);
};

/** Bytes per microsecond of a copy that reads and writes `bytes` altogether. */
const copyBandwidth = async bytes => {
  const values = Math.max(1 << 16, Math.ceil(bytes / 2));
  const pairs = Math.min(32, Math.max(1, Math.ceil(ROTATED_BYTES / (2 * values))));
  const empty = () => Tensor.empty(device, { shape: [1, values, 1], dtype: 'u8', layout: 'HWC' });
  // No copy reads what the one before it wrote, which would still be in the cache.
  const tensors = Array.from({ length: pairs }, () => [empty(), empty()]);
  const micros = await time(i => {
    const [from, to] = tensors[i % pairs];
    from.copyTo(to);
  });
  for (const tensor of tensors.flat()) tensor.dispose();
  return (2 * values) / micros;
};

const turned = (width, height, degrees = 10) => {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  return { dstToSrc: [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y] };
};
const hd = [1920, 1080];
const cases = [
  ...[1, 4, 16].map(n => ({ label: 'YUV444 u8 NCHW → RGB f32 NCHW', name: 'yuv444ToF32', n })),
  ...[1, 4, 16].map(n => ({ label: 'NV12 → RGB f32 NCHW', name: 'nv12ToF32', n })),
  { label: 'NV12 → RGB f16 NCHW', name: 'nv12ToF16', n: 16 },
  { label: 'NV12 → RGB u8 NHWC', name: 'nv12ToU8', n: 16 },
  ...[4, 16].map(n => ({
    label: 'NV12 → 640² → normalise → f32 NCHW',
    name: 'nv12Resized',
    n,
    options: { width: 640, height: 640 },
  })),
  ...[4, 16].map(n => ({
    label: 'NV12 → 224² → normalise → f32 NCHW',
    name: 'nv12Resized',
    n,
    options: { width: 224, height: 224 },
    sparse: true,
  })),
  ...[4, 16].map(n => ({
    label: 'RGB u8 NHWC → 640² → normalise → f32 NCHW',
    name: 'rgbResized',
    n,
    options: { width: 640, height: 640 },
  })),
  { label: 'RGB u8 NHWC → normalise → f32 NCHW', name: 'rgbNormalized', n: 16 },
  ...[1, 8].map(n => ({
    label: 'warp affine f32 NCHW, 10°',
    name: 'warpF32',
    n,
    options: { matrix: turned(...hd) },
  })),
  ...[1, 8].map(n => ({
    label: 'warp affine u8 NHWC, 10°',
    name: 'warpU8',
    n,
    options: { matrix: turned(...hd) },
  })),
  {
    label: 'NV12 → RGB → warp 10° → normalise → f32 NCHW',
    name: 'nv12Warped',
    n: 4,
    options: { matrix: turned(...hd) },
  },
  {
    label: 'crop 1024² + flip + normalise → f32 NCHW',
    name: 'cropFlip',
    n: 8,
    readShare: (1024 * 1024) / (1920 * 1080),
  },
  { label: '50 crops 60×120 of 4K → 64×128 → normalise → f32 NCHW', name: 'crops', n: 50, crops: true },
];

const rows = [];
for (const { label, name, n, options, sparse, readShare = 1, crops } of cases) {
  const pipeline = pipelines.get(name);
  const { format, bytesIn } = (({ source: { name: format } }) => ({
    format,
    bytesIn: pixelBytes[format] * 1920 * 1080,
  }))(pipeline.manifest);
  const inputs = () =>
    crops
      ? Array(n).fill(source('rgb8', 3840, 2160))
      : Array.from({ length: n }, () => source(format, ...hd));
  const given = crops
    ? {
        rect: Array.from({ length: n }, (_, i) => ({
          x: (i % 10) * 380,
          y: Math.floor(i / 10) * 400,
          width: 60,
          height: 120,
        })),
      }
    : options;
  const first = inputs();
  const shape = pipeline(first, given);
  const bytesOut = shape.byteLength;
  const read = crops
    ? n * 60 * 120 * 3
    : sparse
      ? Math.min(bytesIn * n, bytesOut / 3)
      : bytesIn * n * readShare;
  const moved = read + bytesOut;
  const sets = [{ images: first, out: shape }];
  // Crops leave most of their frame alone.
  const touched = crops ? moved : bytesIn * n + bytesOut;
  while (sets.length * touched < ROTATED_BYTES && sets.length < 64) {
    sets.push({ images: inputs(), out: Tensor.empty(device, shape) });
  }
  const micros = await time(i => {
    const { images, out } = sets[i % sets.length];
    pipeline.runInto(out, images, given);
  });
  const roof = moved / (await copyBandwidth(moved));
  rows.push({ label, n, micros, roof });
  for (const { images, out } of sets) for (const held of new Set([...images, out])) held.dispose();
}

const status = cudaStatus();
console.log(
  `device: ${device.name}${onGpu ? `, driver ${status.driverVersion ?? '?'}` : `, ${cpus().length} cores`}; Node ${process.version}`,
);
console.log('\n| case | N | µs | roof, µs | share of the roof |\n|---|---:|---:|---:|---:|');
for (const { label, n, micros, roof } of rows) {
  console.log(
    `| ${label} | ${n} | ${micros.toFixed(1)} | ${roof.toFixed(1)} | ${((100 * roof) / micros).toFixed(0)} % |`,
  );
}
