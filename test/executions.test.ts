/** One spec, three executions: here the oracle, the host's code, and the author's functions as they stand. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../compiler/build.js';
import type { Kernel } from '../compiler/ir/plan.js';
import { type Pipeline as Built, type Device, openDevice } from '../runtime/index.js';
import {
  blankResults,
  buildFolder,
  entry,
  executionTolerance,
  loadOracle,
  root,
  runBuilt,
  runOracle,
  specOf,
  suiteCases,
  suiteKernels,
} from './support/executions.js';
import { expectIntact, readPixels } from './support/images.js';
import { names } from './support/pipelineNames.js';
import { random } from './support/random.js';
import { reference } from './support/reference.js';
import { storedAs } from './support/sinks.js';
import { expectWithin, roundingTolerance } from './support/tolerance.js';

describe('oracle, host and the spec as it stands', () => {
  let kernels: ReadonlyMap<string, Kernel>;
  let bindings: Record<string, Built<never>>;
  let device: Device;
  beforeAll(async () => {
    kernels = new Map((await suiteKernels()).map(kernel => [kernel.name, kernel]));
    const out = buildFolder('host');
    await build({ root, entries: [entry], out, cpu: true });
    bindings = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('the list of pipelines is the list that is built', () => {
    expect([...kernels.keys()].sort()).toEqual([...names].sort());
  });

  it.each(names)('%s', async name => {
    const kernel = kernels.get(name)!;
    const oracle = await loadOracle(kernel);
    for (const suiteCase of suiteCases(kernel, random(name.length * 7919))) {
      const { images, given } = suiteCase;
      const host = blankResults(kernel, suiteCase, 12);
      const expected = blankResults(kernel, suiteCase, 4);
      await runBuilt(bindings[name]!, device, images, host, given);
      expectIntact(...images, ...host);
      images.forEach((image, number) => {
        runOracle(kernel, oracle, image, expected[number]!, given, { number, of: images.length });
        const [mine, theirs] = [readPixels(host[number]!), readPixels(expected[number]!)];
        expectWithin(mine, theirs, executionTolerance(kernel));
        const { sink } = kernel.pipeline;
        const asWritten = storedAs(reference(specOf(name), image, given, number), sink);
        expectWithin(theirs, asWritten, roundingTolerance(name, sink.dtype, sink.code));
      });
    }
  });
});
