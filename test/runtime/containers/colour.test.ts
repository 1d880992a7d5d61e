/** Colours that a container or a bitstream names by a number without a meaning. */
import { readFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';
import { be } from '../../support/containers/bytes.js';
import { readCodedClip } from '../../support/containers/coded.js';
import { element, matroska } from '../../support/containers/matroska.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());

const colours = async (bytes: Uint8Array) => {
  const video = await VideoReader.open(bytes, { device });
  const frame = await video.frameAt({ index: 0 });
  const found = {
    reader: video.colour.matrix,
    frame: frame.colour?.matrix,
    warnings: video.warnings.map(
      ({ code, message }) => `${code}: ${message.replace(/\d+ bytes/, 'N bytes')}`,
    ),
  };
  frame.dispose();
  video.dispose();
  return found;
};

it('a reserved matrix of a container has a name, and no other is taken for it', async () => {
  const clip = await readCodedClip();
  const found: Record<string, unknown> = {};
  for (const code of [2, 3, 18, 255]) {
    const track = element(0xe0, element(0x55b0, element(0x55b1, be(code, 1))));
    found[code] = await colours(matroska(clip.coded, { description: clip.description, track }));
  }
  expect(found).toMatchInlineSnapshot(`
    {
      "18": {
        "frame": "reserved-18",
        "reader": "reserved-18",
        "warnings": [
          "matrix: The colours of a video of N bytes are coded by 'reserved-18', which yuvToRgb() does not undo: it refuses its frames.",
        ],
      },
      "2": {
        "frame": "bt601",
        "reader": "bt601",
        "warnings": [],
      },
      "255": {
        "frame": "reserved-255",
        "reader": "reserved-255",
        "warnings": [
          "matrix: The colours of a video of N bytes are coded by 'reserved-255', which yuvToRgb() does not undo: it refuses its frames.",
        ],
      },
      "3": {
        "frame": "reserved-3",
        "reader": "reserved-3",
        "warnings": [
          "matrix: The colours of a video of N bytes are coded by 'reserved-3', which yuvToRgb() does not undo: it refuses its frames.",
        ],
      },
    }
  `);
});

it('so has one of a bitstream', async () => {
  const whole = await readFile(new URL('../../cases/video/mat_smpte240m.mp4', import.meta.url));
  expect(await colours(whole)).toMatchObject({ reader: 'smpte240m', frame: 'smpte240m' });
  const start = whole.indexOf('avcC') + 4;
  const bits = (bytes: Buffer, at: number, value?: number): number => {
    let read = 0;
    for (let n = 0; n < 8; n++) {
      const [byte, bit] = [(at + n) >> 3, 7 - ((at + n) & 7)];
      if (value !== undefined) {
        bytes[byte] = ((bytes[byte] as number) & ~(1 << bit)) | (((value >> (7 - n)) & 1) << bit);
      }
      read = 2 * read + (((bytes[byte] as number) >> bit) & 1);
    }
    return read;
  };
  // Its three codes stand one behind the other in the parameter set, at any bit.
  const codes = [2, 2, 7];
  const [at, another] = Array.from({ length: 400 }, (_, n) => 8 * start + n).filter(place =>
    codes.every((code, n) => bits(whole, place + 8 * n) === code),
  );
  expect([at === undefined, another]).toEqual([false, undefined]);
  for (const code of [3, 200]) {
    bits(whole, (at as number) + 16, code);
    expect(await colours(whole)).toMatchObject({
      reader: `reserved-${code}`,
      frame: `reserved-${code}`,
      warnings: [expect.stringMatching(/^matrix: .* are coded by 'reserved-/)],
    });
  }
});
