/**
 * What may be worth a word about a video that can be read all the same.
 * - `clock`: the times of a transport stream start anew in the middle; the frames behind that follow those before.
 * - `joined`: another film follows in the same file, as when files are written one behind the other; the first is read.
 * - `order`: frames came with times that go back; each of them has the latest time before it.
 * - `programs`: a transport stream carries several programs, and one is read.
 * - `orientation`: the container asks for a turn that is not one of a picture's eight; frames are left as they are.
 * - `alphaDropped`: the video has transparency, and frames come without it.
 * - `matrix`: its colours are coded in a way that `yuvToRgb` does not undo.
 * - `damage`: frames that `onDamage: 'keep'` kept are damaged, with the software decoder's words about them.
 */
export type VideoWarningCode =
  | 'clock'
  | 'joined'
  | 'order'
  | 'programs'
  | 'orientation'
  | 'alphaDropped'
  | 'matrix'
  | 'damage';

/** Something about a video that is worth a word. */
export type VideoWarning = {
  readonly code: VideoWarningCode;
  /** A sentence. */
  readonly message: string;
};
