/** What of a track is shown, and when (edit list; ISO/IEC 14496-12, 8.6.6). */
import { VideoError } from '../../videoError.js';
import { damaged, Fields } from './boxes.js';

/** A stretch of the track, in its ticks, and when it begins to be shown, in seconds. */
type Edit = { readonly start: number; readonly end: number; readonly at: number };

/** Maps a track's ticks to seconds of the film. */
export type Timeline = {
  /** When a sample of that time is shown; of one that is not, a time that keeps the order. */
  readonly seconds: (ticks: number) => number;
  /** Whether it is shown at all, of a sample with that duration. */
  readonly shows: (ticks: number, duration: number) => boolean;
  /** For how long, in ticks: an edit may end within it. */
  readonly length: (ticks: number, duration: number) => number;
};

const refused = (what: string, found: string): VideoError =>
  new VideoError(
    'unsupportedContainer',
    `The edit list of ${what} ${found}. Write what it shows anew: ffmpeg -i FILE -c:v libx264 new.mp4`,
  );

const readEdits = (elst: Buffer, scale: number, movieScale: number, what: string): readonly Edit[] => {
  const fields = new Fields(elst, 'elst', what);
  const long = fields.u32() >>> 24 === 1;
  const edits: Edit[] = [];
  let at = 0;
  for (let left = fields.count(long ? 20 : 12); left > 0; left--) {
    const duration = long ? fields.u64() : fields.u32();
    const start = long ? fields.i64() : fields.i32();
    const rate = fields.i32();
    if (start === -1) {
      // Nothing is shown: what follows is delayed.
      at += duration / movieScale;
      continue;
    }
    if (start < 0 || !Number.isSafeInteger(start) || !Number.isSafeInteger(duration)) {
      throw damaged(what, `an edit begins at ${start}`);
    }
    if (rate !== 0x10000) {
      throw refused(what, `shows a stretch at ${Number((rate / 0x10000).toFixed(3))} times its speed`);
    }
    if (duration === 0) {
      // To the end, as in fragmented files; nothing where others follow.
      if (left === 1) {
        edits.push({ start, end: Number.POSITIVE_INFINITY, at });
      }
      continue;
    }
    const end = start + Math.round((duration * scale) / movieScale);
    const last = edits[edits.length - 1];
    if (last && start < last.end) {
      throw refused(what, start < last.start ? 'goes back' : 'repeats a stretch');
    }
    edits.push({ start, end, at });
    at += duration / movieScale;
  }
  return edits;
};

/**
 * @param elst The edit list without its box header; without one all is shown from 0 on.
 * @param scale Ticks of the track a second; `movieScale`: those of the whole film.
 * @throws {VideoError} `unsupportedContainer`, where it repeats a stretch, goes back or changes the speed.
 */
export const timelineOf = (
  elst: Buffer | undefined,
  scale: number,
  movieScale: number,
  what: string,
): Timeline => {
  const edits = elst ? readEdits(elst, scale, movieScale, what) : [];
  if (edits.length === 0) {
    return { seconds: ticks => ticks / scale, shows: () => true, length: (_, duration) => duration };
  }
  const last = edits[edits.length - 1] as Edit;
  // A tick of the film's clock, by which the end of an edit may be rounded.
  const rounding = scale / movieScale;
  /** The first one that ends behind a moment. They lie in order. */
  const editAt = (ticks: number): Edit => {
    let [low, high] = [0, edits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ticks < (edits[middle] as Edit).end) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return edits[low] ?? last;
  };
  const shows = (ticks: number, duration: number): boolean => {
    const { start, end } = editAt(ticks);
    // Muxers that do not know how long the last frame lasts say 0, and end the edit with it.
    return ticks >= start && (ticks < end || (ticks === end && duration === 0));
  };
  return {
    seconds: ticks => {
      const edit = editAt(ticks);
      const between = ticks < edit.start && edit !== edits[0];
      return between ? edit.at : edit.at + (ticks - edit.start) / scale;
    },
    shows,
    length: (ticks, duration) => {
      const { end } = editAt(ticks);
      return ticks + duration > end + rounding ? end - ticks : duration;
    },
  };
};
