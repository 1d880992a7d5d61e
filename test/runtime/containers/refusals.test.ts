/** What is not read says what it is and what to do; which of several tracks is read. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';
import { readAll } from '../../support/containers/coded.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const casePath = (name: string): string =>
  fileURLToPath(new URL(`../../cases/containers/${name}`, import.meta.url));

it('containers, codecs and protection that are not read are named, with a remedy', async () => {
  const found: Record<string, string> = {};
  for (const name of ['base.flv', 'enc.mp4', 'h.m3u8', 'other_mpeg2video.m2t']) {
    found[name] = String(await readAll(device, casePath(name))).replaceAll(casePath(''), '');
  }
  expect(found).toMatchInlineSnapshot(`
    {
      "base.flv": "unsupportedContainer: base.flv is an FLV: put its streams into an MP4 first: ffmpeg -i base.flv -c copy new.mp4",
      "enc.mp4": "unsupportedContainer: enc.mp4 is encrypted: decrypt it first, with its key: ffmpeg -decryption_key KEY -i enc.mp4 -c copy decrypted.mp4",
      "h.m3u8": "unsupportedContainer: h.m3u8 is a playlist that names other files: open one of them, or join them: ffmpeg -i h.m3u8 -c copy new.mp4",
      "other_mpeg2video.m2t": "unsupportedCodec: The codec of other_mpeg2video.m2t is MPEG-2, and only H.264, HEVC, VP8, VP9 and AV1 are read: encode it anew: ffmpeg -i other_mpeg2video.m2t -c:v libx264 new.mp4",
    }
  `);
});

it('files of other kinds are told by their first bytes', async () => {
  const heads: Readonly<Record<string, string>> = {
    'AVI, in a path that a shell would split': 'RIFF\x10\0\0\0AVI LIST',
    'MPEG program stream': '\0\0\x01\xba\x44',
    WMV: '\x30\x26\xb2\x75\x8e\x66\xcf\x11',
    Y4M: 'YUV4MPEG2 W64 H48 F25:1',
    DASH: '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
    Ogg: 'OggS\0\x02',
    WAV: 'RIFF\x10\0\0\0WAVEfmt ',
    JPEG: '\xff\xd8\xff\xe0\0\x10JFIF',
    AVIF: '\0\0\0\x1cftypavif\0\0\0\0',
    'MPEG-2': '\0\0\x01\xb3\x04\x00\x30',
    text: 'once upon a time',
  };
  const directory = await mkdtemp(join(tmpdir(), 'cuweave-kinds-'));
  const path = join(directory, "a user's clip");
  const found: string[] = [];
  for (const [kind, head] of Object.entries(heads)) {
    await writeFile(path, head, 'latin1');
    found.push(`${kind}: ${String(await readAll(device, path)).replaceAll(directory, 'DIR')}`);
  }
  await rm(directory, { recursive: true });
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "AVI, in a path that a shell would split: unsupportedContainer: DIR/a user's clip is an AVI: put its streams into an MP4 first: ffmpeg -i 'DIR/a user'\\''s clip' -c copy new.mp4
    MPEG program stream: unsupportedContainer: DIR/a user's clip is an MPEG program stream: put its streams into an MP4 first: ffmpeg -i 'DIR/a user'\\''s clip' -c copy new.mp4
    WMV: unsupportedContainer: DIR/a user's clip is an ASF (WMV): put its streams into an MP4 first: ffmpeg -i 'DIR/a user'\\''s clip' -c copy new.mp4
    Y4M: unsupportedContainer: DIR/a user's clip is uncompressed video (Y4M): encode it anew: ffmpeg -i 'DIR/a user'\\''s clip' -c:v libx264 new.mp4
    DASH: unsupportedContainer: DIR/a user's clip is a playlist that names other files: open one of them, or join them: ffmpeg -i 'DIR/a user'\\''s clip' -c copy new.mp4
    Ogg: unsupportedContainer: DIR/a user's clip is an Ogg: encode it anew: ffmpeg -i 'DIR/a user'\\''s clip' -c:v libx264 new.mp4
    WAV: noVideoTrack: DIR/a user's clip is a WAV, which holds audio only
    JPEG: notVideo: DIR/a user's clip is a JPEG, and not a video: readPicture() reads pictures
    AVIF: notVideo: DIR/a user's clip is a HEIF or AVIF, and not a video: readPicture() reads pictures
    MPEG-2: unsupportedContainer: DIR/a user's clip is an MPEG-1 or MPEG-2 stream without a container: encode it anew: ffmpeg -i 'DIR/a user'\\''s clip' -c:v libx264 new.mp4
    text: notVideo: DIR/a user's clip is not in a supported video container (MP4, MOV, Matroska, WebM, MPEG-TS, IVF), nor H.264 or HEVC with start codes"
  `);
});

it('the first track that is decoded here is read, unless another is asked for', async () => {
  // Pictures as MJPEG, then H.264.
  const bytes = await readFile(casePath('two_mjpeg.mp4'));
  const video = await VideoReader.open(bytes, { device });
  expect(video).toMatchObject({ codec: 'avc', width: 64, height: 48, frameCount: 20 });
  video.dispose();
  const named = await VideoReader.open(bytes, { device, track: 1 }).catch(error => error.message);
  const found = [
    typeof named === 'string' ? named : `track 1: ${named.codec}`,
    ...(await Promise.all([0, 2, 1.5, '1'].map(track => readAll(device, bytes, { track })))).map(one =>
      typeof one === 'string' ? one : 'read',
    ),
  ];
  expect(found).toMatchInlineSnapshot(`
    [
      "track 1: avc",
      "unsupportedCodec: The codec of a video of 6723 bytes is mp4v, and only H.264, HEVC, VP8, VP9 and AV1 are read: options.track names another one",
      "undefined: Expected a video track of a video of 6723 bytes, 0 to 1 (0: mp4v, 1: avc1) for options.track but received 2.",
      "undefined: Expected a video track of a video of 6723 bytes, 0 to 1 (0: mp4v, 1: avc1) for options.track but received 1.5.",
      "undefined: Expected a video track of a video of 6723 bytes, 0 to 1 (0: mp4v, 1: avc1) for options.track but received '1'.",
    ]
  `);
});

it('a track that players leave out is read where it is the only one', async () => {
  const video = await VideoReader.open(casePath('disabled.mkv'), { device });
  expect(video.frameCount).toBe(20);
  video.dispose();
});

it('says how many frames there are once it knows', async () => {
  const video = await VideoReader.open(casePath('trunc.mkv'), { device });
  expect(video).toMatchObject({ frameCount: 16, frameCountReason: undefined });
  const times = await video.timestamps();
  times.fill(-1);
  expect((await video.timestamps())[15]).toBeCloseTo(1.5, 6);
  video.dispose();
});
