/**
 * What a library does for callers in C, beside its kernels: settled values and sizes are the runtime's, coefficients those of the
 * operators, for pipelines of the suite.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedCompile } from '../../compiler/build/compile.js';
import { findCxx, includeDirectory, interfaceDirectory, type Tool } from '../../compiler/build/toolchain.js';
import { bindingSources, headerSource, interfaceSource, packageSources } from '../../compiler/generate.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { kernelInterfaces } from '../../compiler/print/data/interface.js';
import { kernelEntry } from '../../compiler/print/data/manifest.js';
import { plansOf } from '../../compiler/specs.js';
import { lumaWeights, rgbToYuvCoefficients, yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import { type LumaMatrix, paramFields, type YuvMatrix } from '../../ops/spec.js';
import type { Beside } from '../../runtime/call/beside.js';
import { Packing } from '../../runtime/call/packing.js';
import { root, type SuiteCase, suiteCases } from '../support/executions.js';
import { bitsOf, type TestImage } from '../support/images.js';
import { random } from '../support/random.js';

/** Parameters of every kind, sizes of every operator, scales, images beside the source, several kernels. */
const entries = ['geometry', 'lens', 'point', 'composite', 'resample', 'stencil'];
const folder = mkdtempSync(join(tmpdir(), 'cuweave-interface-'));
const library = join(folder, 'interface.so');
let plans: readonly Plan[];
let cxx: Tool;
beforeAll(async () => {
  plans = await plansOf({ root, entries: entries.map(name => `test/support/${name}Pipelines.ts`) });
  cxx = (await findCxx())!;
  writeFileSync(join(folder, 'interface.cpp'), interfaceSource(plans, false));
  writeFileSync(join(folder, 'pipelines.h'), headerSource(plans, 'interface.so'));
  // The kernels themselves are missing: nothing here calls one.
  await cachedCompile({
    tool: cxx,
    flags: [
      '-std=c++17',
      '-O0',
      '-ffp-contract=off',
      '-fwrapv',
      '-fPIC',
      '-shared',
      '-fvisibility=hidden',
      '-Wl,-z,lazy',
    ],
    headers: [includeDirectory(), interfaceDirectory()],
    inputs: [join(folder, 'interface.cpp')],
    output: library,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, source: string): string => {
  const output = join(folder, name);
  const flags = ['-x', 'c', '-std=c11', '-Wall', '-Wextra', '-Wno-pedantic', '-Werror', `-I${folder}`];
  execFileSync(cxx.path, [...flags, source, '-x', 'none', '-ldl', '-o', output], { stdio: 'pipe' });
  return output;
};

/** The bindings' functions of sizes and scales, by pipeline. */
const sizeFunctions = async (): Promise<Record<string, { sizes: never; scales?: never }>> => {
  const file = join(folder, 'sizes.mjs');
  const text = bindingSources(plans).js.replace(
    /^import .*$/m,
    'const definePipeline = given => given;\nconst readManifest = () => undefined;',
  );
  writeFileSync(file, text);
  return (await import(pathToFileURL(file).href)) as never;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const coming = (image: TestImage) => ({
  width: image.width,
  height: image.height,
  bitDepth: bitsOf(image),
  colour: image.colour && { ...image.colour, source: 'stream' as const },
});

/** A call's line for test/support/programs/interfaceCheck.c, or nothing where the runtime refuses it. */
const callOf = (
  plan: Plan,
  { images, given }: SuiteCase,
  functions: { sizes: never; scales?: never },
): string | undefined => {
  const kernel = plan.kernels[0];
  const entry = kernelEntry(kernel);
  const packing = new Packing(entry, functions.sizes, functions.scales);
  const isImage = (value: unknown): boolean =>
    [value].flat().every(item => typeof item === 'object' && item !== null && 'format' in item);
  const beside = new Map(
    Object.entries(given)
      .filter(([, value]) => isImage(value))
      .map(([name, value]) => [name, ([value].flat() as TestImage[]).map(coming)]),
  );
  try {
    packing.fill(images.map(coming) as never, given, beside as unknown as Beside);
  } catch {
    return undefined;
  }
  const { name, layout, sizes, sizeCount, stages } = kernelInterfaces([plan], false)[0]!;
  const [argsBytes, imageBytes] = [entry.args.size, entry.image.size];
  const all = packing.block.slice(0, argsBytes + imageBytes * images.length);
  const settled = new Uint8Array(all.length);
  const params = kernelInterfaces([plan], false)[0]!.params;
  for (const { ofImage, offset, lanes, sets } of params) {
    for (let n = 0; n < (ofImage ? images.length : 1); n++) {
      const at = ofImage ? argsBytes + n * imageBytes + offset : offset;
      if (sets === 1) {
        settled.fill(1, at, at + 4 * lanes);
      }
    }
  }
  const said = stages.reduce((bits, { readsSize }, n) => bits | (readsSize ? 2 << n : 0), 0);
  const head = [name, layout.replace('u', ''), argsBytes, imageBytes, sizes, sizeCount, images.length, said];
  return [...head, hex(all.subarray(0, argsBytes)), hex(all.subarray(argsBytes)), hex(settled)].join(' ');
};

describe('for pipelines of the suite', () => {
  it('settled values and sizes are the runtime’s', async () => {
    const functions = await sizeFunctions();
    const lines = plans.flatMap(plan =>
      suiteCases(plan, random(7)).flatMap(one => callOf(plan, one, functions[plan.name]!) ?? []),
    );
    expect(lines.length).toBeGreaterThan(2 * plans.length);
    const check = program('check', join(root, 'test', 'support', 'programs', 'interfaceCheck.c'));
    const said = execFileSync(check, [library], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
    expect(said).toBe(`${lines.length} calls\n`);
    // And the check can fail: another size of the source.
    const [first] = lines.filter(line => line.startsWith('thumbnail ') || line.startsWith('resized'));
    const other = (first ?? lines[0]!).replace(/ 0x[0-9a-f]{8} /, ' 0x00000001 ');
    expect(execFileSync(check, [library], { input: `${other}\n`, encoding: 'utf8' })).toContain(
      'was compiled with another pipelines.h than this library',
    );
  });

  it('the headers are C11 and C++17 without a warning', () => {
    const prep = { name: 'prep', soname: 'libprep.so.1', isStatic: false, hasCuda: false };
    writeFileSync(
      join(folder, 'pipelines.hpp'),
      packageSources(plans, prep).get('include/prep/pipelines.hpp')!,
    );
    writeFileSync(
      join(folder, 'use.c'),
      '#ifdef __cplusplus\n#include "pipelines.hpp"\n#else\n#include "pipelines.h"\n#endif\n',
    );
    for (const language of [
      ['-x', 'c', '-std=c11'],
      ['-x', 'c++', '-std=c++17', '-Wconversion'],
    ]) {
      execFileSync(
        cxx.path,
        [...language, '-pedantic', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', join(folder, 'use.c')],
        { stdio: 'pipe' },
      );
    }
  });
});

describe('coefficients', () => {
  const codes: Readonly<Record<YuvMatrix, number>> = {
    gbr: 0,
    bt709: 1,
    fcc: 4,
    bt601: 6,
    smpte240m: 7,
    ycgco: 8,
    bt2020: 9,
  };
  const bits = [8, 10, 12, 16];
  const f32Hex = (numbers: readonly number[]): string => {
    const view = new DataView(new ArrayBuffer(4));
    return numbers
      .map(number => {
        view.setFloat32(0, number);
        return view.getUint32(0).toString(16).padStart(8, '0');
      })
      .join(' ');
  };

  it('have the bits of the operators’', () => {
    const source = join(folder, 'coefficients.c');
    writeFileSync(
      source,
      `#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
typedef int Function(int, int, int, void*);
static void print(Function* function, int matrix, int range, int bits, int count) {
  uint32_t words[11];
  float numbers[11];
  const int code = function(matrix, range, bits, numbers);
  memcpy(words, numbers, sizeof words);
  if (code != 0) printf("%d", code);
  for (int n = 0; n < count && code == 0; n++) printf(n == 0 ? "%08x" : " %08x", words[n]);
  printf("\\n");
}
int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_LAZY) : NULL;
  if (!library) return 2;
  Function *there, *back;
  *(void**)&there = dlsym(library, "cuweaveYuvToRgb");
  *(void**)&back = dlsym(library, "cuweaveRgbToYuv");
  const int matrices[] = {${Object.values(codes).join(', ')}, 5, 3, -1};
  const int bits[] = {${bits.join(', ')}, 7, 17};
  for (int m = 0; m < 10; m++) {
    for (int range = 0; range < 3; range++) {
      for (int b = 0; b < 6; b++) {
        print(there, matrices[m], range, bits[b], 7);
        print(back, matrices[m], range, bits[b], 11);
      }
    }
  }
  return 0;
}
`,
    );
    const said = execFileSync(program('coefficients', source), [library], { encoding: 'utf8' });
    const names = [...(Object.keys(codes) as YuvMatrix[]), 'bt601', undefined, undefined] as const;
    const expected = names.flatMap(matrix =>
      (['limited', 'full', undefined] as const).flatMap(range =>
        [...bits, undefined, undefined].flatMap(bitDepth => {
          if (matrix === undefined || range === undefined || bitDepth === undefined) {
            return ['-3', '-3'];
          }
          const there = Object.hasOwn(lumaWeights, matrix)
            ? yuvToRgbCoefficients(matrix as LumaMatrix, range, bitDepth)
            : undefined;
          const back = rgbToYuvCoefficients({ matrix, range }, bitDepth);
          return [
            there ? f32Hex(paramFields.yuvToRgb.fields.map(field => there[field])) : '-3',
            f32Hex(paramFields.rgbToYuv.fields.map(field => back[field])),
          ];
        }),
      ),
    );
    expect(said.trimEnd().split('\n')).toEqual(expected);
  });
});
