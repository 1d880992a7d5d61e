/** `cuweave build --watch`: builds again whenever a file that was read changes. */
import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../package.js';
import { type BuildOptions, type BuildResult, build } from './build.js';

/** Milliseconds without another change before a rebuild: an editor may write a file in several steps. */
const SETTLED = 100;

/**
 * Builds, and builds again after every change of a file that the specs consist of, until the signal is aborted. A build that
 * fails is reported, and the next change tries again.
 *
 * @param on.ready Called when it waits for a change.
 */
export const watchBuild = async (
  options: BuildOptions & { readonly signal: AbortSignal },
  on: {
    readonly built: (result: BuildResult) => void;
    readonly failed: (error: unknown) => void;
    readonly ready?: () => void;
  },
): Promise<void> => {
  const { signal } = options;
  const watchers = new Map<string, FSWatcher>();
  let read = new Set<string>();
  let changed = false;
  let wake = (): void => undefined;
  const onChange = (path: string): void => {
    // A new file beside the others may be one that an import missed.
    if (read.has(path) || /\.([cm]?[jt]sx?|json)$/.test(path)) {
      changed = true;
      wake();
    }
  };
  const onRead = (files: readonly string[]): void => {
    const own = files.filter(
      file => !file.includes('/node_modules/') && !file.startsWith(join(packageRoot, 'ops')),
    );
    read = new Set(own);
    const folders = new Set(own.map(dirname));
    for (const [folder, watcher] of watchers) {
      if (!folders.has(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    }
    for (const folder of folders) {
      if (!watchers.has(folder)) {
        const watcher = watch(folder, (_, name) => name !== null && onChange(join(folder, name)));
        // A folder that is gone is no reason to end: its files are missed by the next build.
        watcher.on('error', () => watchers.delete(folder));
        watchers.set(folder, watcher);
      }
    }
  };
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      changed = false;
      try {
        on.built(await build({ ...options, onRead }));
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        on.failed(error);
      }
      on.ready?.();
      while (!changed && !signal.aborted) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
      for (let settled = false; !settled && !signal.aborted; ) {
        changed = false;
        await new Promise(resolve => setTimeout(resolve, SETTLED));
        settled = !changed;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const watcher of watchers.values()) {
      watcher.close();
    }
  }
};
