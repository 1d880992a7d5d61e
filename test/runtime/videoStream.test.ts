import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import type { LumaMatrix, YuvRange } from '../../ops/spec.js';
import type { HostImage } from '../../runtime/files/framePlanes.js';
import { openDevice, VideoReader, type VideoWarning } from '../../runtime/index.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { softwareDecoder } from '../../runtime/video/decode/softwareDecoder.js';
import { type DecodedFrame, type VideoStream, videoStream } from '../../runtime/video/videoStream.js';
import { type ClipName, clipPath, clips } from '../media/clips.js';
import { bars, barsAt, drawPattern, readFrameNumber } from '../media/pattern.js';

const openVideoStream = async (source: string | Uint8Array): Promise<VideoStream> => {
  const file = await openVideoFile(source);
  return videoStream(file, await softwareDecoder(file));
};
const opened: VideoStream[] = [];
const open = async (source: string | Uint8Array): Promise<VideoStream> => {
  const stream = await openVideoStream(source);
  opened.push(stream);
  return stream;
};
afterEach(() => {
  for (const stream of opened.splice(0)) {
    stream.close();
  }
});

const all = async (frames: AsyncIterable<DecodedFrame>): Promise<DecodedFrame[]> => {
  const list: DecodedFrame[] = [];
  for await (const frame of frames) {
    list.push(frame);
  }
  return list;
};
/** Numbers in 0..1, the same in every run: the generator of Park and Miller. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  );
/** The samples of a plane on the scale of 8 bits, from its first row on, and their distance from row to row. */
const samplesOf = ({ format, planes }: HostImage, n: number): { data: Uint8Array; pitch: number } => {
  const { data, pitch, offset } = planes[n];
  if (format !== 'p010') {
    return { data: (data as Uint8Array).subarray(offset), pitch };
  }
  return { data: Uint8Array.from(data.subarray(offset / 2), code => code >> 8), pitch: pitch / 2 };
};
const numberOf = (image: HostImage): number =>
  readFrameNumber(samplesOf(image, 0).data, { ...image, pitch: samplesOf(image, 0).pitch });

/** The YUV codes of the pixel at (x, y), from any format. */
const codesAt = (image: HostImage, x: number, y: number): [number, number, number] => {
  const at = (plane: number, column: number, row: number): number => {
    const { data, pitch } = samplesOf(image, plane);
    return data[row * pitch + column];
  };
  return image.planes.length === 2
    ? [at(0, x, y), at(1, (x >> 1) * 2, y >> 1), at(1, (x >> 1) * 2 + 1, y >> 1)]
    : [at(0, x, y), at(1, x, y), at(2, x, y)];
};

describe('what a stream says of itself', () => {
  it('the ordinary clip', async () => {
    const { decode, decodeChosen, close, index, listed, warnings, ...facts } = await open(clipPath('bars'));
    expect(facts).toEqual({
      width: 640,
      height: 360,
      duration: 90 * (1001 / 30000),
      frameRate: 30000 / 1001,
      codec: 'avc',
      orientation: { rotation: 0, flip: false },
      colour: {
        matrix: 'bt709',
        range: 'limited',
        primaries: 'bt709',
        transfer: 'bt709',
        source: 'stream',
      },
    });
    expect(decode).toBeTypeOf('function');
    expect(decodeChosen).toBeTypeOf('function');
    expect(close).toBeTypeOf('function');
  });

  it('full range and BT.601 where the stream says so; the rule where it says nothing', async () => {
    expect((await open(clipPath('full601'))).colour).toMatchObject({
      matrix: 'bt601',
      range: 'full',
      source: 'stream',
    });
    expect((await open(clipPath('untagged'))).colour).toEqual({
      matrix: 'bt601',
      range: 'limited',
      source: 'assumed',
    });
  });
});

describe('decoding', () => {
  it.each(['bars', 'full601', 'untagged', 'odd', 'yuv444', 'tenBit'] satisfies ClipName[])(
    '%s: every frame, in order, at its time, with the colours that were drawn',
    async name => {
      const clip = clips[name];
      const [rate, per] = clip.frameRate;
      const frames = await all((await open(clipPath(name))).decode());
      expect(frames.map(f => numberOf(f.image))).toEqual(Array.from({ length: clip.frames }, (_, n) => n));
      expect(frames.map(f => f.timestamp)).toEqual(
        Array.from({ length: clip.frames }, (_, n) => (n * per) / rate),
      );
      expect(frames.map(f => f.index)).toEqual(Array.from({ length: clip.frames }, (_, n) => n));
      const { image, colour } = frames[Math.floor(clip.frames / 2)];
      expect([image.format, image.width, image.height]).toEqual([
        { yuv444p: 'yuv444p', yuv420p: 'nv12', yuv420p10: 'p010' }[clip.pixels],
        clip.width,
        clip.height,
      ]);
      const k = yuvToRgbCoefficients(colour.matrix as LumaMatrix, colour.range as YuvRange);
      // An encoder at this quality moves a flat bar by a few levels at most.
      for (const [n, [r, g, b]] of bars.entries()) {
        const x = Math.floor(((n + 0.5) * clip.width) / 8);
        const [y, u, v] = codesAt(image, x, Math.floor(clip.height * barsAt));
        const luma = k.yScale * (y - k.yOffset);
        expect(Math.abs(luma + k.rv * (v - 128) - r)).toBeLessThan(8);
        expect(Math.abs(luma + k.gu * (u - 128) + k.gv * (v - 128) - g)).toBeLessThan(8);
        expect(Math.abs(luma + k.bu * (u - 128) - b)).toBeLessThan(8);
      }
    },
  );

  it('odd sizes keep the last column and row of chroma', async () => {
    const { width, height } = clips.odd;
    const [{ image }] = await all((await open(clipPath('odd'))).decode({ to: 0.01 }));
    const [, chroma] = image.planes;
    expect([chroma.pitch, chroma.data.length - chroma.offset]).toEqual([102, 102 * 34]);
    const drawn = drawPattern(clips.odd, 0);
    const u = width * height;
    // The last column is the black bar, then the foot: grey, so 128; a dropped column would leave 0.
    for (const row of [0, 10, 33]) {
      const expected = drawn[u + row * 51 + 50];
      expect(Math.abs(chroma.data[chroma.offset + row * 102 + 100] - expected)).toBeLessThan(8);
    }
  });

  it('bytes in memory give what the file gives', async () => {
    const fromFile = await all((await open(clipPath('full601'))).decode());
    const fromBytes = await all((await open(await readFile(clipPath('full601')))).decode());
    expect(fromBytes.map(f => f.image.planes[0].data)).toEqual(fromFile.map(f => f.image.planes[0].data));
  });

  it('a stretch: from is in it, to is not, step leaves out; stretches tile', async () => {
    const stream = await open(clipPath('bars'));
    const numbers = async (range: object) => (await all(stream.decode(range))).map(f => numberOf(f.image));
    expect(await numbers({ from: 1, to: 1.2 })).toEqual([30, 31, 32, 33, 34, 35]);
    expect(await numbers({ from: 2.9 })).toEqual([87, 88, 89]);
    expect(await numbers({ from: 1, to: 1.2, step: 4 })).toEqual([30, 34]);
    expect([...(await numbers({ to: 1.5 })), ...(await numbers({ from: 1.5 }))]).toEqual(
      Array.from({ length: 90 }, (_, n) => n),
    );
    expect(await numbers({ from: 9 })).toEqual([]);
    const middle = await all(stream.decode({ from: 1, to: 1.2, step: 4 }));
    expect(middle.map(f => f.index)).toEqual([30, 34]);
  });

  it('two iterations at once, and breaking off', async () => {
    const stream = await open(clipPath('bars'));
    const a = stream.decode();
    const b = stream.decode({ from: 1 });
    for (let n = 0; n < 5; n++) {
      const [x, y] = [await a.next(), await b.next()];
      expect([x, y].map(r => (r.done ? -1 : numberOf(r.value.image)))).toEqual([n, 30 + n]);
    }
    await a.return();
    expect((await b.next()).done).toBe(false);
    for await (const _ of stream.decode()) {
      break;
    }
    await b.return();
  });
});

describe('what goes wrong', () => {
  it('files that are no video', async () => {
    const here = new URL('.', import.meta.url).pathname;
    expect(await outcome(openVideoStream('nowhere/clip.mp4'))).toMatchInlineSnapshot(
      `"notFound: There is no file at nowhere/clip.mp4"`,
    );
    expect((await outcome(openVideoStream(here))) as string).toContain(': it is a folder');
    expect(await outcome(openVideoStream(Buffer.from('no video at all')))).toMatchInlineSnapshot(
      `"notVideo: a video of 15 bytes is not in a supported video container (MP4, MOV, Matroska, WebM, MPEG-TS, IVF), nor H.264 or HEVC with start codes"`,
    );
    expect(await outcome(openVideoStream(new Uint8Array(0)))).toMatchInlineSnapshot(
      `"notVideo: Expected the bytes of a video but received none (0 bytes)"`,
    );
    const folder = await mkdtemp(join(tmpdir(), 'cuweave-empty-'));
    await writeFile(join(folder, 'clip.mp4'), '');
    const empty = (await outcome(openVideoStream(join(folder, 'clip.mp4')))) as string;
    await rm(folder, { recursive: true });
    expect(empty.replace(folder, 'FOLDER')).toMatchInlineSnapshot(
      `"notVideo: The file FOLDER/clip.mp4 is empty (0 bytes): save or download it anew"`,
    );
  });

  it('an MP4 that is cut off before its index', async () => {
    const bytes = await readFile(clipPath('bars'));
    expect(await outcome(openVideoStream(bytes.subarray(0, 30_000)))).toMatchInlineSnapshot(
      `"truncated: a video of 30000 bytes holds no tracks: is it cut off before its index?"`,
    );
  });

  it('a video that is cut off behind its index: what is there comes first', async () => {
    const { ALL_FORMATS, BufferSource, BufferTarget, Conversion, Input, Mp4OutputFormat, Output } =
      await import('mediabunny');
    const target = new BufferTarget();
    const conversion = await Conversion.init({
      input: new Input({ source: new BufferSource(await readFile(clipPath('bars'))), formats: ALL_FORMATS }),
      output: new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target }),
    });
    await conversion.execute();
    const whole = new Uint8Array(target.buffer ?? new ArrayBuffer(0));
    const stream = await open(whole.subarray(0, Math.floor(whole.length * 0.6)));
    const seen: number[] = [];
    const error = await outcome(
      (async () => {
        for await (const frame of stream.decode()) {
          seen.push(numberOf(frame.image));
        }
      })(),
    );
    expect(seen.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(seen.length).toBeLessThan(90);
    expect((error as string).replace(/\d+/g, 'N')).toMatchInlineSnapshot(
      `"truncated: a video of N bytes is cut off behind N.N s: sample N of N lies behind the end of the file"`,
    );
  });

  it('damaged packets', async () => {
    const bytes = Buffer.from(await readFile(clipPath('bars')));
    bytes.fill(0xff, 20_000, 30_000);
    const error = await outcome(all((await open(bytes)).decode()));
    // FFmpeg's threads say it in an order of their own.
    expect((error as string).replace(/[\d.]+/g, 'N')).toMatch(
      /^corrupt: The decoder refused a video of N bytes near N s: decode: Invalid data found when processing input: \S/,
    );
  });

  it('what FFmpeg says of damage is in the error, or in a warning where frames are kept', async () => {
    const bytes = Buffer.from(await readFile(new URL('../media/decode/twoGops.mp4', import.meta.url)));
    for (let at = bytes.length >> 1; at < (bytes.length >> 1) + 60; at++) {
      bytes[at] ^= 0x55;
    }
    const device = openDevice('cpu');
    const read = async (
      onDamage: 'error' | 'keep',
    ): Promise<readonly [unknown, readonly VideoWarning[], number]> => {
      const video = await VideoReader.open(bytes, { device, decoder: 'software', onDamage });
      let damaged = 0;
      const error = await outcome(
        (async () => {
          for await (const frame of video.frames()) {
            damaged += frame.damaged ? 1 : 0;
          }
        })(),
      );
      const { warnings } = video;
      await video.dispose();
      return [error, warnings, damaged];
    };
    const [error, none] = await read('error');
    expect(error).toMatch(/^corrupt: The picture at .* is damaged: .*MB/);
    expect(none).toEqual([]);
    const [nothing, warnings, damaged] = await read('keep');
    expect([nothing, damaged]).toEqual(['no error', 1]);
    expect(warnings).toMatchObject([{ code: 'damage' }]);
    expect(warnings[0]?.message).toMatch(
      /^The picture at [\d.]+ s is damaged: .*error while decoding MB \d+ \d+/,
    );
    device.dispose();
  });

  it('a codec and a pixel format that are not supported', async () => {
    const bytes = Buffer.from(await readFile(clipPath('bars')));
    bytes.write('xvid', bytes.lastIndexOf('avc1'), 'latin1');
    expect(await outcome(openVideoStream(bytes))).toMatchInlineSnapshot(
      `"unsupportedCodec: The codec of a video of 60658 bytes is xvid, and only H.264, HEVC, VP8, VP9 and AV1 are read: encode it anew: ffmpeg -i FILE -c:v libx264 new.mp4"`,
    );
    const error = await outcome(all((await open(clipPath('monochrome'))).decode()));
    expect((error as string).replace(clipPath('monochrome'), 'FILE')).toMatchInlineSnapshot(`"no error"`);
  });

  it('closed in the middle: the iteration ends with an error and nothing hangs', async () => {
    const stream = await open(clipPath('bars'));
    const frames = stream.decode();
    await frames.next();
    const pending = frames.next();
    stream.close();
    await pending.catch(() => {});
    expect(await outcome(frames.next().then(() => stream.decode().next()))).toMatchInlineSnapshot(
      `"disposed: The VideoReader was disposed of"`,
    );
  });

  it('any damage ends in an error or in frames, and soon', async () => {
    const codes = new Set<string>();
    for (const name of ['bars', 'odd'] as const) {
      const whole = await readFile(clipPath(name));
      const random = randomFrom(name.length);
      for (let n = 0; n < 60; n++) {
        const bytes = Buffer.from(whole);
        // The index stands at the end of the MP4 and at the head of the WebM.
        const head = name === 'bars' ? bytes.lastIndexOf('moov') : 0;
        for (let k = 0; k < 6; k++) {
          const at = n % 2 ? random() * bytes.length : head + random() * Math.min(2500, bytes.length - head);
          bytes[Math.floor(at)] = Math.floor(random() * 256);
        }
        const error = await outcome(open(bytes).then(stream => all(stream.decode({ to: 0.5 }))));
        codes.add((error as string).replace(/:.*/s, ''));
      }
    }
    const known = [
      'no error',
      'corrupt',
      'truncated',
      'notVideo',
      'noVideoTrack',
      'unsupportedCodec',
      'unsupportedContainer',
      'unsupportedPixels',
    ];
    expect([...codes].filter(code => !known.includes(code))).toEqual([]);
  });

  it('garbage at the end of a WebM', async () => {
    const bytes = Buffer.from(await readFile(clipPath('odd')));
    const cues = bytes.lastIndexOf(Buffer.from([0x1c, 0x53, 0xbb, 0x6b]));
    bytes.fill(0x07, cues, cues + 4);
    const error = await outcome(open(bytes).then(stream => all(stream.decode())));
    expect(error).toMatchInlineSnapshot(
      `"corrupt: Cannot read a video of 2851 bytes: at byte 2829 its structure leads nowhere"`,
    );
  });

  it('arguments', async () => {
    const stream = await open(clipPath('bars'));
    expect(await outcome(stream.decode({ step: 0 }).next())).toMatchInlineSnapshot(
      `"undefined: Expected a whole number of at least 1 for options.step but received 0."`,
    );
    expect(await outcome(stream.decode({ from: Number.NaN }).next())).toMatchInlineSnapshot(
      `"undefined: Expected seconds for options.from but received NaN."`,
    );
  });
});
