/** The recipes of docs/cookbook.md: every pipeline builds, and every program runs on a picture and a clip. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../compiler/specs.js';
import { writePicture } from '../runtime/index.js';
import { clipPath } from './media/clips.js';
import { buildFolder, root } from './support/executions.js';
import { buildQuick } from './support/quickBuild.js';

type Recipe = { readonly title: string; readonly spec: string; readonly program: string };

const page = readFileSync(join(root, 'docs', 'cookbook.md'), 'utf8');
const [intro = '', ...sections] = page.split(/^## /m);
const blockOf = (text: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
const recipes: readonly Recipe[] = sections.map(text => ({
  title: text.slice(0, text.indexOf('\n')),
  spec: blockOf(text, 'ts'),
  program: blockOf(text, 'js'),
}));

const folder = buildFolder('cookbook');
const nameOf = ({ spec }: Recipe): string => /^export const (\w+)/m.exec(spec)![1]!;

beforeAll(async () => {
  expect(existsSync(join(root, 'dist/runtime/index.js')), 'run npm run build:ts first').toBe(true);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'cuweave'));
  for (const recipe of recipes) {
    writeFileSync(join(folder, 'src', `${nameOf(recipe)}.ts`), recipe.spec);
  }
  const entries = recipes.map(recipe => `src/${nameOf(recipe)}.ts`);
  await buildQuick(await plansOf({ root: folder, entries }), join(folder, 'build'));
  const [width, height] = [320, 180];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, n) => (n * 7 + (n >> 8) * 13) & 255);
  // Without a loss: a picture's content counts, whatever its name.
  await writePicture(join(folder, 'photo.png'), { width, height, channels: 3, data });
  renameSync(join(folder, 'photo.png'), join(folder, 'photo.jpg'));
  cpSync(clipPath('bars'), join(folder, 'clip.mp4'));
});

/** What each program prints. */
const output: Readonly<Record<string, string>> = {
  classify: '[ 1, 3, 224, 224 ]',
  augmented: '[ 2, 3, 224, 224 ] 3',
  tokens: '[ 480, 1176 ] [ 1, 12, 20, 1, 12, 20 ] [ 0, 240, 480 ]',
  tiled: '[ 2, 3, 448, 448 ] [ 1, 3, 448, 448 ] 1 rows of 2',
  boxed: '[ 1, 3, 640, 640 ]',
  asPillow: '150528',
  detect: '[ 1, 3, 640, 640 ] [ [ 100, 55, 210, 130 ] ]',
  faces: '[ 2, 3, 112, 112 ]',
  flow: 'true',
  frames: '[ 0, 14, 29, 44, 59, 74, 89 ] [ 7, 3, 224, 224 ]',
  both: '[ 1, 3, 384, 384 ]',
  anonymous: '',
  text: 'true',
  quality: 'mean 127, 3364 dark pixels, sharpness 280',
};

describe('the cookbook', () => {
  it('has these recipes', () => {
    expect(recipes.map(nameOf)).toEqual(Object.keys(output));
  });

  it.each(recipes)('$title', async recipe => {
    const name = nameOf(recipe);
    const begin = `${blockOf(intro, 'js')}\nimport { ${name} } from './build/index.js';\n`;
    // Node 20 has no `using`.
    const program = recipe.program.replace(/\busing (\w+) =/g, 'const $1 =');
    writeFileSync(join(folder, `${name}.js`), begin + program);
    const { stdout } = await promisify(execFile)(process.execPath, [`${name}.js`], {
      cwd: folder,
      env: { ...process.env, CUDA_VISIBLE_DEVICES: '' },
    });
    expect(stdout.trim().replace(/\s+/g, ' ')).toBe(output[name]);
  });
});
