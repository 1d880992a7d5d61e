/** From plans to the text of every generated file. Pure: identical input gives identical text. */
import type { Manifest } from '../native/manifest.js';
import { builtKernels, type Kernel, type Pair, type Plan } from './ir/plan.js';
import { version } from './package.js';
import { gatherView } from './print/cuda/gather.js';
import { pairView } from './print/cuda/pair.js';
import { kernelView } from './print/cuda/view.js';
import { windowView } from './print/cuda/window.js';
import { bindingPrelude, bindingViews } from './print/data/bindings.js';
import { type BuildEntry, manifestOf } from './print/data/manifest.js';
import { resolveLines } from './print/expr/lines.js';
import { oracleView } from './print/host/oracle.js';
import { compositeLines } from './print/kernel/composite.js';
import { structsView } from './print/kernel/structs.js';
import { render } from './render.js';

/** The CUDA source of a kernel; `file` is its path for `#line`, relative to the project's root. */
export const cudaSource = (kernel: Kernel, file: string): string =>
  resolveLines(
    render(
      'kernel.cu',
      kernelView(kernel, {
        isDevice: true,
        file,
        version,
        inline: 'static __device__ __forceinline__',
        member: '__device__ __forceinline__',
        column: 'x',
        window: windowView(kernel),
      }),
    ),
  );

/** The CUDA source of two kernels in one launch; it stands beside theirs. */
export const pairSource = (plan: Plan, pair: Pair, file: string): string =>
  render('pair.cu', pairView(plan, pair, file, version));

/** The host source of a kernel. */
export const hostSource = (kernel: Kernel, file: string): string =>
  resolveLines(
    render(
      'host.cpp',
      kernelView(kernel, {
        isDevice: false,
        file,
        version,
        inline: 'static inline __attribute__((always_inline))',
        member: '__attribute__((always_inline))',
        column: 'int(x)',
        gather: gatherView(kernel),
      }),
    ),
  );

/** The oracle: an ES module whose `pixel` computes one output pixel with the kernel's own arithmetic. */
export const oracleSource = (kernel: Kernel): string => render('oracle.js', oracleView(kernel, version));

/** `pipelines.h`: the C ABI. */
export const headerSource = (plans: readonly Plan[], library: string): string =>
  render('pipelines.h', {
    file: 'pipelines.h',
    version,
    library,
    pipelines: plans.flatMap(plan =>
      builtKernels(plan).map((kernel, n) => {
        // Behind the second of the two.
        const pair = plan.pairs.find(({ steps }) => steps[1] === n);
        return {
          name: kernel.name,
          comments: [...(n === 0 ? compositeLines(plan) : []), kernel.chain],
          structs: structsView(kernel),
          ...(pair ? { pair: { name: pair.name, first: plan.kernels[pair.steps[0]]!.name } } : {}),
        };
      }),
    ),
  });

/**
 * `index.js` and `index.d.ts`: the typed bindings.
 *
 * @param digest Of the manifest, to which they are bound. Without it they take any that is beside them.
 */
export const bindingSources = (plans: readonly Plan[], digest = ''): { js: string; dts: string } => {
  const pipelines = bindingViews(plans);
  const sources = [...new Set(plans.map(({ pipeline }) => pipeline.loc.file))].sort().join(', ');
  const text = pipelines.flatMap(({ functions }) => functions.flatMap(({ lines }) => lines)).join('\n');
  const needsPrelude = /\b(cw\.|f\()/.test(text);
  const names = (type: string): boolean => pipelines.some(({ result }) => result.includes(type));
  const results = { givesImages: names('Image'), givesTensors: names('Tensor') };
  const takesImages = pipelines.some(pipeline => pipeline.takesImages);
  const view = {
    takesImages,
    version,
    digest,
    sources,
    prelude: bindingPrelude,
    needsPrelude,
    ...results,
    pipelines,
  };
  return { js: render('index.js', view), dts: render('index.d.ts', view) };
};

/** `manifest.json`. */
export const manifestSource = (plans: readonly Plan[], build: BuildEntry): string =>
  manifestText(manifestOf(plans, version, build));

/** The manifest of a build. */
export const builtManifest = (plans: readonly Plan[], build: BuildEntry): Manifest =>
  manifestOf(plans, version, build);

/** A manifest as its file has it. */
export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;
