import type { Case } from './cases.js';
import type { PeerDocument } from './report.js';

/** A program that does some of the cases, in CUDA (`source`) or in Python (`script`). */
export type Peer = {
  readonly id: string;
  readonly label: string;
  readonly on: 'cuda' | 'cpu';
  readonly seconds: number;
  readonly source?: string;
  readonly libraries?: readonly string[];
  readonly script?: string;
  readonly modules?: readonly string[];
  /** The cases it has, where they are few. */
  readonly cases?: readonly string[];
};
/** How to start a peer, or why it cannot be. */
export type Prepared = { command: string; args: readonly string[] } | { why: string };
export const peers: readonly Peer[];
export const python: string;
export const nvcc: string;
export const run: (
  command: string,
  args: readonly string[],
  options?: { readonly seconds?: number },
) => Promise<{ status: number; stdout: string; stderr: string; timedOut: boolean }>;
export const endRunning: () => void;
export const missingModules: (modules: readonly string[]) => { missing?: readonly string[]; why?: string };
export const whyNotCompiled: (done: { stderr: string; timedOut: boolean }) => string;
export const compilePeer: (peer: Peer, into: string) => Promise<Prepared>;
export const preparePeer: (peer: Peer, into: string) => Promise<Prepared>;
export const caseArgument: (peer: Pick<Peer, 'id' | 'source'>, one: Case, n: number) => string;
export const runPeer: (
  peer: Peer,
  prepared: { command: string; args: readonly string[] },
  work: {
    rows: readonly { one: Case; n: number }[];
    repetitions: number;
    seconds: number;
    data: string;
  },
) => Promise<PeerDocument | { why: string }>;
