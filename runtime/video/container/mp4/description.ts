/** A track with several descriptions: each one's parameter sets, to stand before the pictures that need them. */
import { bitstreamSetup } from '../../decode/parameterSets.js';
import type { ContainedCodec } from '../codecs.js';
import { bufferOf } from '../videoBytes.js';
import { damaged, findBox } from './boxes.js';

const boxes: Partial<Record<ContainedCodec, string>> = { avc: 'avcC', hevc: 'hvcC', av1: 'av1C' };

/**
 * The parameter sets of each description as a picture's packet holds them: NAL units behind their lengths, or the sequence header of
 * AV1. Undefined: the codec needs none.
 *
 * @param entries The boxes of each entry of `stsd`.
 */
export const parameterSetsOf = (
  codec: ContainedCodec | undefined,
  entries: readonly Buffer[],
  what: string,
): readonly Uint8Array[] | undefined => {
  const box = codec && boxes[codec];
  if (!codec || !box) {
    return undefined;
  }
  const setups = entries.map(entry => {
    const description = findBox(entry, box);
    if (!description) {
      throw damaged(what, `one of its descriptions has no ${box}`);
    }
    return bitstreamSetup(codec, description);
  });
  const lengthSize = setups[0]?.lengthSize ?? 0;
  if (setups.some(setup => setup.lengthSize !== lengthSize)) {
    throw damaged(what, 'its descriptions count the lengths of NAL units in different ways');
  }
  return setups.map(({ header = new Uint8Array(0) }) =>
    lengthSize === 0 ? header : behindLengths(header, lengthSize),
  );
};

/** Units behind start codes of four bytes as units behind their lengths. */
const behindLengths = (header: Uint8Array, lengthSize: number): Uint8Array => {
  const bytes = bufferOf(header);
  const code = Buffer.from([0, 0, 0, 1]);
  const parts: Buffer[] = [];
  for (let at = bytes.indexOf(code); at >= 0; ) {
    const next = bytes.indexOf(code, at + 4);
    const unit = bytes.subarray(at + 4, next < 0 ? bytes.length : next);
    const length = Buffer.alloc(lengthSize);
    length.writeUIntBE(unit.length, 0, lengthSize);
    parts.push(length, unit);
    at = next;
  }
  return Buffer.concat(parts);
};
