/** The offsets in the manifest are the ones that a C compiler gives the structs in pipelines.h. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { headerSource, manifestSource } from '../../compiler/generate.js';
import { memberName, stageName } from '../../compiler/ir/names.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { launchBytes, launchParts } from '../../compiler/pass/launch.js';
import { kernelEntry } from '../../compiler/print/data/manifest.js';
import { structsView } from '../../compiler/print/kernel/structs.js';
import { kernelsOf } from '../../compiler/specs.js';
import type { ManifestKernel, ManifestParam } from '../../native/manifest.js';
import { checkedManifest } from '../../runtime/device/manifestChecks.js';
import { root } from '../support/executions.js';
import { plansIn } from '../support/plans.js';

/** Everything that the manifest gives an offset, as C names it; `{ path in C: offset }`. */
const offsets = ({ name, source, sinks, image, params, args }: ManifestKernel): [string, number][] => {
  const at = (block: string, member: string) => `offsetof(struct cuweave_${name}_${block}, ${member})`;
  const planes = (side: string, { planes: all }: typeof source): [string, number][] =>
    all.flatMap((plane): [string, number][] => [
      [at('image', `${side}_${plane.name}`), plane.pointer],
      [at('image', `${side}_${plane.name}_pitch`), plane.pitch],
    ]);
  // A stage with values for the call and for each image has two structs.
  const structOf = ({ stage, block }: ManifestParam): string => {
    const isSecond =
      block === 'image' && params.some(other => other.stage === stage && other.block === 'args');
    return isSecond ? `${stageName(stage)}_each` : stageName(stage);
  };
  return [
    [`sizeof(struct cuweave_${name}_args)`, args.size],
    [`sizeof(struct cuweave_${name}_image)`, image.size],
    [at('args', 'size'), 0],
    [at('args', 'count'), 4],
    [at('args', 'images'), 8],
    ...planes('src', source),
    ...sinks.flatMap(sink => planes(sinks.length === 1 ? 'dst' : `dst_${sink.output ?? 'between'}`, sink)),
    [at('image', 'size'), image.sizes],
    ...params.map((param): [string, number] => [
      at(param.block, `${structOf(param)}.${memberName(param.name)}`),
      param.offset,
    ]),
    ...params.map((param): [string, number] => [
      `sizeof(((struct cuweave_${name}_${param.block}*)0)->${structOf(param)}.${memberName(param.name)})`,
      4 * param.lanes,
    ]),
  ];
};

describe('layout', () => {
  let plans: readonly Plan[];
  let manifest: readonly ManifestKernel[];
  beforeAll(async () => {
    plans = [...(await plansIn('test/support/pipelines.ts')), ...(await plansIn('examples/pipelines.ts'))];
    manifest = plans.flatMap(({ kernels }) => kernels.map(kernelEntry));
  });

  it('is what the runtime expects of every manifest', () => {
    const build = { library: 'pipelines.so', archs: [], strict: false };
    const text = manifestSource(plans, build);
    expect(checkedManifest(JSON.parse(text)).pipelines).toHaveLength(plans.length);
    // Without the digest that vouches for it, too.
    expect(() => checkedManifest({ ...JSON.parse(text), digest: undefined })).not.toThrow();
    expect(() => checkedManifest(JSON.parse(text.replace('"settled": 0.5', '"settled": 0.25')))).toThrow(
      'was changed after it was built',
    );
  });

  it('a list of what a launch takes leaves nothing out', () => {
    for (const kernel of plans.flatMap(({ kernels }) => kernels)) {
      const sum = launchParts(kernel).reduce((bytes, part) => bytes + part.bytes, 0);
      // Three blocks of four-byte numbers, each rounded up to eight.
      expect([0, 4, 8, 12], kernel.name).toContain(launchBytes(kernel) - sum);
    }
  });

  it.each([
    { language: 'C', compiler: 'gcc', file: 'main.c', flags: [] },
    { language: 'C++', compiler: 'g++', file: 'main.cpp', flags: ['-Wno-invalid-offsetof'] },
  ])('$language agrees with the manifest', ({ compiler, file, flags }) => {
    const expected = manifest.flatMap(offsets);
    const folder = mkdtempSync(join(tmpdir(), 'cuweave-layout-'));
    try {
      writeFileSync(join(folder, 'pipelines.h'), headerSource(plans, 'pipelines.so'));
      const lines = expected.map(([expression]) => `  printf("%zu\\n", ${expression});`);
      const text = `#include "pipelines.h"\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n${lines.join('\n')}\n}\n`;
      writeFileSync(join(folder, file), text);
      const binary = join(folder, 'main');
      execFileSync(compiler, ['-Wall', '-Wextra', '-Werror', ...flags, join(folder, file), '-o', binary]);
      const printed = execFileSync(binary, { encoding: 'utf8' }).trimEnd().split('\n').map(Number);
      expect(Object.fromEntries(expected.map(([expression], n) => [expression, printed[n]]))).toEqual(
        Object.fromEntries(expected),
      );
      expect(expected.length).toBeGreaterThan(300);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('nothing overlaps, and everything lies in its block, aligned', () => {
    for (const { name, source, sinks, geometry, image, params, args } of manifest) {
      const planes = [...source.planes, ...sinks.flatMap(sink => sink.planes)];
      const inImage: [number, number][] = [
        ...planes.flatMap(({ pointer, pitch }): [number, number][] => [
          [pointer, 8],
          [pitch, 8],
        ]),
        [image.sizes, 8 * (geometry.length + 1)],
      ];
      const inArgs: [number, number][] = [[0, 16]];
      for (const { block, offset, lanes } of params) {
        (block === 'image' ? inImage : inArgs).push([offset, 4 * lanes]);
      }
      const blocks: [[number, number][], number][] = [
        [inImage, image.size],
        [inArgs, args.size],
      ];
      for (const [members, size] of blocks) {
        const sorted = members.sort(([a], [b]) => a - b);
        sorted.forEach(([start, length], n) => {
          expect(start % 4, name).toBe(0);
          expect(start + length, name).toBeLessThanOrEqual(sorted[n + 1]?.[0] ?? size);
        });
        expect(size % 8).toBe(0);
      }
    }
  });

  it('what differs from image to image lies there, and what does not, in the call', () => {
    const { params } = manifest.find(({ name }) => name === 'language')!;
    expect(params.map(({ name, per, block }) => `${name}: per ${per}, in ${block}`)).toEqual([
      'levels: per call, in args',
      'gain: per channel, in args',
      'shift: per image, in image',
    ]);
  });

  it('an image that several operators read has one place', async () => {
    const read = await kernelsOf({ root, entries: ['test/support/besidePipelines.ts'] });
    const twice = read.find(({ name }) => name.startsWith('twiceOver'))!;
    const images = kernelEntry(twice).images!;
    const places = new Map(images.map(({ open, format }) => [open, format.planes]));
    expect(images.length).toBeGreaterThan(places.size);
    for (const { open, format } of images) {
      expect(format.planes, open).toEqual(places.get(open));
    }
    const members = structsView(twice).image.filter(({ member }) => /\bin\d+_/.test(member));
    expect(members).toMatchInlineSnapshot(`
      [
        {
          "comment": "composite's background, composite2's background: rgb8",
          "member": "const void* in0_rgb;",
        },
        {
          "comment": "composite's mask, composite2's mask: gray8",
          "member": "const void* in1_gray;",
        },
        {
          "comment": "",
          "member": "int64_t in0_rgb_pitch;",
        },
        {
          "comment": "",
          "member": "int64_t in1_gray_pitch;",
        },
      ]
    `);
  });
});
