// How fast the kernels are, against the memory they must move. On the GPU if there is one, else on the CPU.
//   node bench/kernels.js [cuda|cpu] [--cases PATTERN] [--repetitions N] [--json] [--data FOLDER]
// Times are back to back: 20 launches between two events, the median of the repetitions, buffers rotated beyond the
// caches, random data. On a GPU the launches wait behind copies until all of them are enqueued: the time is the GPU's, not
// this thread's. The roof is the bytes that must move at the bandwidth of a copy of the same size in the same run.
// --json prints one document instead of the table. --data writes an input of each case and what comes out of it, for peers.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cudaStatus, Image, openDevice, Patches, Tensor } from 'cuweave';
import * as bindings from './build/index.js';
import { bench, casesOn, median, rectangles, selectCases } from './cases.js';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string' },
    repetitions: { type: 'string' },
    json: { type: 'boolean' },
    data: { type: 'string' },
  },
});
const pipelines = new Map(Object.entries(bindings));
const device = openDevice(positionals[0]);
const onGpu = device.kind === 'cuda';
const LAUNCHES = onGpu ? bench.launches : 1;
const REPETITIONS = Number(given.repetitions ?? (onGpu ? 30 : 5));
if (!(REPETITIONS >= 1)) {
  throw new Error(`--repetitions: expected a number of at least 1 but received ${given.repetitions}`);
}
const ROTATED_BYTES = onGpu ? bench.rotatedBytes : 64e6;

/** Random numbers: bytes from a range, or floats in 0..255. The same array serves every plane of its kind and size. */
const arrays = new Map();
const random = (dtype, length, [from, to] = [0, 256]) => {
  const key = `${dtype} ${length} ${from} ${to}`;
  if (!arrays.has(key)) {
    let state = 12345;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return from + (state / 2 ** 32) * (to - from);
    };
    const array = dtype === 'f32' ? new Float32Array(length) : new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      array[i] = next();
    }
    arrays.set(key, array);
  }
  return arrays.get(key);
};

/** Planes of random values; `inGamut` keeps YUV to colours that are RGB, which peers that clamp in between leave alone. */
const planesOf = ({ format, width, height, range }, inGamut = false) => {
  const luma = inGamut ? [64, 192] : undefined;
  const chroma = inGamut ? [112, 144] : undefined;
  const fill = (rows, rowLength, range, dtype = 'u8') => ({ data: random(dtype, rows * rowLength, range) });
  return {
    nv12: () => [fill(height, width, luma), fill(height / 2, width, chroma)],
    gray8: () => [fill(height, width, range)],
    rgb8: () => [fill(height, 3 * width)],
    yuv_nchw_u8: () => [luma, chroma, chroma].map(range => fill(height, width, range)),
    rgb_nchw_f32: () => [0, 1, 2].map(() => fill(height, width, undefined, 'f32')),
  }[format]();
};
const pixelBytes = { gray8: 1, nv12: 1.5, rgb8: 3, yuv_nchw_u8: 3, rgb_nchw_f32: 12 };
/** What video says of its colours, for pipelines that ask the image. */
const colour = { matrix: 'bt709', range: 'limited', source: 'frame' };
const imageOf = ({ format, width, height }, planes) =>
  Image.fromHost(device, { format, width, height, planes, ...(format === 'nv12' ? { colour } : {}) });

/** Copies between these, a quarter of a millisecond each, keep the GPU busy while calls are enqueued. */
const busy = onGpu
  ? [0, 1].map(() => Tensor.empty(device, { shape: [1, 2 ** 29, 1], dtype: 'u8', layout: 'HWC' }))
  : [];

/** Microseconds of one call, back to back, on `sets` of buffers by turns. */
const time = async (call, sets) => {
  const runs = [];
  let copies = 4;
  // The first run warms up: it loads code, which may wait for the GPU, and touches all buffers, whose pages the CPU gets then.
  for (let n = 0; runs.length < REPETITIONS; n++) {
    if (onGpu) {
      for (let i = 0; i < copies; i++) {
        busy[0].copyTo(busy[1]);
      }
    }
    const start = device.stream.record();
    const began = performance.now();
    for (let i = 0; i < (n === 0 ? Math.max(LAUNCHES, sets) : LAUNCHES); i++) {
      call(n * LAUNCHES + i);
    }
    const tooLate = onGpu && start.done;
    const end = device.stream.record();
    await end.wait();
    if (n === 0) {
      continue;
    }
    if (tooLate) {
      copies *= 2;
      if (copies > 1024) {
        throw new Error('Expected calls to be enqueued faster than 1,024 copies run.');
      }
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
  }, pairs);
  for (const tensor of tensors.flat()) {
    tensor.dispose();
  }
  return (2 * values) / micros;
};

const bytesOf = array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** One image (for crops their frame) and its result, as FOLDER/ID.in and FOLDER/ID.out: planes and values, densely. */
const writeData = async (folder, { id, source }, pipeline, options, count) => {
  const planes = planesOf(source, true);
  const image = imageOf(source, planes);
  const result = pipeline(Array(count).fill(image), options);
  const { data } = await result.toHost();
  writeFileSync(join(folder, `${id}.in`), Buffer.concat(planes.map(({ data: plane }) => bytesOf(plane))));
  writeFileSync(join(folder, `${id}.out`), bytesOf(data));
  result.dispose();
  image.dispose();
};

/** What a pipeline gives: one tensor, the tensor of its tokens, or by name one for each result. */
const tensorsOf = results => {
  if (results instanceof Patches) {
    return [results.tensor];
  }
  return results instanceof Tensor ? [results] : Object.values(results);
};
/** Memory for the same results once more. */
const likeResults = results => {
  const like = tensor => Tensor.empty(device, tensor);
  if (results instanceof Tensor || results instanceof Patches) {
    return like(...tensorsOf(results));
  }
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, like(tensor)]));
};

const rows = [];
for (const one of casesOn(device.kind, selectCases(given.cases))) {
  const { id, label, source, bytesRead, batches, crops, peers = true } = one;
  const pipeline = pipelines.get(one.pipeline);
  const optionsFor = n => (crops ? { rect: rectangles(crops, n) } : one.options);
  if (given.data && peers) {
    const count = crops ? batches[0] : 1;
    await writeData(given.data, one, pipeline, optionsFor(count), count);
  }
  for (const n of batches) {
    const options = optionsFor(n);
    const fresh = () => imageOf(source, planesOf(source));
    const inputs = () => (crops ? Array(n).fill(fresh()) : Array.from({ length: n }, fresh));
    const first = inputs();
    const made = pipeline(first, options);
    const written = tensorsOf(made).reduce((bytes, { byteLength }) => bytes + byteLength, 0);
    const moved = n * bytesRead + written;
    const sets = [{ images: first, out: made }];
    // Crops leave most of their frame alone.
    const whole = pixelBytes[source.format] * source.width * source.height * n + written;
    while (sets.length * (crops ? moved : whole) < ROTATED_BYTES && sets.length < 64) {
      sets.push({ images: inputs(), out: likeResults(made) });
    }
    const micros = await time(i => {
      const { images, out } = sets[i % sets.length];
      pipeline.runInto(out, images, options);
    }, sets.length);
    const roof = moved / (await copyBandwidth(moved));
    rows.push({ case: id, label, n, micros, roof });
    for (const { images, out } of sets) {
      for (const held of new Set([...images, ...tensorsOf(out)])) {
        held.dispose();
      }
    }
  }
}

const driver = onGpu ? cudaStatus().driverVersion : undefined;
if (given.json) {
  const where = { kind: device.kind, name: device.name, cores: cpus().length, driver };
  console.log(JSON.stringify({ peer: 'cuweave', device: where, rows }));
} else {
  console.log(
    `device: ${device.name}${onGpu ? `, driver ${driver ?? '?'}` : `, ${cpus().length} cores`}; Node ${process.version}`,
  );
  console.log('\n| case | N | µs | roof, µs | share of the roof |\n|---|---:|---:|---:|---:|');
  for (const { label, n, micros, roof } of rows) {
    console.log(
      `| ${label} | ${n} | ${micros.toFixed(1)} | ${roof.toFixed(1)} | ${((100 * roof) / micros).toFixed(0)} % |`,
    );
  }
}
