// What a call costs: from JavaScript, and the same launch from bare C++. Needs a GPU and nvcc.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cudaStatus, Image, openDevice } from 'cuweave';
import * as built from './build/index.js';

const CALLS = 20000;
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

for (const count of [1, 16]) {
  const images = Array.from({ length: count }, image);
  const output = pipeline(images);
  const micros = [];
  for (let i = 0; i < CALLS; i++) {
    const started = process.hrtime.bigint();
    pipeline.runInto(output, images);
    micros.push(Number(process.hrtime.bigint() - started) / 1000);
    if (i % 64 === 63) await device.synchronize();
  }
  console.log(
    `JavaScript, runInto, ${count} image${count > 1 ? 's' : ''}: ${median(micros.slice(1000)).toFixed(2)} µs per call`,
  );
  const fresh = [];
  for (let i = 0; i < CALLS / 10; i++) {
    const started = process.hrtime.bigint();
    const tensor = pipeline(images);
    fresh.push(Number(process.hrtime.bigint() - started) / 1000);
    tensor.dispose();
    if (i % 64 === 63) await device.synchronize();
  }
  console.log(
    `JavaScript, run, ${count} image${count > 1 ? 's' : ''}: ${median(fresh.slice(100)).toFixed(2)} µs per call`,
  );
}

// The same pipeline through its C ABI, one image of the same size.
const folder = mkdtempSync(join(tmpdir(), 'cuweave-launch-'));
try {
  const directory = fileURLToPath(new URL('./build/', import.meta.url));
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
  for (const { pitch } of entry.source.planes) block.writeBigInt64LE(BigInt(width), pitch);
  for (const { pitch } of entry.sink.planes) block.writeBigInt64LE(BigInt(4 * width), pitch);
  block.writeInt32LE(width, entry.image.sizes);
  block.writeInt32LE(height, entry.image.sizes + 4);
  const planes = [entry.source.planes.length, entry.sink.planes.length];
  const given = [
    join(directory, manifest.library),
    'cuweave_nv12ToF32',
    entry.args.size,
    entry.image.size,
    ...planes,
    CALLS,
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
