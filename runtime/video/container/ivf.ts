/** IVF: a header of 32 bytes; before each frame its size and time. */
import { setImmediate } from 'node:timers/promises';
import { beyondLimit } from '../limits.js';
import { VideoError } from '../videoError.js';
import type { ContainedCodec } from './codecs.js';
import {
  type ContainerInput,
  groupBytes,
  groupSize,
  type Sample,
  type SampleSource,
  type Track,
  type Tracks,
} from './samples.js';
import { isKeyPacket } from './shown.js';
import { bufferOf } from './videoBytes.js';

const codecs: Readonly<Record<string, ContainedCodec>> = { VP80: 'vp8', VP90: 'vp9', AV01: 'av1' };

// So many frames are passed over before other work of the process passes: those without bytes fill no group.
const looksAtOnce = 2048;

/** Whether the first bytes of a file are those of IVF. */
export const looksIvf = (head: Buffer): boolean =>
  head.length >= 32 && head.toString('latin1', 0, 4) === 'DKIF';

/** The one track of an IVF. */
export const openIvf = async (input: ContainerInput): Promise<Tracks> => {
  const { bytes, what, limits } = input;
  const head = bufferOf(await bytes.read(0, 32));
  const name = head.toString('latin1', 8, 12);
  const codec = codecs[name];
  const [rate, scale] = [head.readUInt32LE(16), head.readUInt32LE(20)];
  if (rate === 0 || scale === 0) {
    throw new VideoError(
      'corrupt',
      `The header of ${what} has an impossible number of ticks a second: ${rate}/${scale}`,
    );
  }
  let cut: string | undefined;
  const read: SampleSource['read'] = async function* (from) {
    let [at, n] = (from as readonly [number, number] | undefined) ?? [head.readUInt16LE(6), 0];
    let group: Sample[] = [];
    let [looks, holds] = [0, 0];
    while (at < bytes.size) {
      if (++looks % looksAtOnce === 0) {
        await setImmediate();
      }
      const header = bufferOf(await bytes.read(at, 12));
      const size = header.length < 12 ? 0 : header.readUInt32LE(0);
      if (header.length < 12 || at + 12 + size > bytes.size) {
        cut = `its frame at byte ${at} announces more bytes than there are`;
        break;
      }
      const ticks = header.readBigInt64LE(4);
      if (ticks > 2n ** 52n || ticks < -(2n ** 52n)) {
        throw new VideoError('corrupt', `Frame ${n} of ${what} has an impossible time: ${ticks} ticks`);
      }
      if (n >= limits.samples) {
        throw beyondLimit(what, 'samples', limits.samples, 'more');
      }
      const data = await bytes.read(at + 12, size);
      if (size > 0) {
        group.push({
          sequence: n,
          time: (Number(ticks) * scale) / rate,
          duration: 0,
          key: codec !== undefined && isKeyPacket(codec, data, 0),
          shown: true,
          offset: at + 12,
          size,
          data,
          place: [at, n],
        });
      }
      n++;
      at += 12 + size;
      holds += size;
      if (group.length === groupSize || holds >= groupBytes) {
        yield group;
        [group, holds] = [[], 0];
      }
    }
    yield group;
  };
  const track: Track = {
    ...(codec ? { codec } : {}),
    codecName: JSON.stringify(name),
    width: head.readUInt16LE(12),
    height: head.readUInt16LE(14),
    colour: {},
    enabled: true,
    open: () => ({ read, cut: () => cut }),
  };
  return { video: [track], others: [] };
};
