/** What a target is: something that takes input from strangers, and what it may do with it. */
import type { Random } from '../support/random.js';

/** Something that takes bytes. */
export type Target = {
  /** A word for what the input is; also the folder of its corpus. */
  readonly name: string;
  /** Right inputs, to begin with. */
  readonly seeds: () => Promise<readonly Uint8Array[]>;
  /** Changes an input once. */
  readonly change: (random: Random, bytes: Uint8Array) => Uint8Array;
  /** Does with the input what an application does. What it throws is looked at; a short word for what came of it. */
  readonly run: (bytes: Uint8Array) => Promise<string>;
  /** Whether an error is one of those that callers are told of. */
  readonly isTyped: (error: unknown) => boolean;
  readonly close?: () => Promise<void> | void;
};

/** What a run did that it may not; thrown by targets. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}
