/** Files that claim what cannot be: each ends soon, in a typed error or in the frames that are whole. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CuweaveError, openDevice, type VideoLimits, VideoReader } from '../../../runtime/index.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { decodeClipPath } from '../../media/decodeClips.js';
import { type CodedClip, readAll, readCodedClip } from '../../support/containers/coded.js';
import { matroska } from '../../support/containers/matroska.js';
import { mp4 } from '../../support/containers/mp4.js';
import { transportStream } from '../../support/containers/transport.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const folder = new URL('../../cases/containers/hostile/', import.meta.url);
let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});

/** How many packets a file has, and what ends them; more than its bytes can hold would be made up. */
const walk = async (bytes: Uint8Array, limits?: VideoLimits): Promise<string> => {
  let count = 0;
  try {
    const file = await openVideoFile(bytes, limits ? { limits } : {});
    try {
      for await (const { data } of file.packets()) {
        count++;
        expect(data.length).toBeLessThanOrEqual(4 * bytes.length);
      }
      await file.index();
    } finally {
      file.close();
    }
    expect(count).toBeLessThanOrEqual(bytes.length);
    return `${count} packets`;
  } catch (error) {
    if (!(error instanceof CuweaveError)) {
      throw error;
    }
    return `${(error as { readonly code?: string }).code}: ${error.message}`;
  }
};

describe('hostile files', () => {
  it('with one field that cannot be', async () => {
    const found: Record<string, string> = {};
    for (const name of readdirSync(folder)) {
      found[name] = await walk(readFileSync(new URL(name, folder)));
    }
    expect(found).toMatchInlineSnapshot(`
      {
        "hang-tiny.webm": "corrupt: Cannot read a video of 62 bytes: at byte 17 its structure leads nowhere",
        "ivf-time.ivf": "corrupt: Frame 0 of a video of 10556 bytes has an impossible time: -4611686018427387904 ticks",
        "stsc-huge.mp4": "18 packets",
        "stsc-zero.mp4": "corrupt: Cannot read the index of a video of 7487 bytes: its stsc puts no samples into chunk 1",
        "stts-count-h264.mp4": "corrupt: Cannot read the index of a video of 7487 bytes: its stts announces 9 entries and holds 1",
        "trun-noflags-max.mp4": "corrupt: Cannot read the index of a video of 6732 bytes: a trun announces 4294967295 samples of 1373 bytes in 6732",
        "wait-vp9.webm": "corrupt: Cannot read a video of 27899 bytes: at byte 48 its structure leads nowhere",
      }
    `);
  });

  it('any number of an MP4’s index, too large, negative or 0', async () => {
    const small = clip.coded.slice(0, 6);
    for (const options of [{ edits: [{ duration: 200, start: 0 }] }, { fragment: { frames: 3 } }]) {
      const whole = mp4(small, { description: clip.description, ...options });
      const boxes = ['moov', 'moof'].map(type => whole.indexOf(type)).filter(at => at > 0);
      for (const start of boxes) {
        const end = Math.min(whole.length - 4, start + whole.readUInt32BE(start - 4));
        for (let at = start - 4; at < end; at += 4) {
          for (const value of [0, 0x7fffffff, 0xffffffff]) {
            const bytes = Buffer.from(whole);
            bytes.writeUInt32BE(value, at);
            expect(await walk(bytes)).not.toBe('');
          }
        }
      }
    }
  });

  it('any byte of a Matroska file’s elements, and of a transport stream’s heads', async () => {
    const webm = matroska(clip.coded.slice(0, 3), { description: clip.description, cues: true });
    for (let at = 0; at < 420; at++) {
      for (const value of [0, 0x1f, 0x80, 0xff]) {
        const bytes = Buffer.from(webm);
        bytes[at] = value;
        expect(await walk(bytes)).not.toBe('');
      }
    }
    const stream = transportStream(clip.annexB.slice(0, 3));
    for (let at = 0; at < 188 * 3 + 40; at += 3) {
      const bytes = Buffer.from(stream);
      bytes[at] = 0xff;
      expect(await walk(bytes)).not.toBe('');
    }
  });

  it('beyond the limits that the caller sets', async () => {
    const bytes = await readFile(decodeClipPath('avcBFrames'));
    const webm = matroska(clip.coded, { description: clip.description });
    const annexB = Buffer.concat(clip.annexB.map(({ data }) => data));
    const found = [
      await walk(bytes, { samples: 47 }),
      await walk(webm, { samples: 47 }),
      await walk(transportStream(clip.annexB), { seconds: 1 }),
      await walk(bytes, { seconds: 1 }),
      await walk(bytes, { megabytes: 0.0001 }),
      await walk(annexB, { megabytes: 0.01 }),
      await walk(bytes, { samples: 48, seconds: 2, megabytes: 1 }),
    ];
    expect(found.map(text => text.replace(/\d+ bytes/, 'N bytes'))).toMatchInlineSnapshot(`
      [
        "limit: a video of N bytes has more samples, and options.limits.samples allows 47: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has more samples, and options.limits.samples allows 47: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has 1 seconds, and options.limits.seconds allows 1: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has 1 seconds, and options.limits.seconds allows 1: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has an index of 1 megabytes, and options.limits.megabytes allows 0.0001: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has 1 megabytes, and options.limits.megabytes allows 0.01: raise the limit if the file is to be trusted",
        "48 packets",
      ]
    `);
    const wrong = await Promise.all(
      [{ frame: 1 }, { samples: 0 }, { seconds: 'ten' }].map(limits => readAll(device, bytes, { limits })),
    );
    expect(wrong).toMatchInlineSnapshot(`
      [
        "undefined: Expected a known name for options.limits but received 'frame'. Known: samples, seconds, megabytes, pixels, frames.",
        "undefined: Expected a number above 0 for options.limits.samples but received 0.",
        "undefined: Expected a number above 0 for options.limits.seconds but received 'ten'.",
      ]
    `);
  });
});

describe('what is no regular file', () => {
  it('is refused in words, without waiting for anybody', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cuweave-fifo-'));
    const server = createServer();
    try {
      const fifo = join(directory, 'fifo');
      execFileSync('mkfifo', [fifo]);
      await symlink(fifo, join(directory, 'link'));
      await new Promise<void>(resolve => server.listen(join(directory, 'socket'), resolve));
      const found = await Promise.all(
        [fifo, join(directory, 'link'), join(directory, 'socket'), '/dev/zero', directory].map(path =>
          readAll(device, path),
        ),
      );
      expect(found.map(text => String(text).replaceAll(directory, 'DIR'))).toMatchInlineSnapshot(`
        [
          "unreadable: Cannot read a video from DIR/fifo: it is a FIFO, in which nothing can be read twice: write it into a file first",
          "unreadable: Cannot read a video from DIR/link: it is a FIFO, in which nothing can be read twice: write it into a file first",
          "unreadable: Cannot read a video from DIR/socket: it is a socket: write it into a file first",
          "unreadable: Cannot read a video from /dev/zero: it is a device: write it into a file first",
          "unreadable: Cannot read a video from DIR: it is a folder",
        ]
      `);
    } finally {
      server.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('errors of a reader', () => {
  it('that was disposed of while single frames are read are its own', async () => {
    const video = await VideoReader.open(decodeClipPath('avcBFrames'), { device });
    const frames = video.framesAt([{ index: 1 }, { index: 40 }]);
    const times = video.timestamps();
    video.dispose();
    await expect(frames).rejects.toMatchObject({ name: 'VideoError', code: 'disposed' });
    await times.catch(error => expect(error).toMatchObject({ code: 'disposed' }));
    await expect(video.timestamps()).rejects.toMatchObject({ code: 'disposed' });
  });
});
