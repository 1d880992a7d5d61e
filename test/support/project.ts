/** A project of its own outside the repository, in which `cuweave` is this package. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../compiler/package.js';

export type Project = {
  readonly root: string;
  readonly path: (file: string) => string;
  readonly write: (file: string, text: string) => void;
  readonly read: (file: string) => string;
  /** The names in a folder, sorted; none where there is no such folder. */
  readonly list: (folder: string) => string[];
  readonly remove: () => void;
};

/**
 * Makes a project.
 * @param name The folder's name, in a temporary folder of its own.
 */
export const makeProject = (files: Readonly<Record<string, string>> = {}, name = 'project'): Project => {
  const temporary = mkdtempSync(join(tmpdir(), 'cuweave-project-'));
  const root = join(temporary, name);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(packageRoot, join(root, 'node_modules', 'cuweave'));
  const path = (file: string): string => join(root, file);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  write('package.json', '{ "type": "module" }\n');
  for (const [file, text] of Object.entries(files)) {
    write(file, text);
  }
  return {
    root,
    path,
    write,
    read: file => readFileSync(path(file), 'utf8'),
    list: folder => {
      try {
        return readdirSync(path(folder)).sort();
      } catch {
        return [];
      }
    },
    remove: () => rmSync(temporary, { recursive: true, force: true }),
  };
};
