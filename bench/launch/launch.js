// What a call costs: from JavaScript, and the same launch from bare C++. Needs a GPU and nvcc.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cudaStatus, Image, openDevice } from 'cuweave';
import * as built from '../build/index.js';

/** So many calls are enqueued without waiting; fewer than a stream holds. */
const AT_ONCE = 64;
const ROUNDS = 400;
if (!cudaStatus().usable) {
  console.log(`launch: skipped, ${cudaStatus().message}`);
  process.exit();
}
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const device = openDevice('cuda');
const [width, height] = [64, 64];
const image = () =>
  Image.fromHost(device, {
    format: 'nv12',
    width,
    height,
    planes: [{ data: new Uint8Array(width * height) }, { data: new Uint8Array((width * height) / 2) }],
  });
const pipeline = built.nv12ToF32;

/** Microseconds that one call takes until it returns: the median over rounds, each on an idle device. */
const perCall = async (call, after = () => {}) => {
  const micros = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = process.hrtime.bigint();
    for (let i = 0; i < AT_ONCE; i++) {
      call();
    }
    micros.push(Number(process.hrtime.bigint() - started) / 1000 / AT_ONCE);
    after();
    await device.synchronize();
  }
  return median(micros.slice(ROUNDS / 10));
};

for (const count of [1, 16]) {
  const images = Array.from({ length: count }, image);
  const output = pipeline(images);
  const show = (what, micros) =>
    console.log(
      `JavaScript, ${what}, ${count} image${count > 1 ? 's' : ''}: ${micros.toFixed(2)} µs per call`,
    );
  show('runInto', await perCall(() => pipeline.runInto(output, images)));
  // Kept until the device is through with them, as a program keeps its tensors.
  let made = [];
  const makeOne = () => made.push(pipeline(images));
  const disposeAll = () => {
    for (const tensor of made) {
      tensor.dispose();
    }
    made = [];
  };
  show('run', await perCall(makeOne, disposeAll));
}

// The same pipeline through its C ABI, one image of the same size.
const folder = mkdtempSync(join(tmpdir(), 'cuweave-launch-'));
try {
  const directory = fileURLToPath(new URL('../build/', import.meta.url));
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  const entry = manifest.pipelines.find(({ name }) => name === 'nv12ToF32');
  const binary = join(folder, 'launch');
  const nvcc = process.env.CUDA_HOME ? join(process.env.CUDA_HOME, 'bin', 'nvcc') : 'nvcc';
  execFileSync(nvcc, [
    '-O2',
    '-std=c++17',
    fileURLToPath(new URL('./launch.cu', import.meta.url)),
    '-o',
    binary,
    '-ldl',
  ]);
  const args = Buffer.alloc(entry.args.size);
  args.writeUInt32LE(entry.args.size, 0);
  args.writeInt32LE(1, 4);
  const block = Buffer.alloc(entry.image.size);
  for (const { pitch } of entry.source.planes) {
    block.writeBigInt64LE(BigInt(width), pitch);
  }
  for (const { pitch } of entry.sinks[0].planes) {
    block.writeBigInt64LE(BigInt(4 * width), pitch);
  }
  block.writeInt32LE(width, entry.image.sizes);
  block.writeInt32LE(height, entry.image.sizes + 4);
  const planes = [entry.source.planes.length, entry.sinks[0].planes.length];
  const given = [
    join(directory, manifest.library),
    'cuweave_nv12ToF32',
    entry.args.size,
    entry.image.size,
    ...planes,
    AT_ONCE,
    ROUNDS,
  ];
  const micros = execFileSync(binary, given.map(String), {
    input: Buffer.concat([args, block]),
    encoding: 'utf8',
  });
  console.log(`C++, the pipeline's C function, 1 image: ${Number(micros).toFixed(2)} µs per call`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
