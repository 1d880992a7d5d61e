/** From plans to the text of every generated file. Pure: identical input gives identical text. */
import type { Manifest } from '../native/manifest.js';
import type { Kernel } from './ir/plan.js';
import { version } from './package.js';
import { bindingPrelude, bindingViews } from './print/bindings.js';
import { manifestOf } from './print/manifest.js';
import { oracleView } from './print/oracle.js';
import { kernelView, resolveLines, structsView } from './print/view.js';
import { windowView } from './print/window.js';
import { render } from './render.js';

/** The CUDA source of a kernel; `file` is its path for `#line`, relative to the project's root. */
export const cudaSource = (kernel: Kernel, file: string): string =>
  resolveLines(
    render(
      'kernel.cu',
      kernelView(kernel, {
        file,
        version,
        inline: 'static __device__ __forceinline__',
        member: '__device__ __forceinline__',
        column: 'x',
        window: windowView(kernel),
      }),
    ),
  );

/** The host source of a kernel. */
export const hostSource = (kernel: Kernel, file: string): string =>
  resolveLines(
    render(
      'host.cpp',
      kernelView(kernel, {
        file,
        version,
        inline: 'static inline __attribute__((always_inline))',
        member: '__attribute__((always_inline))',
        column: 'int(x)',
      }),
    ),
  );

/** The oracle: an ES module whose `pixel` computes one output pixel with the kernel's own arithmetic. */
export const oracleSource = (kernel: Kernel): string => render('oracle.js', oracleView(kernel, version));

/** `pipelines.h`: the C ABI. */
export const headerSource = (kernels: readonly Kernel[], library: string): string =>
  render('pipelines.h', {
    file: 'pipelines.h',
    version,
    library,
    pipelines: kernels.map(kernel => ({
      name: kernel.name,
      chain: kernel.chain,
      structs: structsView(kernel),
    })),
  });

/** `index.js` and `index.d.ts`: the typed bindings. */
export const bindingSources = (kernels: readonly Kernel[]): { js: string; dts: string } => {
  const pipelines = bindingViews(kernels);
  const sources = [...new Set(kernels.map(kernel => kernel.pipeline.loc.file))].sort().join(', ');
  const text = pipelines.flatMap(({ functions }) => functions.flatMap(({ lines }) => lines)).join('\n');
  const needsPrelude = /\b(cw\.|f\()/.test(text);
  const givesImages = pipelines.some(pipeline => pipeline.givesImages);
  const view = { version, sources, prelude: bindingPrelude, needsPrelude, givesImages, pipelines };
  return { js: render('index.js', view), dts: render('index.d.ts', view) };
};

/** `manifest.json`. */
export const manifestSource = (
  kernels: readonly Kernel[],
  build: Pick<Manifest, 'library' | 'archs' | 'strict'>,
): string => `${JSON.stringify(manifestOf(kernels, { cuweave: version, ...build }), null, 2)}\n`;
