/** Where cuweave itself is installed, seen from its sources and from `dist/` alike. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const find = (from: string): string => {
  // dist/ has no package.json of its own, so the first one above is cuweave's.
  for (let directory = from; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) throw new Error(`no package.json above ${from}`);
  }
};

/** The folder that holds package.json, `ops/`, `templates/` and `native/`. */
export const packageRoot = find(dirname(fileURLToPath(import.meta.url)));
/** A file or folder of the package. */
export const packageFile = (...path: string[]): string => join(packageRoot, ...path);
/** The package's version. */
export const version = (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string })
  .version;
