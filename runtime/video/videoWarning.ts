/**
 * What may be worth a word about a video that can be read all the same.
 * - `clock`: the times of a transport stream start anew in the middle; the frames behind that follow those before.
 * - `programs`: a transport stream carries several programs, of which one is read.
 */
export type VideoWarningCode = 'clock' | 'programs';

/** Something about a video that is worth a word. */
export type VideoWarning = {
  readonly code: VideoWarningCode;
  /** A sentence. */
  readonly message: string;
};
