/** Pillow's resize to the last bit on a GPU, in the build that ships: its kernels compute in whole numbers. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice, type Pipeline, Tensor } from '../../runtime/index.js';
import { buildFolder, buildForCuda, onStandIn } from '../support/executions.js';
import { compareResizes, pillowResizes, pillowSpec } from '../support/pillowResizes.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`Pillow's resize on CUDA${title}`, () => {
  let built: Readonly<Record<string, Pipeline<never>>>;
  let device: Device;
  beforeAll(async () => {
    const out = buildFolder('pillowCuda');
    await buildForCuda(pillowSpec, out, { strict: false });
    built = (await import(pathToFileURL(join(out, 'index.js')).href)) as typeof built;
    device = openDevice('cuda');
  }, 1_200_000);
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('gives the bytes of Pillow 12.3', async () => {
    const all = pillowResizes();
    // The stand-in runs a thread after the other.
    const some = all.filter(({ number, from, to }) => number % 20 === 3 && from[0] * to[0] < 10_000);
    const { differ } = await compareResizes(built, device, onStandIn ? some : all);
    expect(differ).toEqual([]);
  });

  it('a graph finds the tables of sizes that it meets first', async () => {
    const run = built.rgbLanczos as unknown as {
      run(input: Tensor, options: object): Tensor;
      runInto(output: Tensor, input: Tensor, options: object): Tensor;
    };
    const shape = [1, 41, 59, 3];
    const data = Uint8Array.from({ length: 41 * 59 * 3 }, (_, i) => (i * 37) % 251);
    const input = Tensor.fromHost(device, data, { shape, dtype: 'u8', layout: 'NHWC' });
    const options = { width: 23, height: 67 };
    const result = Tensor.empty(device, { shape: [1, 67, 23, 3], dtype: 'u8', layout: 'NHWC' });
    const stream = device.createStream();
    const graph = stream.capture(() => {
      run.runInto(result, input, options);
    });
    graph.launch();
    const replayed = Uint8Array.from((await result.toHost()).data as Uint8Array);
    const direct = run.run(input, options);
    expect(replayed).toEqual((await direct.toHost()).data);
    for (const held of [graph, stream, result, direct, input]) {
      held.dispose();
    }
  });
});
