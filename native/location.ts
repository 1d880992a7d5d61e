/** Where the addon is, seen from the sources and from `dist/` alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (): string => {
  // A bundler that writes CommonJS leaves no URL.
  const here: string | undefined = import.meta.url;
  let folder = here === undefined ? '/' : dirname(fileURLToPath(here));
  // `native/` and `dist/native/` both lie below the package's own package.json; native/package.json is not it.
  while (!existsSync(join(folder, 'native', 'CMakeLists.txt'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(
        'The files of the package cuweave are not beside this module: there is no native/CMakeLists.txt above it. ' +
          'A bundler has to leave the package alone and write ES modules: mark it as external (docs/runtime.md, Bundlers).',
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
