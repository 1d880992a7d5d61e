/** What templates and printed steps say themselves, no operator's function or local is called: compiler/ir/names.ts lists it. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cudaSource, hostSource } from '../../compiler/generate.js';
import { isReserved } from '../../compiler/ir/names.js';
import { packageFile } from '../../compiler/package.js';
import { plan } from '../../compiler/pass/plan.js';
import { structsView } from '../../compiler/print/kernel/structs.js';
import { plansIn } from '../support/plans.js';
import { runSpecs } from '../support/specFiles.js';

/** Not of what has nothing of an author's in its namespaces: pairs, and what callers in C and C++ are given. */
const others = [
  'pair.cu.hbs',
  'interface.cpp.hbs',
  'pipelines.h.hbs',
  'pipelines.hpp.hbs',
  'Config.cmake.hbs',
  'ConfigVersion.cmake.hbs',
];
const textsOf = (...path: string[]): string[] => {
  const folder = packageFile(...path);
  return readdirSync(folder)
    .filter(file => /\.(h|hbs)$/.test(file) && !others.includes(file))
    .map(file => readFileSync(`${folder}/${file}`, 'utf8'));
};
/** The names that unindented lines of C++ declare: those of a namespace. */
const declaredIn = (text: string): string[] =>
  text.split('\n').flatMap(line => {
    if (/^([\s#}]|\/\/|extern|\{\{[#/>])/.test(line) || line.includes('__global__')) {
      return [];
    }
    const code = line
      .replace(/\{\{.*?\}\}/g, '')
      .replace(/\/\/.*/, '')
      .replace(/^template <[^>]*>/, '');
    const named =
      /^\s*(?:struct|using) (\w+)(?: [{:=]|;|$)/.exec(code) ??
      /^constexpr \w+ (\w+) =/.exec(code) ??
      /^[\w\s<>,:&*]*?\b(\w+)\([^;]*(?:\{|\) ?$)/.exec(code) ??
      /^[\w\s<>,:&*]+ (\w+)\([^)]*\) \{/.exec(code);
    return named?.[1] ? [named[1]] : [];
  });

/** The names that a generated file says without a namespace or an object, outside of structs and of the author's lines. */
const saidIn = (text: string, file: string): string[] => {
  const code = text
    .slice(text.indexOf('\nnamespace cuweave {'))
    .replace(/#line \d+ "(.*)"\n[\s\S]*?(?=#line|$)/g, (lines, of) => (of === file ? lines : ''))
    .replace(/\/\/.*/g, '');
  return [...code.matchAll(/(?<![\w.:>])[A-Za-z_]\w*/g)].map(([name]) => name);
};

describe('names of the scaffold', () => {
  let said: ReadonlySet<string>;
  beforeAll(async () => {
    const entries = ['test/support/pipelines.ts', 'examples/pipelines.ts'];
    const kernels = (await Promise.all(entries.map(plansIn))).flat().flatMap(plan => plan.kernels);
    said = new Set(
      kernels.flatMap(kernel => {
        // Of an author's function or result.
        const own = new Set(JSON.stringify(kernel.pipeline).split('"'));
        const texts = [
          saidIn(cudaSource(kernel, 'a.cu'), 'a.cu'),
          saidIn(hostSource(kernel, 'a.cpp'), 'a.cpp'),
        ];
        return texts.flat().filter(name => !own.has(name));
      }),
    );
  });

  it('what templates declare is reserved', () => {
    const declared = [...textsOf('templates'), ...textsOf('templates', 'partials')].flatMap(declaredIn);
    expect(declared).toContain('locateRun');
    // A struct of the pipeline's name, and a function of the kernel's.
    const open = declared.filter(name => !isReserved(name) && !/^(cuweave__|_block$)/.test(name));
    expect(open).toEqual([]);
  });

  it('and so is what generated code has of the prelude without its namespace', () => {
    const prelude = new Set(textsOf('native', 'kernel').flatMap(declaredIn));
    for (const name of ['f32x3', 'max', 'wholeWords', 'Patch', 'STRIP']) {
      expect(prelude).toContain(name);
    }
    expect([...prelude].filter(name => said.has(name) && !isReserved(name))).toEqual([]);
  });

  it('no two names become one, though words have stand-ins', async () => {
    const words = ['args', 'args_', 'float', 'float_', 'float_0', 'tint', 'tint_'];
    const op = (word: string) => `export const ${word} = pointOp({ from: ['rgb'],
      params: { ${words.map(name => `${name}: f32`).join(', ')} },
      apply: (px, p) => px.map(v => v * (${words.map(name => `p.${name}`).join(' + ')})) });`;
    const options = `{ ${words.map(name => `${name}: 2`).join(', ')} }`;
    const chain = words.map(word => `own.${word}(${options})`).join(', ');
    const { specs } = await runSpecs(
      {
        'own.ts': `import { f32, pointOp } from 'cuweave/ops';\n${words.map(op).join('\n')}`,
        'all.ts': `import { nchw, pipeline, rgb8 } from 'cuweave/ops';\nimport * as own from './own.js';
          export const all = pipeline(rgb8(), ${chain}, nchw('f32'));`,
      },
      ['all.ts'],
    );
    const [kernel] = plan(specs.pipelines[0]!).plan!.kernels;
    const { params } = structsView(kernel!);
    expect(params.map(({ name }) => name.replace('cuweave_all_', ''))).toEqual([
      'args_',
      'args_0',
      'float_',
      'float_0',
      'float_1',
      'tint',
      'tint_',
    ]);
    for (const { members } of params) {
      const names = members.map(member => /(\w+);$/.exec(member)![1]);
      expect(names).toEqual(['args', 'args_', 'float_', 'float_0', 'float_1', 'tint', 'tint_']);
    }
  });
});
