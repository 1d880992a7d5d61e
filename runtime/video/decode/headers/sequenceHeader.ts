/** Finds and reads the header of a bitstream's first picture. */
import type { ContainedCodec } from '../../container/codecs.js';
import { bitstreamSetup } from '../parameterSets.js';
import { readAv1Header } from './av1.js';
import { readAvcSequence } from './avc.js';
import { BitReader, HeaderError, unescaped } from './bitReader.js';
import { readHevcSequence } from './hevc.js';
import { nalUnits } from './nalUnits.js';
import type { SequenceHeader } from './sequence.js';
import { readVp8Header, readVp9Header } from './vpx.js';

/**
 * What the first picture of a packet is.
 *
 * @param packet A packet with a key frame, as the container has it.
 * @param description The container's codec description (avcC, hvcC, av1C); without one packets of H.264 and HEVC hold start codes.
 * @returns Undefined where neither says anything, or where what they say is damaged: decoding tells.
 */
export const sequenceHeader = (
  codec: ContainedCodec,
  packet: Uint8Array,
  description?: Uint8Array,
): SequenceHeader | undefined => {
  try {
    switch (codec) {
      case 'vp8':
        return readVp8Header(packet);
      case 'vp9':
        return readVp9Header(packet);
      case 'av1':
        return readAv1Header(packet) ?? (description && readAv1Header(description.subarray(4)));
      case 'avc':
      case 'hevc': {
        const { lengthSize, header = new Uint8Array() } = bitstreamSetup(codec, description);
        const sequences = new SequenceReader(codec);
        return sequences.read([...nalUnits(header, 0), ...nalUnits(packet, lengthSize)]) ?? sequences.first;
      }
    }
  } catch (error) {
    if (error instanceof HeaderError) {
      return undefined;
    }
    throw error;
  }
};

/** How the two codecs number their NAL units, and where a picture's first slice names its parameters. */
const kinds = {
  avc: {
    headerBytes: 1,
    typeOf: (unit: Uint8Array) => (unit[0] as number) & 31,
    sequence: 7,
    picture: 8,
    isSlice: (type: number) => type === 1 || type === 2 || type === 5,
    readSequence: readAvcSequence,
    /** `first_mb_in_slice` and `slice_type` stand before it. */
    skipToPicture: (bits: BitReader) => {
      bits.ue();
      bits.ue();
    },
  },
  hevc: {
    headerBytes: 2,
    typeOf: (unit: Uint8Array) => ((unit[0] as number) >> 1) & 63,
    sequence: 33,
    picture: 34,
    isSlice: (type: number) => type <= 9 || (type >= 16 && type <= 21),
    readSequence: readHevcSequence,
    /** `first_slice_segment_in_pic_flag`, and in pictures to begin at another flag. */
    skipToPicture: (bits: BitReader, type: number) => bits.skip(type >= 16 ? 2 : 1),
  },
} as const;

// Parameter sets and the beginning of a slice fit; a whole slice need not be copied.
const mostHeaderBytes = 4096;

/** The sequence that pictures are of, by way of their picture parameters. Remembers parameter sets from packet to packet, as decoders do. */
export class SequenceReader {
  readonly #kind: (typeof kinds)['avc' | 'hevc'];
  readonly #sequences = new Map<number, SequenceHeader>();
  readonly #sequenceOfPicture = new Map<number, number>();

  constructor(codec: 'avc' | 'hevc') {
    this.#kind = kinds[codec];
  }

  /** The header of the first slice among these NAL units, which are read up to it. @throws {HeaderError} Where a parameter set is damaged. */
  read(units: readonly Uint8Array[]): SequenceHeader | undefined {
    for (const unit of units) {
      if (unit.length <= this.#kind.headerBytes) {
        continue;
      }
      const type = this.#kind.typeOf(unit);
      const bits = () => new BitReader(unescaped(unit.subarray(this.#kind.headerBytes, mostHeaderBytes)));
      if (type === this.#kind.sequence) {
        const { id, header } = this.#kind.readSequence(bits());
        this.#sequences.set(id, header);
      } else if (type === this.#kind.picture) {
        const set = bits();
        this.#sequenceOfPicture.set(set.ue(), set.ue());
      } else if (this.#kind.isSlice(type)) {
        const slice = bits();
        this.#kind.skipToPicture(slice, type);
        return this.#sequences.get(this.#sequenceOfPicture.get(slice.ue()) ?? -1);
      }
    }
    return undefined;
  }

  /** The first that was read, whatever pictures are of. */
  get first(): SequenceHeader | undefined {
    const [found] = this.#sequences.values();
    return found;
  }
}
