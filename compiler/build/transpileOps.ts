/** Writes dist/ops.json: part of building the package. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeOpsCode } from '../read/modules/opsCode.js';
import { packageFiles, toPosix } from '../read/packageFiles.js';

const files = packageFiles();
const folder = dirname(files.ops);
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => toPosix(join(folder, name)));
writeOpsCode(names, files);
