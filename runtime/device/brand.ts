/** Which objects are what they look like: `instanceof` alone believes whatever has the prototype. */
import { ArgumentError } from '../errors.js';

/**
 * @internal What `instanceof` says, if the object has the class's private field, too.
 * @param of The class.
 * @param made Whether it has, which only the class itself can tell.
 */
export const isInstance = (of: object, value: unknown, made: (value: object) => boolean): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Function.prototype[Symbol.hasInstance].call(of as never, value) &&
  made(value);

/** @internal Constructors that place memory take this, so that nobody else calls them. */
export const ownCall: unique symbol = Symbol('cuweave');

/** @internal Refuses a constructor's call that is not cuweave's own. */
export const requireOwnCall = (given: unknown, name: string, hint: string): void => {
  if (given !== ownCall) {
    throw new ArgumentError(`new ${name}() is cuweave's own. ${hint}`, '');
  }
};
