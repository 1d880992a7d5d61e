/** What a decoded frame is: its size, its colours, how it is to be turned; and what pipelines make of that. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../../compiler/build/build.js';
import type { Orientation } from '../../../ops/spec.js';
import {
  type Device,
  Image,
  openDevice,
  type Pipeline,
  type Tensor,
  VideoReader,
} from '../../../runtime/index.js';
import { orientationOf } from '../../../runtime/video/container/orientation.js';
import { caseVideo } from '../../cases/cases.js';
import { buildFolder, root } from '../../support/executions.js';

type None = Record<never, never>;
let built: {
  readonly upright: Pipeline<None>;
  readonly turned: Pipeline<{ readonly turn: Orientation | readonly Orientation[] }>;
  readonly transposed: Pipeline<None>;
  readonly uprightVideo: Pipeline<None>;
  readonly shown: Pipeline<None>;
  readonly shownYcgco: Pipeline<None>;
  readonly shownYcgcoVideo: Pipeline<None>;
  readonly shownGbr: Pipeline<None>;
  readonly encoded: Pipeline<None>;
  readonly encodedGbr: Pipeline<None>;
};
let device: Device;
beforeAll(async () => {
  const out = buildFolder('frames');
  await build({ root, entries: ['test/support/framePipelines.ts'], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
  device = openDevice('cpu');
});
afterAll(() => device?.dispose());

const open = (name: string): Promise<VideoReader> => VideoReader.open(caseVideo(name), { device });
const firstOf = async (name: string) => {
  const reader = await open(name);
  const frame = await reader.frameAt({ index: 0 });
  return { reader, frame };
};

// 3×2 pixels, whose red is 10·y + x.
const image = (orientation?: Orientation): Image => {
  const data = Uint8Array.from({ length: 18 }, (_, n) =>
    n % 3 === 0 ? 10 * Math.floor(n / 9) + ((n / 3) % 3) : 0,
  );
  const spec = { format: 'rgb8', width: 3, height: 2, planes: [{ data }] };
  return Image.fromHost(device, orientation ? { ...spec, orientation } : spec);
};
const rowsOf = async (tensor: Tensor): Promise<number[][]> => {
  const { data, shape } = await tensor.toHost();
  const [, height = 0, width = 0] = shape.length === 4 ? shape : [1, ...shape];
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => Number(data[3 * (y * width + x)])),
  );
};

describe('orient', () => {
  // Turned clockwise first, then mirrored.
  const all: readonly (readonly [Orientation, number[][]])[] = [
    [
      { rotation: 0 },
      [
        [0, 1, 2],
        [10, 11, 12],
      ],
    ],
    [
      { rotation: 90 },
      [
        [10, 0],
        [11, 1],
        [12, 2],
      ],
    ],
    [
      { rotation: 180 },
      [
        [12, 11, 10],
        [2, 1, 0],
      ],
    ],
    [
      { rotation: 270 },
      [
        [2, 12],
        [1, 11],
        [0, 10],
      ],
    ],
    [
      { rotation: 0, flip: true },
      [
        [2, 1, 0],
        [12, 11, 10],
      ],
    ],
    [
      { rotation: 90, flip: true },
      [
        [0, 10],
        [1, 11],
        [2, 12],
      ],
    ],
    [
      { rotation: 180, flip: true },
      [
        [10, 11, 12],
        [0, 1, 2],
      ],
    ],
    [
      { rotation: 270, flip: true },
      [
        [12, 2],
        [11, 1],
        [10, 0],
      ],
    ],
  ];

  it.each(all)('%j: what the image says, and what the caller says', async (orientation, rows) => {
    expect(await rowsOf(built.upright(image(orientation)))).toEqual(rows);
    expect(await rowsOf(built.turned(image(), { turn: orientation }))).toEqual(rows);
  });

  it('an image that says nothing is upright; the author may settle it', async () => {
    expect(await rowsOf(built.upright(image()))).toEqual(all[0][1]);
    expect(await rowsOf(built.transposed(image({ rotation: 180 })))).toEqual(all[5][1]);
  });

  it('images of a batch differ', async () => {
    const results = built.turned.runEach([image(), image()], {
      turn: [{ rotation: 90 }, { rotation: 0, flip: true }],
    });
    expect(await Promise.all(results.map(rowsOf))).toEqual([all[1][1], all[4][1]]);
  });

  it('refuses what is no orientation', () => {
    const message = (turn: unknown) => {
      try {
        built.turned(image(), { turn: turn as Orientation });
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    expect(message({ rotation: 45 })).toMatchInlineSnapshot(
      `"Expected 0, 90, 180 or 270 degrees clockwise for options.turn.rotation but received 45."`,
    );
    expect(message({ rotation: 90, flip: 1 })).toMatchInlineSnapshot(
      `"Expected true or false for options.turn.flip but received 1."`,
    );
    expect(message({ rotation: 90, mirror: true })).toMatchInlineSnapshot(
      `"Expected a known name for options.turn but received 'mirror'. Known: rotation, flip."`,
    );
    expect(message(90)).toMatchInlineSnapshot(
      `"Expected { rotation, flip } or 'auto' for options.turn but received 90."`,
    );
  });

  it.each([
    ['rot90.mp4', 270, false, [48, 64]],
    ['m_hflip.mp4', 0, true, [64, 48]],
  ] as const)('%s stands upright', async (name, rotation, flip, [width, height]) => {
    const { reader, frame } = await firstOf(name);
    expect([reader.rotation, reader.flip, reader.warnings]).toEqual([rotation, flip, []]);
    expect(frame.orientation).toEqual({ rotation, flip });
    const [stored, shown] = await Promise.all([
      built.shown(frame).toHost(),
      built.uprightVideo(frame).toHost(),
    ]);
    expect(shown.shape.slice(1, 3)).toEqual([height, width]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [fromX, fromY] = flip ? [63 - x, y] : [63 - y, x];
        const at = 3 * (fromY * 64 + fromX);
        const to = 3 * (y * width + x);
        expect([...shown.data.slice(to, to + 3)]).toEqual([...stored.data.slice(at, at + 3)]);
      }
    }
    frame.dispose();
    reader.dispose();
  });
});

describe('a display matrix', () => {
  it('that is no turn by quarters is none', () => {
    const half = Math.SQRT1_2;
    expect(orientationOf([half, half, 0, -half, half, 0, 0, 0, 1])).toBeUndefined();
    expect(orientationOf([1, 0, 0.1, 0, 1, 0, 0, 0, 1])).toBeUndefined();
    expect(orientationOf([0, 0, 0, 0, 0, 0, 0, 0, 1])).toBeUndefined();
    expect(orientationOf([1, 0.3, 0, 0, 1, 0, 0, 0, 1])).toBeUndefined();
  });

  it('may scale and move', () => {
    expect(orientationOf([0, 2, 0, -1, 0, 0, 48, 0, 1])).toEqual({ rotation: 90, flip: false });
    expect(orientationOf([1, 0, 0, 0, -1, 0, 0, 48, 1])).toEqual({ rotation: 180, flip: true });
  });
});

describe('colours', () => {
  it('green by YCgCo is green, and yuvToRgb names the operator for it', async () => {
    const { reader, frame } = await firstOf('ycgco_green.mp4');
    expect(() => built.shown(frame)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected an image coded by one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc' for yuvToRgb.colour.matrix but received 'auto' and an image coded by 'ycgco'. Put ycgcoToRgb({ range }) in place of this operator.]`,
    );
    const { data } = await built.shownYcgcoVideo(frame).toHost();
    frame.dispose();
    reader.dispose();
    const [r, g, b] = [...data.slice(0, 3)].map(Number);
    expect(r).toBeLessThanOrEqual(1);
    expect(g).toBeGreaterThanOrEqual(254);
    expect(b).toBeLessThanOrEqual(1);
  });

  it('a stream says SMPTE 240M', async () => {
    const { reader, frame } = await firstOf('mat_smpte240m.mp4');
    expect(frame.colour).toMatchObject({ matrix: 'smpte240m', source: 'stream' });
    expect(reader.colour).toMatchObject({ matrix: 'smpte240m', source: 'stream' });
    frame.dispose();
    reader.dispose();
  });

  it('RGB to YCgCo and GBR, and back', async () => {
    const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 12, 200, 77, 255, 255, 255, 0, 0, 0]);
    const rgb = () => Image.fromHost(device, { format: 'rgb8', width: 6, height: 1, planes: [{ data }] });
    for (const [encode, show] of [
      [built.encoded, built.shownYcgco],
      [built.encodedGbr, built.shownGbr],
    ] as const) {
      const codes = (await encode(rgb()).toHost()).data;
      const planes = [0, 6, 12].map(from => ({ data: codes.slice(from, from + 6) }));
      const yuv = Image.fromHost(device, { format: 'yuv444p', width: 6, height: 1, planes });
      const back = (await show(yuv).toHost()).data;
      for (const [n, value] of data.entries()) {
        // Codes are whole numbers, and chroma's largest is 255.
        expect(Math.abs(Number(back[n]) - value)).toBeLessThanOrEqual(2);
      }
    }
  });

  it('a coding that no matrix undoes is refused by its name', () => {
    const planes = [{ data: new Uint8Array(4) }, { data: new Uint8Array(2) }];
    const colour = { matrix: 'ictcp', range: 'limited', source: 'stream' } as const;
    const frame = Image.fromHost(device, { format: 'nv12', width: 2, height: 2, planes, colour });
    expect(() => built.shown(frame)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected an image coded by one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc' for yuvToRgb.colour.matrix but received 'auto' and an image coded by 'ictcp'. No matrix undoes that coding: convert the video before, or name a matrix in the pipeline to take its codes for that.]`,
    );
  });
});

describe('a frame', () => {
  it.each(['cropq.mp4', 'crop.m2t'])('%s: is what cropping leaves', async name => {
    const { reader, frame } = await firstOf(name);
    expect([reader.width, reader.height, frame.width, frame.height]).toEqual([88, 52, 88, 52]);
    frame.dispose();
    reader.dispose();
  });

  it('transparency is dropped with a word', async () => {
    const reader = await open('alpha.webm');
    expect(reader.warnings.map(({ code }) => code)).toEqual(['alphaDropped']);
    reader.dispose();
  });
});
