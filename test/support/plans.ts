/** The plans of large entries, read once for all test files: reading the suite's 490 pipelines takes TypeScript ten seconds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { keyOf, openCache } from '../../compiler/build/cache.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { packageFile } from '../../compiler/package.js';
import { plansOf } from '../../compiler/specs.js';

const root = packageFile('.');

/** Everything that a plan may depend on: the compiler, the operators and the specs of tests. */
const sources = (): readonly string[] =>
  [
    'compiler',
    'ops',
    'native/manifest.ts',
    'examples',
    'test/support',
    'test/golden',
    'test/gpu',
    'package-lock.json',
  ].flatMap(path =>
    path.includes('.')
      ? [path]
      : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
          .filter(file => file.endsWith('.ts') && !/(^|\/)(build|out)\//.test(file))
          .sort()
          .map(file => join(path, file)),
  );

let parts: readonly (string | Uint8Array)[] | undefined;
/** Read once for all entries. */
const partsOfSources = (): readonly (string | Uint8Array)[] => {
  parts ??= sources().flatMap(file => [file, readFileSync(join(root, file))]);
  return parts;
};

const known = new Map<string, Promise<readonly Plan[]>>();

/** The plans of an entry of the tests, relative to the repository: as `plansOf` gives them, but not frozen. */
export const plansIn = (entry: string): Promise<readonly Plan[]> => {
  const found = known.get(entry) ?? readOnce(entry);
  known.set(entry, found);
  return found;
};

const readOnce = async (entry: string): Promise<readonly Plan[]> => {
  const cache = openCache(packageFile('.cache', 'objects'));
  const key = keyOf('plans', entry, ...partsOfSources());
  const found = cache.get(key);
  if (found) {
    return deserialize(found.object) as readonly Plan[];
  }
  const plans = await plansOf({ root, entries: [entry] });
  cache.put(key, { object: serialize(plans), report: '' });
  return plans;
};
