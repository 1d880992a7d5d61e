/** What callers name: options and descriptions. A name that nothing reads is refused: it is a misspelt one. */
import { ArgumentError, describe, expected } from './errors.js';

const ownPrototypes = new WeakSet<object>();

/** Notes classes whose properties only they can read: what inherits from an instance of one is no description of anything. */
export const guardClasses = (...classes: readonly { readonly prototype: object }[]): void => {
  for (const { prototype } of classes) {
    ownPrototypes.add(prototype);
  }
};

const inheritsFromOwn = (given: object): boolean => {
  for (let at = Object.getPrototypeOf(given); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (ownPrototypes.has(at)) {
      return true;
    }
  }
  return false;
};

/**
 * Refuses what is no object or only inherits from one of cuweave's, and names that nothing reads.
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
  if (inheritsFromOwn(given)) {
    throw expected('a plain object', path, describe(given));
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) {
      continue;
    }
    const list =
      known.length === 0 ? 'It takes none: the pipeline settles all of them.' : `Known: ${known.join(', ')}.`;
    const { message } = expected(what, path, `'${name}'`, list);
    throw new ArgumentError(message, `${path}.${name}`);
  }
};
