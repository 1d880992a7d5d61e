/** What callers name: options and descriptions. A name that nothing reads is refused: it is a misspelt one. */
import { ArgumentError, describe, expected } from './errors.js';

/**
 * Refuses what is no object, and names that nothing reads.
 *
 * @param given Options or a description, as the caller wrote them.
 * @param path Where they were given, such as `options` or `planes[0]`.
 * @param what What a name should have been.
 */
export const requireKnown = (
  given: unknown,
  known: readonly string[],
  path: string,
  what = 'a known name',
): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw expected('an object', path, describe(given));
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) {
      continue;
    }
    const list = known.length === 0 ? 'It has none.' : `Known: ${known.join(', ')}.`;
    const { message } = expected(what, path, `'${name}'`, list);
    throw new ArgumentError(message, `${path}.${name}`);
  }
};
