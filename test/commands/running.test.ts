/** `cuweave run` on builds that are damaged and on videos that are stored on their side, and what it says of its progress. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepsChroma, putUpright, uprightNote } from '../../compiler/commands/running/upright.js';
import { plansOf } from '../../compiler/specs.js';
import type { Orientation } from '../../ops/spec.js';
import { formatOf } from '../../runtime/device/formats.js';
import { Image, openDevice } from '../../runtime/index.js';
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
        "1 error: The pipelines were built by cuweave undefined with ABI undefined, and this version has ABI 4. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: it should be an object and is []. Run cuweave build again.",
        "1 error: The pipelines were built by cuweave undefined with ABI undefined, and this version has ABI 4. Run cuweave build again.",
        "1 error: The pipelines were built by cuweave '0.1.0' with ABI 1, and this version has ABI 4. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: pipelines[0].doc should be a string and is undefined. Run cuweave build again.",
        "1 error: The pipelines' manifest is damaged: pipelines[0].steps[0].kernel should be an object and is undefined. Run cuweave build again.",
        "1 error: The build in ROOT/damaged8 has no pipelines. Run cuweave build again.",
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
        "1 error: There is no built module ROOT/none/index.js. Run cuweave build again.",
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

describe('putting upright', () => {
  const turns = ([0, 90, 180, 270] as const).flatMap(rotation =>
    [false, true].map(flip => ({ rotation, flip })),
  );
  /** The chroma of an upright copy, where every sample is another, and that of the stored image. */
  const chroma = async (
    format: 'nv12' | 'yuv422p',
    [width, height]: readonly [number, number],
    turn: Orientation,
  ) => {
    const device = openDevice('cpu');
    const planes = formatOf(format, 'format').planes.map(({ channels, subsampling: [across, down] }) => ({
      data: Uint8Array.from(
        { length: channels * Math.ceil(width / across) * Math.ceil(height / down) },
        (_, n) => n,
      ),
    }));
    const image = Image.fromHost(device, { format, width, height, planes, orientation: turn });
    const copy = await putUpright(image, spec => Image.fromHost(device, spec));
    const made = (await copy.toHost()).planes[1]!.data;
    copy.dispose();
    image.dispose();
    device.dispose();
    return { stored: [...planes[1]!.data], made: [...made] as number[] };
  };
  const sizes = [
    ['nv12', [6, 4]],
    ['nv12', [5, 4]],
    ['nv12', [6, 3]],
    ['yuv422p', [6, 4]],
    ['yuv422p', [5, 4]],
  ] as const;

  const lostOf: Readonly<Record<string, readonly string[]>> = {
    'nv12 6×4': [],
    'nv12 5×4': ['0 mirrored', '180', '270', '270 mirrored'],
    'nv12 6×3': ['90', '180', '180 mirrored', '270 mirrored'],
    'yuv422p 6×4': ['90', '90 mirrored', '270', '270 mirrored'],
    'yuv422p 5×4': ['0 mirrored', '90', '90 mirrored', '180', '270', '270 mirrored'],
  };

  it.each(sizes)('of %s and %j keeps chroma where it says so', async (format, size) => {
    const [width, height] = size;
    const lost: string[] = [];
    for (const turn of turns) {
      const keeps = keepsChroma(formatOf(format, 'format'), turn, { width, height });
      const { stored, made } = await chroma(format, size, turn);
      if (keeps) {
        expect(made.sort((a, b) => a - b)).toEqual(stored);
      } else {
        lost.push(`${turn.rotation}${turn.flip ? ' mirrored' : ''}`);
      }
    }
    expect(lost).toEqual(lostOf[`${format} ${width}×${height}`]);
  });

  it('says where chroma loses', () => {
    const note = (format: string, size: readonly [number, number]) =>
      uprightNote(
        formatOf(format, 'format'),
        { rotation: 90, flip: true },
        { width: size[0], height: size[1] },
        true,
      );
    expect([note('yuv422p', [6, 4]), note('nv12', [6, 4])]).toEqual([
      'Its frames are turned 90° clockwise and mirrored, as the video asks for, by which chroma loses: orient() in the pipeline is exact; --no-orient leaves them as they are stored.',
      'Its frames are turned 90° clockwise and mirrored, as the video asks for; --no-orient leaves them as they are stored.',
    ]);
  });

  it('drops every other row of chroma where 4:2:2 is turned by a quarter', async () => {
    const { stored, made } = await chroma('yuv422p', [4, 4], { rotation: 90, flip: false });
    expect(stored).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // Two columns of four rows: of the stored rows the last and the second remain, and each sample comes twice.
    expect(made).toEqual([6, 2, 6, 2, 7, 3, 7, 3]);
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
