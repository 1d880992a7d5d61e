/** The repository as ts-morph sees it, for tests about its source. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Project } from 'ts-morph';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files that git knows or would add, relative to the root. */
export const repositoryFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);

/** A project without files; imports resolve as in tsconfig.json. */
export const openProject = (): Project =>
  new Project({ tsConfigFilePath: `${root}/tsconfig.json`, skipAddingFilesFromTsConfig: true });
