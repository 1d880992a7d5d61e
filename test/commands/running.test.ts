/** `cuweave run` on builds that are damaged and on videos that are stored on their side, and what it says of its progress. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../../compiler/specs.js';
import { commandLine } from '../support/commandLine.js';
import { makeProject, type Project } from '../support/project.js';
import { buildQuick } from '../support/quickBuild.js';

const entry = `
import { nhwc, nv12, orient, pipeline, yuvToRgb } from 'cuweave/ops';
export const show = pipeline(nv12(), yuvToRgb(), nhwc('u8'));
export const upright = pipeline(nv12(), yuvToRgb(), orient(), nhwc('u8'));
`;
let project: Project;
beforeAll(async () => {
  project = makeProject({ 'pipelines.ts': entry });
  const plans = await plansOf({ root: project.root, entries: ['pipelines.ts'] });
  await buildQuick(plans, project.path('build'));
}, 60_000);
afterAll(() => project.remove());

const video = (name: string): string => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const run = async (...args: readonly string[]) => {
  const { code, stderr } = await commandLine(project.root, ['run', ...args, '-d', 'cpu']);
  return {
    code,
    said: stderr.replace(/^\[.*\n/gm, '').replaceAll(project.root, 'ROOT'),
    progress: stderr.match(/^\[.*\]/gm) ?? [],
  };
};

describe('a build', () => {
  /** What comes of a build's folder with these files. */
  const broken = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
    for (const [file, text] of Object.entries(files)) {
      project.write(`${name}/${file}`, text);
    }
    const { code, said } = await run('show', 'none.png', '-b', name, '-o', 'x.npy');
    return `${code} ${said.trimEnd()}`;
  };

  it('whose manifest is damaged', async () => {
    // Without the digest, which finds any change by itself.
    const { digest: _, ...whole } = JSON.parse(project.read('build/manifest.json')) as Record<
      string,
      unknown
    >;
    const manifests: readonly unknown[] = [
      null,
      {},
      [],
      { pipelines: [{ name: 'show' }] },
      { ...whole, abi: 1 },
      { ...whole, pipelines: [{ name: 'show' }] },
      { ...whole, pipelines: [{ name: 'show', steps: [{}], doc: '', hash: '', chain: '' }] },
      { ...whole, pipelines: [] },
      { ...whole, digest: 'x' },
    ];
    const texts = ['', ...manifests.map(manifest => JSON.stringify(manifest))];
    const said: string[] = [];
    for (const [n, text] of texts.entries()) {
      said.push(await broken(`damaged${n}`, { 'manifest.json': text }));
    }
    expect(said).toMatchInlineSnapshot(`
      [
        "1 error: The pipelines' manifest ROOT/damaged0/manifest.json cannot be read: Unexpected end of JSON input. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: it should be an object and is null. Run cuweave build again.",
        "1 error: The pipelines were built by cuweave undefined with ABI undefined, and this version has ABI 3. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: it should be an object and is []. Run cuweave build again.",
        "1 error: The pipelines were built by cuweave undefined with ABI undefined, and this version has ABI 3. Run cuweave build again.",
        "1 error: The pipelines were built by cuweave '0.1.0' with ABI 1, and this version has ABI 3. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: pipelines[0].doc should be a string and is undefined. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: pipelines[0].steps[0].kernel should be an object and is undefined. Run cuweave build again.",
        "1 error: Expected built pipelines in ROOT/damaged8 but there are none. Run cuweave build again.",
        "1 error: The pipelines' manifest was changed after it was built. Run cuweave build again.",
      ]
    `);
  });

  it('whose module is damaged', async () => {
    const manifest = project.read('build/manifest.json');
    expect(await broken('cut', { 'manifest.json': manifest, 'index.js': 'export const show = (' })).toMatch(
      /^1 error: The built module ROOT\/cut\/index\.js cannot be loaded: .*\. Run cuweave build again\.$/s,
    );
    expect([
      await broken('none', { 'manifest.json': manifest }),
      await broken('without', { 'manifest.json': manifest, 'index.js': 'export const other = 1;' }),
    ]).toMatchInlineSnapshot(`
      [
        "1 error: Expected the built module ROOT/none/index.js but there is none. Run cuweave build again.",
        "1 error: Expected a pipeline named 'show' from ROOT/without/index.js, as its manifest says, but it exports undefined. Run cuweave build again.",
      ]
    `);
  });
});

describe('a video that asks for its frames to be turned', () => {
  it.each([
    ['rot90.mp4', 'turned 270° clockwise'],
    ['m_hflip.mp4', 'mirrored'],
  ])('%s is put upright, with a word', async (name, how) => {
    const file = video(`video/${name}`);
    const by = async (pipeline: string, output: string, ...more: readonly string[]) => {
      const { code, said } = await run(pipeline, file, '-o', output, ...more);
      expect(code).toBe(0);
      return { said, bytes: readFileSync(project.path(output)) };
    };
    const own = await by('upright', 'own.npy');
    expect(own.said).toBe('');
    const turned = await by('show', 'turned.npy');
    expect(turned.said).toBe(
      `Its frames are ${how}, as the video asks for; --no-orient leaves them as they are stored.\n`,
    );
    // To the bit what orient() makes of them: 4:2:0 of even sizes.
    expect(turned.bytes.equals(own.bytes)).toBe(true);
    const stored = await by('show', 'stored.npy', '--no-orient');
    expect(stored.said).toBe(
      `The video asks for its frames to be ${how}: they are left as they are stored.\n`,
    );
    expect(stored.bytes.equals(own.bytes)).toBe(false);
    // A pipeline that turns its frames itself is asked for nothing.
    const again = await by('upright', 'again.npy', '--no-orient');
    expect(again.said).toBe('');
    expect(again.bytes.equals(own.bytes)).toBe(true);
  });
});

describe('the progress of a video', () => {
  // With the frames that FFmpeg shows.
  it.each([
    ['containers/vp9.ivf', 20],
    ['containers/gap.m2t', 20],
    ['video/interl.m2t', 25],
    ['containers/hd.h264', 5],
    ['video/rot90.mp4', 20],
  ])('%s', async (name, frames) => {
    const { code, progress } = await run('show', video(name), '-o', 'p.npy', '--batch', '8');
    const steps = Array.from({ length: Math.ceil(frames / 8) }, (_, n) => Math.min(8 * (n + 1), frames));
    expect({ code, progress }).toEqual({ code: 0, progress: steps.map(done => `[${done}/${frames}]`) });
    const some = await run('show', video(name), '-o', 'p.npy', '--limit', '3');
    expect(some.progress).toEqual(['[3/3]']);
  });
});
