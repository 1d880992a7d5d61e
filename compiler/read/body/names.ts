/** Names that stand once: the author's where they are free, else with `_1`. Words of the languages printed are the printers' matter. */

/** An ASCII identifier, close to the author's. */
export const safeName = (name: string): string => {
  const ascii = Array.from(name, char => {
    if (/[A-Za-z0-9_]/.test(char)) {
      return char;
    }
    return char === '$' ? '_' : `u${(char.codePointAt(0) ?? 0).toString(16)}`;
  }).join('');
  // C++ keeps `__x` and `_X` to itself.
  const plain = ascii.replace(/__+/g, '_').replace(/^_(?=[A-Z0-9_]|$)/, 'v_');
  return /^[A-Za-z_]/.test(plain) ? plain : `v${plain}`;
};

/** A set of names in use. */
export type Names = { readonly take: (wanted: string) => string };

/** @param alsoTaken Says which names are taken elsewhere. */
export const makeNames = (alsoTaken: (name: string) => boolean = () => false): Names => {
  const used = new Set<string>();
  const free = (name: string): boolean => !used.has(name) && !alsoTaken(name);
  const take = (wanted: string): string => {
    const base = safeName(wanted);
    let name = base;
    for (let number = 1; !free(name); number++) {
      name = `${base}_${number}`;
    }
    used.add(name);
    return name;
  };
  return { take };
};
