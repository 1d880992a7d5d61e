/** The addon itself: what it refuses, worker threads, loading. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAddon } from '../../compiler/build/addon.js';
import { addonPath } from '../../native/location.js';
import { loadAddon, type NativeAddon } from '../../runtime/device/addon.js';

let addon: NativeAddon;
let folder: string;
beforeAll(async () => {
  await buildAddon();
  addon = loadAddon();
  folder = await mkdtemp(join(tmpdir(), 'cuweave-addon-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is not built again when nothing changed', async () => {
  expect(await buildAddon()).toEqual({ path: addonPath, built: false });
});

it('says whether CUDA is usable, and why not', () => {
  const status = addon.cudaStatus();
  if (status.usable) {
    expect(status.devices.length).toBeGreaterThan(0);
  } else {
    expect(status.message).toMatch(/driver|device/);
  }
});

it('refuses wrong handles, sizes and constructors', () => {
  const device = addon.openDevice('cpu', 0);
  const stream = device.createStream();
  const memory = device.allocate(stream, 100);
  const data = new Uint8Array(50);
  const wrong = (value: unknown): never => value as never;
  const cases: Record<string, () => unknown> = {
    constructor: () => new (wrong(memory.constructor) as new () => unknown)(),
    'other receiver': () => stream.record.call(wrong(memory)),
    'no receiver': () => memory.dispose.call(wrong({})),
    'other class': () => stream.copy(wrong(stream), 0, 1, memory, 0, 1, 1, 1),
    'plain object': () => device.allocate(wrong({}), 10),
    'no bytes': () => device.allocate(stream, 0),
    'negative bytes': () => device.allocate(stream, -1),
    'bytes beyond reason': () => device.allocate(stream, 2 ** 60),
    'beyond the memory': () => stream.upload(memory, 60, 50, data, 0, 50, 50, 1),
    'beyond the array': () => stream.upload(memory, 0, 20, data, 0, 20, 20, 3),
    'rows that wrap around': () => stream.upload(memory, 0, 20, data, 2 ** 52, 20, 20, 1),
    'too many rows': () => stream.upload(memory, 0, 1, data, 0, 1, 1, 2 ** 52),
    'pitch below the row': () => stream.upload(memory, 0, 4, data, 0, 5, 5, 2),
    'no array': () => stream.upload(memory, 0, 1, wrong('abc'), 0, 1, 1, 1),
    'address of nothing': () => device.wrap(0n, 10),
    'address that wraps around': () => device.wrap(2n ** 64n - 1n, 10),
    'negative address': () => device.wrap(-5n, 10),
    'no pipeline': () => stream.launch(wrong({}), data, 1, new Float64Array(1), 0, 0),
    'a handle of nothing': () => stream.launch(1e9, data, 1, new Float64Array(1), 0, 0),
    'a memory for a pipeline': () => stream.launch(memory.handle, data, 1, new Float64Array(1), 0, 0),
    'relative library': () => addon.openLibrary('pipelines.so'),
    'library that is not there': () => addon.openLibrary('/nowhere/pipelines.so'),
  };
  const text = Object.entries(cases).map(([name, run]) => {
    try {
      run();
      return `${name}: accepted`;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  });
  expect(text.join('\n')).toMatchInlineSnapshot(`
    "constructor: Illegal constructor
    other receiver: Illegal invocation
    no receiver: Illegal invocation
    other class: Expected a native memory.
    plain object: Expected a native stream.
    no bytes: Expected at least 1 byte.
    negative bytes: Expected a whole number of at least 0 for bytes.
    bytes beyond reason: Expected a whole number of at least 0 for bytes.
    beyond the memory: The rows of the copy do not lie in the memory.
    beyond the array: The rows of the copy do not lie in the array.
    rows that wrap around: The rows of the copy do not lie in the array.
    too many rows: The rows of the copy do not lie in the memory.
    pitch below the row: The rows of the copy do not lie in the memory.
    no array: Expected a typed array for the host's data.
    address of nothing: Expected an address and a size that fit together.
    address that wraps around: Expected an address and a size that fit together.
    negative address: Expected an address and a size that fit together.
    no pipeline: Expected the handle of a native pipeline.
    a handle of nothing: Expected the handle of a native pipeline.
    a memory for a pipeline: Expected the handle of a native pipeline.
    relative library: Expected an absolute path for library but received 'pipelines.so'.
    library that is not there: /nowhere/pipelines.so: cannot open shared object file: No such file or directory"
  `);
  memory.dispose();
  memory.dispose();
  stream.dispose();
  expect(device.memory().live).toBe(0);
});

it('tells what was tried when it cannot be loaded', async () => {
  const damaged = join(folder, 'damaged.node');
  await writeFile(damaged, 'no library');
  const text = (path: string): string => {
    try {
      loadAddon(path);
      return 'loaded';
    } catch (error) {
      return (error as Error).message
        .replaceAll(folder, '<folder>')
        .replace(/\(\w+-\w+, Node [\d.]+\)/, '(platform, Node version)');
    }
  };
  expect([text(join(folder, 'missing.node')), text(damaged)].join('\n\n')).toMatchInlineSnapshot(`
    "The addon is not built: there is no <folder>/missing.node (platform, Node version).
    Run: npx cuweave build <your pipelines.ts>. It builds the addon too, and needs cmake and a C++ compiler.

    The addon could not be loaded: <folder>/damaged.node (platform, Node version).
    <folder>/damaged.node: file too short
    It was built on another kind of machine, or its file is damaged.
    Run: npx cuweave build <your pipelines.ts>. It builds the addon too, and needs cmake and a C++ compiler."
  `);
});

// Runs in a worker: copies there and back, then leaves work behind.
const inWorker = `
  const { parentPort, workerData } = require('node:worker_threads');
  const addon = require(workerData);
  const device = addon.openDevice('cpu', 0);
  const stream = device.createStream();
  const memory = device.allocate(stream, 1 << 20);
  const data = new Uint8Array(1 << 20).fill(7);
  stream.upload(memory, 0, 1 << 20, data, 0, 1 << 20, 1 << 20, 1);
  const out = new Uint8Array(1 << 20);
  stream.download(out, 0, 1 << 20, memory, 0, 1 << 20, 1 << 20, 1).then(() => {
    parentPort.postMessage(out.every(value => value === 7));
    for (let n = 0; n < 500; n++) stream.download(out, 0, 1 << 20, memory, 0, 1 << 20, 1 << 20, 1);
  });
`;

it('works in worker threads, several at once, that end in the middle of work', async () => {
  const run = async (ending: 'terminate' | 'exit'): Promise<boolean> => {
    const worker = new Worker(inWorker, { eval: true, workerData: addonPath });
    const answer = await new Promise<boolean>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (ending === 'terminate') {
      await worker.terminate();
    } else {
      await new Promise(resolve => worker.once('exit', resolve));
    }
    return answer;
  };
  for (let n = 0; n < 3; n++) {
    expect(await Promise.all([run('terminate'), run('exit'), run('terminate')])).toEqual([true, true, true]);
  }
});
