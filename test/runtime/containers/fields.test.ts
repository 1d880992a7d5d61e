/** H.264 whose fields are samples of their own in MP4 and Matroska: two are one frame. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openDevice } from '../../../runtime/index.js';
import { avcUnit } from '../../../runtime/video/container/pictureUnits.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { unitsOf } from '../../../runtime/video/decode/headers/nalUnits.js';
import { be, type Coded } from '../../support/containers/bytes.js';
import { type Read, readAll } from '../../support/containers/coded.js';
import { matroska } from '../../support/containers/matroska.js';
import { mp4 } from '../../support/containers/mp4.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const casePath = (name: string): string =>
  fileURLToPath(new URL(`../../cases/containers/${name}`, import.meta.url));

/** The fields of a stream in decode order, and what describes them. */
const readFields = async () => {
  const stream = await readFile(casePath('paff.h264'));
  const units = unitsOf(stream);
  const sets = new Map<string, Buffer>();
  const fields: { data: Buffer; key: boolean }[] = [];
  let front: Buffer[] = [];
  for (const [n, { header }] of units.entries()) {
    const data = stream.subarray(header, units[n + 1]?.start ?? stream.length);
    const kind = avcUnit(stream, header);
    const unit = Buffer.concat([be(data.length, 4), data]);
    if (kind.set === 'sequence' || kind.set === 'picture') {
      sets.set(kind.set, data);
    } else if (kind.slice && !kind.firstSlice) {
      const last = fields[fields.length - 1] as { data: Buffer };
      last.data = Buffer.concat([last.data, unit]);
    } else if (kind.slice) {
      fields.push({ data: Buffer.concat([...front, unit]), key: kind.key });
      front = [];
    } else {
      front.push(unit);
    }
  }
  const [sequence, picture] = [sets.get('sequence') as Buffer, sets.get('picture') as Buffer];
  const description = Buffer.concat([
    Buffer.from([1]),
    sequence.subarray(1, 4),
    Buffer.from([0xff, 0xe1]),
    be(sequence.length, 2),
    sequence,
    Buffer.from([1]),
    be(picture.length, 2),
    picture,
  ]);
  return { fields, description };
};

it.each(['MP4', 'Matroska'])('%s', async container => {
  const { fields, description } = await readFields();
  const known = (await readAll(device, casePath('paff.m2t'))) as Read;
  const times: number[] = [];
  const file = await openVideoFile(casePath('paff.m2t'));
  for await (const { timestamp } of file.packets()) {
    times.push(Math.round((timestamp - (known.times[0] as number)) * 25));
  }
  file.close();
  expect(fields).toHaveLength(2 * times.length);
  const coded = fields.map(
    (field, n): Coded => ({
      ...field,
      time: (times[n >> 1] as number) + (n % 2) / 2,
    }),
  );
  const bytes = container === 'MP4' ? mp4(coded, { description }) : matroska(coded, { description });
  const { digests, times: found, error, reader } = (await readAll(device, bytes)) as Read;
  expect(error).toBeUndefined();
  expect(digests).toEqual(known.digests);
  expect(found).toEqual([...times].sort((a, b) => a - b).map(time => time / 25));
  expect(reader.frameCount).toBe(times.length);
});
