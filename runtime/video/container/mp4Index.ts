/**
 * A look at the index of an MP4 or MOV before mediabunny reads it: a damaged count of samples makes it loop, or allocate,
 * by the billion. Boxes and tables: ISO/IEC 14496-12.
 */

import { VideoError } from '../videoError.js';
import type { VideoBytes } from './videoBytes.js';

type Read = (offset: number, length: number) => Promise<Buffer>;

// An index of more than this is refused; that of a day of video at 60 frames a second has 100 MB.
const largestIndex = 2 ** 29;
const containers = ['trak', 'mdia', 'minf', 'stbl'];

type Box = { readonly type: string; readonly body: Buffer };

function* boxesIn(bytes: Buffer): Generator<Box> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at);
    const large = size === 1 && at + 16 <= bytes.length;
    const header = large ? 16 : 8;
    const length = large ? Number(bytes.readBigUInt64BE(at + 8)) : size === 0 ? bytes.length - at : size;
    if (length < header) {
      return;
    }
    yield { type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + header, at + length) };
    at += length;
  }
}

/** How many samples a run-length table (stts, ctts) is about, or a table of sizes has. */
const samplesOf = ({ type, body }: Box): number => {
  if (body.length < 8) {
    return 0;
  }
  if (type === 'stsz' || type === 'stz2') {
    return body.length < 12 ? 0 : body.readUInt32BE(8);
  }
  const entries = Math.min(body.readUInt32BE(4), Math.floor((body.length - 8) / 8));
  let samples = 0;
  for (let n = 0; n < entries; n++) {
    samples += body.readUInt32BE(8 + 8 * n);
  }
  return samples;
};

const checkTables = (bytes: Buffer, what: string, fileSize: number): void => {
  const boxes = [...boxesIn(bytes)];
  const sizes = boxes.find(({ type }) => type === 'stsz' || type === 'stz2');
  for (const box of boxes) {
    if (containers.includes(box.type)) {
      checkTables(box.body, what, fileSize);
    }
    // A sample takes a byte at least, so that there are not more of them than bytes.
    const most = sizes && box !== sizes ? samplesOf(sizes) : fileSize;
    const timed = ['stts', 'ctts', 'stsz', 'stz2'].includes(box.type);
    if (timed && samplesOf(box) > most) {
      throw new VideoError(
        'corrupt',
        `Expected at most ${most} samples in the index of ${what} (${box.type}) but it announces ${samplesOf(box)}: ` +
          'the file is damaged',
      );
    }
  }
};

const findIndex = async (read: Read, size: number): Promise<Buffer | undefined> => {
  for (let at = 0, n = 0; at + 8 <= size && n < 10_000; n++) {
    const head = await read(at, 16);
    if (head.length < 8) {
      return undefined;
    }
    const [box, short] = [head.toString('latin1', 4, 8), head.readUInt32BE(0)];
    if (n === 0 && !['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'styp'].includes(box)) {
      return undefined;
    }
    const large = short === 1 && head.length === 16;
    const length = large ? Number(head.readBigUInt64BE(8)) : short === 0 ? size - at : short;
    const header = large ? 16 : 8;
    if (length < header) {
      return undefined;
    }
    if (box === 'moov') {
      return read(at + header, Math.min(length - header, size - at - header, largestIndex));
    }
    at += length;
  }
  return undefined;
};

/**
 * Throws a {@link VideoError} `corrupt` if the bytes are an MP4 or MOV whose index announces more samples than there can be.
 * Anything else passes.
 */
export const checkMp4Index = async (bytes: VideoBytes, what: string): Promise<void> => {
  const view: Read = async (at, length) => {
    const { buffer, byteOffset, byteLength } = await bytes.read(at, length);
    return Buffer.from(buffer, byteOffset, byteLength);
  };
  const index = await findIndex(view, bytes.size);
  if (index) {
    checkTables(index, what, bytes.size);
  }
};
