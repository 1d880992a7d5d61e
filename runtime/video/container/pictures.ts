/** The samples of a track as pictures: from the first key frame on, fields joined, hidden frames marked, times checked. */
import { setImmediate } from 'node:timers/promises';
import { bitstreamSetup } from '../decode/parameterSets.js';
import { beyondLimit } from '../limits.js';
import { VideoError } from '../videoError.js';
import type { ContainedCodec } from './codecs.js';
import { FieldReader, joinFields } from './fields.js';
import type { Field } from './pictureUnits.js';
import {
  bytesOf,
  type ContainerInput,
  groupBytes,
  type Place,
  type Sample,
  type SampleGroups,
  type SampleSource,
  type Track,
} from './samples.js';
import { hidesFrames, isShown } from './shown.js';

/** Reads the pictures of a track. */
export type PictureReader = {
  /** Pictures in decode order from a place on; without one, from the first key frame. */
  readonly read: (from?: Place) => SampleGroups;
  /** Whether it has to look at each picture's bytes. */
  readonly looks: boolean;
  /** H.264 and HEVC: bytes of the length before each NAL unit; 0: start codes. */
  readonly lengthSize: number;
};

// Samples of one pass hold no more than this multiple of the file's size, and a little more: a small file must not become a long one by samples
// that lie upon each other, or by parameter sets that stand before each of them.
const [mostTimes, freeBytes] = [2, 2 ** 20];
// Seconds of the earliest and the latest moment that are believed.
const farthest = 1e11;

/** Makes pictures of a source's samples. */
export const pictureReader = (track: Track, source: SampleSource, input: ContainerInput): PictureReader => {
  const { bytes, what, limits } = input;
  const codec = track.codec as ContainedCodec;
  const { description } = track;
  const { lengthSize } = bitstreamSetup(codec, description);
  const newFields = (): FieldReader | undefined =>
    codec === 'avc' && description ? new FieldReader(description) : undefined;
  const joins = newFields()?.needed === true;
  const hides = hidesFrames(codec);
  let start: number | undefined;

  const withBytes = async (sample: Sample): Promise<Sample & { readonly data: Uint8Array }> => {
    const found = bytesOf(sample, bytes);
    const data = found instanceof Promise ? await found : found;
    if (!data) {
      throw new VideoError('truncated', `${what} became shorter while it was read`);
    }
    return { ...sample, data };
  };

  const read = async function* (from?: Place): SampleGroups {
    const fields = joins ? newFields() : undefined;
    let begun = from !== undefined;
    let held: { readonly sample: Sample; readonly field: Field | undefined } | undefined;
    let left = mostTimes * bytes.size + freeBytes;
    let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for await (const group of source.read(from)) {
      let out: Sample[] = [];
      let holds = 0;
      for (let sample of group) {
        if (!begun) {
          if (!sample.key) {
            continue;
          }
          begun = true;
          start ??= sample.time;
        }
        const { time, size, before } = sample;
        left -= size + (before?.length ?? 0);
        if (left < 0) {
          throw new VideoError(
            'corrupt',
            `The frames of ${what} hold more than ${mostTimes} times its ${bytes.size} bytes`,
          );
        }
        if (!(Math.abs(time) < farthest)) {
          throw new VideoError('corrupt', `A frame of ${what} has an impossible time: ${time} s`);
        }
        earliest = Math.min(earliest, time);
        latest = Math.max(latest, time);
        if (latest - earliest > limits.seconds) {
          throw beyondLimit(what, 'seconds', limits.seconds, (latest - earliest).toFixed(0));
        }
        // What is shown before the first key frame needs frames that are not there.
        if (sample.shown && start !== undefined && time < start && track.counted === undefined) {
          sample = { ...sample, shown: false };
        }
        if (hides) {
          const whole = await withBytes(sample);
          out.push(isShown(codec, whole.data) ? whole : { ...whole, shown: false });
          holds += whole.data.length;
        } else if (fields) {
          const whole = await withBytes(sample);
          const next = { sample: whole, field: fields.fieldOf(whole.data) };
          const joined = held && joinFields(held, next);
          if (joined) {
            out.push(joined);
            held = undefined;
          } else {
            if (held) {
              out.push(held.sample);
            }
            held = next;
          }
          holds += whole.data.length;
        } else {
          out.push(sample);
        }
        if (holds >= groupBytes) {
          yield out;
          [out, holds] = [[], 0];
        }
      }
      yield out;
      // Sources whose bytes are at hand would keep everything else waiting.
      await setImmediate();
    }
    if (held) {
      yield [held.sample];
    }
  };
  return { read, looks: hides || joins, lengthSize };
};
