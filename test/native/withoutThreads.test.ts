/** Where the system gives the process no more threads, work is done all the same, or refused in words. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageFile } from '../../compiler/package.js';
import { buildHandmade, compile, type Handmade } from '../support/handmade.js';

const runtime = packageFile('dist', 'runtime', 'index.js');
let made: Handmade;
const library = (name: string): string => join(made.directory, name);
beforeAll(async () => {
  expect(existsSync(runtime), 'run npm run build:ts first').toBe(true);
  made = await buildHandmade();
  await compile('fakeCuda.cpp', library('libcuda.so.1'), ['-Wl,-soname,libcuda.so.1']);
  await compile('fakeNvcuvid.cpp', library('libnvcuvid.so.1'), ['-Wl,-soname,libnvcuvid.so.1']);
  await compile('noThreads.cpp', library('noThreads.so'));
});
afterAll(() => made?.remove());

/** What a script prints, as JSON; it has `device('cpu' | 'cuda')`, and `alone(work)`, which runs `work` without new threads. */
const run = (script: string): unknown => {
  const head = `
    import { openDevice } from ${JSON.stringify(pathToFileURL(runtime).href)};
    import { loadAddon } from ${JSON.stringify(new URL('device/addon.js', pathToFileURL(runtime)).href)};
    for (const name of ['libcuda.so.1', 'libnvcuvid.so.1']) {
      loadAddon().openLibrary(${JSON.stringify(made.directory)} + '/' + name);
    }
    const device = kind => openDevice(kind);
    const alone = async work => {
      process.env.CUWEAVE_NO_THREADS = '1';
      try {
        return await work();
      } finally {
        delete process.env.CUWEAVE_NO_THREADS;
      }
    };
    const packet = value => Uint8Array.of('V'.charCodeAt(0), value, 8, 6);`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', head + script],
    { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: library('noThreads.so') }, timeout: 50_000 },
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
};

it.each(['cpu', 'cuda'])('streams of %s work on the thread that calls them', kind => {
  const found = run(`
    const opened = device('${kind}');
    const streams = [opened.createStream(), opened.createStream()].map(stream => stream._native());
    const memories = streams.map(stream => opened._allocate(stream, 100));
    const data = Uint8Array.from({ length: 100 }, (_, n) => n);
    const back = new Uint8Array(100);
    const passed = await alone(async () => {
      streams[0].upload(memories[0], 0, 100, data, 0, 100, 100, 1);
      streams[0].copy(memories[1], 0, 100, memories[0], 0, 100, 100, 1);
      const event = streams[0].record();
      streams[1].waitFor(event);
      await event.wait();
      await streams[1].download(back, 0, 100, memories[1], 0, 100, 100, 1);
      await streams[1].synchronize();
      return event.done;
    });
    // And with a thread again.
    await streams[1].download(back, 50, 50, memories[1], 0, 50, 50, 1);
    for (const memory of memories) memory.dispose();
    for (const stream of streams) stream.dispose();
    console.log(JSON.stringify([passed, [...back], opened.memory().live]));`);
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
  expect(found).toEqual([true, [...upTo(50), ...upTo(50)], 0]);
});

it("NVDEC's surfaces are given back on the thread that drops them", () => {
  const found = run(`
    const opened = device('cuda');
    const decoder = opened._native().createDecoder('vp8', 8, true, false);
    const taken = [];
    const decode = async count => {
      for (let n = 0; n < count; n++) decoder.push(packet(n), n, 0, n === count - 1, undefined);
      for (let ended = false; !ended; ) {
        for (const picture of decoder.take(8)) picture ? taken.push(picture) : (ended = true);
        if (!ended) await decoder.wait();
      }
    };
    const drop = () => taken.splice(0).map(picture => picture.memory.dispose()).length;
    await decode(5);
    const before = decoder.held;
    const dropped = [await alone(drop)];
    const after = decoder.held;
    await decode(6);
    dropped.push(drop());
    decoder.dispose();
    console.log(JSON.stringify([before, after, dropped]));`);
  expect(found).toEqual([5, 0, [5, 6]]);
});

it('a decoder says what it lacks, and goes on once it is there', () => {
  const found = run(`
    const decoder = device('cuda')._native().createDecoder('vp8', 8, true, false);
    const push = () => decoder.push(packet(7), 0, 0, true, undefined);
    const refused = await alone(push).catch(({ message, kind }) => kind + ': ' + message);
    const queued = decoder.queued;
    push();
    let pictures = [];
    for (; pictures.length < 2; pictures.push(...decoder.take(8))) await decoder.wait();
    pictures[0].memory.dispose();
    decoder.dispose();
    console.log(JSON.stringify([refused, queued, pictures[1]]));`);
  expect(found).toEqual([
    'unavailable: decoding needs a thread, and the system gives this process no more: Resource temporarily unavailable',
    0,
    null,
  ]);
});
