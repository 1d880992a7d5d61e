/** What a kernel's machine code does to global memory, from cuobjdump's listing of it. */

/** Instructions of one width. */
export type Accesses = { readonly bytes: number; readonly count: number };
/** The accesses of one function as they stand in its code, the widest first. One in a loop counts once. */
export type GlobalAccesses = { readonly loads: readonly Accesses[]; readonly stores: readonly Accesses[] };

/**
 * Instructions that load from and store to global memory, among them those to an address whose space is found as they run. Names and
 * widths: NVIDIA, "CUDA Binary Utilities", instruction set reference.
 */
const instruction = /^\s*\/\*[0-9a-f]+\*\/\s+(?:@!?U?P\w+\s+)?(LD|ST)G?((?:\.\w+)*)\s/;
const widths: Readonly<Record<string, number>> = {
  U8: 1,
  S8: 1,
  U16: 2,
  S16: 2,
  64: 8,
  128: 16,
  256: 32,
};

/** The accesses of every function of a listing (`cuobjdump -sass`), by symbol. */
export const globalAccesses = (listing: string): ReadonlyMap<string, GlobalAccesses> => {
  const functions = new Map<string, GlobalAccesses>();
  let counts = { LD: new Map<number, number>(), ST: new Map<number, number>() };
  const sorted = (of: ReadonlyMap<number, number>): readonly Accesses[] =>
    [...of].map(([bytes, count]) => ({ bytes, count })).sort((a, b) => b.bytes - a.bytes);
  for (const part of listing.split(/^\s*Function : /m).slice(1)) {
    const [symbol, ...lines] = part.split('\n');
    counts = { LD: new Map(), ST: new Map() };
    for (const line of lines) {
      const [, kind, modifiers] = instruction.exec(line) ?? [];
      if (kind === undefined) {
        continue;
      }
      const bytes = modifiers!.split('.').reduce((width, modifier) => widths[modifier] ?? width, 4);
      const of = counts[kind as 'LD' | 'ST'];
      of.set(bytes, (of.get(bytes) ?? 0) + 1);
    }
    functions.set(symbol!.trim(), { loads: sorted(counts.LD), stores: sorted(counts.ST) });
  }
  return functions;
};
