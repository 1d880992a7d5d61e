/** `cuweave build --wheel`: a wheel that pip installs, of the same bytes for the same build. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../compiler/commands/main.js';
import { makeProject, type Project } from '../support/project.js';
import { python, runPython, whyNot } from './python.js';

let project: Project;
const said: string[] = [];
const here = process.cwd();

const cuweave = async (...args: readonly string[]): Promise<number> => {
  said.length = 0;
  const stream = { write: (text: string) => said.push(text), isTTY: false };
  process.chdir(project.root);
  try {
    return await main(args, { stdout: stream as never, stderr: stream as never });
  } finally {
    process.chdir(here);
  }
};
const packageJson = (name: string, version: unknown): void => {
  project.write('package.json', JSON.stringify({ name, version, type: 'module' }));
};

beforeAll(() => {
  project = makeProject({
    'src/pipelines.ts':
      'import { gray8, invert, pipeline } from \'cuweave/ops\';\n/** Its "negative": \\u0041. */\nexport const negative = pipeline(gray8(), invert(), gray8());\nexport const lambda = pipeline(gray8(), gray8());\n',
  });
  packageJson('@acme/My-pipelines', '1.2.3-rc.4');
});
afterAll(() => project.remove());

describe('a wheel', () => {
  it('has the module as a package, and its library', async () => {
    expect(await cuweave('build', 'src/pipelines.ts', '--cpu', '--wheel', 'dist')).toBe(0);
    const name = 'acme_my_pipelines-1.2.3rc4-py3-none-linux_';
    const [wheel] = project.list('dist');
    expect(wheel).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')}(x86_64|aarch64)\\.whl$`));
    expect(said.join('')).toContain(join('dist', wheel!));
    const files = unzipSync(readFileSync(project.path(join('dist', wheel!))));
    const names = Object.keys(files).filter(file => !file.includes('/_cuweave/'));
    expect(names.map(file => file.replace(/[0-9a-f]{12}/, 'HASH'))).toEqual([
      'pipelines/__init__.py',
      'pipelines/__init__.pyi',
      'pipelines/pipelines.HASH.so',
      'pipelines/py.typed',
      'acme_my_pipelines-1.2.3rc4.dist-info/METADATA',
      'acme_my_pipelines-1.2.3rc4.dist-info/WHEEL',
      'acme_my_pipelines-1.2.3rc4.dist-info/RECORD',
    ]);
    expect(Buffer.from(files['pipelines/__init__.py']!).toString()).toBe(project.read('build/pipelines.py'));
    expect(project.list('build')).toContain('pipelines.pyi');
  });

  it('is the same file for the same build, also where nothing was to be built', async () => {
    const [wheel] = project.list('dist');
    const before = readFileSync(project.path(join('dist', wheel!)));
    expect(await cuweave('build', 'src/pipelines.ts', '--cpu', '--wheel', 'other')).toBe(0);
    expect(readFileSync(project.path(join('other', wheel!))).equals(before)).toBe(true);
  });

  it('has the version that package.json says then', async () => {
    packageJson('pipes', '2.0.0+build-7');
    expect(await cuweave('build', 'src/pipelines.ts', '--cpu', '--wheel', 'next')).toBe(0);
    expect(project.list('next')[0]).toMatch(/^pipes-2\.0\.0\+build\.7-py3-none-linux_/);
    expect(project.read('build/pipelines.py')).toContain('__version__ = "2.0.0+build-7"');
  });

  it.each([
    [
      '1.0',
      /^error: Expected a version such as 1\.2\.3 in package\.json for the wheel but received "1\.0"$/m,
    ],
    ['1.0.0-nightly', /^error: Expected a version that Python has, too, .* received "1\.0\.0-nightly": /m],
  ])('is refused for version %s', async (version, words) => {
    packageJson('pipes', version);
    expect(await cuweave('build', 'src/pipelines.ts', '--cpu', '--wheel', 'refused')).toBe(1);
    expect(said.join('')).toMatch(words);
    expect(project.list('refused')).toEqual([]);
  });

  it('is refused where no folder can be', async () => {
    packageJson('pipes', '1.0.0');
    project.write('file', '');
    expect(await cuweave('build', 'src/pipelines.ts', '--cpu', '--wheel', 'file')).toBe(1);
    expect(said.join('')).toMatch(/error: The wheel .* cannot be written: EEXIST/);
  });

  it.skipIf(!python)(`is installed by pip${whyNot}`, async () => {
    const target = project.path('installed');
    const [wheel] = project.list('dist');
    const pip = [
      ...'-m pip install --quiet --no-deps --no-index --disable-pip-version-check'.split(' '),
      '--target',
    ];
    let installed = true;
    try {
      runPython([...pip, target, project.path(join('dist', wheel!))]);
    } catch (error) {
      // Debian's python3 comes without pip: its format is read by the standard library then.
      if (!/No module named pip/.test((error as Error).message)) {
        throw error;
      }
      installed = false;
      runPython(['-m', 'zipfile', '-e', project.path(join('dist', wheel!)), target]);
    }
    const program = `
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, pipelines
from pipelines import lambda_, negative
image = np.arange(12, dtype=np.uint8).reshape(3, 4)
assert (negative(image)[..., 0] == 255 - image).all()
assert (lambda_(image[..., None]) == image[..., None]).all()
print(pipelines.__version__, negative.__doc__.splitlines()[0])
`;
    const [version, doc] = [/^1\.2\.3-rc\.4 /, 'Its "negative": \\u0041.'];
    const printed = runPython(['-c', program, target]);
    expect(printed).toMatch(version);
    expect(printed).toContain(doc);
    if (installed) {
      expect(readdirSync(target)).toContain('acme_my_pipelines-1.2.3rc4.dist-info');
    }
  });
});

it('leaves nothing of Python behind where it is no longer asked for', async () => {
  packageJson('pipes', '1.0.0');
  rmSync(project.path('installed'), { recursive: true, force: true });
  expect(await cuweave('build', 'src/pipelines.ts', '--cpu')).toBe(0);
  expect(project.list('build')).not.toContain('pipelines.py');
  expect(project.list('build/_cuweave')).toEqual([]);
});
