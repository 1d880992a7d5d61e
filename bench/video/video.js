// Video decoding: cuweave from Node against a bare C++ loop over the same packets. Needs a GPU with NVDEC.
//   npm run bench:video -- FILE…      any MP4, MOV, MKV, WebM or TS with H.264, HEVC, VP9 …
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cudaStatus, nvdecCapabilities, nvdecStatus, openDevice, VideoDecoder, VideoReader } from 'cuweave';
import * as built from '../build/index.js';
import { readPackets, repeatVideo } from './repeat.js';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: npm run bench:video -- FILE…');
  process.exit(2);
}
if (!nvdecStatus().usable) {
  console.log(`video: skipped, ${nvdecStatus().message}`);
  process.exit();
}

const FRAMES = Number(process.env.FRAMES ?? 4000);
const BATCH = 8;
// Of several sessions: so often by turns, the median counts.
const TURNS = 3;
// Sessions that decode the same picture of one file at the same moment are faster than any that do not: how much later each begins
// than the one before, in ms.
const APART = 5;
const codes = { avc: 4, hevc: 8, vp8: 9, vp9: 10, av1: 11 };
const device = openDevice('cuda');
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
const report = (file, what, fps, note = '') => {
  rows.push({ file, what, fps: Math.round(fps), note });
  console.log(`${what.padEnd(44)} ${fps.toFixed(0).padStart(7)} fps  ${note}`);
};

/** Frames per second of a piece of work that returns how many frames it did, and CPU time per frame. */
const timed = async work => {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const frames = await work();
  await device.synchronize();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { frames, fps: frames / seconds, micros: (user + system) / frames };
};

const decodeOnly = async reader => {
  let frames = 0;
  for await (const { length } of reader.batches(BATCH)) {
    frames += length;
  }
  return frames;
};
const through = pipeline => async reader => {
  let frames = 0;
  let output;
  for await (const batch of reader.batches(BATCH)) {
    frames += batch.length;
    if (output && output.shape[0] === batch.length) {
      pipeline.runInto(output, batch);
    } else {
      output?.dispose();
      output = pipeline(batch);
    }
  }
  output?.dispose();
  return frames;
};
/**
 * Opens a file several times, then starts the clock: the bare loop, too, has its packets and its decoders before. Each file is begun
 * `apart` ms after the one before.
 */
const measured = async (count, path, options, work, apart = 0) => {
  const readers = await Promise.all(
    Array.from({ length: count }, () => VideoReader.open(path, { device, decoder: 'nvdec', ...options })),
  );
  const begin = async (reader, n) => {
    if (n * apart > 0) {
      await setTimeout(n * apart);
    }
    return work(reader);
  };
  const found = await timed(async () => (await Promise.all(readers.map(begin))).reduce((a, b) => a + b, 0));
  for (const reader of readers) {
    reader.dispose();
  }
  return found;
};

/** The median run, by frames per second. */
const medianOf = async (count, run) => {
  const runs = [];
  for (let n = 0; n < count; n++) {
    runs.push(await run());
  }
  return runs.sort((a, b) => a.fps - b.fps)[Math.floor(count / 2)];
};

/** Makes the decoders, which stay in their pool. */
const warmUp = (count, path) =>
  measured(count, path, {}, async reader => {
    for await (const { length } of reader.batches(BATCH)) {
      return length;
    }
    return 0;
  });

const annexB = (data, lengthSize) => {
  if (lengthSize === 0) {
    return Buffer.from(data);
  }
  const view = Buffer.from(data);
  const parts = [];
  for (let at = 0; at + lengthSize <= view.length; ) {
    const length = view.readUIntBE(at, lengthSize);
    at += lengthSize;
    parts.push(Buffer.from([0, 0, 0, 1]), view.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(parts);
};
const bytesOf = data =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
/** Parameter sets of an avcC or hvcC behind start codes, and how long its packets' lengths are. */
const describe = ({ codec, config }) => {
  if (!config.description || (codec !== 'avc' && codec !== 'hevc')) {
    return { header: Buffer.alloc(0), lengthSize: 0 };
  }
  const bytes = bytesOf(config.description);
  const parts = [];
  const units = (at, count) => {
    for (let n = 0; n < count; n++) {
      const length = bytes.readUInt16BE(at);
      parts.push(Buffer.from([0, 0, 0, 1]), bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return at;
  };
  if (codec === 'avc') {
    const at = units(6, bytes[5] & 31);
    units(at + 1, bytes[at]);
    return { header: Buffer.concat(parts), lengthSize: (bytes[4] & 3) + 1 };
  }
  for (let n = 0, at = 23; n < bytes[22]; n++) {
    at = units(at + 3, bytes.readUInt16BE(at + 1));
  }
  return { header: Buffer.concat(parts), lengthSize: (bytes[21] & 3) + 1 };
};

const here = path => fileURLToPath(new URL(path, import.meta.url));
/** Compiles the bare loop, as a program or as a library for a peer. */
const compileBare = (folder, name, options = []) => {
  const out = join(folder, name);
  const sources = [
    'nvdec.cc',
    '../../native/src/video/nvcuvid.cc',
    '../../native/src/cuda/cuda_driver.cc',
  ].map(here);
  execFileSync('g++', [
    '-std=c++17',
    '-O2',
    '-pthread',
    '-I',
    here('../../native/src'),
    ...options,
    '-o',
    out,
    ...sources,
    '-ldl',
  ]);
  return out;
};
/** PyTorch's conversion on frames of the bare loop's, where there is python3 with PyTorch; else why not. */
const pytorch = (folder, packetFile, codec, sessions) => {
  const has = spawnSync('python3', ['-c', 'import torch; raise SystemExit(not torch.cuda.is_available())']);
  if (has.status !== 0) {
    return { why: 'python3 with PyTorch on CUDA was not found' };
  }
  const library = compileBare(folder, 'libnvdec.so', ['-shared', '-fPIC']);
  const done = spawnSync(
    'python3',
    [here('peers/video.py'), library, packetFile, String(codec), String(sessions)],
    {
      encoding: 'utf8',
    },
  );
  return done.status === 0 ? JSON.parse(done.stdout.trim().split('\n').pop()) : { why: done.stderr };
};

const folder = mkdtempSync(join(tmpdir(), 'cuweave-bench-'));
try {
  const hasCompiler = spawnSync('g++', ['--version']).status === 0;
  const bare = hasCompiler ? compileBare(folder, 'nvdec') : undefined;
  for (const file of files) {
    const video = await readPackets(file);
    const path = await repeatVideo(video, FRAMES, folder);
    const repeats = Math.ceil(FRAMES / video.packets.length);
    const engines = Math.max(
      1,
      ...nvdecCapabilities(device)
        .filter(({ codec, supported }) => supported && codec === video.codec)
        .map(found => found.engines),
    );
    console.log(
      `\n${file}: ${video.codec} ${video.width}×${video.height}, ${repeats * video.packets.length} frames; ` +
        `${device.name}, ${engines} engines, driver CUDA ${cudaStatus().driverVersion}, Node ${process.versions.node}`,
    );
    const packetFile = join(folder, 'packets.bin');
    const { header, lengthSize } = describe(video);
    const units = video.packets.map(({ data }, n) => {
      const bytes = annexB(data, lengthSize);
      const whole = n === 0 ? Buffer.concat([header, bytes]) : bytes;
      const length = Buffer.alloc(4);
      length.writeUInt32LE(whole.length);
      return Buffer.concat([length, whole]);
    });
    writeFileSync(packetFile, Buffer.concat(Array.from({ length: repeats }, () => units).flat()));
    const bareFps = (sessions, apart) =>
      bare && codes[video.codec] !== undefined
        ? Number(
            execFileSync(bare, [packetFile, String(codes[video.codec]), String(sessions), String(apart)]),
          )
        : Number.NaN;
    const ratio = (fps, of) => (Number.isNaN(of) ? '' : `${(fps / of).toFixed(3)} of the bare loop`);
    // The first run makes the decoders, which are kept.
    await measured(engines, path, {}, decodeOnly);
    for (const [sessions, apart] of engines > 1
      ? [
          [1, 0],
          [engines, 0],
          [engines, APART],
        ]
      : [[1, 0]]) {
      const which = (what, plural) =>
        sessions === 1
          ? `one ${what}`
          : `${sessions} ${plural}, ${apart ? `${apart} ms apart` : 'all at once'}`;
      const turns = sessions === 1 ? 1 : TURNS;
      await warmUp(sessions, path);
      const bares = [];
      const decoded = await medianOf(turns, async () => {
        bares.push(bareFps(sessions, apart));
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        const run = await measured(sessions, path, {}, decodeOnly, apart);
        delay.disable();
        return { ...run, delay };
      });
      const expected = median(bares);
      report(
        file,
        `bare C++ loop, ${which('session', 'sessions')}`,
        expected,
        bares.some(Number.isNaN) ? '' : bares.map(Math.round).join(' '),
      );
      report(
        file,
        `decode only, ${which('file', 'files')}`,
        decoded.fps,
        `${ratio(decoded.fps, expected)}; CPU ${decoded.micros.toFixed(0)} µs a frame; ` +
          `event loop delayed by ${(decoded.delay.mean / 1e6).toFixed(2)} ms mean, ${(decoded.delay.max / 1e6).toFixed(1)} max`,
      );
      for (const [name, pipeline] of [
        ['NV12 → RGB f32 NCHW', built.nv12ToF32],
        ['640² normalised f16', built.nv12ResizedF16],
      ]) {
        const size = pipeline === built.nv12ResizedF16 ? { width: 640, height: 640 } : {};
        const call = (...given) => pipeline(...given, size);
        call.runInto = (into, batch) => pipeline.runInto(into, batch, size);
        const run = await medianOf(turns, () => measured(sessions, path, {}, through(call), apart));
        report(
          file,
          `+ ${name}, ${which('file', 'files')}`,
          run.fps,
          `${(run.fps / decoded.fps).toFixed(3)} of decode only; CPU ${run.micros.toFixed(0)} µs a frame`,
        );
      }
      if (sessions === 1 && engines > 1) {
        // As long a run as with one engine: the first and the last pieces of a file leave engines idle.
        const long = await repeatVideo(video, FRAMES * engines, folder);
        await warmUp(engines, path);
        const spread = await measured(1, long, { engines: 'auto' }, decodeOnly);
        rmSync(long);
        report(
          file,
          `one file over ${engines} engines, in order`,
          spread.fps,
          `${(spread.fps / decoded.fps).toFixed(2)}× one; CPU ${spread.micros.toFixed(0)} µs a frame`,
        );
      }
    }

    for (const sessions of bare && codes[video.codec] !== undefined ? [1, engines] : []) {
      const peer = pytorch(folder, packetFile, codes[video.codec], sessions);
      if (peer.why) {
        console.log(`PyTorch: skipped, ${peer.why}`);
        break;
      }
      const note = fps =>
        `${(fps / peer.decode).toFixed(3)} of ${peer.decode.toFixed(0)} without it; ${peer.torch}`;
      report(file, `bare loop, ${sessions} session(s) + eager PyTorch f32`, peer.eager, note(peer.eager));
      report(
        file,
        `bare loop, ${sessions} session(s) + compiled PyTorch`,
        peer.compiled,
        note(peer.compiled),
      );
    }

    // Opening, the first frame, memory, random access.
    const firsts = [];
    for (let n = 0; n < 10; n++) {
      const started = performance.now();
      const reader = await VideoReader.open(path, { device, decoder: 'nvdec' });
      for await (const frame of reader.frames()) {
        firsts.push(performance.now() - started);
        frame.dispose();
        break;
      }
      reader.dispose();
    }
    console.log(`open to first frame: ${median(firsts).toFixed(1)} ms (median of 10)`);
    const before = device.memory().free;
    const readers = [];
    for (let n = 0; n < 8; n++) {
      const reader = await VideoReader.open(path, { device, decoder: 'nvdec' });
      const frames = reader.frames();
      await frames.next();
      readers.push({ reader, frames });
    }
    const each = (before - device.memory().free) / readers.length;
    for (const { reader } of readers) {
      reader.dispose();
    }
    console.log(
      `device memory of a reader beside those kept: ${(each / 2 ** 20).toFixed(0)} MiB (mean of 8)`,
    );

    for (const count of [1, engines]) {
      const reader = await VideoReader.open(path, { device, decoder: 'nvdec', engines: count });
      let seed = 1;
      const addresses = Array.from({ length: 100 }, () => {
        seed = (seed * 48271) % 2147483647;
        return { index: seed % (repeats * video.packets.length) };
      });
      const run = await timed(async () => {
        const batch = await reader.framesAt(addresses);
        batch.dispose();
        return 100;
      });
      report(file, `framesAt, 100 random frames, ${count} engine(s)`, run.fps);
      reader.dispose();
    }

    // Latency: from a packet to its frame, one at a time.
    const decoder = new VideoDecoder({
      device,
      codec: video.codec,
      lowLatency: true,
      ...(video.config.description ? { description: bytesOf(video.config.description) } : {}),
    });
    const latencies = [];
    for (const packet of video.packets.slice(0, 200)) {
      const started = performance.now();
      await decoder.push(packet.data, packet.timestamp);
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        latencies.push(performance.now() - started);
        frame.dispose();
      }
    }
    decoder.dispose();
    console.log(
      `low latency: ${median(latencies).toFixed(2)} ms from packet to frame (median of ${latencies.length})`,
    );
  }
  console.log(`\n${JSON.stringify(rows)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  device.dispose();
}
