/** Wakes all who wait, once. */
export class Signal {
  #wake: (() => void) | undefined;
  #next: Promise<void> | undefined;

  /** Resolves at the next {@link notify}. */
  wait(): Promise<void> {
    this.#next ??= new Promise(resolve => {
      this.#wake = resolve;
    });
    return this.#next;
  }
  notify(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#next = undefined;
  }
}
