/** The C interface: the program in docs/interface.md compiles, links and runs, and header and manifest agree. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../compiler/build/build.js';
import { findCxx } from '../compiler/build/toolchain.js';
import type { Manifest, ManifestKernel, ManifestParam } from '../native/manifest.js';
import { stepsOf } from '../runtime/call/steps.js';
import { root } from './support/executions.js';

const out = join(root, 'test', 'build', 'abi');
const strict = ['-x', 'c', '-std=c11', '-Wall', '-Wextra', '-Werror', '-Wpedantic', `-I${out}`];
let manifest: Manifest;
let compiler = '';

beforeAll(async () => {
  await build({ root, entries: ['examples/pipelines.ts'], out, cpu: true });
  manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
  compiler = (await findCxx())?.path ?? '';
});

/** Compiles a C program, with the library if it is to run, and returns the program's path. */
const compile = (name: string, text: string, ...more: readonly string[]): string => {
  const source = join(out, `${name}.c`);
  mkdirSync(out, { recursive: true });
  writeFileSync(source, text);
  execFileSync(compiler, [...strict, source, '-x', 'none', ...more, '-o', join(out, name)], {
    stdio: 'pipe',
  });
  return join(out, name);
};

it('runs the example of the documentation', () => {
  const text = /```c\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'interface.md'), 'utf8'))?.[1];
  expect(text).toContain('int main');
  const program = compile('example', text ?? '', join(out, manifest.library));
  expect(execFileSync(program, { encoding: 'utf8' })).toBe('0 0.2 1\n');
});

/** The struct of a parameter's stage: one with values for the call and for each image has two. */
const structOf = (params: readonly ManifestParam[], { stage, block }: ManifestParam): string =>
  block === 'image' && params.some(other => other.stage === stage && other.block === 'args')
    ? `${stage}_each`
    : stage;

/** Every number of a manifest's entry, as C's own compiler sees the header. */
const asserts = ({ name, source, sinks, params, args, image }: ManifestKernel): string[] => {
  const at = (block: string, member: string, offset: number): string =>
    `_Static_assert(offsetof(struct cuweave_${name}_${block}, ${member}) == ${offset}, "${name}: ${member}");`;
  const planes = [
    ...source.planes.map(plane => ({ ...plane, member: `src_${plane.name}` })),
    ...sinks.flatMap(({ output, planes }) =>
      planes.map(plane => ({
        ...plane,
        member: sinks.length === 1 ? `dst_${plane.name}` : `dst_${output}_${plane.name}`,
      })),
    ),
  ];
  return [
    `_Static_assert(sizeof(struct cuweave_${name}_image) == ${image.size}, "${name}: image");`,
    `_Static_assert(sizeof(struct cuweave_${name}_args) == ${args.size}, "${name}: args");`,
    at('image', 'size', image.sizes),
    ...planes.flatMap(({ member, pointer, pitch }) => [
      at('image', member, pointer),
      at('image', `${member}_pitch`, pitch),
    ]),
    ...params.map(param => at(param.block, `${structOf(params, param)}.${param.name}`, param.offset)),
  ];
};

describe('header and manifest', () => {
  it('agree on every offset', () => {
    const lines = manifest.pipelines.flatMap(entry =>
      stepsOf(entry).flatMap(({ kernel }) => asserts(kernel)),
    );
    expect(lines.length).toBeGreaterThan(80);
    const text = (all: readonly string[]): string =>
      ['#include <stddef.h>', '#include "pipelines.h"', ...all, 'int main(void) { return 0; }', ''].join(
        '\n',
      );
    compile('offsets', text(lines));
    // And the check can fail.
    const wrong = lines[0].replace(/== (\d+)/, '== 1$1');
    expect(() => compile('offsetsWrong', text([wrong]))).toThrow(/static assertion failed/);
  });

  it('stand beside the library that they name', () => {
    const header = readFileSync(join(out, 'pipelines.h'), 'utf8');
    expect(header).toContain(`The C ABI of ${manifest.library}`);
    // Where a pipeline has several kernels, each is called by its own name.
    for (const { name } of manifest.pipelines.flatMap(entry => stepsOf(entry).map(({ kernel }) => kernel))) {
      expect(header).toContain(`int cuweave_${name}_host(`);
    }
  });
});

it('refuses an argument block of another size', () => {
  const program = compile(
    'size',
    `#include "pipelines.h"
     int main(void) {
       struct cuweave_thumbnail_image image = {0};
       struct cuweave_thumbnail_args args = {.size = sizeof args - 4, .count = 1, .images = &image};
       return cuweave_thumbnail_host(&args, 0, 0, 1) == 0;
     }
     `,
    join(out, manifest.library),
  );
  expect(() => execFileSync(program)).not.toThrow();
});
