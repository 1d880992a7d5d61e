/** The program as a process, with specs that would keep it, end it, or write among its results. */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageFile } from '../../compiler/package.js';
import { makeProject } from '../support/project.js';

const pipeline = `import { nchw, pipeline, rgb8 } from 'cuweave/ops';
export const plain = pipeline(rgb8(), nchw('f32'));
`;
// One that hangs is killed, and has no exit code then.
const cuweave = (
  spec: string,
  ...args: readonly string[]
): { readonly code: number | null; readonly out: string; readonly err: string } => {
  const project = makeProject({ 'a.ts': spec });
  symlinkSync(packageFile('node_modules', '@types'), project.path('node_modules/@types'));
  const program = packageFile('dist', 'compiler', 'cli.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: project.root,
    encoding: 'utf8',
    timeout: 100_000,
  });
  project.remove();
  return { code: status, out: stdout, err: stderr };
};

it('check ends though a spec left a timer and a server', () => {
  const spec = `import { createServer } from 'node:http';
${pipeline}setInterval(() => undefined, 1000);
createServer().listen(0);
`;
  expect(cuweave(spec, 'check', 'a.ts')).toMatchObject({
    code: 0,
    out: 'plain: rgb8 > rgb_nchw_f32\n1 pipeline, no errors\n',
  });
});

it('explain --json prints JSON alone, whatever a spec logs', () => {
  const spec = `${pipeline}console.log('loaded');\nprocess.stdout.write('and more\\n');\n`;
  const { code, out, err } = cuweave(spec, 'explain', 'plain', '-f', 'a.ts', '--json', '--cpu');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ pipelines: [{ name: 'plain' }] });
  expect(err).toContain('loaded\nand more\n');
});

it('a promise that is never settled is an error', () => {
  const { code, out, err } = cuweave(`${pipeline}await new Promise(() => undefined);\n`, 'check', 'a.ts');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(
    'error CW9002: The module failed while it was loaded: Error: a promise that the module awaits is never settled',
  );
});

it('process.exit(0) in a spec is an error', () => {
  const { code, out, err } = cuweave(`${pipeline}process.exit(0);\n`, 'check', 'a.ts');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(
    'error CW9002: The module failed while it was loaded: Error: process.exit(0) was called',
  );
});
