/** Times of a transport stream: 33 bits at 90 kHz, which begin anywhere and start over after 26.5 hours. */

/** Ticks of the clock a second. */
export const ticksASecond = 90_000;
const wrap = 2 ** 33;
// Decoding times that go back by more than this are those of another stream that follows.
const mostBack = ticksASecond;

/** Ticks from a moment, in seconds, to a time of 33 bits. */
export const ticksUntil = (from: number, shown: number): number => {
  const distance = (shown - from * ticksASecond) % wrap;
  return distance < 0 ? distance + wrap : distance;
};

/** Where a clock stands; plain data, so that reading can go on from it. */
export type ClockState = {
  /** The decoding time before, with what was added to it. */
  readonly last: number | undefined;
  /** What is added. */
  readonly shift: number;
  /** When the frames so far end. */
  readonly end: number;
  /** Ticks from one picture to the next. */
  readonly step: number;
};

/** Makes times of one stretch after another those of one film. */
export class Clock {
  #state: ClockState;

  constructor(
    state: ClockState | undefined,
    /** Told where a stretch begins whose times do not go on from those before, in seconds. */
    private readonly jumped: (seconds: number) => void,
  ) {
    this.#state = state ?? { last: undefined, shift: 0, end: 0, step: 0 };
  }

  get state(): ClockState {
    return this.#state;
  }

  /**
   * Seconds of a picture.
   *
   * @param shown When it is shown, and `decoded`, as the stream has them.
   * @param restarts The stream says that its clock starts anew.
   */
  secondsOf(shown: number | undefined, decoded: number | undefined, restarts: boolean): number {
    let { last, shift, end, step } = this.#state;
    if (shown === undefined) {
      // Pictures without a time follow one another.
      const time = end;
      this.#state = { last: last === undefined ? undefined : last + step, shift, end: end + step, step };
      return time / ticksASecond;
    }
    const raw = decoded ?? shown;
    let time = raw + shift;
    if (last !== undefined) {
      // The one of the times that are the same but for 33 bits that is next to the last.
      const turns = Math.round((last - time) / wrap);
      shift += turns * wrap;
      time += turns * wrap;
      if (
        time < last - mostBack ||
        (restarts && Math.abs(time - last) > 2 * Math.max(step, ticksASecond / 10))
      ) {
        shift += end - (shown + shift);
        time = raw + shift;
        this.jumped(end / ticksASecond);
      } else if (time > last) {
        step = step === 0 ? time - last : Math.min(step, time - last);
      }
    }
    // Both have 33 bits: the display's may have started over already.
    const ahead = shown < raw - wrap / 2 ? wrap : shown > raw + wrap / 2 ? -wrap : 0;
    const display = shown + shift + ahead;
    this.#state = { last: time, shift, end: Math.max(end, display + step), step };
    return display / ticksASecond;
  }
}
