/** Frames at moments and places: which ones they are, bit for bit, and how little is decoded for them. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as av from 'node-av';
import { afterAll, describe, expect, it } from 'vitest';
import { type FrameOptions, openDevice, VideoReader } from '../../../runtime/index.js';
import type { FrameIndex } from '../../../runtime/video/container/frameIndex.js';
import type { Packet } from '../../../runtime/video/container/packet.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { softwareDecoder } from '../../../runtime/video/decode/softwareDecoder.js';
import { chosenFrames } from '../../../runtime/video/sampling/moments.js';
import { Selection } from '../../../runtime/video/sampling/selection.js';
import { type DecodedFrame, videoStream } from '../../../runtime/video/videoStream.js';
import { digestOf } from '../../support/digest.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
// What is refused, or cut off, has its tests elsewhere; a video of one frame has nothing to choose from.
const others = ['enc.mp4', 'other_mpeg2video.m2t', 'trunc.mkv', 'twelve_cut.mkv', 'oneFrame.mp4', 'one.mp4'];
const files = ['media', 'media/decode', 'cases/video', 'cases/containers'].flatMap(folder =>
  readdirSync(here(folder), { withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(mp4|webm|mkv|m2t|h264|h265|ivf)$/.test(entry.name))
    .filter(({ name }) => !others.includes(name))
    .map(({ name }) => `${folder}/${name}`),
);

/** Of Park and Miller, in 0..1: the same in every run. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

/** A file whose decoder's packets are counted. */
const openCounted = async (path: string) => {
  const file = await openVideoFile(path);
  const given: number[] = [];
  const packetsAt = async function* (place?: unknown): AsyncGenerator<Packet, void, undefined> {
    for await (const packet of file.packetsAt(place)) {
      given.push(packet.sequenceNumber);
      yield packet;
    }
  };
  const counting = { ...file, packetsAt };
  return { file, given, stream: videoStream(counting, await softwareDecoder(counting)) };
};

const digest = ({ image }: DecodedFrame): string => digestOf(image);

/** What is to be decoded for frames of the list: each from its key frame on. */
const neededFor = (
  indices: readonly number[],
  packets: readonly Packet[],
  { timestamps, sequences }: FrameIndex,
): Set<number> => {
  const needed = new Set<number>();
  for (const index of indices) {
    const [time, own] = [timestamps[index] as number, sequences[index] as number];
    const before = packets.filter(({ sequenceNumber }) => sequenceNumber <= own);
    const start = before.findLastIndex(({ type, timestamp }) => type === 'key' && timestamp <= time);
    for (const { sequenceNumber } of before.slice(Math.max(0, start))) {
      needed.add(sequenceNumber);
    }
  }
  return needed;
};

describe('frames of every clip', () => {
  it('has clips to walk', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it.each(files)('%s', async path => {
    const { file, given, stream } = await openCounted(here(path));
    const list = await stream.index();
    const { timestamps } = list;
    const all: string[] = [];
    for await (const frame of stream.decode()) {
      all.push(digest(frame));
    }
    const packets: Packet[] = [];
    for await (const packet of file.packets()) {
      packets.push(packet);
    }
    const count = timestamps.length;
    const random = randomFrom(count + path.length);
    const some = (share: number): number[] => [...timestamps.keys()].filter(() => random() < share);
    const last = count - 1;
    const span = (timestamps[last] as number) - (timestamps[0] as number);
    const moments = Array.from({ length: 5 }, () => (timestamps[0] as number) + span * random()).sort(
      (a, b) => a - b,
    );
    const shownAt = (time: number): number => timestamps.findLastIndex(one => one <= time + 1e-9);
    const cases: readonly (readonly [FrameOptions, readonly number[]])[] = [
      ...[[last], some(0.1), some(0.5), [0, last], [0, 0, count >> 1, count >> 1, last]]
        .filter(indices => indices.length > 0)
        .map((indices): [FrameOptions, readonly number[]] => [{ indices }, indices]),
      [{ times: moments }, moments.map(shownAt)],
    ];
    for (const [options, expected] of cases) {
      given.length = 0;
      const way = options.indices ? 'indices' : 'times';
      const found: string[] = [];
      const places: number[] = [];
      const chosen = chosenFrames(way, options, list);
      for await (const frame of stream.decodeChosen(chosen, { held: 1, keysOnly: false, toEnd: false })) {
        expect(frame.timestamp).toBe(timestamps[frame.index]);
        for (let n = 0; n < (frame.times ?? 1); n++) {
          found.push(digest(frame));
          places.push(frame.index);
        }
      }
      expect(places).toEqual(expected);
      expect(found).toEqual(expected.map(index => all[index]));
      // No packet twice, and hardly one that is not needed: a few where beginning anew would cost more.
      expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
      if (file.counted === undefined) {
        const needed = neededFor(expected, packets, list);
        expect([...needed].filter(sequence => !given.includes(sequence))).toEqual([]);
        let run = 0;
        for (const sequence of given) {
          run = needed.has(sequence) ? 0 : run + 1;
          expect(run).toBeLessThanOrEqual(12);
        }
        expect(needed.has(given[given.length - 1] as number)).toBe(true);
      }
    }
    stream.close();
  });
});

type Frames = AsyncIterable<{ readonly index: number; readonly timestamp: number }>;
const indicesOf = async (frames: Frames): Promise<number[]> => {
  const found: number[] = [];
  for await (const { index } of frames) {
    found.push(index);
  }
  return found;
};
const open = (path: string, options = {}): Promise<VideoReader> =>
  VideoReader.open(here(path), { device, ...options });
/** The error that ends an iteration, and the frames before it. */
const outcome = async (frames: Frames): Promise<string> => {
  const found: number[] = [];
  try {
    for await (const { index } of frames) {
      found.push(index);
    }
    return `frames ${found}`;
  } catch (error) {
    const { name, path, code, message } = error as Error & { path?: string; code?: string };
    return `${found.length > 0 ? `frames ${found}, then ` : ''}${name} ${path ?? code}: ${message}`;
  }
};

describe('moments', () => {
  // 90 frames of 1001/30000 s, whose multiples are exact.
  const shownAt = (seconds: number): number => Math.min(89, Math.floor((seconds * 30000) / 1001 + 1e-9));

  it('every half second, and by a rate', async () => {
    const video = await open('media/bars.mp4');
    const at = (seconds: readonly number[]) => seconds.map(shownAt);
    expect(await indicesOf(video.frames({ every: 0.5 }))).toEqual(at([0, 0.5, 1, 1.5, 2, 2.5, 3]));
    expect(await indicesOf(video.frames({ fps: 2 }))).toEqual(at([0, 0.5, 1, 1.5, 2, 2.5, 3]));
    expect(await indicesOf(video.frames({ fps: 2, from: 0.25, to: 1.75 }))).toEqual(at([0.25, 0.75, 1.25]));
    expect(await indicesOf(video.frames({ every: 10 }))).toEqual([0]);
    // The video's own rate gives each frame once, although neither number is exact.
    const all = Array.from({ length: 90 }, (_, n) => n);
    expect(await indicesOf(video.frames({ fps: 30000 / 1001 }))).toEqual(all);
    expect(await indicesOf(video.frames({ every: 1001 / 30000 }))).toEqual(all);
    expect(await indicesOf(video.frames({ every: 1001 / 10000 }))).toEqual(all.filter(n => n % 3 === 0));
    // 60 a second: each frame twice, but where 30 fall behind 29.97.
    const twice = await indicesOf(video.frames({ fps: 60, to: 1 }));
    expect(twice).toEqual(at(Array.from({ length: 60 }, (_, n) => n / 60)));
    expect(await indicesOf(video.frames({ every: 0.5, from: 3 }))).toEqual([89]);
    expect(await indicesOf(video.frames({ every: 0.5, from: 4 }))).toEqual([]);
    video.dispose();
  });

  it('a sum that rounds down means the frame that it stands for', async () => {
    // 3 × 0.7 is 2.0999999999999996, and the frame of 2.1 s is there at 2.1.
    const timestamps = Float64Array.from({ length: 50 }, (_, n) => n / 10);
    const list = { timestamps, end: 5 } as FrameIndex;
    const found = [...chosenFrames('every', { every: 0.7, to: 4.9 }, list)];
    expect(found).toEqual([0, 7, 14, 21, 28, 35, 42].map(index => ({ index, times: 1 })));
  });

  it('under a variable rate a frame is worth as many moments as it is shown for', async () => {
    const video = await open('media/decode/variableRate.mp4');
    const ticks = Array.from({ length: 20 }, (_, n) => n + 2 * Math.floor(n / 3) + Math.floor(n / 7));
    const moments = Array.from({ length: (ticks[19] as number) + 1 }, (_, n) => n);
    const shown = moments.map(moment => ticks.findLastIndex(tick => tick <= moment));
    expect([...(await video.timestamps())]).toEqual(ticks.map(tick => tick / 25));
    expect(await indicesOf(video.frames({ fps: 25 }))).toEqual(shown);
    const times = [0.3, 0.3, 0.41, 1];
    const named = times.map(time => ticks.findLastIndex(tick => tick <= time * 25));
    expect(await indicesOf(video.frames({ times }))).toEqual(named);
    expect(await indicesOf(video.frames({ times: Float64Array.from(times) }))).toEqual(named);
    const single = await Promise.all(times.map(time => video.frameAt({ time })));
    expect(single.map(({ index }) => index)).toEqual(named);
    single.forEach(frame => {
      frame.dispose();
    });
    video.dispose();
  });

  it('a number of them: in the middle of equal parts, or anywhere in them', async () => {
    const video = await open('media/bars.mp4');
    const length = 90 * (1001 / 30000);
    const middles = Array.from({ length: 8 }, (_, n) => shownAt(((n + 0.5) * length) / 8));
    expect(await indicesOf(video.frames({ count: 8 }))).toEqual(middles);
    expect(await indicesOf(video.frames({ count: 8, spread: 'uniform' }))).toEqual(middles);
    expect(await indicesOf(video.frames({ count: 1, from: 1, to: 1.4 }))).toEqual([shownAt(1.2)]);
    const random = async (seed: number, range = {}) =>
      indicesOf(video.frames({ count: 30, spread: 'random', seed, ...range }));
    const drawn = await random(7);
    expect(drawn).toEqual(await random(7));
    expect(drawn).not.toEqual(await random(8));
    drawn.forEach((index, n) => {
      expect(Math.floor(index / 3)).toBe(n);
    });
    expect(new Set(drawn.map(index => index % 3)).size).toBe(3);
    expect(drawn).toMatchInlineSnapshot(`
      [
        0,
        4,
        8,
        11,
        14,
        17,
        20,
        22,
        25,
        28,
        31,
        34,
        38,
        39,
        43,
        45,
        50,
        53,
        55,
        59,
        60,
        63,
        68,
        71,
        74,
        76,
        80,
        81,
        84,
        88,
      ]
    `);
    expect((await random(7, { from: 1, to: 2 })).every(index => index >= 29 && index <= 59)).toBe(true);
    // More than there are frames.
    expect((await indicesOf(video.frames({ count: 200 }))).length).toBe(200);
    expect(await indicesOf(video.frames({ count: 3, from: 9 }))).toEqual([]);
    video.dispose();
  });

  it('in batches: a frame that is shown again is in the batch again, and none is lost', async () => {
    const video = await open('media/bars.mp4');
    const expected = Array.from({ length: 60 }, (_, n) => shownAt(n / 100));
    const digests = new Map<number, string>();
    for await (const frame of video.frames({ to: 0.7 })) {
      digests.set(frame.index, digestOf(await frame.toHost()));
    }
    for (const keep of [false, true]) {
      const found: number[] = [];
      for await (const batch of video.batches(7, { fps: 100, to: 0.6, keep })) {
        expect(batch.length).toBe(Math.min(7, 60 - found.length));
        expect(batch.indices).toEqual(batch.frames.map(({ index }) => index));
        expect(batch.timestamps).toEqual(batch.frames.map(({ index }) => (index * 1001) / 30000));
        for (const frame of batch.frames) {
          expect(digestOf(await frame.toHost())).toBe(digests.get(frame.index));
          found.push(frame.index);
        }
        if (keep) {
          batch.dispose();
        }
      }
      expect(found).toEqual(expected);
      const single: string[] = [];
      for await (const frame of video.frames({ fps: 100, to: 0.1, keep })) {
        single.push(digestOf(await frame.toHost()));
        // Each is one's own.
        frame.dispose();
      }
      expect(single).toEqual(expected.slice(0, 10).map(index => digests.get(index)));
    }
    // Ended in the middle of a frame's repetitions.
    for await (const _ of video.frames({ fps: 1000 })) {
      break;
    }
    for await (const _ of video.batches(2, { fps: 1000 })) {
      break;
    }
    expect(device.memory().live).toBe(0);
    video.dispose();
  });

  it('what does not fit is refused by its path', async () => {
    const video = await open('media/decode/avcBFrames.mp4');
    const cases: readonly object[] = [
      { every: 1, fps: 1 },
      { step: 2, count: 4 },
      { keyFrames: true, indices: [1] },
      { every: 0 },
      { every: -1 },
      { every: Number.NaN },
      { every: '1' },
      { every: 1e-7 },
      { fps: 0 },
      { fps: Number.POSITIVE_INFINITY },
      { count: 0 },
      { count: 2.5 },
      { count: 4, spread: 'even' },
      { spread: 'uniform' },
      { count: 4, spread: 'random' },
      { count: 4, seed: 1 },
      { keyFrames: 'yes' },
      { times: [] },
      { times: 1 },
      { times: [0, -0.1] },
      { times: [0, 1.93] },
      { times: [1, 0.5] },
      { times: [0, Number.NaN] },
      { times: [0], from: 0 },
      { indices: [48] },
      { indices: [3, 2] },
      { indices: [0.5] },
      { indices: [0], to: 1 },
      { every: 1, from: -1 },
      { count: 2, from: 1, to: 0.5 },
    ];
    const said: string[] = [];
    for (const options of cases) {
      said.push(await outcome(video.frames(options)));
    }
    expect(`\n${said.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      ArgumentError options.fps: Expected at most one of step, every, fps, times, indices, count and keyFrames for options.fps but received every and fps.
      ArgumentError options.count: Expected at most one of step, every, fps, times, indices, count and keyFrames for options.count but received step and count.
      ArgumentError options.keyFrames: Expected at most one of step, every, fps, times, indices, count and keyFrames for options.keyFrames but received indices and keyFrames.
      ArgumentError options.every: Expected seconds of at least 0.000001 for options.every but received 0.
      ArgumentError options.every: Expected seconds of at least 0.000001 for options.every but received -1.
      ArgumentError options.every: Expected seconds of at least 0.000001 for options.every but received NaN.
      ArgumentError options.every: Expected seconds of at least 0.000001 for options.every but received '1'.
      ArgumentError options.every: Expected seconds of at least 0.000001 for options.every but received 1e-7.
      ArgumentError options.fps: Expected a number above 0, at most 1000000 for options.fps but received 0.
      ArgumentError options.fps: Expected a number above 0, at most 1000000 for options.fps but received Infinity.
      ArgumentError options.count: Expected a whole number of 1 to 1000000 for options.count but received 0.
      ArgumentError options.count: Expected a whole number of 1 to 1000000 for options.count but received 2.5.
      ArgumentError options.spread: Expected 'uniform' or 'random' for options.spread but received 'even'.
      ArgumentError options.spread: Expected options.count beside options.spread, which spreads it.
      ArgumentError options.seed: Expected a whole number, since spread is 'random', for options.seed but received undefined.
      ArgumentError options.seed: Expected spread: 'random' beside options.seed, which is its seed.
      ArgumentError options.keyFrames: Expected true or false for options.keyFrames but received 'yes'.
      ArgumentError options.times: Expected an array of seconds for options.times but received [].
      ArgumentError options.times: Expected an array of seconds for options.times but received 1.
      ArgumentError options.times[1]: Expected seconds of 0.000 to 1.920 for options.times[1] but received -0.1.
      ArgumentError options.times[1]: Expected seconds of 0.000 to 1.920 for options.times[1] but received 1.93.
      ArgumentError options.times[1]: Expected at least 1, that before it, for options.times[1] but received 0.5. framesAt() takes any order.
      ArgumentError options.times[1]: Expected seconds of 0.000 to 1.920 for options.times[1] but received NaN.
      ArgumentError options.from: Expected no options.from beside options.times, which says alone which frames are meant.
      ArgumentError options.indices[0]: Expected a whole number of 0 to 47 for options.indices[0] but received 48.
      ArgumentError options.indices[1]: Expected at least 3, that before it, for options.indices[1] but received 2. framesAt() takes any order.
      ArgumentError options.indices[0]: Expected a whole number of 0 to 47 for options.indices[0] but received 0.5.
      ArgumentError options.to: Expected no options.to beside options.indices, which says alone which frames are meant.
      ArgumentError options.from: Expected seconds of at least 0.000 for options.from but received -1.
      ArgumentError options.to: Expected seconds of at least 1 (options.from) for options.to but received 0.5.
      "
    `);
    // Ends are meant.
    expect(await indicesOf(video.frames({ times: [0, 1.92] }))).toEqual([0, 47]);
    expect(await indicesOf(video.frames({ keyFrames: false, times: undefined, to: 0.1 }))).toEqual([0, 1, 2]);
    video.dispose();
  });
});

describe('little is decoded', () => {
  it('of a group what its last chosen frame needs, and of others nothing', async () => {
    // 48 frames in groups of 12, three frames of each four refer to both sides.
    const { given, stream } = await openCounted(here('media/decode/avcBFrames.mp4'));
    const list = await stream.index();
    const packetsFor = async (indices: readonly number[]): Promise<number> => {
      given.length = 0;
      const choice = { held: 1, keysOnly: false, toEnd: false };
      for await (const _ of stream.decodeChosen(chosenFrames('indices', { indices }, list), choice)) {
        // Only the decoder's packets count.
      }
      return given.length;
    };
    expect(await packetsFor([24])).toBe(1);
    expect(await packetsFor([0, 12, 24, 36])).toBe(4);
    expect(await packetsFor([28])).toBe(2);
    expect(await packetsFor([35])).toBe(10);
    // A key frame right behind the last frame is decoded in the same go.
    expect(await packetsFor([11, 12])).toBe(13);
    expect(await packetsFor([...Array(48).keys()])).toBe(48);
    stream.close();
  });

  it('in an open group, what is shown before a key frame and decoded behind it', async () => {
    // Two key frames; 15 frames that are shown before the second are decoded behind it, and all need both.
    const shown = (sequence: number): number =>
      sequence < 10 ? sequence : sequence === 10 ? 25 : sequence <= 25 ? sequence - 1 : sequence;
    const sequences = Float64Array.from({ length: 40 }, (_, n) => n).sort((a, b) => shown(a) - shown(b));
    const timestamps = Float64Array.from({ length: 40 }, (_, n) => n / 10);
    const list = {
      ...{ timestamps, sequences, end: 4, ambiguous: false },
      ...{ keys: Float64Array.of(0, 2.5), keySequences: Float64Array.of(0, 10), places: [0, 10] },
    };
    const packetsFor = async (indices: readonly number[]): Promise<readonly number[]> => {
      const given: number[] = [];
      const file = {
        isKeyAt: async () => true,
        packetsAt: async function* (place: number) {
          for (let sequenceNumber = place; sequenceNumber < 40; sequenceNumber++) {
            given.push(sequenceNumber);
            yield { sequenceNumber };
          }
        },
      };
      const chosen = chosenFrames('indices', { indices }, list);
      const selection = new Selection(file as never, list, chosen, { keysOnly: false });
      const found: number[] = [];
      for await (const { packets, pick } of selection.pieces()) {
        const pictures: number[] = [];
        for await (const { sequenceNumber } of packets()) {
          pictures.push(sequenceNumber);
        }
        for (const sequenceNumber of pictures.sort((a, b) => shown(a) - shown(b))) {
          const one = pick({ sequenceNumber, timestamp: 0, duration: 0, shown: true });
          if (one) {
            found.push(one.index);
            selection.give(one);
          }
        }
      }
      expect(found).toEqual(indices);
      expect(selection.done).toBe(true);
      return given;
    };
    const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, n) => n);
    // The first of them lies more than eight frames before the key frame: that is decoded already, and not again.
    expect(await packetsFor([10, 39])).toEqual(upTo(39));
    // The key frame is decoded before what is shown before it.
    expect(await packetsFor([24, 25])).toEqual(upTo(25));
    expect(await packetsFor([9, 25])).toEqual([...upTo(9), 10]);
    expect(await packetsFor([25])).toEqual([10]);
  });

  it('key frames alone', async () => {
    for (const path of ['media/bars.mp4', 'media/decode/avcOpenGop.mp4', 'media/decode/hevcOpenGop.mp4']) {
      const { file, given, stream } = await openCounted(here(path));
      const list = await stream.index();
      const keys: number[] = [];
      for await (const { type, sequenceNumber } of file.packets()) {
        if (type === 'key') {
          keys.push(sequenceNumber);
        }
      }
      given.length = 0;
      const choice = { held: 1, keysOnly: true, toEnd: true };
      const found: DecodedFrame[] = [];
      for await (const frame of stream.decodeChosen(chosenFrames('keyFrames', {}, list), choice)) {
        found.push(frame);
      }
      expect(given).toEqual(keys);
      expect(found.map(({ sequence }) => sequence)).toEqual(keys);
      const all: string[] = [];
      for await (const frame of stream.decode()) {
        all.push(digest(frame));
      }
      expect(found.map(digest)).toEqual(found.map(({ index }) => all[index]));
      stream.close();
    }
  });

  it('key frames of a stretch, and where nobody knows when they are shown', async () => {
    const video = await open('media/decode/avcBFrames.mp4');
    expect(await indicesOf(video.frames({ keyFrames: true }))).toEqual([0, 12, 24, 36]);
    expect(await indicesOf(video.frames({ keyFrames: true, from: 0.48, to: 1.44 }))).toEqual([12, 24]);
    expect(await indicesOf(video.frames({ keyFrames: true, from: 0.49, to: 0.95 }))).toEqual([]);
    video.dispose();
    const raw = await VideoReader.open(await readFile(here('media/decode/annexB.h264')), { device });
    expect(await outcome(raw.frames({ keyFrames: true }))).toMatchInlineSnapshot(
      `"VideoError unsupportedContainer: options.keyFrames needs a container with times, and a video of 5474 bytes has none: only decoding tells when its key frames are shown. Put it into one: ffmpeg -i FILE -c copy new.mp4"`,
    );
    expect(await indicesOf(raw.frames({ fps: 5 }))).toEqual([0, 5]);
    raw.dispose();
  });

  it('a file that is cut off gives what it has, and an error where more was asked for', async () => {
    const video = await open('cases/containers/trunc.mkv');
    const last = (await video.timestamps()).length - 1;
    const said = async (options: FrameOptions) =>
      (await outcome(video.frames(options))).replace(here(''), '').replace(/[\d.]+ s/, 'N s');
    const end = (await video.timestamps())[last] as number;
    expect(await said({ indices: [0, last] })).toBe(`frames 0,${last}`);
    expect(await said({ count: 2, to: end })).toMatch(/^frames \d+,\d+$/);
    expect(await said({ every: 100 })).toMatchInlineSnapshot(
      `"frames 0, then VideoError truncated: cases/containers/trunc.mkv is cut off behind N s: its element at byte 4150 announces 192 bytes more than there are"`,
    );
    video.dispose();
  });

  it('several iterations at once, given up and ended', async () => {
    const video = await open('media/bars.mp4');
    const [a, b] = [video.frames({ every: 0.1 }), video.frames({ count: 30 })];
    for (let n = 0; n < 10; n++) {
      await Promise.all([a.next(), b.next()]);
    }
    await a.return();
    expect((await b.next()).done).toBe(false);
    const stop = new AbortController();
    const given = video.frames({ every: 0.1, signal: stop.signal });
    await given.next();
    stop.abort(new Error('enough'));
    await expect(given.next()).rejects.toThrow('enough');
    video.dispose();
    expect(await outcome(video.frames({ every: 1 }))).toMatch(/^VideoError disposed/);
    await expect(b.next()).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('scene changes', () => {
  /** A grey that drifts, with a bar that moves. */
  const drawScene = (level: number, n: number): Buffer => {
    const [width, height] = [160, 96];
    const luma = Buffer.alloc(width * height, level + (n % 3));
    for (let y = 0; y < height; y++) {
      luma.fill(level + 60, y * width + ((4 * n) % 140), y * width + ((4 * n) % 140) + 20);
    }
    return Buffer.concat([luma, Buffer.alloc((width * height) / 2, 128)]);
  };
  /** Three scenes of 12, 9 and 15 frames; in the third one frame is a flash. */
  const levels = [...Array(12).fill(40), ...Array(9).fill(120), ...Array(15).fill(70)];
  levels[28] = 170;

  const encode = async (path: string, codec: string, pixels: string): Promise<void> => {
    const timeBase = new av.Rational(1, 25);
    const encoder = await av.Encoder.create(codec as never, {
      context: { gopSize: 30, maxBFrames: 2 } as never,
      options: { preset: 'ultrafast' } as never,
    });
    const muxer = await av.Muxer.open(path, {});
    const stream = muxer.addStream(encoder);
    const frames = async function* () {
      for (const [n, level] of levels.entries()) {
        const codes = drawScene(level, n);
        const wide = Buffer.from(Uint16Array.from(codes, code => code << 2).buffer);
        const frame = av.Frame.fromVideoBuffer(pixels === 'yuv420p' ? codes : wide, {
          width: 160,
          height: 96,
          format: av.avGetPixFmtFromName(pixels) as never,
          pts: BigInt(n),
          timeBase,
        });
        frame.duration = 1n;
        yield frame;
      }
      yield null;
    };
    for await (const packet of encoder.packets(frames())) {
      if (packet) {
        await muxer.writePacket(packet, stream);
      }
    }
    await muxer.close();
    encoder.close();
  };

  it('cuts and flashes, of 8 and of 10 bits; motion is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cuweave-scenes-'));
    try {
      for (const pixels of ['yuv420p', 'yuv420p10le']) {
        const path = join(folder, `${pixels}.mp4`);
        await encode(path, 'libx264', pixels);
        const video = await VideoReader.open(path, { device });
        const found: [number, number][] = [];
        for await (const { index, timestamp, difference } of video.sceneChanges()) {
          expect(timestamp).toBeCloseTo(index / 25);
          found.push([index, Math.round(difference / 5) * 5]);
        }
        expect(found).toEqual([
          [12, 75],
          [21, 50],
          [28, 95],
        ]);
        expect(await indicesOf(video.sceneChanges({ from: 0.48, to: 1 }))).toEqual([21]);
        expect(await indicesOf(video.sceneChanges({ threshold: 60 }))).toEqual([12, 28]);
        expect(await outcome(video.sceneChanges({ threshold: 0 }))).toMatchInlineSnapshot(
          `"ArgumentError options.threshold: Expected a number above 0, at most 255 for options.threshold but received 0."`,
        );
        video.dispose();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
