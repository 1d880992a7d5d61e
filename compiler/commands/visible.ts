import type { Terminal } from './terminal.js';

// Control characters but tabs and line breaks, and those that turn the direction of what follows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A text in which names have no power over terminals. */
export const visible = (text: string): string =>
  text.replace(controls, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A terminal that shows what it is given. */
export const visibly = (terminal: Terminal): Terminal => ({
  write: text => terminal.write(visible(text)),
  isTTY: terminal.isTTY === true,
  columns: terminal.columns,
});
