/** Writes the pages of docs/ that are printed from tables and declarations: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { packageFile } from '../package.js';
import { diagnosticsDoc } from './diagnosticsDoc.js';
import { opsDoc } from './opsDoc.js';

writeFileSync(packageFile('docs', 'diagnostics.md'), diagnosticsDoc());
writeFileSync(packageFile('docs', 'ops.md'), opsDoc());
