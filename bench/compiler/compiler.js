// How long the compiler takes: 100 pipelines checked and printed, a cold build of the examples, a rebuild after an edit.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, cudaSource, hostSource, kernelsOf } from 'cuweave/compiler';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder outside the package in which `cuweave` resolves to it. */
const project = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-bench-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'cuweave'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
};

const seconds = async work => {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
};

/** A hundred pipelines, no two with the same structure at the same place. */
const hundred = () => {
  const sources = [
    'nv12(), yuvToRgb()',
    'yuv444p(), analogYuvToRgb()',
    'rgb8()',
    "nchw('f32')",
    "nhwc('u8')",
  ];
  const geometry = [
    'crop()',
    "flip({ direction: 'both' })",
    'resize({ filter: linear, border: replicate })',
    'warpAffine({ filter: nearest, border: constant(0) })',
    "crop(), flip({ direction: 'vertical' }), warpAffine({ filter: linear, border: constant(7) })",
  ];
  const sinks = [
    "nchw('f16')",
    "normalize({ mean: 0.5, std: 0.25 }), nchw('f32')",
    "convertTo('u8'), nhwc('u8')",
    "nhwc('f16')",
  ];
  const all = sources.flatMap(source =>
    geometry.flatMap(map => sinks.map(sink => `${source}, ${map}, ${sink}`)),
  );
  return [
    'import { constant, convertTo, crop, flip, linear, nchw, nearest, nhwc, normalize, nv12, pipeline, replicate, resize, rgb8,',
    "  analogYuvToRgb, warpAffine, yuv444p, yuvToRgb } from 'cuweave/ops';",
    ...all.map((stages, n) => `export const pipeline${n} = pipeline(${stages});`),
  ].join('\n');
};

const folder = project();
try {
  writeFileSync(join(folder, 'many.ts'), hundred());
  const many = await seconds(async () => {
    const kernels = await kernelsOf({ root: folder, entries: ['many.ts'] });
    for (const kernel of kernels) {
      cudaSource(kernel, `${kernel.name}.cu`);
      hostSource(kernel, `${kernel.name}.cpp`);
    }
    return kernels.length;
  });
  console.log(`check and print ${many.result} pipelines: ${many.seconds.toFixed(2)} s`);

  mkdirSync(join(folder, 'src'));
  const examples = readFileSync(join(root, 'examples', 'pipelines.ts'), 'utf8');
  cpSync(join(root, 'examples', 'ops'), join(folder, 'src', 'ops'), { recursive: true });
  cpSync(join(root, 'ops', 'tone', 'normalize.ts'), join(folder, 'src', 'normalize.ts'));
  const op = readFileSync(join(folder, 'src', 'normalize.ts'), 'utf8').replace(
    "'./spec.js'",
    "'cuweave/ops'",
  );
  writeFileSync(join(folder, 'src', 'normalize.ts'), op);
  const others = examples.replace(/^ {2}normalize,\n/m, '');
  writeFileSync(
    join(folder, 'src', 'pipelines.ts'),
    `import { normalize } from './normalize.js';\n${others}`,
  );
  const entries = ['src/pipelines.ts'];
  const variants = [
    { label: 'without nvcc', cpu: true },
    { label: 'with nvcc, where there is one', cpu: false },
  ];
  for (const { label, cpu } of variants) {
    const out = `build-${cpu ? 'cpu' : 'all'}`;
    writeFileSync(join(folder, 'src', 'normalize.ts'), op);
    const cold = await seconds(() => build({ root: folder, entries, out, cpu }));
    const warm = await seconds(() => build({ root: folder, entries, out, cpu }));
    writeFileSync(join(folder, 'src', 'normalize.ts'), op.replace('/ std[c]', '/ (std[c] + 0)'));
    const edited = await seconds(() => build({ root: folder, entries, out, cpu }));
    const [a, b, c] = [cold, warm, edited].map(
      run => `${run.seconds.toFixed(1)} s, ${run.result.compiled} steps done, ${run.result.cached} unchanged`,
    );
    console.log(
      `build of the examples ${label} (${cold.result.archs.join(', ') || 'CPU only'})\n  cold: ${a}\n  again: ${b}\n  after an edit of normalize: ${c}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
