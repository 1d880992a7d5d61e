/** Results that are tokens of patches, on CUDA: its own tensor in the order of tokens, bit for bit. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { buildFolder, buildForCuda } from '../support/executions.js';
import { differenceOf, type PatchBindings, patchCases } from '../support/patched.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`patches on CUDA${title}`, () => {
  let built: PatchBindings;
  let cuda: Device;
  beforeAll(async () => {
    const out = buildFolder('patchesCuda');
    await buildForCuda('test/support/patchPipelines.ts', out, { strict: true });
    built = (await import(pathToFileURL(join(out, 'index.js')).href)) as PatchBindings;
    cuda = openDevice('cuda');
  });
  afterAll(() => cuda?.dispose());

  it.each(patchCases)('$name are the tensor in the order of tokens', async one => {
    expect(await differenceOf(built, cuda, one)).toBeUndefined();
  });
});
