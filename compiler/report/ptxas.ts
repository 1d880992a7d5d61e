/** What ptxas and the machine code it made say of a kernel, function by function. */
import { sectionSizes } from '../build/elf.js';

/** One function of a CUDA kernel: nvcc makes one for every size of the parameter block, and
 * others for runs of aligned rows, or for taps from shared memory. */
export type CompiledFunction = {
  /** As it is called in the machine code. */
  readonly symbol: string;
  /** Images that its parameter block holds. */
  readonly images: number;
  /** Whether it moves runs of pixels in rows that are aligned for it; none: the kernel has no runs. */
  readonly aligned?: boolean;
  /** Whether it is the one that reads taps from shared memory. */
  readonly staged?: true;
  readonly registers: number;
  /** Bytes of registers that a thread stores to its local memory for want of more, and loads again; counted in the code. */
  readonly spillStores: number;
  readonly spillLoads: number;
  /** Bytes of a thread's stack. */
  readonly stack: number;
  /** Bytes of shared memory of a block. */
  readonly shared: number;
  /** Bytes of constant memory, most of them the parameters of a launch. */
  readonly constant: number;
  /** Machine code in bytes. */
  readonly codeSize: number;
};

/** What ptxas says on standard error with `-v`: registers, spills and stack by symbol. */
const entriesOf = (said: string) => {
  const none = { registers: 0, spillStores: 0, spillLoads: 0, stack: 0, shared: 0 };
  const entries = new Map<string, typeof none>();
  let entry = none;
  /** The function whose properties follow: the entry, or one that it calls. */
  let [symbol, properties] = ['', ''];
  for (const line of said.split('\n')) {
    const compiling = /Compiling entry function '([^']+)'/.exec(line);
    if (compiling) {
      symbol = compiling[1]!;
      entry = { ...none };
      entries.set(symbol, entry);
    }
    properties = /Function properties for (\S+)/.exec(line)?.[1] ?? properties;
    const memory = /(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    if (memory) {
      entry.spillStores += Number(memory[2]);
      entry.spillLoads += Number(memory[3]);
      if (properties === symbol) {
        entry.stack = Math.max(entry.stack, Number(memory[1]));
      }
    }
    const used = /Used (\d+) registers/.exec(line);
    if (used) {
      const number = (pattern: RegExp): number => Number(pattern.exec(line)?.[1] ?? 0);
      entry.registers = Number(used[1]);
      entry.shared = number(/(\d+) bytes smem/);
      // This includes the stack of the functions that it calls.
      entry.stack = Math.max(entry.stack, number(/(\d+) bytes cumulative stack size/));
    }
  }
  return entries;
};

/** The functions of a kernel, those with the largest parameter block first. */
export const compiledFunctions = (said: string, cubin: Uint8Array): readonly CompiledFunction[] => {
  const sections = sectionSizes(cubin);
  const sizeOf = (pattern: RegExp, symbol: string): number =>
    sections.reduce((sum, { name, size }) => sum + (pattern.exec(name)?.[1] === symbol ? size : 0), 0);
  const functions = [...entriesOf(said)].map(([symbol, found]) => {
    // Itanium C++ ABI, "Literal": ILi16ELb1EE are the template's arguments 16 and true; E ends the name, v is void.
    const [, images, aligned] = /ILi(\d+)E(?:Lb([01])E)?EEv/.exec(symbol) ?? [];
    return {
      symbol,
      images: Number(images ?? 0),
      ...(aligned === undefined ? {} : { aligned: aligned === '1' }),
      ...(/_kernel_stagedILi/.test(symbol) ? { staged: true as const } : {}),
      ...found,
      constant: sizeOf(/^\.nv\.constant\d+\.(.+)$/, symbol),
      codeSize: sizeOf(/^\.text\.(.+)$/, symbol),
    };
  });
  return functions.sort(
    (a, b) =>
      b.images - a.images ||
      Number(b.aligned ?? 0) - Number(a.aligned ?? 0) ||
      Number(a.staged ?? 0) - Number(b.staged ?? 0),
  );
};
