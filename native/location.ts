/** Where the addon is, seen from the sources and from `dist/` alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  // `native/` and `dist/native/` both lie below the package's own package.json; native/package.json is not it.
  while (!existsSync(join(folder, 'native', 'CMakeLists.txt'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(
        'The files of the package cuweave are not beside this module: there is no native/CMakeLists.txt above it. ' +
          'A bundler has to leave the package alone: mark it as external (docs/runtime.md, Bundlers).',
      );
    }
    folder = parent;
  }
  return folder;
};

/** The package's root folder. */
export const packageRoot = findRoot();
/** The addon's sources. */
export const nativeFolder = join(packageRoot, 'native');
/** The built addon. */
export const addonPath = join(nativeFolder, 'build', 'Release', 'cuweave.node');
/** A hash of the sources that the built addon was made of. */
export const addonStampPath = join(nativeFolder, 'build', 'Release', 'cuweave.hash');
