/** What the compilers make of a kernel with the flags of a build. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sectionSizes } from '../build/elf.js';
import { runProgram } from '../build/process.js';
import {
  checkNvccPaths,
  cudaFlags,
  findCuobjdump,
  hostFlags,
  hostTuning,
  includeDirectory,
  type Tool,
} from '../build/toolchain.js';
import { BuildError } from '../errors.js';
import { cudaSource, hostSource, pairSource } from '../generate.js';
import { type Kernel, type Pair, type Plan, pairedKernels } from '../ir/plan.js';
import { type CompiledFunction, compiledFunctions } from './ptxas.js';
import { type GlobalAccesses, globalAccesses } from './sass.js';

/** A kernel as nvcc compiled it for one architecture. */
export type CompiledCuda = {
  readonly arch: string;
  /** nvcc's time for this architecture alone. */
  readonly seconds: number;
  readonly functions: readonly (CompiledFunction & {
    /** Loads from and stores to global memory; none where the code was not listed. */
    readonly global?: GlobalAccesses;
  })[];
  /** Why the code was not listed, where it should have been. */
  readonly notListed?: string;
};
/** A kernel's host code as the C++ compiler compiled it. */
export type CompiledHost = {
  readonly seconds: number;
  /** Machine code of all functions and their versions for several instruction sets, in bytes. */
  readonly codeSize: number;
};

/** Runs `work` in a folder of its own, which is gone afterwards. */
const inFolder = async <R>(work: (folder: string) => Promise<R>): Promise<R> => {
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Compiles a file, with others beside it, and says how long that took. @throws BuildError where the compiler refuses it. */
const compile = async (
  tool: Tool,
  args: readonly string[],
  { folder, file, texts }: { folder: string; file: string; texts: Readonly<Record<string, string>> },
): Promise<{ seconds: number; said: string }> => {
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, name), text);
  }
  const started = performance.now();
  const all = [...args, `-I${includeDirectory()}`, file];
  const { code, stdout, stderr } = await runProgram(tool.path, all, { cwd: folder });
  if (code !== 0) {
    throw new BuildError(`${tool.path} could not compile ${file}:\n${stdout}${stderr}`);
  }
  return { seconds: (performance.now() - started) / 1000, said: stderr };
};

/** What to compile for an architecture with. */
export type CudaTools = {
  readonly nvcc: Tool;
  readonly arch: string;
  readonly strict: boolean;
  /** Whether cuobjdump shall list what the code does to global memory. */
  readonly list: boolean;
};

/** A kernel's machine code for one architecture. It is that of a build for several. */
export const compileCuda = (kernel: Kernel, tools: CudaTools): Promise<CompiledCuda> => {
  const file = `${kernel.name}.cu`;
  return compileFiles(file, { [file]: cudaSource(kernel, file) }, tools);
};

/** The same of a pair of kernels. */
export const compilePair = (plan: Plan, pair: Pair, tools: CudaTools): Promise<CompiledCuda> => {
  const file = `${pair.name}.cu`;
  const both = pairedKernels(plan, pair).map(kernel => {
    const name = `${kernel.name}.cu`;
    return [name, cudaSource(kernel, name)] as const;
  });
  return compileFiles(file, { ...Object.fromEntries(both), [file]: pairSource(plan, pair, file) }, tools);
};

/** @param texts That file's, and those that it includes. */
const compileFiles = (
  file: string,
  texts: Readonly<Record<string, string>>,
  { nvcc, arch, strict, list }: CudaTools,
): Promise<CompiledCuda> =>
  inFolder(async folder => {
    checkNvccPaths(folder, [folder, includeDirectory()]);
    const flags = cudaFlags([arch], strict);
    // One architecture gives machine code alone, where several give an object of all.
    const args = [
      ...flags.slice(0, flags.indexOf('-gencode')),
      `-arch=${arch}`,
      '-cubin',
      '-o',
      'kernel.cubin',
    ];
    const { seconds, said } = await compile(nvcc, args, { folder, file, texts });
    const cubin = join(folder, 'kernel.cubin');
    const functions = compiledFunctions(said, readFileSync(cubin));
    if (!list) {
      return { arch, seconds, functions };
    }
    const { listing, notListed } = await listingOf(nvcc, cubin);
    const accesses = globalAccesses(listing);
    return {
      arch,
      seconds,
      functions: functions.map(one => {
        const global = accesses.get(one.symbol);
        return global ? { ...one, global } : one;
      }),
      ...(notListed ? { notListed } : {}),
    };
  });

const listingOf = async (nvcc: Tool, cubin: string): Promise<{ listing: string; notListed?: string }> => {
  const cuobjdump = findCuobjdump(nvcc);
  if (!cuobjdump) {
    return { listing: '', notListed: 'no cuobjdump found beside nvcc or on the PATH' };
  }
  const { code, stdout, stderr } = await runProgram(cuobjdump, ['-sass', cubin]);
  if (code === 0 && stdout.includes('Function : ')) {
    return { listing: stdout };
  }
  return {
    listing: '',
    notListed: `${cuobjdump} could not list it: ${stderr.trim().split('\n')[0] || 'it said nothing'}`,
  };
};

/** A kernel's host code. */
export const compileHost = (kernel: Kernel, cxx: Tool): Promise<CompiledHost> =>
  inFolder(async folder => {
    const file = `${kernel.name}.cpp`;
    const text = hostSource(kernel, file);
    const args = [...hostFlags, ...hostTuning(cxx), '-c', '-o', 'host.o'];
    const { seconds } = await compile(cxx, args, { folder, file, texts: { [file]: text } });
    const code = sectionSizes(readFileSync(join(folder, 'host.o'))).filter(({ name }) =>
      /^\.text(\.|$)/.test(name),
    );
    return { seconds, codeSize: code.reduce((sum, { size }) => sum + size, 0) };
  });
