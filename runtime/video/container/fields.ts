/** Pictures of H.264 whose two fields lie in samples of their own: they become one sample. */

import type { AvcSequence } from '../decode/headers/avc.js';
import { unitsBehindLengths, unitsOf } from '../decode/headers/nalUnits.js';
import { bitstreamSetup } from '../decode/parameterSets.js';
import { avcField, avcPictureSet, avcSequence, avcUnit, type Field, secondField } from './pictureUnits.js';
import type { Sample } from './samples.js';
import { bufferOf } from './videoBytes.js';

/** Tells fields of a track from frames. */
export class FieldReader {
  readonly #sequences = new Map<number, AvcSequence>();
  readonly #pictureSets = new Map<number, number>();
  readonly #lengthSize: number;

  /** @param description The track's avcC. */
  constructor(description: Uint8Array) {
    const { lengthSize, header } = bitstreamSetup('avc', description);
    this.#lengthSize = lengthSize;
    const bytes = bufferOf(header ?? new Uint8Array(0));
    for (const unit of unitsOf(bytes)) {
      this.#remember(bytes, unit.header);
    }
  }

  /** Whether the description allows for fields. */
  get needed(): boolean {
    return [...this.#sequences.values()].some(({ header }) => header.fields);
  }

  /** The field that a sample is; undefined: it is a frame, or two fields. */
  fieldOf(data: Uint8Array): Field | undefined {
    let first: Field | undefined;
    for (const { header } of unitsBehindLengths(data, this.#lengthSize)) {
      const kind = avcUnit(data, header);
      if (kind.set) {
        this.#remember(data, header);
      } else if (kind.firstSlice) {
        const field = avcField(data, header, set => this.#sequences.get(this.#pictureSets.get(set) ?? -1));
        if (first || !field) {
          // The second of two: they lie together already.
          return undefined;
        }
        first = field;
      }
    }
    return first;
  }

  #remember(bytes: Uint8Array, header: number): void {
    const { set } = avcUnit(bytes, header);
    if (set === 'sequence') {
      const found = avcSequence(bytes, header);
      if (found) {
        this.#sequences.set(found.id, found);
      }
    } else if (set === 'picture') {
      const found = avcPictureSet(bytes, header);
      if (found) {
        this.#pictureSets.set(found.id, found.sequence);
      }
    }
  }
}

/** A first field and the sample behind it, if that is the other one. */
export const joinFields = (
  first: { readonly sample: Sample; readonly field: Field | undefined },
  second: { readonly sample: Sample; readonly field: Field | undefined },
): Sample | undefined => {
  if (!secondField(first.field, second.field) || !first.sample.data || !second.sample.data) {
    return undefined;
  }
  const data = Buffer.concat([first.sample.data, second.sample.data]);
  const duration = first.sample.duration + second.sample.duration;
  return { ...first.sample, data, size: data.length, duration };
};
