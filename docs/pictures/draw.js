// Draws the pictures of this folder. From the repository's root:
//   npm run build && npm run pictures
// which builds docs/pictures/pipelines.ts for the CPU, runs it, and writes the SVG files beside this program.
// `node docs/pictures/draw.js BUILD OUT` takes another build and another folder; the test does so.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { call } from './call.js';
import { chroma } from './chroma.js';
import { borders, sampling } from './positions.js';
import { sheets } from './sheets.js';

const here = dirname(fileURLToPath(import.meta.url));
const [build = join(here, 'build'), out = here] = process.argv.slice(2).map(path => resolve(path));

const built = await import(pathToFileURL(join(build, 'index.js')).href);
const pictures = {
  sampling: sampling(),
  borders: borders(),
  chroma: await chroma(built),
  call: call(),
  ...(await sheets(built)),
};
mkdirSync(out, { recursive: true });
for (const [name, svg] of Object.entries(pictures)) {
  writeFileSync(join(out, `${name}.svg`), svg);
  console.log(`${name}.svg  ${(svg.length / 1024).toFixed(0)} KiB`);
}
