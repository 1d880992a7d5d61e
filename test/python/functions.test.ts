/** Sizes and scales as Python computes them: the numbers of the printed JavaScript, whatever the parameters. */
import { expect, it } from 'vitest';
import { packageFile } from '../../compiler/package.js';
import { bindingPrelude, bindingViews } from '../../compiler/print/data/bindings.js';
import { manifestEntry } from '../../compiler/print/data/manifest.js';
import { pythonViews } from '../../compiler/print/python/module.js';
import { plansOf } from '../../compiler/specs.js';
import type { ManifestParam } from '../../native/manifest.js';
import { paramFields } from '../../ops/spec.js';
import { root } from '../support/executions.js';
import { python, runPython, whyNot } from './python.js';

type Params = Readonly<Record<string, readonly number[]>>;
type Functions = {
  readonly sizes: Readonly<Record<string, (p: Params, src: object) => readonly number[]>>;
  readonly scales: Readonly<Record<string, (p: Params, src: object, dst: object) => readonly number[]>>;
};

const DRAWS = 40;
const entries = ['geometry', 'lens', 'halved', 'resample', 'antialias'].map(
  name => `test/support/${name}Pipelines.ts`,
);

it.skipIf(!python)(`are those of JavaScript${whyNot}`, async () => {
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const draw = (param: ManifestParam): readonly number[] =>
    Array.from({ length: param.lanes }, () => {
      const whole = Math.floor(next() * 2000) - 200;
      return paramFields[param.kind].scalar === 'i32' ? whole : Math.fround((next() - 0.3) * 4);
    });
  const texts: string[] = [];
  const wanted: unknown[] = [];
  for (const plan of await plansOf({ root, entries })) {
    const [inJs, inPython] = [bindingViews([plan])[0]!, pythonViews([plan])[0]!];
    const functions = inJs.functions.map(
      fn => `const ${fn.name} = (${fn.args}) => {\n${fn.lines.join('\n')}\n};`,
    );
    const named = (all: typeof inJs.sizes): string =>
      all.map(({ stage, name }) => `${stage}: ${name}`).join(', ');
    const text = [
      ...bindingPrelude,
      ...functions,
      `return { sizes: { ${named(inJs.sizes)} }, scales: { ${named(inJs.scales)} } };`,
    ].join('\n');
    const js = new Function(text)() as Functions;
    const entry = manifestEntry(plan);
    const steps = 'steps' in entry ? entry.steps : [{ kernel: entry, halves: undefined }];
    const kernels = steps.flatMap(({ kernel, halves }) => [kernel, ...(halves?.kernels ?? [])]);
    const calls: unknown[] = [];
    for (const [kind, all] of Object.entries(js)) {
      for (const [stage, fn] of Object.entries(all)) {
        const own = kernels.flatMap(({ params }) => params).filter(param => param.stage === stage);
        const images = kernels.flatMap(kernel => kernel.images ?? []).filter(image => image.stage === stage);
        for (let n = 0; n < DRAWS; n++) {
          const size = () => [1 + Math.floor(next() * 3000), 1 + Math.floor(next() * 3000)] as const;
          const [src, dst] = [size(), size()];
          const params = Object.fromEntries([
            ...own.map(param => [param.name, draw(param)] as const),
            ...images.map(image => [image.name, size()] as const),
          ]);
          const of = ([width, height]: readonly [number, number]) => ({ width, height });
          calls.push([kind, stage, params, src, dst]);
          wanted.push(
            fn(params, of(src), of(dst)).map(value => (Number.isFinite(value) ? value : String(value))),
          );
        }
      }
    }
    texts.push(
      ...inPython.functions.map(({ lines }) => lines.join('\n')),
      `table = {"sizes": ${inPython.sizes}, "scales": ${inPython.scales}}`,
      `run(table, json.loads(${JSON.stringify(JSON.stringify(calls))}))`,
    );
  }
  const program = `
import importlib.util, json, math, sys
spec = importlib.util.spec_from_file_location("cw", sys.argv[1])
cw = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cw)
found = []

def text(value):
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

def run(table, calls):
    for kind, stage, params, src, dst in calls:
        given = (params, src) if kind == "sizes" else (params, src, dst)
        found.append([text(value) for value in table[kind][stage](*given)])

${texts.join('\n')}
print(json.dumps(found))
`;
  const found = JSON.parse(runPython(['-', packageFile('templates', 'python', 'numbers.py')], program));
  expect(wanted.length).toBeGreaterThan(1000);
  expect(found).toEqual(wanted);
});
