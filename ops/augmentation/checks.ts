/** How options of random transforms are refused. */

const shown = (value: unknown): string =>
  typeof value === 'number' || value === undefined ? String(value) : (JSON.stringify(value) ?? typeof value);

/** The one phrase for options that do not fit. */
export const wrong = (what: string, path: string, value: unknown, hint: string): RangeError =>
  new RangeError(`Expected ${what} for ${path} but received ${shown(value)}. ${hint}`);

/** Refuses names that nothing reads. */
export const requireNames = (given: object, known: readonly string[], path: string): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong('an object of options', path, given, `It has the names ${known.join(', ')}.`);
  }
  const other = Object.keys(given).find(name => !known.includes(name));
  if (other !== undefined) {
    throw wrong('a known name', path, other, `Known: ${known.join(', ')}.`);
  }
};

/** Refuses what is no probability. */
export const requireProbability = (p: unknown, path: string): void => {
  if (!(typeof p === 'number' && p >= 0 && p <= 1)) {
    throw wrong('a number in 0..1', path, p, 'It is the probability that the transform happens.');
  }
};

/** Refuses what is no range of numbers from `least` to `most`, or above `least` where that is to be left out. */
export const requireRange = (
  range: unknown,
  path: string,
  { least, most, open = false }: { readonly least: number; readonly most?: number; readonly open?: boolean },
): void => {
  const inside = (v: unknown): boolean =>
    typeof v === 'number' && Number.isFinite(v) && (open ? v > least : v >= least) && v <= (most ?? v);
  if (!(Array.isArray(range) && range.length === 2 && range.every(inside) && range[0] <= range[1])) {
    const limits = `${open ? 'above' : 'of at least'} ${least}${most === undefined ? '' : ` and at most ${most}`}`;
    throw wrong(`two numbers ${limits}`, path, range, 'Write the smaller one first: [least, largest].');
  }
};

/** Refuses what is no whole number from `least` to `most`. */
export const requireWhole = (value: unknown, path: string, least: number, most: number): void => {
  if (!(Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)) {
    throw wrong(`a whole number in ${least}..${most}`, path, value, 'Round it, or choose another one.');
  }
};
