/** Where cuweave's own sources are: beside this file, or in the package that holds `dist/`. */
import { existsSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { packageRoot } from '../package.js';

/** A path as TypeScript and the loader write it on every platform. */
export const toPosix = (path: string): string => path.split(sep).join('/');

export type PackageFiles = {
  readonly root: string;
  /** `ops/index.ts`, `ops/math.ts`: with bodies, also in the published package. */
  readonly ops: string;
  readonly math: string;
  /** What `cuweave/presets` resolves to. */
  readonly presets: string;
  /** What `cuweave/augment` resolves to. */
  readonly augment: string;
  /** Whether a file is of the vocabulary: `ops/spec.ts`, or one of `ops/spec/`. */
  readonly isSpec: (file: string) => boolean;
  /** What `cuweave` itself resolves to, and where its types are. */
  readonly runtime: string;
  readonly runtimeTypes: string;
};

export const packageFiles = (): PackageFiles => {
  const root = toPosix(packageRoot);
  const sources = `${root}/runtime/index.ts`;
  const built = `${root}/dist/runtime/index`;
  const hasSources = existsSync(sources);
  return {
    root,
    ops: `${root}/ops/index.ts`,
    presets: `${root}/ops/presets/index.ts`,
    augment: `${root}/ops/augmentation/index.ts`,
    math: `${root}/ops/math.ts`,
    isSpec: file =>
      toPosix(file) === `${root}/ops/spec.ts` || posix.dirname(toPosix(file)) === `${root}/ops/spec`,
    runtime: hasSources ? sources : `${built}.js`,
    runtimeTypes: hasSources ? sources : `${built}.d.ts`,
  };
};
