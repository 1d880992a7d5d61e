/** Frames of VP9 and AV1 that are decoded and not shown, in packets of their own and beside others; and frames that are shown anew. */
import { afterAll, expect, it } from 'vitest';
import { openDevice } from '../../../runtime/index.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { decodeClipPath, decodeHashes } from '../../media/decodeClips.js';
import type { Coded } from '../../support/containers/bytes.js';
import { readAll } from '../../support/containers/coded.js';
import { ivf } from '../../support/containers/ivf.js';
import { matroska } from '../../support/containers/matroska.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());

const packetsOf = async (name: 'vp9' | 'av1'): Promise<readonly { data: Buffer; key: boolean }[]> => {
  const file = await openVideoFile(decodeClipPath(name));
  const found: { data: Buffer; key: boolean }[] = [];
  for await (const { data, type } of file.packets()) {
    found.push({ data: Buffer.from(data), key: type === 'key' });
  }
  file.close();
  return found;
};

it('VP9: superframes with hidden frames, hidden frames alone, and frames shown anew', async () => {
  const hashes = decodeHashes().vp9;
  const packets = await packetsOf('vp9');
  const keys = packets.flatMap(({ data, key }, n) => (key ? [{ data, n }] : []));
  const key = (n: number): Buffer => (keys[n] as { readonly data: Buffer }).data;
  /** A key frame whose show_frame is 0 (VP9, 6.2); in key frames nothing else depends on it. */
  const hidden = (n: number): Buffer => {
    const data = Buffer.from(key(n));
    expect(data[0]).toBe(0x82);
    data[0] = 0x80;
    return data;
  };
  // show_existing_frame of reference 0.
  const anew = Buffer.from([0x88]);
  /** VP9, annex B. */
  const superframe = (...frames: readonly Buffer[]): Buffer => {
    const marker = Buffer.from([0xd8 | (frames.length - 1)]);
    const sizes = frames.map(({ length }) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(length);
      return size;
    });
    return Buffer.concat([...frames, marker, ...sizes, marker]);
  };
  const data = [superframe(hidden(0), anew), hidden(1), anew, superframe(hidden(2), key(3)), hidden(4)];
  const coded = data.map((one, n): Coded => ({ data: one, key: n !== 2, time: n }));
  for (const bytes of [ivf('VP90', coded), matroska(coded, { codec: 'V_VP9' })]) {
    const found = await readAll(device, bytes);
    expect(found).toMatchObject({
      digests: [0, 1, 3].map(n => hashes[keys[n]?.n as number]),
      times: [0, 2 / 25, 3 / 25],
      reader: { frameCount: 3 },
    });
    expect(found).not.toHaveProperty('error');
  }
});

it('AV1: hidden frames in packets of their own', async () => {
  const hashes = decodeHashes().av1;
  const packets = await packetsOf('av1');
  /** A packet as several of one OBU each (AV1, 5.3); all of them have sizes. */
  const split = (data: Buffer): readonly Buffer[] => {
    const units: Buffer[] = [];
    for (let at = 0; at < data.length; ) {
      const start = at;
      const head = data[at] as number;
      at += head & 4 ? 2 : 1;
      let size = 0;
      for (let n = 0; ; n++) {
        const byte = data[at++] as number;
        size += (byte & 127) * 128 ** n;
        if (byte < 128) {
          break;
        }
      }
      at += size;
      units.push(data.subarray(start, at));
    }
    return units;
  };
  // The first frame keeps its sequence header.
  const coded = packets.flatMap(({ data, key }, n): readonly Coded[] =>
    (key ? [data] : split(data)).map((one, k) => ({ data: one, key: key && k === 0, time: 10 * n + k })),
  );
  expect(coded.length).toBe(packets.length + 4);
  for (const bytes of [ivf('AV01', coded), matroska(coded, { codec: 'V_AV1' })]) {
    const found = await readAll(device, bytes);
    expect(found).toMatchObject({ digests: hashes, reader: { frameCount: hashes.length } });
    expect(found).not.toHaveProperty('error');
  }
});
