/** What a reader says of a video before a frame is decoded: the stream's truth, whatever the container leaves out. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

it('size, frames, rate, length and colour', async () => {
  const found: Record<string, string> = {};
  for (const folder of ['cases/containers', 'cases/video']) {
    for (const name of readdirSync(here(folder)).sort()) {
      if (
        !/\.(mp4|webm|mkv|m2t|h264|ivf)$/.test(name) ||
        ['enc.mp4', 'other_mpeg2video.m2t'].includes(name)
      ) {
        continue;
      }
      const video = await VideoReader.open(here(`${folder}/${name}`), { device });
      const { width, height, frameCount, frameRate, duration, colour } = video;
      const { matrix, range, source } = colour;
      const rate = frameRate === undefined ? 'varies' : `${Number(frameRate.toFixed(3))}/s`;
      found[name] =
        `${width}x${height} ${frameCount} frames ${rate} ${Number(duration.toFixed(3))} s ${matrix} ${range} ${source}`;
      video.dispose();
    }
  }
  expect(found).toMatchInlineSnapshot(`
    {
      "alpha.webm": "32x32 2 frames 5/s 0.4 s bt601 limited assumed",
      "crop.m2t": "88x52 5 frames 10/s 0.5 s bt601 limited assumed",
      "cropq.mp4": "88x52 5 frames 10/s 0.5 s bt601 limited assumed",
      "cut.mp4": "64x48 15 frames 10/s 1.5 s bt601 limited assumed",
      "disabled.mkv": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "duppts.mp4": "64x48 20 frames 10/s 1.9 s bt601 limited assumed",
      "elst_end.mp4": "64x48 10 frames 10/s 1 s bt601 limited assumed",
      "elst_two.mp4": "64x48 10 frames 10/s 1 s bt601 limited assumed",
      "frag3.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "gap.m2t": "64x48 20 frames 10/s 8.1 s bt601 limited assumed",
      "hd.h264": "1280x720 5 frames 25/s 0.2 s bt709 limited assumed",
      "interl.m2t": "64x48 25 frames 25/s 1 s bt601 limited assumed",
      "m_hflip.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "mat_smpte240m.mp4": "64x48 5 frames 10/s 0.5 s smpte240m limited stream",
      "mid.m2t": "64x48 12 frames 10/s 1.2 s bt601 limited assumed",
      "multistsd.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "one.mp4": "64x48 1 frames 10/s 0.1 s bt601 limited assumed",
      "opengop.m2t": "64x48 40 frames 10/s 4 s bt601 limited assumed",
      "paff.h264": "32x32 20 frames 25/s 0.8 s bt601 limited assumed",
      "paff.m2t": "32x32 20 frames 12.5/s 1.6 s bt601 limited assumed",
      "reschange.webm": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "rot90.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "spschange.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "trunc.mkv": "64x48 16 frames 10/s 1.6 s bt601 limited assumed",
      "twelve_cut.mkv": "64x48 80 frames 10/s 8 s bt601 limited assumed",
      "two_mjpeg.mp4": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "vfr3.mp4": "64x48 20 frames varies 6.693 s bt601 limited assumed",
      "vp8alt3.webm": "96x64 60 frames 15/s 4 s bt601 limited stream",
      "vp9.ivf": "64x48 20 frames 10/s 2 s bt601 limited assumed",
      "vp9_yuv444p.webm": "64x48 5 frames 10/s 0.5 s bt601 limited assumed",
      "ycgco_green.mp4": "32x32 3 frames 10/s 0.3 s ycgco full stream",
      "zerosample.mp4": "64x48 19 frames 10/s 2 s bt601 limited assumed",
      "zlib.mkv": "64x48 20 frames 10/s 2 s bt601 limited assumed",
    }
  `);
});
