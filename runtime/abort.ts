/** Work that a caller may give up by an `AbortSignal`. */
import { describe, expected } from './errors.js';

/** Throws where a value is no signal; an aborted one's reason. */
export const requireSignal = (signal: unknown): void => {
  if (signal === undefined) {
    return;
  }
  if (!(signal instanceof AbortSignal)) {
    throw expected('an AbortSignal', 'options.signal', describe(signal));
  }
  signal.throwIfAborted();
};

/**
 * A promise that rejects with the signal's reason once it is aborted, though the work behind it goes on to its end.
 * @param free Gets what the work comes to, if nobody waits for it any more.
 */
export const abortable = async <T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  free: (late: T) => void = () => {},
): Promise<T> => {
  if (!signal) {
    return work;
  }
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) {
      stop();
    }
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    // Nobody waits for a failure of the work after this.
    work.then(free, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/**
 * What an iteration gives until the signal is aborted; then it rejects with its reason, though a value may be under way.
 * @param free Gets that value, if it comes.
 */
export async function* until<T>(
  values: AsyncGenerator<T, void, undefined>,
  signal: AbortSignal | undefined,
  free: (late: T) => void,
): AsyncGenerator<T, void, undefined> {
  if (!signal) {
    yield* values;
    return;
  }
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await abortable(values.next(), signal, late => {
        if (!late.done) {
          free(late.value);
        }
      });
      if (next.done) {
        return;
      }
      yield next.value;
    }
  } finally {
    // Queued behind the value that is under way, which nobody waits for.
    const end = values.return();
    if (signal.aborted) {
      end.catch(() => {});
    } else {
      await end;
    }
  }
}
