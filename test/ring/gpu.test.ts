/** Rings on a GPU and several processes, on the stand-in for NVIDIA's driver: who opens what, ends, kills, Python. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../compiler/build/process.js';
import { type Device, openDevice, Ring, RingError, Tensor } from '../../runtime/index.js';
import { python, whyNot } from '../python/python.js';
import { buildFolder, root } from '../support/executions.js';
import { fakeDriver, Producer, Program, ringFolder } from './consumers.js';
import { killConsumers, killProducers } from './kills.js';
import { expectFrames, served, type Told } from './served.js';

const out = buildFolder('ringsOnGpu');
let folder: ReturnType<typeof ringFolder>;
let endDriver: () => void;
let device: Device;
beforeAll(async () => {
  folder = ringFolder();
  endDriver = await fakeDriver();
  device = openDevice('cuda');
  process.env.CUWEAVE_BUILD = out;
  process.env.CUWEAVE_ARRAYS = 'torch';
  process.env.PYTHONPATH = fileURLToPath(new URL('torchOnFake', import.meta.url));
  if (python) {
    const jiti = join(root, 'node_modules', '.bin', 'jiti');
    const args = [
      'compiler/cli.ts',
      'build',
      'test/ring/pipelines.ts',
      '-o',
      out,
      '--python',
      '--arch',
      'sm_90',
    ];
    const env = { ...process.env, CUDA_HOME: join(root, 'test', 'support', 'standIn') };
    const { code, stderr, stdout } = await runProgram(jiti, args, { cwd: root, env });
    expect(code, stdout + stderr).toBe(0);
  }
});
afterEach(async () => {
  // Nothing is lost, whoever was killed.
  await expect.poll(() => device.memory().free, { timeout: 60_000 }).toBe(device.memory().total);
});
afterAll(() => {
  device.dispose();
  endDriver();
  folder.end();
  delete process.env.CUWEAVE_BUILD;
  delete process.env.CUWEAVE_ARRAYS;
  delete process.env.PYTHONPATH;
});

const said = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof RingError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing';
};
/** What lies on a GPU until its consumers have left: less is free. */
const isFree = (): boolean => device.memory().free === device.memory().total;
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

describe('a ring on a GPU', () => {
  it('is opened on its own device alone', async () => {
    const onGpu = new Producer(device, 'onGpu');
    const cpu = openDevice('cpu');
    const onCpu = new Producer(cpu, 'onCpu');
    process.env.CUWEAVE_FAKE_FAIL = 'uuid:7';
    const other = said(() => Ring.open(device, 'onGpu'));
    delete process.env.CUWEAVE_FAKE_FAIL;
    expect([
      said(() => Ring.open(cpu, 'onGpu')),
      said(() => Ring.open(device, 'onCpu')),
      other,
    ]).toMatchInlineSnapshot(`
      [
        "wrongDevice: 'onGpu' lies on a GPU, and the device is the CPU. Open it with openDevice('cuda').",
        "wrongDevice: 'onCpu' lies in the CPU's memory, and the device is a GPU. Open it with openDevice('cpu').",
        "wrongDevice: 'onGpu' lies on another GPU, GPU-fafafafa-fafa-fafa-fafa-fafafafafafa, than cuda:0 is, GPU-07070707-0707-0707-0707-070707070707. Open it with that GPU's device; \`nvidia-smi -L\` lists them.",
      ]
    `);
    onGpu.ring.close();
    onCpu.ring.close();
    cpu.dispose();
  });

  it('is refused where CUDA refuses it, and where its file says something else', async () => {
    const refusals: Record<string, string> = {};
    for (const wish of ['cuIpcGetMemHandle:801', 'cuMemAlloc_v2:2']) {
      process.env.CUWEAVE_FAKE_FAIL = wish;
      refusals[wish] = said(() => new Producer(device, 'refused'));
      delete process.env.CUWEAVE_FAKE_FAIL;
    }
    const producer = Program.producer('theirs', 'share', 'cuda');
    await producer.line();
    process.env.CUWEAVE_FAKE_FAIL = 'cuIpcOpenMemHandle_v2:1';
    refusals.open = said(() => Ring.open(device, 'theirs'));
    delete process.env.CUWEAVE_FAKE_FAIL;
    const path = join(folder.path, 'theirs');
    const file = readFileSync(path);
    // The place follows the sizes of the tensors: which kind, the block's bytes, the GPU, the handle.
    const place = 24 + 16 + 16 * (64 + 8 + 8 + 8 + 48);
    expect(file.readUInt32LE(place)).toBe(1);
    expect(file.readBigUInt64LE(place + 8)).toBe(2n ** 21n);
    const withChange = (name: string, change: (bytes: Buffer) => void): void => {
      const changed = Buffer.from(file);
      change(changed);
      // In place: its producer holds the file's lock.
      writeFileSync(path, changed.subarray(0, 4096), { flag: 'r+' });
      refusals[name] = said(() => Ring.open(device, 'theirs'));
      writeFileSync(path, file.subarray(0, 4096), { flag: 'r+' });
    };
    withChange('kind', bytes => bytes.writeUInt32LE(2, place));
    withChange('inFile', bytes => bytes.writeUInt32LE(0, place));
    withChange('bytes', bytes => bytes.writeBigUInt64LE(2n ** 22n, place + 8));
    withChange('uuid', bytes => bytes.fill(1, place + 16, place + 32));
    withChange('handle', bytes => bytes.fill(1, place + 32, place + 96));
    // A hundred times as many items, and the room that they would take: more than there is.
    withChange('shape', bytes => {
      bytes.writeBigUInt64LE(400n, 24 + 16 + 88);
      bytes.writeBigUInt64LE(29n * 2n ** 21n, place + 8);
    });
    await producer.kill();
    rmSync(path, { force: true });
    expect(refusals).toMatchInlineSnapshot(`
      {
        "bytes": "refused: Ring 'theirs' is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "cuIpcGetMemHandle:801": "unsupported: cuda:0 shares no memory with other processes: cuIpcGetMemHandle failed with CUDA_ERROR_FAKE. Take a ring on the CPU: openDevice('cpu'), or --device cpu.",
        "cuMemAlloc_v2:2": "OutOfMemoryError: Out of memory: 2.0 MiB were asked for with 64.0 MiB free of 64.0 MiB. Dispose tensors and images that are done with, or give fewer images at a time.",
        "handle": "unsupported: The memory of 'theirs' cannot be opened on cuda:0: cuIpcOpenMemHandle failed with CUDA_ERROR_FAKE. CUDA shares memory between processes of one machine that see each other: containers need one IPC and one PID namespace (docker run --ipc=host --pid=host).",
        "inFile": "refused: Ring 'theirs' is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "kind": "refused: Ring 'theirs' is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "open": "unsupported: The memory of 'theirs' cannot be opened on cuda:0: cuIpcOpenMemHandle failed with CUDA_ERROR_FAKE. CUDA shares memory between processes of one machine that see each other: containers need one IPC and one PID namespace (docker run --ipc=host --pid=host).",
        "shape": "refused: 'theirs' is refused: its memory is smaller than its file says. Start its producer again.",
        "uuid": "wrongDevice: 'theirs' lies on another GPU, GPU-01010101-0101-0101-0101-010101010101, than cuda:0 is, GPU-fafafafa-fafa-fafa-fafa-fafafafafafa. Open it with that GPU's device; \`nvidia-smi -L\` lists them.",
      }
    `);
  });

  it('keeps its memory until its last consumer has left', async () => {
    const producer = new Producer(device, 'kept');
    const reader = Ring.open(device, 'kept');
    await producer.put();
    const batch = await reader.next();
    producer.ring.close();
    expect(isFree()).toBe(false);
    reader.close();
    await pause(500);
    // The batch is still there, and what it holds as well.
    expect((await batch?.tensors.x?.toHost())?.data[0]).toBe(1);
    expect(isFree()).toBe(false);
    batch?.dispose();
  });
});

describe.skipIf(!python)(`consumers in Python of a ring on a GPU${whyNot}`, () => {
  it('are served what Node reads', async () => {
    const consumer = Program.consumer('frames', 'served');
    const server = served(out, 'served', 'cuda');
    await expectFrames(out, device, (await consumer.told()).told as Told[]);
    expect(await server.end()).toBe(0);
  });

  it('share batches, with and without a copy', async () => {
    const producer = new Producer(device, 'shared', { slots: 3 });
    const consumers = [false, true].map(copy => Program.consumer('all_of', 'shared', copy));
    for (const consumer of consumers) {
      expect(await consumer.told()).toEqual({ told: 'open' });
    }
    for (let n = 0; n < 40; n++) {
      await producer.put();
    }
    await producer.ring.finish();
    const had = (await Promise.all(consumers.map(consumer => consumer.told()))).map(
      ({ values }) => values as number[],
    );
    expect(had.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(await Promise.all(consumers.map(consumer => consumer.end()))).toEqual([0, 0]);
  });

  it('keep a slot for as long as its arrays live, and say what is wrong', async () => {
    const producer = new Producer(device, 'lifetimes', { slots: 2 });
    const consumer = Program.consumer('lifetimes', 'lifetimes');
    for (const count of [4, 4, 3, 4]) {
      await producer.put(count);
    }
    expect(
      [await consumer.told(), await consumer.told(), await consumer.told()].map(({ code }) => code),
    ).toEqual([undefined, 'missing', 'closed']);
    expect(await consumer.end()).toBe(0);
    producer.ring.close();
  });

  it('give a slot back behind the work of their stream', async () => {
    const producer = new Producer(device, 'ordered', { slots: 2 });
    const consumer = Program.consumer('ordered', 'ordered');
    expect(await consumer.told()).toEqual({ told: 'open' });
    for (let n = 0; n < 60; n++) {
      await producer.put();
    }
    await producer.ring.finish();
    expect(await consumer.told()).toEqual({ told: 'end', count: 60 });
    const other = new Producer(device, 'captured', { slots: 2 });
    const capturing = Program.consumer('captured', 'captured');
    for (let n = 0; n < 3; n++) {
      await other.put();
    }
    expect(await capturing.told()).toEqual({ told: 'end' });
    other.ring.close();
  });

  it('are told which arrays there are, and not to fork', async () => {
    const producer = new Producer(device, 'arrays');
    const cpu = openDevice('cpu');
    const onCpu = new Producer(cpu, 'hostArrays');
    const asked = [
      ['arrays', 'numpy'],
      ['arrays', 'jax'],
      ['arrays', 'cuda'],
      ['hostArrays', 'cuda'],
    ] as const;
    const answers: unknown[] = [];
    for (const [name, arrays] of asked) {
      answers.push(await Program.consumer('refused', name, arrays).told());
    }
    process.env.CUWEAVE_FAKE_FAIL = 'uuid:7';
    answers.push(await Program.consumer('refused', 'arrays', 'torch').told());
    process.env.CUWEAVE_FAKE_FAIL = 'cuIpcOpenMemHandle_v2:1';
    answers.push(await Program.consumer('refused', 'arrays', 'torch').told());
    delete process.env.CUWEAVE_FAKE_FAIL;
    expect(answers).toMatchInlineSnapshot(`
      [
        {
          "code": "argument",
          "told": "Expected 'torch', 'cupy' or 'cuda' for arrays but received 'numpy'. Ring 'arrays' lies on GPU-fafafafa-fafa-fafa-fafa-fafafafafafa. Take arrays='torch', or serve it with --device cpu.",
        },
        {
          "code": "argument",
          "told": "Expected 'numpy', 'torch', 'cupy' or 'cuda' for arrays but received 'jax'.",
        },
        {
          "told": "nothing",
        },
        {
          "code": "argument",
          "told": "Expected 'numpy' or 'torch' for arrays but received 'cuda'. Ring 'hostArrays' lies in the CPU's memory. Serve it with --device cuda for arrays on a GPU.",
        },
        {
          "code": "wrongDevice",
          "told": "Ring 'arrays' lies on GPU-fafafafa-fafa-fafa-fafa-fafafafafafa, which this process does not see. Let it see that GPU (CUDA_VISIBLE_DEVICES; \`nvidia-smi -L\` lists them), or serve the ring on another one by --device.",
        },
        {
          "code": "unsupported",
          "told": "The memory of ring 'arrays' cannot be opened on cuda:0: cuIpcOpenMemHandle_v2 failed: CUDA_ERROR_FAKE: fake. CUDA shares memory between processes of one machine that see each other: containers need one IPC and one PID namespace (docker run --ipc=host --pid=host).",
        },
      ]
    `);
    await producer.put();
    const forked = Program.consumer('forked', 'arrays');
    expect(await forked.told()).toEqual({ told: 'end' });
    expect(await forked.end()).toBe(0);
    producer.ring.close();
    onCpu.ring.close();
    cpu.dispose();
  });

  it('close the memory with the ring and its last array', async () => {
    const producer = new Producer(device, 'closed');
    const consumer = Program.consumer('close', 'closed');
    await producer.put();
    expect(await consumer.told()).toEqual({ told: 'closed' });
    producer.ring.close();
    await pause(500);
    expect(isFree()).toBe(false);
    consumer.process.stdin?.write('\n');
    expect(await consumer.told()).toEqual({ told: 'gone' });
    await expect.poll(isFree, { timeout: 60_000 }).toBe(true);
    consumer.process.stdin?.write('\n');
    expect(await consumer.end()).toBe(0);
  });

  it('stay flat', async () => {
    const producer = new Producer(device, 'flat', {
      slots: 3,
      tensors: { x: { shape: [2, 65536], dtype: 'f32', layout: 'any' } },
    });
    const consumer = Program.consumer('flat', 'flat', 1000);
    for (let n = 0; n < 1000; n++) {
      await producer.put();
    }
    await producer.ring.finish();
    expect(Number((await consumer.told()).grown)).toBeLessThan(2 ** 20);
  });

  it('and producers are killed, and the others go on', async () => {
    for (const mode of ['share', 'broadcast'] as const) {
      expect(await killConsumers(device, 5, mode)).toHaveLength(5);
      expect(await killProducers(5, mode, 'cuda')).toHaveLength(5);
    }
  });
});

describe('a tensor on a GPU', () => {
  it('is shared by two processes, and outlives neither', async () => {
    const program = fileURLToPath(new URL('../support/programs/exportsTensor.js', import.meta.url));
    const exporter = new Program(process.execPath, [program, 'weights', 'cuda']);
    expect(await exporter.line()).toBe('open');
    const imported = Tensor.import(device, 'weights');
    expect((await imported.toHost()).data).toEqual(new Float32Array(1000).fill(7));
    using other = Tensor.fromHost(device, new Float32Array(1000).fill(8), imported);
    other.copyTo(imported);
    await device.synchronize();
    exporter.process.stdin?.write('\n');
    // It sees what was written here.
    expect(await exporter.line()).toBe('8');
    await exporter.kill();
    expect((await imported.toHost()).data[0]).toBe(8);
    imported.dispose();
    expect(said(() => Tensor.import(device, 'weights'))).toMatch(/^missing: /);
  });
});
