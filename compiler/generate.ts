/** From plans to the text of every generated file. Pure: identical input gives identical text. */
import { ABI_VERSION, type Manifest } from '../native/manifest.js';
import type { Kernel, Pair, Plan } from './ir/plan.js';
import { reduces } from './ir/reduce.js';
import { version } from './package.js';
import { gatherView } from './print/cuda/gather.js';
import { pairView } from './print/cuda/pair.js';
import { kernelView } from './print/cuda/view.js';
import { windowView } from './print/cuda/window.js';
import { bindingPrelude, bindingViews } from './print/data/bindings.js';
import { cppHeaderView, headerView, interfaceView } from './print/data/interface.js';
import { type BuildEntry, manifestOf } from './print/data/manifest.js';
import { resolveLines } from './print/expr/lines.js';
import { oracleView } from './print/host/oracle.js';
import { render } from './render.js';

/** The CUDA source of a kernel; `file` is its path for `#line`, relative to the project's root. */
export const cudaSource = (kernel: Kernel, file: string): string =>
  resolveLines(
    render(
      reduces(kernel.pipeline) ? 'reduce.cu' : 'kernel.cu',
      kernelView(kernel, {
        isDevice: true,
        file,
        version,
        inline: 'static __device__ __forceinline__',
        member: '__device__ __forceinline__',
        column: 'x',
        window: reduces(kernel.pipeline) ? undefined : windowView(kernel),
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
      reduces(kernel.pipeline) ? 'reduceHost.cpp' : 'host.cpp',
      kernelView(kernel, {
        isDevice: false,
        file,
        version,
        inline: 'static inline __attribute__((always_inline))',
        member: '__attribute__((always_inline))',
        column: 'int(x)',
        gather: reduces(kernel.pipeline) ? undefined : gatherView(kernel),
      }),
    ),
  );

/** The oracle: an ES module whose `pixel` computes one output pixel with the kernel's own arithmetic. */
export const oracleSource = (kernel: Kernel): string => render('oracle.js', oracleView(kernel, version));

/**
 * `pipelines.h`: the C ABI.
 *
 * @param library The file's name, as the header says it.
 */
export const headerSource = (plans: readonly Plan[], library: string, hasCuda = false): string =>
  render('pipelines.h', { file: 'pipelines.h', version, library, ...headerView(plans, hasCuda) });

/** What the files of a package say of it. */
export type PackageNames = {
  readonly name: string;
  /** The name under which programs ask for the library. */
  readonly soname: string;
  /** Whether it has a static library, too. */
  readonly isStatic: boolean;
  readonly hasCuda: boolean;
};

/** The texts of a package for C and C++, by their paths in it. */
export const packageSources = (plans: readonly Plan[], names: PackageNames): ReadonlyMap<string, string> => {
  const { name, soname, hasCuda } = names;
  const pipelines = plans.map(plan => plan.name).join(', ');
  const view = { ...names, version, abi: ABI_VERSION, pipelines };
  const cmake = `lib/cmake/${name}/${name}`;
  return new Map([
    [`include/${name}/pipelines.h`, headerSource(plans, soname, hasCuda)],
    [
      `include/${name}/pipelines.hpp`,
      render('pipelines.hpp', { ...view, file: 'pipelines.hpp', ...cppHeaderView(plans) }),
    ],
    [`${cmake}Config.cmake`, render('Config.cmake', view)],
    [`${cmake}ConfigVersion.cmake`, render('ConfigVersion.cmake', view)],
    [`lib/pkgconfig/${name}.pc`, render('package.pc', view)],
  ]);
};

/** The source of the library's functions beside its kernels; see native/interface. */
export const interfaceSource = (plans: readonly Plan[], hasCuda: boolean): string =>
  render('interface.cpp', interfaceView(plans, version, hasCuda));

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
  const results = {
    givesImages: names('Image'),
    givesPatches: names('Patches'),
    givesTensors: names('Tensor'),
  };
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
