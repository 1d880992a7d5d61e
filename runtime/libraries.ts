/** Libraries that are loaded when they are first needed. */
import { closeSync, openSync } from 'node:fs';

// The modules of a library are read at the same time: of node-av, with its binary, more than 40 and fewer than 80 files.
const descriptors = 96;

/** Fails with EMFILE where this number of files cannot be opened. */
const requireDescriptors = (): void => {
  const opened: number[] = [];
  try {
    while (opened.length < descriptors) {
      opened.push(openSync('/dev/null', 'r'));
    }
  } finally {
    for (const one of opened) {
      closeSync(one);
    }
  }
};

/**
 * @internal A library that is imported at the first call. A call that failed is not remembered. Node itself remembers a module
 * that it could not read, so nothing is imported while there are too few descriptors for it.
 */
export const lazily = <Library>(load: () => Promise<Library>): (() => Promise<Library>) => {
  let loading: Promise<Library> | undefined;
  const begin = async (): Promise<Library> => {
    requireDescriptors();
    return load();
  };
  return () => {
    loading ??= begin().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
};

/** @internal What the system refused, as `EMFILE`; undefined for other errors. */
export const systemCode = (error: unknown): string | undefined => {
  const { code, syscall } = (error ?? {}) as { readonly code?: unknown; readonly syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
};

/** @internal What helps against it, to end a message with. */
export const systemRemedy = (code: string): string =>
  code === 'EMFILE' || code === 'ENFILE'
    ? ': close files and readers that are done with, or raise the limit (ulimit -n)'
    : '';
