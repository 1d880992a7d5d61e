/** The plans of large entries, read once for all test files: reading the suite's 490 pipelines takes TypeScript ten seconds. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
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

let digest: string | undefined;
const digestOfSources = (): string => {
  if (digest === undefined) {
    const hash = createHash('sha256');
    for (const file of sources()) {
      hash.update(`${file}\0`).update(readFileSync(join(root, file)));
    }
    digest = hash.digest('hex');
  }
  return digest;
};

const known = new Map<string, Promise<readonly Plan[]>>();

/** The plans of an entry of the tests, relative to the repository: as `plansOf` gives them, but not frozen. */
export const plansIn = (entry: string): Promise<readonly Plan[]> => {
  const found = known.get(entry) ?? readOnce(entry);
  known.set(entry, found);
  return found;
};

const readOnce = async (entry: string): Promise<readonly Plan[]> => {
  const folder = join(root, '.cache', 'plans');
  const key = createHash('sha256').update(entry).update(digestOfSources()).digest('hex').slice(0, 32);
  const file = join(folder, key);
  if (existsSync(file)) {
    return deserialize(readFileSync(file)) as readonly Plan[];
  }
  const plans = await plansOf({ root, entries: [entry] });
  mkdirSync(folder, { recursive: true });
  // Another worker may read it meanwhile, or write the same.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, serialize(plans));
  renameSync(own, file);
  return plans;
};
