import type { Case } from './cases.js';
import type { Peer } from './peers.js';

export const usage: string;
export const parseArguments: (
  argv: readonly string[],
  peers: readonly Peer[],
) =>
  | { readonly help: true }
  | {
      readonly help: false;
      readonly cases: readonly Case[];
      readonly peers: readonly Peer[];
      readonly repetitions: number | undefined;
      readonly threads: number | undefined;
      readonly out: string | undefined;
    };
