/** How `cuweave run` ends: what it leaves when it is cut short, and what it says. */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPipeline } from '../../compiler/commands/running/run.js';
import { packageFile } from '../../compiler/package.js';
import { plansOf } from '../../compiler/specs.js';
import { writePicture } from '../../runtime/files/picture.js';
import { readPicture } from '../../runtime/files/pictureReader.js';
import { clipPath } from '../media/clips.js';
import { commandLine } from '../support/commandLine.js';
import { makeProject, type Project } from '../support/project.js';
import { buildQuick } from '../support/quickBuild.js';

const entry = `
import { nhwc, nv12, pipeline, rgb8, yuvToRgb } from 'cuweave/ops';
export const show = pipeline(nv12(), yuvToRgb(), nhwc('u8'));
export const same = pipeline(rgb8(), nhwc('u8'));
`;
let project: Project;
const caseFile = (name: string): string => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await commandLine(project.root, ['run', ...args, '-d', 'cpu']);
  return { code, stdout, stderr: stderr.replace(/^\[.*\n/gm, ''), progress: stderr.match(/^\[.*\]/gm) ?? [] };
};
/** The shape of an .npy file, whose length must be what that says. */
const shapeOf = (file: string): readonly number[] => {
  const bytes = readFileSync(project.path(file));
  const shape = (/'shape': \((.*?)\)/.exec(bytes.toString('latin1', 0, 192))?.[1] ?? '')
    .split(', ')
    .map(Number);
  expect(bytes.length).toBe(192 + shape.reduce((product, extent) => product * extent, 1));
  return shape;
};

beforeAll(async () => {
  project = makeProject({ 'pipelines.ts': entry });
  const plans = await plansOf({ root: project.root, entries: ['pipelines.ts'] });
  await buildQuick(plans, project.path('build'));
  await writePicture(project.path('a.png'), {
    width: 4,
    height: 2,
    channels: 3,
    data: new Uint8Array(24).fill(9),
  });
  writeFileSync(project.path('broken.png'), readFileSync(project.path('a.png')).subarray(0, 60));
}, 60_000);
afterAll(() => project.remove());

describe('a run', () => {
  it.each(['vfr3.mp4', 'one.mp4'])('of one frame of %s makes a picture', async name => {
    expect(await run('show', caseFile(`video/${name}`), '--limit', '1', '-o', `${name}.png`)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await readPicture(project.path(`${name}.png`))).width).toBeGreaterThan(0);
  });

  it('of a video that changes its size makes pictures of both', async () => {
    expect((await run('show', caseFile('video/reschange.webm'), '-o', 'sizes')).code).toBe(0);
    const names = readdirSync(project.path('sizes'));
    expect(names).toHaveLength(20);
    const sizes = new Set<number>();
    for (const name of names) {
      sizes.add((await readPicture(project.path(`sizes/${name}`))).width);
    }
    expect(sizes.size).toBe(2);
  });

  it('takes the same pictures as readPicture', async () => {
    for (const name of readdirSync(caseFile('pictures')).filter(file => !file.endsWith('.md'))) {
      const { code, stderr } = await run('same', caseFile(`pictures/${name}`), '-o', `cases/${name}.png`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { data } = await readPicture(caseFile(`pictures/${name}`));
      const made = await readPicture(project.path(`cases/${name}.png`));
      expect([...made.data]).toEqual([...data]);
    }
  });

  it('that fails leaves the images that it had, whole', async () => {
    const inputs = ['a.png', 'a.png', 'broken.png', 'a.png'];
    const tensor = await run('same', ...inputs, '--batch', '1', '-o', 'p.npy');
    expect(tensor.code).toBe(1);
    expect(tensor.stderr).toMatch(/^2 frames are written: p\.npy\nerror: broken\.png is not a picture .*/);
    expect(tensor.progress).toEqual(['[1/4]', '[2/4]']);
    expect(shapeOf('p.npy')).toEqual([2, 2, 4, 3]);
    expect((await run('same', ...inputs, '--batch', '1', '-o', 'some')).code).toBe(1);
    expect(project.list('some')).toEqual(['a-2.png', 'a.png']);
    // Frames before the damage are written though they do not fill a batch.
    const bars = readFileSync(clipPath('odd'));
    writeFileSync(project.path('cut.webm'), bars.subarray(0, Math.floor(bars.length * 0.7)));
    const video = await run('show', 'cut.webm', '--batch', '64', '-o', 'cut.npy');
    expect(video.code).toBe(1);
    expect(video.stderr).toMatch(/^\d+ frames are written: cut\.npy\nerror: /);
    expect(shapeOf('cut.npy')[0]).toBeGreaterThan(1);
    expect(project.list('.').filter(name => name.endsWith('.part'))).toEqual([]);
  });

  it('that is stopped leaves the frames that it had', async () => {
    const controller = new AbortController();
    const written: unknown[] = [];
    const stopped = runPipeline({
      buildDirectory: project.path('build'),
      pipeline: 'show',
      inputs: [clipPath('bars')],
      output: project.path('stopped.npy'),
      device: 'cpu',
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 16) {
          controller.abort(new Error('enough'));
        }
      },
      onPartial: partial => written.push(partial),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(written).toEqual([{ frames: 16, files: [project.path('stopped.npy')] }]);
    expect(shapeOf('stopped.npy')[0]).toBe(16);
  });

  it('that is interrupted ends like one that is stopped', async () => {
    const args = ['run', 'show', clipPath('bars'), '-o', 'ctrl-c.npy', '--batch', '1', '-d', 'cpu'];
    const child = spawn(process.execPath, [packageFile('dist', 'compiler', 'cli.js'), ...args], {
      cwd: project.root,
    });
    child.stderr.once('data', () => child.kill('SIGINT'));
    const code = await new Promise(resolve => child.once('close', resolve));
    expect(code).toBe(130);
    const [frames] = shapeOf('ctrl-c.npy');
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThan(90);
  });

  it('looks at what it is to write before it reads', async () => {
    execFileSync('mkfifo', [project.path('pipe.npy'), project.path('pipe.mp4')]);
    const refusal = async (...args: string[]) => (await run('same', ...args)).stderr.trimEnd();
    expect([
      await refusal('none.png', '-o', 'x', '--sheet', 'x.bmp'),
      await refusal('none.png', '-o', 'pipe.npy'),
      await refusal('none.png', '-o', '/dev/null'),
      await refusal('pipe.mp4', '-o', 'x'),
      await refusal('/dev/zero', '-o', 'x'),
    ]).toMatchInlineSnapshot(`
      [
        "error: Expected a file name that ends with .png, .jpg, .jpeg for sheet but received 'x.bmp'.",
        "error: Expected a file, or a name that is free, for output but received pipe.npy, which is a FIFO, and not a regular file.",
        "error: Expected a folder, or a name that is free, for output but received /dev/null, which is a device, and not a regular file.",
        "error: Cannot read a video from pipe.mp4: it is a FIFO, in which nothing can be read twice: write it into a file first",
        "error: Cannot read a video from /dev/zero: it is a device: write it into a file first",
      ]
    `);
    expect(existsSync(project.path('x'))).toBe(false);
  });

  it('shows names without their power over a terminal', async () => {
    const name = 'a\u001b[2J\u0007\nb\u202e.png';
    copyFileSync(project.path('broken.png'), project.path(name));
    const { stderr } = await run('same', name, '-o', 'x');
    expect(stderr).toContain('a\\u001b[2J\\u0007\\nb\\u202e.png');
    expect((await run('same', 'none\u001b.png', '-o', 'x')).stderr).toMatchInlineSnapshot(`
      "error: There is no file at none\\u001b.png
      "
    `);
    expect((await run('none\u001b', 'a.png', '-o', 'x')).stderr).toMatchInlineSnapshot(`
      "error: Expected one of show, same for pipeline but received 'none\\u001b'.
      "
    `);
    expect((await run('same', 'a.png', '-o', 'x', '--set\u001b')).stderr).toMatchInlineSnapshot(`
      "error: unknown option '--set\\u001b'
      (Did you mean --set?)
      (run with --help for the options)
      "
    `);
  });
});
