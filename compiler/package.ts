/** Files of cuweave itself, and its version. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../native/location.js';

export { packageRoot };
/** A file or folder of the package. */
export const packageFile = (...path: string[]): string => join(packageRoot, ...path);
/** The package's version. */
export const version = (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string })
  .version;
