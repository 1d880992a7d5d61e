/**
 * Pictures of H.264 and HEVC that are cropped on the left or at the top. NVDEC's parser does not tell where they begin (seen on an
 * H200): the bitstream's own header does, and the decoder is asked for all that is coded.
 */
import { HeaderError } from './headers/bitReader.js';
import { nalUnits } from './headers/nalUnits.js';
import { SequenceReader } from './headers/sequenceHeader.js';

/** What is shown of a coded picture, in pixels: left, top, width and height. */
export type Window = Uint32Array;

// Of a piece of a bitstream, so that a parameter set that goes on in the next is read there: they are shorter.
const tailBytes = 1024;

/** Follows a bitstream as it goes to a decoder. */
export class CropReader {
  readonly #sequences: SequenceReader | undefined;
  #window: Window | undefined;
  #tail = new Uint8Array(0);

  /** @param header The parameter sets that the container holds, behind start codes. */
  constructor(codec: string, header: Uint8Array | undefined) {
    this.#sequences = codec === 'avc' || codec === 'hevc' ? new SequenceReader(codec) : undefined;
    this.#follow(nalUnits(header ?? new Uint8Array(0), 0));
  }

  /** What is shown of pictures up to the next packet, where it does not begin in the corner. */
  get window(): Window | undefined {
    return this.#window;
  }

  /** Takes a packet that is a whole picture. @param lengthSize Bytes of the length before each NAL unit; 0: start codes. */
  packet(data: Uint8Array, lengthSize: number): Window | undefined {
    if (this.#sequences) {
      this.#follow(nalUnits(data, lengthSize));
    }
    return this.#window;
  }

  /** Takes any piece of a bitstream with start codes. */
  piece(data: Uint8Array): Window | undefined {
    if (this.#sequences) {
      const bytes = Buffer.concat([this.#tail, data]);
      for (const unit of nalUnits(bytes, 0)) {
        this.#follow([unit]);
      }
      this.#tail = bytes.subarray(-tailBytes);
    }
    return this.#window;
  }

  #follow(units: readonly Uint8Array[]): void {
    try {
      const sequence = this.#sequences?.read(units);
      if (sequence) {
        const { left, top, width, height } = sequence;
        this.#window = left === 0 && top === 0 ? undefined : Uint32Array.of(left, top, width, height);
      }
    } catch (error) {
      // Damaged parameter sets are the decoder's to judge.
      if (!(error instanceof HeaderError)) {
        throw error;
      }
    }
  }
}
