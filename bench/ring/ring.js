// Rings: a loop in Python over what another process serves, against the same work in a loop of Node's. For one file and for seven at once.
//   npm run bench:ring -- FILE…      DEVICE=cpu measures memory of the CPU and numpy
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDevice, Ring, VideoReader } from 'cuweave';
import { readPackets, repeatVideo } from '../video/repeat.js';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: npm run bench:ring -- FILE…');
  process.exit(2);
}
const FRAMES = Number(process.env.FRAMES ?? 4000);
const BATCH = 16;
// By turns, so that both meet the machine in the same state; the median counts.
const TURNS = Number(process.env.TURNS ?? 3);
const LATENCIES = Number(process.env.LATENCIES ?? 2000);
const device = openDevice(process.env.DEVICE);
const arrays = device.kind === 'cuda' ? 'torch' : 'numpy';
const here = path => fileURLToPath(new URL(path, import.meta.url));
const build = here('../build/ring');
const { preprocess } = await import(join(build, 'index.js'));
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A process that must end well; what it printed. */
const ended = async program => {
  let said = '';
  program.stdout?.on('data', text => {
    said += text;
  });
  const [code, signal] = await once(program, 'exit');
  if (code !== 0) {
    throw new Error(`${program.spawnargs.join(' ')} ended with ${code ?? signal}`);
  }
  return said;
};
const run = (command, args) => spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });

/** Frames per second of this process alone, several files at once, from the first batch to the last. */
const inNode = async (path, count) => {
  const readers = await Promise.all(Array.from({ length: count }, () => VideoReader.open(path, { device })));
  let started;
  let frames = 0;
  await Promise.all(
    readers.map(async reader => {
      let output;
      for await (const batch of reader.batches(BATCH)) {
        if (output?.shape[0] === batch.length) {
          preprocess.runInto(output, batch);
        } else {
          output?.dispose();
          output = preprocess(batch);
        }
        if (started === undefined) {
          await device.synchronize();
          started = performance.now();
        } else {
          frames += batch.length;
        }
      }
      output?.dispose();
    }),
  );
  await device.synchronize();
  for (const reader of readers) {
    reader.dispose();
  }
  return (1000 * frames) / (performance.now() - started);
};

/** The same of Python, over rings that another process writes. */
const inPython = async (path, count) => {
  const rings = Array.from({ length: count }, (_, n) => `bench-${process.pid}-${n}`);
  const python = run('python3', [here('loop.py'), build, arrays, 'frames', ...rings]);
  const server = run(process.execPath, [here('serve.js'), build, String(BATCH), device.kind, path, ...rings]);
  const [said] = await Promise.all([ended(python), ended(server)]);
  const { frames, seconds } = JSON.parse(said);
  return frames / seconds;
};

/** Milliseconds from the end of a batch's work until Python has it. */
const latency = async () => {
  const name = `bench-${process.pid}-latency`;
  const result = { shape: [BATCH, 3, 224, 224], dtype: 'f16', layout: 'NCHW' };
  const ring = Ring.create(device, name, { tensors: { result }, mode: 'broadcast' });
  const python = run('python3', [here('loop.py'), build, arrays, 'latency', name]);
  const done = ended(python);
  for (let n = 0; n < LATENCIES; n++) {
    const slot = await ring.acquire();
    await setTimeout(5);
    await slot.publish({ info: { time: performance.timeOrigin + performance.now() } });
  }
  await ring.finish();
  return JSON.parse(await done);
};

const folder = mkdtempSync(join(tmpdir(), 'cuweave-bench-'));
try {
  for (const file of files) {
    const video = await readPackets(file);
    const path = await repeatVideo(video, FRAMES, folder);
    console.log(
      `\n${file}: ${video.codec} ${video.width}×${video.height}, ${FRAMES} frames; ${device.name}, batches of ${BATCH}`,
    );
    for (const count of [1, 7]) {
      // The first run makes the decoders.
      await inNode(path, count);
      const [node, python] = [[], []];
      for (let turn = 0; turn < TURNS; turn++) {
        node.push(await inNode(path, count));
        python.push(await inPython(path, count));
      }
      const [own, other] = [median(node), median(python)];
      const what = count === 1 ? 'one file ' : `${count} files`;
      console.log(
        `${what}  Node alone ${own.toFixed(0)} fps, Python over the ring ${other.toFixed(0)} fps: ${(other / own).toFixed(3)}` +
          `   (${node.map(Math.round).join(' ')}; ${python.map(Math.round).join(' ')})`,
      );
    }
  }
  const late = await latency();
  const parts = late.map(([percent, value]) => `${percent} % ${value.toFixed(3)} ms`);
  console.log(`\nfrom the end of a batch's work until Python has it: ${parts.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  device.dispose();
}
