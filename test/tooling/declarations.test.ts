/** The types as they are published: a name that `@internal` strips is imported by no declaration that stays. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Project, ts } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { root } from './source.js';

const noSuchExport = [2305, 2614, 2724];

/** A project as users have it, with options that they may add. */
const usersProject = (options: ts.CompilerOptions = {}): Project =>
  new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      skipLibCheck: false,
      types: ['node'],
      ...options,
    },
  });

describe('published types', () => {
  it('import only what their modules export', () => {
    expect(existsSync(join(root, 'dist/runtime/index.d.ts')), 'run npm run build:ts first').toBe(true);
    const project = usersProject();
    const files = project.addSourceFilesAtPaths(join(root, 'dist/**/*.d.ts'));
    expect(files.length).toBeGreaterThan(100);
    const dangling = files.flatMap(file =>
      file
        .getPreEmitDiagnostics()
        .filter(diagnostic => noSuchExport.includes(diagnostic.getCode()))
        .map(diagnostic => {
          const text = ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, ' ');
          return `${relative(root, file.getFilePath())}:${diagnostic.getLineNumber()}: ${text}`;
        }),
    );
    expect(dangling).toEqual([]);
  });

  it('hold for users who are as strict as can be', () => {
    const project = usersProject({
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
    });
    project.addSourceFilesAtPaths(
      ['ops', 'runtime', 'native'].map(room => join(root, `dist/${room}/**/*.d.ts`)),
    );
    const said = project
      .getSourceFiles()
      .filter(file => file.getFilePath().startsWith(`${root}/dist/`))
      .flatMap(file => file.getPreEmitDiagnostics())
      .map(found => ts.flattenDiagnosticMessageText(found.compilerObject.messageText, ' '));
    expect(said).toEqual([]);
  });
});
