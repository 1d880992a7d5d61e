/** `cuweave build` with specs that would end its process, and what it says of pipelines that go away. */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { packageFile } from '../../compiler/package.js';
import { commandLine } from '../support/commandLine.js';
import { makeProject, type Project } from '../support/project.js';

const pipeline = (name: string): string => `import { nchw, pipeline, rgb8 } from 'cuweave/ops';
export const ${name} = pipeline(rgb8(), nchw('f32'));
`;
let project: Project;
afterEach(() => project.remove());

/** As a process, which the spec may end. */
const build = (
  spec: string,
): { readonly code: number | null; readonly out: string; readonly err: string } => {
  project = makeProject({ 'a.ts': spec });
  symlinkSync(packageFile('node_modules', '@types'), project.path('node_modules/@types'));
  const program = packageFile('dist', 'compiler', 'cli.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'build', 'a.ts', '--cpu'], {
    cwd: project.root,
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { code: status, out: stdout, err: stderr };
};

it('process.exit(0) in a spec is an error, and nothing is built', () => {
  const { code, out, err } = build(`${pipeline('plain')}process.exit(0);\n`);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(
    'error CW9002: The module failed while it was loaded: Error: process.exit(0) was called',
  );
  expect(project.list('build')).toEqual([]);
});

it('a timer of a spec that ends the process is an error, and leaves no build that looks whole', () => {
  const { code, out, err } = build(`${pipeline('plain')}setTimeout(() => process.exit(0), 0);\n`);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    /^error: the process was ended before the command was done, by a module that a spec loads$/m,
  );
  expect(project.list('build')).not.toContain('index.js');
});

it('one that does so while the module is loaded is an error of the module', () => {
  const { code, out, err } = build(`${pipeline('plain')}setTimeout(() => process.exit(0), 0);
await new Promise(done => setTimeout(done, 200));
`);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(
    'error CW9002: The module failed while it was loaded: Error: process.exit(0) was called',
  );
  expect(project.list('build')).toEqual([]);
});

it('says which pipelines are gone when another spec is built into the folder', async () => {
  project = makeProject({ 'a.ts': pipeline('first'), 'b.ts': pipeline('second') });
  const cli = async (file: string): Promise<string> => {
    const { code, stdout } = await commandLine(project.root, ['build', file, '--cpu']);
    expect(code).toBe(0);
    return stdout;
  };
  expect(await cli('a.ts')).not.toContain('gone');
  expect(await cli('b.ts')).toMatch(
    /^first is gone: it was in build\/ before, from a\.ts\nsecond: built for the CPU/,
  );
  // It is said once.
  expect(await cli('b.ts')).not.toContain('gone');
});
