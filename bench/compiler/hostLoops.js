// What g++ makes of the inner loops of the measured pipelines' host code: which are vectorised, for which instruction set, and
// why others are not. Needs g++ and the generated files: npm run bench:compiler builds them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostFlags, includeDirectory } from 'cuweave/compiler';
import { hostLoops } from './loops.js';

const generated = fileURLToPath(new URL('../build/generated/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cuweave-loops-'));
try {
  // Of kernels: what a library has beside them has no loops over pixels.
  const kernels = readdirSync(generated).filter(name => name.endsWith('.cpp') && !name.endsWith('_host.cpp'));
  for (const file of kernels) {
    const report = join(folder, 'loops.txt');
    const dump = `-fdump-tree-vect-optimized-missed=${report}`;
    const output = ['-c', '-o', join(folder, 'host.o')];
    execFileSync('g++', [...hostFlags, dump, `-I${includeDirectory()}`, ...output, file], { cwd: generated });
    const loops = hostLoops(readFileSync(join(generated, file), 'utf8'), file, readFileSync(report, 'utf8'));
    console.log(file);
    for (const { does, line, text, versions } of loops) {
      console.log(`  ${does === 'other' ? text : does} (line ${line})`);
      for (const { target, vectorBytes, notVectorised } of versions) {
        console.log(`    ${target}: ${vectorBytes ? `vectors of ${vectorBytes} bytes` : notVectorised}`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
