/** The pictures of docs/pictures are what their program draws: positions, weights and tiles come from the operators. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../compiler/specs.js';
import { buildFolder, root } from './support/executions.js';
import { buildQuick } from './support/quickBuild.js';

const kept = join(root, 'docs/pictures');
const folder = buildFolder('pictures');
const names = readdirSync(kept).filter(name => name.endsWith('.svg') && name !== 'scene.svg');

const IMAGE = /data:image\/webp;base64,([^"]+)/g;
/** A picture's text apart from its tiles, and each tile's pixels: how a WebP is packed depends on its library. */
const partsOf = async (path: string) => {
  const text = readFileSync(path, 'utf8');
  const tiles = [...text.matchAll(IMAGE)].map(([, data]) =>
    sharp(Buffer.from(data, 'base64')).raw().toBuffer(),
  );
  return { text: text.replace(IMAGE, 'tile'), tiles: await Promise.all(tiles) };
};

beforeAll(async () => {
  expect(existsSync(join(root, 'dist/runtime/index.js')), 'run npm run build:ts first').toBe(true);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'cuweave'));
  await buildQuick(await plansOf({ root, entries: ['docs/pictures/pipelines.ts'] }), join(folder, 'build'));
  await promisify(execFile)(
    process.execPath,
    [join(kept, 'draw.js'), join(folder, 'build'), join(folder, 'out')],
    { cwd: root, env: { ...process.env, CUDA_VISIBLE_DEVICES: '' } },
  );
});

describe('docs/pictures', () => {
  it('has what its program draws, and nothing else', () => {
    expect(names.sort()).toEqual(readdirSync(join(folder, 'out')).sort());
  });

  it.each(names)('%s is up to date (npm run pictures)', async name => {
    const [now, then] = await Promise.all([partsOf(join(folder, 'out', name)), partsOf(join(kept, name))]);
    expect(now.text).toBe(then.text);
    expect(now.tiles.map((tile, n) => tile.equals(then.tiles[n]))).toEqual(then.tiles.map(() => true));
  });

  it('is small enough to be in the package', () => {
    const bytes = names.reduce((sum, name) => sum + readFileSync(join(kept, name)).length, 0);
    expect(bytes).toBeLessThan(400_000);
  });
});
