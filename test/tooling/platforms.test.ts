/** Where the package may be installed: everywhere, since authoring and checking need no GPU; the runtime says where it cannot run. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './source.js';

it.each(['package.json', 'templates/project/package.json'])('%s names no platform', file => {
  expect(readFileSync(`${root}/${file}`, 'utf8')).not.toMatch(/^\s*"(os|cpu|libc)"\s*:/m);
});
