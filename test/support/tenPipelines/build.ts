/** Builds the ten pipelines beside this file. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { plansOf } from '../../../compiler/specs.js';
import { buildFolder, root } from '../executions.js';
import { buildQuick } from '../quickBuild.js';

/**
 * The path of a build's index.js.
 *
 * @param name Of the folder below test/build. @param flags Further flags of the C++ compiler.
 */
export const buildTen = async (name: string, flags: readonly string[] = []): Promise<string> => {
  const out = buildFolder(name);
  const plans = await plansOf({ root, entries: ['test/support/tenPipelines/pipelines.ts'] });
  await buildQuick(plans, out, { moreHost: flags });
  // Without a package of its own it belongs to the repository's, which is `cuweave`, in a plain Node.js, too.
  rmSync(join(out, 'package.json'));
  return join(out, 'index.js');
};
