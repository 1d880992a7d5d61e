/** `cuweave new`, `build` and `run` as a user calls them, from the compiled package. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../runtime/files/npy.js';
import { writePicture } from '../../runtime/files/picture.js';
import { readPicture } from '../../runtime/files/pictureReader.js';
import { clipPath } from '../media/clips.js';
import { bars, barsAt } from '../media/pattern.js';
import { commandLine } from '../support/commandLine.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist', 'compiler', 'cli.js');
let folder = '';
type Said = { readonly code: number | null; readonly out: string; readonly err: string };
const said = (code: number | null, stdout: string, stderr: string): Said => ({
  code,
  out: stdout,
  err: stderr.replaceAll(folder, 'FOLDER').replaceAll(root, 'ROOT/'),
});
/** In a process of its own, as users do; what it builds is not kept in this process. */
const cuweaveProcess = (...args: readonly string[]): Said => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return said(status, stdout, stderr);
};
/** In this process, with the pipelines that were built last. */
const cuweave = async (...args: readonly string[]): Promise<Said> => {
  const { code, stdout, stderr } = await commandLine(folder, args);
  return said(code, stdout, stderr);
};
const at = (name: string): string => join(folder, name);

const pipelines = `
import { composite, constant, linear, nchw, nhwc, normalize, nv12, outputs, pipeline, remap, replicate, resize, rgb8, warpAffine, yuvToRgb } from 'cuweave/ops';
import { whiteBalance } from './ops/whiteBalance.js';
/** The project's own. */
export const thumbnail = pipeline(
  rgb8(),
  resize({ width: 320, height: 180, filter: linear, border: replicate }),
  whiteBalance(),
  nhwc('u8'),
);
/** Any size, so that pictures of a batch differ. */
export const balance = pipeline(rgb8(), whiteBalance(), nhwc('u8'));
export const views = pipeline(rgb8(), outputs({
  tiny: [resize({ width: 4, height: 2, filter: linear, border: replicate }), nhwc('u8')],
  full: [nchw('f32')],
}));
export const show = pipeline(nv12(), yuvToRgb(), nhwc('u8'));
export const over = pipeline(rgb8(), composite({ background: rgb8() }), nhwc('u8'));
export const overVideo = pipeline(rgb8(), composite({ background: [nv12(), yuvToRgb()] }), nhwc('u8'));
export const mapped = pipeline(rgb8(), remap({ filter: linear, border: constant(7) }), nhwc('u8'));
export const moved = pipeline(rgb8(), warpAffine({ filter: linear, border: replicate }), nhwc('u8'));
export const prep = pipeline(
  nv12(),
  yuvToRgb(),
  resize({ width: 64, height: 32, filter: linear, border: replicate }),
  normalize({ mean: 0.5, std: 0.5 }),
  nchw('f16'),
);
`;

beforeAll(async () => {
  if (!existsSync(cli)) {
    throw new Error('Expected the compiled package in dist/. Run: npm run build');
  }
  folder = await mkdtemp(join(tmpdir(), 'cuweave-run-'));
  expect(cuweaveProcess('new', '.', '--name', 'example').err).toBe('');
  await mkdir(at('node_modules'));
  await symlink(root, at('node_modules/cuweave'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('a new project', () => {
  it('builds and runs at once', async () => {
    const built = cuweaveProcess('build', '--cpu', 'src/pipelines.ts');
    expect(built.err).not.toContain('error');
    expect(built.code).toBe(0);
    const ran = spawnSync(process.execPath, ['src/app.js'], { cwd: folder, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toMatch(/^thumbnail.png: 1×180×320×3 NHWC, made on (cpu|cuda)\n$/);
    const { width, height, data } = await readPicture(at('thumbnail.png'));
    expect([width, height]).toEqual([320, 180]);
    // Red grows to the right and is multiplied by 1.2, blue is 128 times 0.8.
    const last = 3 * (320 * 90 + 319);
    expect([data[last], data[last + 2]]).toEqual([255, 102]);
  });
});

describe('cuweave run', () => {
  beforeAll(async () => {
    await writeFile(at('src/pipelines.ts'), pipelines);
    expect(cuweaveProcess('build', '--cpu', 'src/pipelines.ts').code).toBe(0);
    const flat = (width: number, height: number, value: number) => ({
      width,
      height,
      channels: 3 as const,
      data: new Uint8Array(3 * width * height).fill(value),
    });
    await writePicture(at('a.png'), flat(20, 10, 100));
    await writePicture(at('b.png'), flat(8, 12, 50));
  });

  it('pictures to a folder; their results may differ in size', async () => {
    const { code, out } = await cuweave(
      'run',
      'balance',
      'a.png',
      'b.png',
      '-o',
      'out',
      '--set',
      'gain=[1,2,0.5]',
      '-d',
      'cpu',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^2 frames on cpu in [\d.]+ s: [\d.]+ fps\nout\/a.png\nout\/b.png\n$/);
    const a = await readPicture(at('out/a.png'));
    expect([a.width, a.height, ...a.data.subarray(0, 3)]).toEqual([20, 10, 100, 200, 50]);
    const b = await readPicture(at('out/b.png'));
    expect([b.width, b.height, ...b.data.subarray(0, 3)]).toEqual([8, 12, 50, 100, 25]);
  });

  it('every named result goes to a place of its own', async () => {
    const { code, out } = await cuweave('run', 'views', 'a.png', 'b.png', '-o', 'both', '-d', 'cpu');
    expect(code).toBe(0);
    expect(out.split('\n').slice(1, -1)).toEqual([
      'both/tiny/a.png',
      'both/tiny/b.png',
      'both/full/a.npy',
      'both/full/b.npy',
    ]);
    const { width, height } = await readPicture(at('both/tiny/b.png'));
    expect([width, height]).toEqual([4, 2]);
    const one = await cuweave('run', 'views', 'a.png', '-o', 'x.npy', '-d', 'cpu');
    expect(one.out.split('\n').slice(1, -1)).toEqual(['x.tiny.npy', 'x.full.npy']);
  });

  it('one value per image goes to its image, over several batches', async () => {
    const scale = (x: number) => ({ dstToSrc: [1, 0, x, 0, 1, 0] });
    await writePicture(at('ramp.png'), {
      width: 8,
      height: 1,
      channels: 3,
      data: Uint8Array.from({ length: 24 }, (_, n) => 10 * Math.floor(n / 3)),
    });
    const matrix = JSON.stringify([scale(0), scale(1), scale(2)]);
    const ramps = ['ramp.png', 'ramp.png', 'ramp.png'];
    const { code, err } = await cuweave(
      'run',
      'moved',
      ...ramps,
      '-o',
      'm-%d.png',
      '--batch',
      '2',
      '--set',
      `matrix=${matrix}`,
    );
    expect([code, err]).toEqual([0, '[2/3] moved\n[3/3] moved\n']);
    const first = async (n: number) => (await readPicture(at(`m-${n}.png`))).data[0];
    expect([await first(0), await first(1), await first(2)]).toEqual([0, 10, 20]);
    const few = await cuweave(
      'run',
      'moved',
      ...ramps,
      ...ramps,
      '-o',
      'x-%d.png',
      '--set',
      `matrix=${matrix}`,
    );
    expect(few.err).toMatchInlineSnapshot(`
      "error: Expected a value for each image, or one for all, for options.matrix but received 3 values for at least 6 images.
      "
    `);
  });

  it('images beside the source: one for all inputs, or one for each', async () => {
    const flat = (channels: 1 | 3, value: number) => ({
      width: 20,
      height: 10,
      channels,
      data: new Uint8Array(channels * 200).fill(value),
    });
    await writePicture(at('paper.png'), flat(3, 200));
    await writePicture(at('fifth.png'), flat(1, 51));
    await writePicture(at('zero.png'), flat(1, 0));
    const over = (...images: string[]) =>
      cuweave(
        ...['run', 'over', 'a.png', 'a.png', '-o', 'o-%d.png', '-d', 'cpu', '--batch', '1'],
        ...images.flatMap(image => ['--image', image]),
      );
    const first = async (n: number) => (await readPicture(at(`o-${n}.png`))).data[0];
    expect(await over('background=paper.png', 'mask=fifth.png')).toMatchObject({ code: 0 });
    expect([await first(0), await first(1)]).toEqual([180, 180]);
    expect(await over('mask=fifth.png', 'background=paper.png', 'mask=zero.png')).toMatchObject({ code: 0 });
    expect([await first(0), await first(1)]).toEqual([180, 200]);
    const points = Float32Array.from([3, 4, -9, 0]);
    await writeNpy(at('map.npy'), { data: points, shape: [1, 1, 2, 2], dtype: 'f32', layout: 'NHWC' });
    const mapped = await cuweave(
      'run',
      'mapped',
      'a.png',
      '-o',
      'm.png',
      '-d',
      'cpu',
      '--image',
      'map=map.npy',
    );
    expect(mapped.code).toBe(0);
    expect([...(await readPicture(at('m.png'))).data]).toEqual([100, 100, 100, 7, 7, 7]);
  });

  it('says what is wrong with images beside the source', async () => {
    const refusal = async (pipeline: string, ...images: string[]): Promise<string> => {
      const all = ['run', pipeline, 'a.png', 'a.png', 'a.png', '-o', 'none', '-d', 'cpu'];
      const { code, err } = await cuweave(...all, ...images.flatMap(image => ['--image', image]));
      expect(code).toBe(1);
      return err.replace(/^\[.*\n/gm, '').trimEnd();
    };
    const paper = 'background=paper.png';
    await writeNpy(at('flat.npy'), {
      data: new Uint8Array(200),
      shape: [1, 10, 20, 1],
      dtype: 'u8',
      layout: 'NHWC',
    });
    await writePicture(at('colours.png'), {
      width: 20,
      height: 10,
      channels: 3,
      data: Uint8Array.from({ length: 600 }, (_, n) => n % 256),
    });
    await writeFile(at('broken.npy'), Buffer.from('\x93NUMPY\x01\x00\xff\xff', 'latin1'));
    expect([
      await refusal('over', paper),
      await refusal('over', paper, 'mask=fifth.png', 'paper=a.png'),
      await refusal('balance', paper),
      await refusal('over', paper, 'mask=nowhere.png'),
      await refusal('over', paper, 'mask=colours.png'),
      await refusal('over', 'background=b.png', 'mask=fifth.png'),
      await refusal('over', paper, paper, 'mask=fifth.png'),
      await refusal('over', paper, paper, 'mask=src/pipelines.ts'),
      await refusal('over', 'background=flat.npy', 'mask=fifth.png'),
      await refusal('over', 'background=broken.npy', 'mask=fifth.png'),
      await refusal('overVideo', paper, 'mask=fifth.png'),
      await refusal('mapped', 'map=paper.png'),
      await refusal('mapped', 'map'),
    ]).toMatchInlineSnapshot(`
      [
        "error: Expected a file for images.mask but received none. composite.mask is an image in gray8: --image mask=PATH",
        "error: Expected a name of an image that over reads for images but received 'paper'. Known: background, mask.",
        "error: Expected a name of an image that balance reads for images but received 'background'. It reads none beside its source.",
        "error: There is no picture at nowhere.png",
        "error: Expected a gray picture for images.mask but received colours.png, which has colours. Make it gray, or let the pipeline do it: [rgb8(), rgbToGray()].",
        "error: Expected 20×10 for image 0 for the size of options.background but received 8×12. composite reads it pixel by pixel: it has the size of the image there.",
        "error: Expected a file for each image, or one for all, for images.background but received 2 files for 3 images.",
        "error: src/pipelines.ts is not a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF): its first bytes are not those of any of them",
        "error: Expected u8 [H, W, 3] for images.background but received u8 [1, 10, 20, 1] in flat.npy.",
        "error: Expected an .npy file for broken.npy but received one that ends in its header.",
        "error: Expected nv12 for images.background but received the picture paper.png. Pictures are rgb8, or gray8 where they have no colours: let the pipeline convert, as in [rgb8(), rgbToGray()].",
        "error: Expected xy_nhwc_f32 for images.map but received the picture paper.png. A .npy file may hold it; a picture is read by a pipeline that says rgb8() or gray8() there.",
        "error: option '--image <name=path>' argument 'map' is invalid. Expected NAME=PATH, as in background=street.png.
      (run with --help for the options)",
      ]
    `);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('a video to numbered pictures and a contact sheet', async () => {
    const { code, out } = await cuweave(
      'run',
      'show',
      clipPath('bars'),
      '-o',
      'f/%03d.png',
      '--limit',
      '20',
      '--sheet',
      'sheet.png',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^20 frames/);
    expect((await readdir(at('f'))).length).toBe(20);
    const { width, height, data } = await readPicture(at('f/019.png'));
    for (const [n, colour] of bars.entries()) {
      const pixel = 3 * (Math.floor(height * barsAt) * width + Math.floor(((n + 0.5) * width) / 8));
      colour.forEach((value, c) => {
        expect(Math.abs(data[pixel + c] - value)).toBeLessThan(8);
      });
    }
    const sheet = await readPicture(at('sheet.png'));
    expect([sheet.width, sheet.height]).toEqual([5 * 164 + 4, 4 * 94 + 4]);
  });

  it('frames of a video at moments and places', async () => {
    const chosen = async (...options: string[]): Promise<readonly string[]> => {
      const { code, err, out } = await cuweave('run', 'prep', clipPath('bars'), '-o', 'chosen', ...options);
      const files = out.split('\n').slice(1, -1);
      await rm(at('chosen'), { recursive: true, force: true });
      return code === 0
        ? files.map(file => file.replace(/^chosen\/frame-0*(\d.*)\.npy$/, '$1'))
        : [err.trim()];
    };
    expect({
      every: await chosen('--every', '0.5', '--from', '0.5', '--to', '2'),
      times: await chosen('--times', '1,1,2.5'),
      random: (await chosen('--count', '9', '--spread', 'random', '--seed', '4')).length,
      keys: await chosen('--key-frames'),
      both: await chosen('--every', '1', '--fps', '2'),
      late: await chosen('--times', '99'),
      word: await chosen('--every', '1s'),
    }).toMatchInlineSnapshot(`
      {
        "both": [
          "error: Expected at most one of step, every, fps, times, indices, count and keyFrames for options.fps but received every and fps.",
        ],
        "every": [
          "14",
          "29",
          "44",
        ],
        "keys": [
          "0",
          "30",
          "60",
        ],
        "late": [
          "error: Expected seconds of 0.000 to 3.003 for options.times[0] but received 99.",
        ],
        "random": 9,
        "times": [
          "29",
          "29-2",
          "74",
        ],
        "word": [
          "error: option '--every <seconds>' argument '1s' is invalid. Expected a number, as in 0.5.
      (run with --help for the options)",
        ],
      }
    `);
    const picture = await cuweave('run', 'show', clipPath('bars'), '-o', 'one.png', '--times', '2.5');
    expect(picture.code).toBe(0);
    expect(
      (await cuweave('run', 'balance', 'one.png', '-o', 'x.png', '--every', '1')).err,
    ).toMatchInlineSnapshot(`
      "error: Expected a video, since 'every' chooses frames of one, for inputs but received a picture: one.png.
      "
    `);
  });

  it('shows the number of frames as its progress, where that is known', async () => {
    const folder = fileURLToPath(new URL('../media/decode/', import.meta.url));
    const progress: Record<string, unknown> = {};
    for (const [name, limit] of [
      ['avc.m2t', undefined],
      ['vp9Raw.ivf', undefined],
      ['vp9Raw.ivf', 5],
      ['annexBSmall.h264', undefined],
      ['twoGops.mp4', undefined],
      ['twoGops.mp4', 5],
    ] as const) {
      const more = limit === undefined ? [] : ['--limit', String(limit)];
      const { code, out, err } = await cuweave(
        'run',
        'show',
        `${folder}${name}`,
        '-o',
        'p/%03d.png',
        '--batch',
        '4',
        ...more,
      );
      expect(code).toBe(0);
      const lines = [...err.matchAll(/^\[(\d+)(?:\/(\d+))?\]/gm)].slice(-2).map(([line]) => line);
      progress[`${name} ${limit ?? 'all'}`] = [/^\d+ frames?/.exec(out)?.[0], ...lines];
    }
    expect(progress).toMatchInlineSnapshot(`
      {
        "annexBSmall.h264 all": [
          "10 frames",
          "[8/10]",
          "[10/10]",
        ],
        "avc.m2t all": [
          "10 frames",
          "[8/10]",
          "[10/10]",
        ],
        "twoGops.mp4 5": [
          "5 frames",
          "[4/5]",
          "[5/5]",
        ],
        "twoGops.mp4 all": [
          "10 frames",
          "[8/10]",
          "[10/10]",
        ],
        "vp9Raw.ivf 5": [
          "5 frames",
          "[4/5]",
          "[5/5]",
        ],
        "vp9Raw.ivf all": [
          "10 frames",
          "[8/10]",
          "[10/10]",
        ],
      }
    `);
  });

  it('a video to one .npy', async () => {
    expect((await cuweave('run', 'prep', clipPath('bars'), '-o', 'deep/prep.npy')).code).toBe(0);
    const bytes = await readFile(at('deep/prep.npy'));
    expect(bytes.toString('latin1', 10, 100)).toContain(
      "'<f2', 'fortran_order': False, 'shape': (90, 3, 32, 64)",
    );
    expect(bytes.length).toBe(192 + 90 * 3 * 32 * 64 * 2);
  });

  it('says what is wrong, and leaves no file behind', async () => {
    const error = async (...args: string[]): Promise<string> => {
      const { code, err } = await cuweave('run', ...args);
      expect(code).toBe(1);
      return err.replace(/^\[.*\n/gm, '');
    };
    expect(await error('prep', 'a.png', '-o', 'x.npy')).toMatchInlineSnapshot(`
      "error: Expected nv12 for the source of pipeline prep but received rgb8. Pictures are rgb8; a video of 4:2:0 is nv12.
      "
    `);
    expect(await error('prep', clipPath('bars'), '-o', 'x.png')).toMatchInlineSnapshot(`
      "error: Expected a pipeline whose results are pictures for output x.png but its values are f16, and pictures hold u8. Write a .npy instead.
      "
    `);
    expect(await error('prep', clipPath('bars'), '-o', 'x.npy', '--sheet', 's.png')).toMatchInlineSnapshot(`
      "error: Expected a pipeline whose results are pictures for the sheet but its values are f16, and pictures hold u8.
      "
    `);
    expect(await error('nope', 'a.png', '-o', 'x')).toMatchInlineSnapshot(`
      "error: Expected one of thumbnail, balance, views, show, over, overVideo, mapped, moved, prep for pipeline but received 'nope'.
      "
    `);
    expect(await error('show', clipPath('bars'), 'a.png', '-o', 'x')).toMatchInlineSnapshot(`
      "error: Expected pictures, or one video alone for inputs but received 2, and ROOT/test/media/bars.mp4 is not a picture.
      "
    `);
    expect(await error('balance', 'none.png', '-o', 'x')).toMatchInlineSnapshot(`
      "error: There is no file at none.png
      "
    `);
    expect(await error('balance', 'a.png', '-o', 'x', '--set', 'gain=1', '-d', 'gpu')).toMatchInlineSnapshot(`
      "error: Expected cuda, cuda:N or cpu for device but received 'gpu'.
      "
    `);
    expect(await error('balance', 'a.png', '-o', 'x', '-b', 'nowhere')).toMatchInlineSnapshot(`
      "error: There are no built pipelines in FOLDER/nowhere: it has no manifest.json. Run: cuweave build
      "
    `);
    expect(await error('balance', 'a.png', 'b.png', '-o', 'x.npy', '--set', 'gain=1')).toMatchInlineSnapshot(`
      "1 frame is written: x.npy
      error: Expected images of u8×10×20×3, as the first ones are, for the .npy file but received some of u8×12×8×3. Write to a folder instead: it gets a file per image.
      "
    `);
    expect(existsSync(at('x.png')) || existsSync(at('x'))).toBe(false);
  });

  it('says what a file is that is neither a picture nor a video', async () => {
    await mkdir(at('given'));
    const files = {
      'note.jpg': 'no picture at all',
      'note.txt': 'a',
      'note.mp4': '<!DOCTYPE html>\n<title>Not found</title>',
      'noise.dat': Uint8Array.of(1, 0, 254, 3),
      'empty.png': '',
      'empty.mp4': '',
      empty: '',
    };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(at(`given/${name}`), content);
    }
    const refusal = async (input: string): Promise<string> => {
      const { code, err } = await cuweave(
        'run',
        'balance',
        input,
        '-o',
        'never',
        '-d',
        'cpu',
        '--set',
        'gain=1',
      );
      expect(code).toBe(1);
      return err.trimEnd();
    };
    const inputs = [...Object.keys(files).map(name => `given/${name}`), 'given'];
    const said: string[] = [];
    for (const input of inputs) {
      said.push(await refusal(input));
    }
    expect(said).toMatchInlineSnapshot(`
      [
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) for inputs but received given/note.jpg, which begins with the text "no picture at al". Its content counts, whatever its name: convert it, or save or download it anew.",
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) or a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given/note.txt, which begins with the text "a". Its content counts, whatever its name: convert it, or save or download it anew.",
        "error: Expected a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given/note.mp4, which begins with the text "<!DOCTYPE html>\\n". Its content counts, whatever its name: convert it, or save or download it anew.",
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) or a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given/noise.dat, which begins with the bytes 01 00 fe 03. Its content counts, whatever its name: convert it, or save or download it anew.",
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) for inputs but received given/empty.png, which is empty (0 bytes). Save or download it anew.",
        "error: Expected a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given/empty.mp4, which is empty (0 bytes). Save or download it anew.",
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) or a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given/empty, which is empty (0 bytes). Save or download it anew.",
        "error: Expected a picture (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif) or a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received given, which is a folder. Name the pictures that are in it.",
      ]
    `);
    expect(existsSync(at('never'))).toBe(false);
  });

  it('takes a file for what its content is, whatever its name', async () => {
    await copyFile(at('a.png'), at('a.mp4'));
    await copyFile(clipPath('bars'), at('bars.jpg'));
    expect((await cuweave('run', 'balance', 'a.mp4', '-o', 'named.png', '--set', 'gain=1')).code).toBe(0);
    expect((await cuweave('run', 'show', 'bars.jpg', '-o', 'named', '--limit', '1')).code).toBe(0);
  });
});
