/** Rings that Python reads: the printed module, numpy and torch, `cuweave serve`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { orderOf } from '../../compiler/commands/running/serve.js';
import { type Device, openDevice, type Tensor, VideoReader } from '../../runtime/index.js';
import { python, whyNot } from '../python/python.js';
import { commandLine } from '../support/commandLine.js';
import { root } from '../support/executions.js';
import { out, Producer, Program, ringFolder } from './consumers.js';

let folder: ReturnType<typeof ringFolder>;
let device: Device;
beforeAll(async () => {
  folder = ringFolder();
  device = openDevice('cpu');
  if (python) {
    await build({ root, entries: ['test/ring/pipelines.ts'], out: out.served, cpu: true, python: true });
  }
});
afterAll(() => {
  device.dispose();
  folder.end();
});

describe.skipIf(!python)(`rings in Python${whyNot}`, () => {
  it('are shared by consumers, with and without a copy', async () => {
    const producer = new Producer(device, 'shared', { slots: 3 });
    const consumers = [false, true].map(copy => Program.consumer('all_of', 'shared', copy));
    for (const consumer of consumers) {
      expect(await consumer.told()).toEqual({ told: 'open' });
    }
    for (let n = 0; n < 40; n++) {
      await producer.put();
    }
    await producer.ring.finish();
    const had = (await Promise.all(consumers.map(consumer => consumer.told()))).map(
      ({ values }) => values as number[],
    );
    expect(had.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(await Promise.all(consumers.map(consumer => consumer.end()))).toEqual([0, 0]);
  });

  it('keep a slot for as long as its arrays live, and say what is wrong', async () => {
    const producer = new Producer(device, 'lifetimes', { slots: 2 });
    const consumer = Program.consumer('lifetimes', 'lifetimes');
    for (const count of [4, 4, 3, 4]) {
      await producer.put(count);
    }
    expect([await consumer.told(), await consumer.told(), await consumer.told()]).toMatchInlineSnapshot(`
      [
        {
          "told": "Expected a ring's name of 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.",
        },
        {
          "code": "missing",
          "told": "There is no ring 'nobody'. Start its producer first.",
        },
        {
          "code": "closed",
          "told": "Ring 'lifetimes' is closed here. Open it again.",
        },
      ]
    `);
    expect(await consumer.end()).toBe(0);
    producer.ring.close();
  });

  it('stay flat', async () => {
    const producer = new Producer(device, 'flat', {
      slots: 3,
      tensors: { x: { shape: [2, 65536], dtype: 'f32', layout: 'any' } },
    });
    const consumer = Program.consumer('flat', 'flat', 2000);
    for (let n = 0; n < 500; n++) {
      await producer.put();
    }
    const before = process.memoryUsage().rss;
    for (let n = 500; n < 2000; n++) {
      await producer.put();
    }
    await producer.ring.finish();
    const { grown } = await consumer.told();
    expect(Number(grown)).toBeLessThan(2 ** 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
    expect(readdirSync(folder.path)).toEqual(['.lock']);
  });
});

describe.skipIf(!python)(`cuweave serve${whyNot}`, () => {
  it('gives Python the frames that Node reads, batch by batch across videos', async () => {
    const videos = ['test/media/bars.mp4', 'test/media/full601.mp4'];
    const consumer = Program.consumer('frames', 'clips');
    const served = await commandLine(root, [
      ...[
        'serve',
        'preprocess',
        ...videos,
        '-b',
        'test/build/rings',
        '--ring',
        'clips',
        '--batch',
        '4',
        '--slots',
        '2',
      ],
      ...['--every', '0.2', '--device', 'cpu'],
    ]);
    expect(served.stderr).toBe('ring clips: result f32 [4, 3, 24, 32]; 2 slots, share\n');
    expect(served.code).toBe(0);
    const told = (await consumer.told()).told as [string, number, number, number][];
    const { preprocess } = (await import(join(out.served, 'index.js'))) as {
      preprocess: (image: object) => Tensor;
    };
    const expected: [string, number, number, number][] = [];
    for (const file of videos) {
      const video = await VideoReader.open(join(root, file), { device });
      for await (const frame of video.frames({ every: 0.2 })) {
        const { data } = await preprocess(frame).toHost();
        const mean = [...data].reduce((sum, value) => sum + value, 0) / data.length;
        expected.push([file, frame.index, frame.timestamp, mean]);
      }
      video.dispose();
    }
    expect(told.length).toBeGreaterThan(12);
    expect(told.map(([file, index, timestamp]) => [file, index, timestamp])).toEqual(
      expected.map(([file, index, timestamp]) => [file, index, timestamp]),
    );
    for (const [n, [, , , mean]] of expected.entries()) {
      expect(told[n]?.[3]).toBeCloseTo(mean, 6);
    }
    expect(served.stdout).toMatch(
      new RegExp(`^${told.length} frames in ${Math.ceil(told.length / 4)} batches in `),
    );
  });

  it('ends in order by SIGINT, and is missed when it is killed', async () => {
    const ended: unknown[] = [];
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const args = [
        'serve',
        'preprocess',
        'test/media/bars.mp4',
        '-b',
        'test/build/rings',
        '--ring',
        'ended',
        '--repeat',
        '--device',
        'cpu',
      ];
      const server = new Program(process.execPath, ['dist/compiler/cli.js', ...args]);
      const consumer = Program.consumer('serve', 'ended');
      expect(await consumer.told()).toEqual({ told: 'open' });
      server.process.kill(signal);
      ended.push([await server.end(), await consumer.told(), await consumer.end()]);
    }
    expect(ended).toEqual([
      [130, { told: 'end' }, 0],
      [null, { told: 'producerLost' }, 0],
    ]);
  });

  it('says what it does not serve', async () => {
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await commandLine(root, [
        'serve',
        ...args,
        '-b',
        'test/build/rings',
        '--ring',
        'refused',
        '--device',
        'cpu',
      ]);
      return `${code} ${stderr.trim()}`;
    };
    expect([
      await refused('nothing', 'test/media/bars.mp4'),
      await refused('preprocess', 'test/media/bars.mp4', '--slots', '2000'),
      await refused('preprocess', 'test/media/monochrome.mp4', '--from', '100'),
      await refused('preprocess', 'test/media/yuv444.mp4'),
      await refused('preprocess', 'test/media/pattern.ts'),
    ]).toMatchInlineSnapshot(`
      [
        "1 error: Expected one of preprocess for pipeline but received 'nothing'.",
        "1 error: Expected a whole number from 1 to 1024 for slots but received 2000.",
        "1 error: Expected frames to serve for videos but received none. Choose others by --from, --to, --times or --indices.",
        "1 error: Expected nv12 for the source of pipeline preprocess but received yuv444p. A video is nv12 (4:2:0), p010 (4:2:0 of 10 bits), yuv422p or yuv444p; pictures are rgb8.",
        "1 error: Expected a video (.mp4, .mov, .mkv, .webm, .ts, .h264, .h265, .ivf) for inputs but received test/media/pattern.ts, which begins with the text "/**\\n * The movin". Its content counts, whatever its name: convert it, or save or download it anew.",
      ]
    `);
    expect(readdirSync(folder.path).filter(name => name === 'refused')).toEqual([]);
  });

  it('takes the videos in another order in each pass', () => {
    const all = ['a', 'b', 'c', 'd', 'e'];
    expect(orderOf(all, undefined, 3)).toEqual(all);
    expect([0, 1, 2].map(pass => orderOf(all, 7, pass).join(''))).toEqual(
      [0, 1, 2].map(pass => orderOf(all, 7, pass).join('')),
    );
    expect(new Set([0, 1, 2, 3].map(pass => orderOf(all, 7, pass).join(''))).size).toBeGreaterThan(2);
    expect([...orderOf(all, 7, 1)].sort()).toEqual(all);
  });
});
