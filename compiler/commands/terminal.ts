/** What a command writes to: the parts of a process's standard output that are used. */
export type Terminal = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Its width in characters. */
  readonly columns?: number;
};
