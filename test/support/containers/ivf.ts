/** IVF files. */
import type { Coded } from './bytes.js';

/** 25 frames a second, 320 × 180. */
export const ivf = (fourcc: 'VP80' | 'VP90' | 'AV01', coded: readonly Coded[]): Buffer => {
  const head = Buffer.alloc(32);
  head.write(`DKIF\0\0\x20\0${fourcc}`, 'latin1');
  head.writeUInt16LE(320, 12);
  head.writeUInt16LE(180, 14);
  head.writeUInt32LE(25, 16);
  head.writeUInt32LE(1, 20);
  const frames = coded.flatMap(({ data, time }) => {
    const front = Buffer.alloc(12);
    front.writeUInt32LE(data.length, 0);
    front.writeUInt32LE(time, 4);
    return [front, data];
  });
  return Buffer.concat([head, ...frames]);
};
