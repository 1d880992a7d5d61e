/**
 * Keeps FFmpeg's messages about damaged streams. It has one log for the whole process, whose lines do not name their stream: they are kept while one
 * stream is decoded, and not while several are.
 */
import { setImmediate } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

type Av = typeof import('node-av');

/** More than these say nothing new. */
const mostLines = 4;
const longestLine = 200;

const decoding = new Set<string[]>();

/** Takes FFmpeg's log over, unless the app has chosen what becomes of it. */
export const takeLog = ({ Log, AV_LOG_INFO, AV_LOG_ERROR, AV_LOG_QUIET }: Av): void => {
  if (Log.getLevel() !== AV_LOG_INFO) {
    return;
  }
  // A worker may end before those who write to the log do.
  if (!isMainThread) {
    Log.setLevel(AV_LOG_QUIET);
    return;
  }
  Log.setLevel(AV_LOG_ERROR);
  Log.setCallback(
    (_, message) => {
      const [lines, another] = decoding;
      const line = message.trim().slice(0, longestLine);
      if (lines && !another && lines.length < mostLines && line !== '' && !lines.includes(line)) {
        lines.push(line);
      }
    },
    { maxLevel: AV_LOG_ERROR },
  );
};

/** The lines that come while a stream is decoded. */
export type DecoderLog = {
  /** Those since the last time, in a sentence's end such as `: error while decoding MB 14 0`; '' without any. */
  readonly take: () => Promise<string>;
  readonly close: () => void;
};

/** Listens until it is closed. */
export const listen = (): DecoderLog => {
  const lines: string[] = [];
  decoding.add(lines);
  return {
    take: async () => {
      // Lines come by way of the event loop, a little later than the result that they are about.
      await setImmediate();
      const said = lines.splice(0).join('; ');
      return said === '' ? '' : `: ${said}`;
    },
    close: () => {
      decoding.delete(lines);
    },
  };
};
