/** The file of `cuweave explain --html`: written whole, and never over a file of somebody else's. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BuildError } from '../errors.js';

const mark = '<!doctype html>\n<!-- cuweave explain';

/** @throws BuildError where the page cannot go to that path; before anything is compiled. */
export const checkPage = (path: string): void => {
  if (!path.endsWith('.html')) {
    throw new BuildError(
      `Expected a path that ends in .html for --html but received ${JSON.stringify(path)}`,
    );
  }
  if (!existsSync(dirname(path))) {
    throw new BuildError(`--html ${path}: the folder ${dirname(path)} does not exist`);
  }
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(mark)) {
    throw new BuildError(`--html ${path}: the file exists, and cuweave did not write it. Name another one.`);
  }
};

/** Writes a page to a path that was checked. @throws BuildError where the system refuses. */
export const writePage = (path: string, page: string): void => {
  const half = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(half, page, { flag: 'wx' });
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw new BuildError(`--html ${path} cannot be written: ${(error as Error).message}`);
  }
};
