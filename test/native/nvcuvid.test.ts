/** native/src/video/nvcuvid.h against the headers that NVIDIA publishes (nv-codec-headers): sizes, offsets, numbers. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/executions.js';

const theirs = ['/usr/include/ffnvcodec', '/usr/local/include/ffnvcodec'].find(folder =>
  existsSync(join(folder, 'dynlink_nvcuvid.h')),
);
const ours = readFileSync(join(root, 'native/src/video/nvcuvid.h'), 'utf8');

/** The members of every struct of ours, as `outer.inner`; bit fields have no offset. */
const structs = (): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const [, name, body] of ours.matchAll(/^struct (CUVID\w*|CUVIDEO\w*) \{\n([\s\S]*?)^\};/gm)) {
    const members: string[] = [];
    let inner: string[] | undefined;
    for (const line of body.split('\n').map(text => text.replace(/\/\/.*/, '').trim())) {
      if (line === 'struct {') {
        inner = [];
      } else if (inner && line.startsWith('}')) {
        const outer = /\} (\w+);/.exec(line)?.[1];
        members.push(...inner.map(member => `${outer}.${member}`));
        inner = undefined;
      } else if (line.endsWith(';') && !line.includes(' : ')) {
        const callback = /\(\*(\w+)\)/.exec(line)?.[1];
        const names = callback
          ? [callback]
          : line
              .replace(/;$/, '')
              .replace(/\[\w+\]/g, '')
              .split(',');
        (inner ?? members).push(
          ...names.map(
            text =>
              text
                .trim()
                .split(/[\s*]+/)
                .at(-1) as string,
          ),
        );
      }
    }
    found.set(name, members);
  }
  return found;
};
const numbers = [...ours.matchAll(/\b(cudaVideo\w+|CUVID_PKT_\w+|cuvidDecodeStatus_\w+) = (?:0x)?\w+/g)].map(
  ([, name]) => name,
);
const all = structs();

describe('the declarations of libnvcuvid', () => {
  it('are found in our header', () => {
    expect([...all.keys()]).toEqual([
      'CUVIDEOFORMAT',
      'CUVIDPICPARAMS',
      'CUVIDPARSERDISPINFO',
      'CUVIDSOURCEDATAPACKET',
      'CUVIDPARSERPARAMS',
      'CUVIDDECODECAPS',
      'CUVIDDECODECREATEINFO',
      'CUVIDPROCPARAMS',
      'CUVIDGETDECODESTATUS',
    ]);
    expect(all.get('CUVIDEOFORMAT')).toContain('display_area.bottom');
    expect(all.get('CUVIDDECODECREATEINFO')).toContain('target_rect.left');
    expect([...all.values()].flat().length).toBeGreaterThan(90);
    expect(numbers.length).toBeGreaterThan(25);
  });

  it.skipIf(!theirs)(
    `have their sizes, offsets and values${theirs ? '' : ' (skipped: no libffmpeg-nvenc-dev)'}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'cuweave-nvcuvid-'));
      const print = (space: string): string =>
        [
          ...[...all].flatMap(([name, members]) => [
            // The parser's structure ends in a union of codecs that is not declared here.
            ...(name === 'CUVIDPICPARAMS' ? [] : [`  printf("${name} %zu\\n", sizeof(${space}${name}));`]),
            ...members.map(
              member => `  printf("${name}.${member} %zu\\n", offsetof(${space}${name}, ${member}));`,
            ),
          ]),
          ...numbers.map(name => `  printf("${name} %llu\\n", (unsigned long long)${space}${name});`),
        ].join('\n');
      const program = async (name: string, includes: string, space: string): Promise<string> => {
        const source = join(folder, `${name}.cc`);
        await writeFile(
          source,
          `#include <cstddef>\n#include <cstdio>\n${includes}\nint main() {\n${print(space)}\n}\n`,
        );
        const out = join(folder, name);
        const flags = ['-std=c++17', '-Wno-invalid-offsetof', '-I', join(root, 'native/src')];
        execFileSync('g++', [...flags, source, '-o', out]);
        return execFileSync(out, { encoding: 'utf8' });
      };
      try {
        const folderOfTheirs = theirs as string;
        expect(await program('ours', '#include "video/nvcuvid.h"', 'cuweave::')).toBe(
          await program(
            'theirs',
            `#include "${folderOfTheirs}/dynlink_cuda.h"\n#include "${folderOfTheirs}/dynlink_nvcuvid.h"`,
            '',
          ),
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
