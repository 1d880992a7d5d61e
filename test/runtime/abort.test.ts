/** Signals by which a caller gives up, and limits of what a video may ask for. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { abortable, until } from '../../runtime/abort.js';
import { openDevice } from '../../runtime/device/device.js';
import { Tensor } from '../../runtime/device/tensor.js';
import { VideoReader } from '../../runtime/video/video.js';
import { clipPath } from '../media/clips.js';

const message = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error & { code?: string }) => `${error.name} ${error.code ?? ''}: ${error.message}`,
  );
const enough = new Error('enough');
const open = () =>
  VideoReader.open(readFileSync(clipPath('bars')), { decoder: 'software', device: openDevice('cpu') });

describe('a signal', () => {
  it('ends the waiting, and frees what comes later', async () => {
    const controller = new AbortController();
    const freed: number[] = [];
    let resolve = (_: number): void => {};
    const work = new Promise<number>(done => {
      resolve = done;
    });
    const waiting = abortable(work, controller.signal, late => freed.push(late));
    controller.abort(enough);
    await expect(waiting).rejects.toBe(enough);
    resolve(7);
    await work;
    await Promise.resolve();
    expect(freed).toEqual([7]);
    expect(await abortable(Promise.resolve(1), new AbortController().signal)).toBe(1);
  });

  it('ends an iteration that waits, and frees the value under way', async () => {
    const controller = new AbortController();
    const freed: number[] = [];
    let release = (): void => {};
    let ended = false;
    const values = (async function* () {
      try {
        yield 1;
        await new Promise<void>(done => {
          release = done;
        });
        yield 2;
      } finally {
        ended = true;
      }
    })();
    const given = until(values, controller.signal, late => freed.push(late));
    expect(await given.next()).toEqual({ done: false, value: 1 });
    const next = given.next();
    setTimeout(() => controller.abort(enough));
    await expect(next).rejects.toBe(enough);
    release();
    await new Promise(done => setTimeout(done));
    expect({ freed, ended }).toEqual({ freed: [2], ended: true });
  });

  it('of a reader rejects with its reason, everywhere', async () => {
    const gone = AbortSignal.abort(enough);
    await expect(VideoReader.open(clipPath('bars'), { signal: gone })).rejects.toBe(enough);
    const video = await open();
    const { device } = video;
    await expect(video.framesAt([{ index: 3 }], { signal: gone })).rejects.toBe(enough);
    await expect(video.frameAt({ index: 3 }, { signal: gone })).rejects.toBe(enough);
    const controller = new AbortController();
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of video.frames({ signal: controller.signal })) {
        seen.push(frame.index);
        if (frame.index === 4) {
          controller.abort(enough);
        }
      }
    };
    await expect(read()).rejects.toBe(enough);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    // The reader goes on.
    const batches = video.batches(8, { signal: new AbortController().signal, to: 1 });
    expect((await batches.next()).value?.length).toBe(8);
    await batches.return();
    const tensor = Tensor.empty(device, { shape: [1, 2, 2, 1], dtype: 'u8', layout: 'NHWC' });
    await expect(tensor.toHost({ signal: gone })).rejects.toBe(enough);
    const late = new AbortController();
    const host = tensor.toHost({ signal: late.signal });
    late.abort(enough);
    await expect(host).rejects.toBe(enough);
    const frame = await video.frameAt({ index: 0 });
    await expect(frame.toHost({ signal: gone })).rejects.toBe(enough);
    expect((await frame.toHost({ signal: new AbortController().signal })).width).toBe(frame.width);
    expect(await message(video.frameAt({ index: 0 }, { signal: 'now' as never }))).toMatchInlineSnapshot(
      `"ArgumentError : Expected an AbortSignal for options.signal but received 'now'."`,
    );
    frame.dispose();
    video.dispose();
    device.dispose();
  });
});

describe('limits of a video', () => {
  it('are pixels of a picture and frames at a time', async () => {
    const device = openDevice('cpu');
    const limited = (limits: object) =>
      VideoReader.open(clipPath('bars'), { decoder: 'software', device, limits });
    const tooLarge = await message(limited({ pixels: 1000 }));
    expect(tooLarge.replace(clipPath('bars'), 'bars.mp4')).toMatchInlineSnapshot(
      `"VideoError limit: bars.mp4 has 640×360 pixels, and options.limits.pixels allows 1000: raise the limit if the file is to be trusted"`,
    );
    const video = await limited({ frames: 3 });
    const tooMany = 'VideoError limit: 4 frames at a time are asked for, and options.limits.frames allows 3';
    expect(await message(video.batches(4).next())).toBe(tooMany);
    expect(await message(video.framesAt([0, 1, 2, 3].map(index => ({ index }))))).toBe(tooMany);
    const three = await video.framesAt([0, 1, 2, 2].map(index => ({ index })));
    expect(three.length).toBe(4);
    three.dispose();
    video.dispose();
    device.dispose();
  });
});
