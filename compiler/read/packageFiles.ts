/** Where cuweave's own sources are: beside this file, or in the package that holds `dist/`. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot as root } from '../package.js';

export type PackageFiles = {
  readonly root: string;
  /** `ops/index.ts`, `ops/math.ts`: with bodies, also in the published package. */
  readonly ops: string;
  readonly math: string;
  /** Whether a file is of the vocabulary: `ops/spec.ts`, or one of `ops/spec/`. */
  readonly isSpec: (file: string) => boolean;
  /** What `cuweave` itself resolves to, and where its types are. */
  readonly runtime: string;
  readonly runtimeTypes: string;
};

export const packageFiles = (): PackageFiles => {
  const sources = join(root, 'runtime', 'index.ts');
  const built = join(root, 'dist', 'runtime', 'index');
  const hasSources = existsSync(sources);
  return {
    root,
    ops: join(root, 'ops', 'index.ts'),
    math: join(root, 'ops', 'math.ts'),
    isSpec: file => file === join(root, 'ops', 'spec.ts') || dirname(file) === join(root, 'ops', 'spec'),
    runtime: hasSources ? sources : `${built}.js`,
    runtimeTypes: hasSources ? sources : `${built}.d.ts`,
  };
};
