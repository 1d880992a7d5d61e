/** The Python module of a build: what is printed for it, and the fixed files that it imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../native/manifest.js';
import type { Plan } from '../ir/plan.js';
import { packageFile, version } from '../package.js';
import { pythonViews } from '../print/python/module.js';
import { pythonLiteral } from '../print/python/words.js';
import { render } from '../render.js';

/** The folder of the fixed files, beside the module. */
export const PYTHON_RUNTIME = '_cuweave';

/** What the package.json of the author's project says. */
export type Project = { readonly name: string; readonly version: string };

/** The name and version of the project in a folder; without a package.json it is `pipelines` 0.0.0. */
export const projectOf = (root: string): Project => {
  let said: Partial<Project> = {};
  try {
    said = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Partial<Project>;
  } catch {
    // There is none, or none that can be read; npm says so, and it changes nothing here.
  }
  const { name, version: own } = said;
  return {
    name: typeof name === 'string' ? name : 'pipelines',
    version: typeof own === 'string' ? own : '0.0.0',
  };
};

type Built = Required<Pick<Manifest, 'library' | 'libraryBytes' | 'librarySha256' | 'archs'>>;

/**
 * `pipelines.py`, `pipelines.pyi` and the package that they import, by name.
 *
 * @param built The library, which the module opens if its content is this.
 * @param projectVersion Of the author's project.
 */
export const pythonFiles = (
  plans: readonly Plan[],
  { library, libraryBytes, librarySha256, archs }: Built,
  projectVersion: string,
): ReadonlyMap<string, string> => {
  const view = {
    version,
    projectVersion: pythonLiteral(projectVersion, 0),
    sources: [...new Set(plans.map(({ pipeline }) => pipeline.loc.file))].sort().join(', '),
    library: {
      name: library,
      bytes: libraryBytes,
      sha256: librarySha256,
      archs: pythonLiteral(archs, 0),
    },
    pipelines: pythonViews(plans),
  };
  const folder = packageFile('templates', 'python');
  const fixed = readdirSync(folder).filter(name => name.endsWith('.py'));
  return new Map([
    ...fixed.sort().map(name => [`${PYTHON_RUNTIME}/${name}`, fixedText(join(folder, name))] as const),
    ['pipelines.pyi', render('pipelines.pyi', view)],
    ['pipelines.py', render('pipelines.py', view)],
  ]);
};

/** The text of a fixed file. The package among them says which version of cuweave it comes from. */
const fixedText = (path: string): string =>
  readFileSync(path, 'utf8').replaceAll('@CUWEAVE_VERSION@', version);
