/** Reads a build's manifest. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../native/manifest.js';
import { LibraryError } from '../errors.js';
import { checkedManifest, rebuild } from './manifestChecks.js';

/** The folder that a URL or a path names. */
export const folderOf = (directory: URL | string): string =>
  resolve(typeof directory === 'string' ? directory : fileURLToPath(directory));

/**
 * Reads `manifest.json`; generated bindings call it.
 *
 * @param directory The output folder of a build.
 * @param digest That of the manifest that the caller was generated with. Without it any manifest will do.
 * @throws {LibraryError} If there is no manifest, or it is damaged, of another ABI or of another build.
 */
export const readManifest = (directory: URL | string, digest?: string): Manifest => {
  const path = join(folderOf(directory), 'manifest.json');
  if (!existsSync(path)) {
    throw new LibraryError(
      `There is no ${path} beside the built module. A bundler has to leave it where cuweave build wrote it: ` +
        'mark the module and the package cuweave as external (docs/runtime.md, Bundlers).',
    );
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new LibraryError(`The pipelines' manifest ${path} cannot be read: ${text}. ${rebuild}`);
  }
  const checked = checkedManifest(manifest);
  if (digest !== undefined && checked.digest !== digest) {
    throw new LibraryError(
      `The manifest ${path} is not of the same build as index.js beside it: one of them was changed or copied alone. ${rebuild}`,
    );
  }
  return checked;
};
