/** Rings and exported tensors on a real GPU; test/ring/gpu.test.ts has more of them on a stand-in for the driver. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import {
  cudaStatus,
  type Device,
  openDevice,
  Ring,
  RingError,
  type RingReader,
  Tensor,
} from '../../runtime/index.js';
import { python } from '../python/python.js';
import { Producer, Program, ringFolder } from '../ring/consumers.js';
import { killConsumers, killProducers } from '../ring/kills.js';
import { expectFrames, served, type Told, toldByNode } from '../ring/served.js';
import { buildFolder, onStandIn, root } from '../support/executions.js';

const usable = cudaStatus().usable;
const title = usable ? '' : ' (skipped: no CUDA device)';
const hasTorch =
  usable &&
  python !== undefined &&
  spawnSync(python, ['-c', 'import torch; assert torch.cuda.is_available()']).status === 0;
const out = buildFolder('ringsOnRealGpu');
/** Other processes' contexts come and go: they take hundreds of MiB. What is lost would be seen over many batches. */
const TOLERANCE = 64 * 2 ** 20;

let folder: ReturnType<typeof ringFolder>;
let device: Device;
let free: number;
const freeNow = (): number => device.memory().free ?? 0;
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
const opened = async (name: string): Promise<RingReader> => {
  for (;;) {
    try {
      return Ring.open(device, name);
    } catch (error) {
      if (!(error instanceof RingError && error.code === 'missing')) {
        throw error;
      }
      await pause(20);
    }
  }
};

describe.skipIf(!usable)(`rings on a GPU${title}`, () => {
  beforeAll(async () => {
    folder = ringFolder();
    process.env.CUWEAVE_BUILD = out;
    process.env.CUWEAVE_ARRAYS = 'torch';
    device = openDevice('cuda');
    if (!onStandIn) {
      await build({ root, entries: ['test/ring/pipelines.ts'], out, python: true });
    }
    // Kernels and contexts that a first call loads are no loss.
    using tensor = Tensor.fromHost(device, new Uint8Array(4), { shape: [4], dtype: 'u8', layout: 'any' });
    await tensor.toHost();
    free = freeNow();
  });
  afterEach(async () => {
    await expect.poll(freeNow, { timeout: 60_000 }).toBeGreaterThan(free - TOLERANCE);
  });
  afterAll(() => {
    device.dispose();
    folder.end();
    delete process.env.CUWEAVE_BUILD;
    delete process.env.CUWEAVE_ARRAYS;
  });

  it('share a tensor between two processes, also after its own was killed', async () => {
    const program = join(root, 'test', 'support', 'programs', 'exportsTensor.js');
    const exporter = new Program(process.execPath, [program, 'weights', 'cuda']);
    expect(await exporter.line()).toBe('open');
    const imported = Tensor.import(device, 'weights');
    expect((await imported.toHost()).data).toEqual(new Float32Array(1000).fill(7));
    using other = Tensor.fromHost(device, new Float32Array(1000).fill(8), imported);
    other.copyTo(imported);
    await device.synchronize();
    exporter.process.stdin?.write('\n');
    expect(await exporter.line()).toBe('8');
    await exporter.kill();
    expect((await imported.toHost()).data[0]).toBe(8);
    imported.dispose();
  });

  it('hand over what a killed producer had published, and then say that it is lost', async () => {
    const producer = Program.producer('killed', 'share', 'cuda');
    await producer.line();
    const reader = await opened('killed');
    // Until all slots are full.
    await pause(500);
    await producer.kill();
    const values: unknown[] = [];
    await expect(
      (async () => {
        for await (const batch of reader) {
          const { data } = (await batch.tensors.x?.toHost()) ?? {};
          expect(new Set(data).size).toBe(1);
          values.push(data?.[0]);
        }
      })(),
    ).rejects.toMatchObject({ code: 'producerLost' });
    expect(values).toEqual([1, 2, 3]);
    reader.close();
    const next = new Producer(device, 'killed');
    next.ring.close();
  });

  it('refuse a block that is smaller than its file says', async () => {
    const producer = Program.producer('short', 'share', 'cuda');
    await producer.line();
    const path = join(folder.path, 'short');
    const changed = readFileSync(path).subarray(0, 4096);
    changed.writeBigUInt64LE(400n, 24 + 16 + 88);
    changed.writeBigUInt64LE(29n * 2n ** 21n, 24 + 16 + 16 * 136 + 8);
    writeFileSync(path, changed, { flag: 'r+' });
    expect(() => Ring.open(device, 'short')).toThrow(/its memory is smaller than its file says/);
    await producer.kill();
  });

  // The stand-in has neither NVDEC nor torch.
  if (!onStandIn) {
    const pythonIt = it.skipIf(!hasTorch);

    it('are served to Node', async () => {
      const server = served(out, 'toNode', 'cuda');
      await expectFrames(out, device, await toldByNode(await opened('toNode')));
      expect(await server.end()).toBe(0);
    });

    pythonIt('are served to torch', async () => {
      const consumer = Program.consumer('frames', 'toTorch');
      const server = served(out, 'toTorch', 'cuda');
      await expectFrames(out, device, (await consumer.told()).told as Told[]);
      expect(await server.end()).toBe(0);
    });

    pythonIt('give torch a slot for as long as its tensors live', async () => {
      const producer = new Producer(device, 'lifetimes', { slots: 2 });
      const consumer = Program.consumer('lifetimes', 'lifetimes');
      for (const count of [4, 4, 3, 4]) {
        await producer.put(count);
      }
      const told = [await consumer.told(), await consumer.told(), await consumer.told()];
      expect(told.map(({ code }) => code)).toEqual([undefined, 'missing', 'closed']);
      expect(await consumer.end()).toBe(0);
      producer.ring.close();
    });

    pythonIt('take a slot back behind what torch has enqueued', async () => {
      const producer = new Producer(device, 'behind', {
        slots: 2,
        tensors: { x: { shape: [4, 1 << 20], dtype: 'f32', layout: 'any' } },
      });
      const consumer = Program.consumer('behind', 'behind');
      expect(await consumer.told()).toEqual({ told: 'open' });
      for (let n = 0; n < 100; n++) {
        await producer.put();
      }
      await producer.ring.finish();
      expect(await consumer.told()).toEqual({ told: 'end', wrong: [] });
    });

    pythonIt('tell a forked child that it cannot read them', async () => {
      const producer = new Producer(device, 'forked');
      await producer.put();
      const consumer = Program.consumer('forked', 'forked');
      expect(await consumer.told()).toEqual({ told: 'end' });
      expect(await consumer.end()).toBe(0);
      producer.ring.close();
    });

    pythonIt('survive twenty kills', async () => {
      const after: number[] = [];
      for (const mode of ['share', 'broadcast'] as const) {
        after.push(...(await killConsumers(device, 5, mode)), ...(await killProducers(5, mode, 'cuda')));
      }
      console.log(`the other side knew after ${Math.round(Math.max(...after))} ms at most`);
      expect(after).toHaveLength(20);
    });

    pythonIt('stay flat over thousands of batches', async () => {
      const producer = new Producer(device, 'flat', {
        slots: 3,
        tensors: { x: { shape: [2, 65536], dtype: 'f32', layout: 'any' } },
      });
      const consumer = Program.consumer('flat', 'flat', 4000);
      let before = 0;
      for (let n = 0; n < 4000; n++) {
        await producer.put();
        if (n === 500) {
          before = freeNow();
        }
      }
      const grown = before - freeNow();
      await producer.ring.finish();
      console.log(`${grown} bytes of the GPU, ${(await consumer.told()).grown} of the consumer's memory`);
      expect(grown).toBeLessThan(8 * 2 ** 20);
      await consumer.end();
    });
  }
});
