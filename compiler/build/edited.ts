/** What a user changed in a file that a build wrote: no build overwrites or removes that. */
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { BuildError } from '../errors.js';
import { digestOf } from './cache.js';

/** In the place of a digest: where a link leads. */
export const linkDigest = (target: string): string => `link:${target}`;

/** Of a file's content, or of where a link leads; undefined where there is neither. */
export const digestOfPath = (path: string): string | undefined => {
  try {
    return lstatSync(path).isSymbolicLink() ? linkDigest(readlinkSync(path)) : digestOf(readFileSync(path));
  } catch {
    return undefined;
  }
};

/**
 * Whether something is at a path that no build left there. An empty file is none: nothing in it can be lost, and a machine that
 * went off leaves such files.
 *
 * @param known The digests of what builds may have left there.
 */
export const isEdited = (path: string, known: readonly (string | undefined)[]): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || (found.isFile() && found.size === 0)) {
    return false;
  }
  const digest = digestOfPath(path);
  return digest === undefined || !known.includes(digest);
};

/** @throws BuildError that names the paths, if there are any. */
export const refuseEdited = (paths: readonly string[]): void => {
  if (paths.length > 0) {
    const shown = paths.slice(0, 3).join(', ') + (paths.length > 3 ? ', …' : '');
    const [were, them] = paths.length > 1 ? ['were', 'them'] : ['was', 'it'];
    throw new BuildError(
      `${shown} ${were} changed after a build wrote ${them}, and this one would undo that: move ${them} elsewhere or delete ${them}, and build again`,
    );
  }
};
