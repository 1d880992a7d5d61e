/** The third execution: CUDA, against the host's code. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import { type Pipeline as Built, cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import {
  blankResults,
  buildFolder,
  entry,
  executionTolerance,
  onStandIn,
  root,
  runBuilt,
  suiteCases,
  suiteKernels,
} from '../support/executions.js';
import { expectIntact, readPixels } from '../support/images.js';
import { names } from '../support/pipelineNames.js';
import { random } from '../support/random.js';
import { expectWithin, roundingTolerance } from '../support/tolerance.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

// The modes differ in what nvcc makes of a kernel, which a stand-in for it cannot show.
const modes = [
  { mode: 'strict', strict: true },
  { mode: 'shipped', strict: false },
].filter(({ strict }) => strict || !onStandIn);

describe.skipIf(!status.usable).each(modes)(
  `CUDA, $mode build, against the host${title}`,
  ({ mode, strict }) => {
    let kernels: ReadonlyMap<string, Kernel>;
    let bindings: Record<string, Built<never>>;
    let cuda: Device;
    let host: Device;
    beforeAll(async () => {
      kernels = new Map((await suiteKernels()).map(kernel => [kernel.name, kernel]));
      const out = buildFolder(mode);
      await build({ root, entries: [entry], out, strict });
      bindings = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
      cuda = openDevice('cuda');
      host = openDevice('cpu');
    });
    afterAll(() => {
      for (const device of [cuda, host]) {
        expect(device.memory().live).toBe(0);
        device.dispose();
      }
    });

    it.each(names)('%s', async name => {
      const kernel = kernels.get(name)!;
      for (const suiteCase of suiteCases(kernel, random(name.length * 104729))) {
        const { images, given } = suiteCase;
        const [actual, expected] = [blankResults(kernel, suiteCase, 12), blankResults(kernel, suiteCase, 12)];
        await runBuilt(bindings[name]!, cuda, images, actual, given);
        await runBuilt(bindings[name]!, host, images, expected, given);
        expectIntact(...images, ...actual, ...expected);
        const { sink } = kernel.pipeline;
        const tolerance = strict
          ? executionTolerance(kernel)
          : roundingTolerance(name, sink.dtype, sink.code);
        images.forEach((_, n) => {
          expectWithin(readPixels(actual[n]!), readPixels(expected[n]!), tolerance);
        });
      }
    });

    // 2^31 and more saturate at the ends of i32, where the neighbour's number wraps: it must not pass for one inside.
    it('reads inside the images wherever a matrix leads', async () => {
      const far = [
        [0, 0, 3e9, 0, 0, 3e9],
        [0, 0, -3e9, 0, 0, 3e9],
        [1e9, 0, -3e9, 0, 1e9, -3e9],
      ].map(dstToSrc => ({ dstToSrc }));
      const warped = [...kernels].filter(([, { pipeline }]) =>
        pipeline.stages.some(({ params }) =>
          params.some(({ value }) => 'open' in value && value.open === 'matrix'),
        ),
      );
      expect(warped.length).toBeGreaterThan(0);
      for (const [name, kernel] of warped) {
        const [suiteCase] = suiteCases(kernel, random(1)).slice(1);
        for (const matrix of far) {
          const given = { ...suiteCase!.given, matrix };
          const [actual, expected] = [
            blankResults(kernel, suiteCase!, 12),
            blankResults(kernel, suiteCase!, 12),
          ];
          await runBuilt(bindings[name]!, cuda, suiteCase!.images, actual, given);
          await runBuilt(bindings[name]!, host, suiteCase!.images, expected, given);
          const tolerance = strict
            ? executionTolerance(kernel)
            : roundingTolerance(name, kernel.pipeline.sink.dtype);
          actual.forEach((image, n) => {
            expectWithin(readPixels(image), readPixels(expected[n]!), tolerance);
          });
        }
      }
    });
  },
);
