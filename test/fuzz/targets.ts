/** The targets by name, and the inputs that each of them gets. */
import { random } from '../support/random.js';
import type { Target } from './target.js';

const makers: Readonly<Record<string, () => Promise<Target>>> = {
  container: async () => (await import('./targets/video.js')).container(),
  video: async () => (await import('./targets/video.js')).video(),
  picture: async () => (await import('./targets/files.js')).picture(),
  npy: async () => (await import('./targets/files.js')).npy(),
  calls: async () => (await import('./targets/calls.js')).calls(),
  manifest: async () => (await import('./targets/compiler.js')).manifest(),
  spec: async () => (await import('./targets/compiler.js')).spec(),
};

/** All names. */
export const targetNames = Object.keys(makers);

/** Inputs of one round, by target: about as much time for each. */
export const roundOf: Readonly<Record<string, number>> = {
  container: 600,
  video: 150,
  picture: 400,
  npy: 6000,
  calls: 6000,
  manifest: 1500,
  spec: 15,
};

/** Makes the target of that name ready. */
export const makeTarget = (name: string): Promise<Target> => makers[name]();

/** Input `n` of a seed: a right one, changed one to three times. The same on every machine. */
export const inputOf = (
  target: Target,
  seeds: readonly Uint8Array[],
  seed: number,
  n: number,
): Uint8Array => {
  const source = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b));
  let bytes = new Uint8Array(source.pick(seeds));
  const changes = source.pick([1, 1, 1, 2, 3]);
  for (let change = 0; change < changes && bytes.length > 0; change++) {
    bytes = new Uint8Array(target.change(source, bytes));
  }
  return bytes;
};
