/** The compilers of this machine: where they are, how new they are, what they are told. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BuildError } from '../errors.js';
import { packageFile } from '../package.js';
import { runProgram } from './process.js';

/** A program that compiles, and its version as the cache keys see it. */
export type Tool = {
  readonly path: string;
  readonly version: string;
  /** Of nvcc: the version of the C++ compiler that it calls. */
  readonly host?: string;
};

/** A program on the PATH. */
export const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(directory => join(directory, name))
    .find(existsSync);

const firstOf = (candidates: readonly (string | undefined)[]): string | undefined =>
  candidates.find(path => path !== undefined && existsSync(path));

/** The C++ compiler: `CXX`, else g++, c++ or clang++ on the PATH. */
export const findCxx = async (): Promise<Tool | undefined> => {
  const own = process.env.CXX;
  const path = own
    ? existsSync(own)
      ? own
      : onPath(own)
    : (onPath('g++') ?? onPath('c++') ?? onPath('clang++'));
  if (!path) {
    return undefined;
  }
  const { code, stdout } = await runProgram(path, ['--version']);
  return code === 0 ? { path, version: stdout.split('\n')[0] ?? '' } : undefined;
};

/** nvcc: in `CUDA_HOME` or `CUDA_PATH`, on the PATH, or in /usr/local/cuda. */
export const findNvcc = async (): Promise<Tool | undefined> => {
  const homes = [process.env.CUDA_HOME, process.env.CUDA_PATH]
    .filter(Boolean)
    .map(home => join(home!, 'bin', 'nvcc'));
  const path = firstOf([...homes, onPath('nvcc'), '/usr/local/cuda/bin/nvcc']);
  if (!path) {
    return undefined;
  }
  const { code, stdout } = await runProgram(path, ['--version']);
  const release = /release (\S+), (V\S+)/.exec(stdout);
  if (code !== 0 || !release) {
    return undefined;
  }
  const host = await runProgram(process.env.NVCC_CCBIN || 'g++', ['--version']);
  return { path, version: `${release[1]} ${release[2]}`, host: host.stdout.split('\n')[0] ?? '' };
};

/** The architectures for which nvcc makes machine code, such as `sm_90`; empty where it does not say. */
export const supportedArchs = async (nvcc: Tool): Promise<readonly string[]> => {
  const { code, stdout } = await runProgram(nvcc.path, ['--list-gpu-code']);
  return code === 0 ? stdout.split('\n').filter(line => /^sm_\d+$/.test(line)) : [];
};

/** cuobjdump, which lists machine code: beside nvcc, on the PATH, or in /usr/local/cuda. */
export const findCuobjdump = (nvcc: Tool): string | undefined =>
  firstOf([join(dirname(nvcc.path), 'cuobjdump'), onPath('cuobjdump'), '/usr/local/cuda/bin/cuobjdump']);

/** The compute capabilities of the GPUs present, such as `sm_90`; empty without a driver. */
export const presentArchs = async (): Promise<readonly string[]> => {
  const smi = onPath('nvidia-smi');
  if (!smi) {
    return [];
  }
  const { code, stdout } = await runProgram(smi, ['--query-gpu=compute_cap', '--format=csv,noheader']);
  if (code !== 0) {
    return [];
  }
  const found = stdout
    .split('\n')
    .flatMap(line => /^\s*(\d+)\.(\d+)\s*$/.exec(line)?.slice(1).join('') ?? []);
  return [...new Set(found.map(digits => `sm_${digits}`))].sort();
};

/** Built for where no GPU says otherwise: data centre and desktop Ampere, Ada and Hopper, and PTX for what comes after. */
export const defaultArchs = ['sm_80', 'sm_86', 'sm_89', 'sm_90'] as const;

/**
 * nvcc runs its parts through a shell: it puts its arguments and the working directory between double quotes, and splits
 * some at commas.
 * @throws BuildError for a path that would not arrive as it is.
 */
export const checkNvccPaths = (directory: string, paths: readonly string[]): void => {
  const odd =
    [directory].find(path => /["$`\\\n\r]/.test(path)) ?? paths.find(path => /["'$`\\,\n\r]/.test(path));
  if (odd !== undefined) {
    throw new BuildError(
      `Expected a path without " ' $ \` \\ and commas, which nvcc misreads, but received ${JSON.stringify(odd)}: ` +
        'rename the folder, or build with --cpu',
    );
  }
};

/** Where prelude.h is. */
export const includeDirectory = (): string => packageFile('native', 'kernel');

/** Where interface.h is, which the library's functions beside its kernels are made of. */
export const interfaceDirectory = (): string => packageFile('native', 'interface');

/** Where the code of rings is, which the addon has and libraries of Python modules have. */
export const ringDirectory = (): string => packageFile('native', 'ring');

/**
 * The host compiler's flags. No contraction, and integers wrap: the host gives the oracle's bits. Neither errno nor
 * floating-point traps are used, and without them loops vectorise.
 */
export const hostFlags: readonly string[] = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-ffp-contract=off',
  '-fwrapv',
  '-fno-math-errno',
  '-fno-trapping-math',
];

/** Whether a C++ compiler is GCC. */
export const isGcc = ({ version }: Tool): boolean => /^(\S*-)?[gc]\+\+(-\d+)? |gcc/i.test(version);

/**
 * More of them, for this machine's compiler. GCC on x86-64 would keep a loop's clamped positions in vector registers, store one number
 * and load four: a stall in every round, for which antialiased filters took five times as long.
 */
export const hostTuning = (cxx: Tool): readonly string[] =>
  process.arch === 'x64' && isGcc(cxx) ? ['-mno-stv'] : [];

/**
 * nvcc's flags. Strict: no fused multiply-add and no reciprocal in place of a division, so that CUDA gives the host's bits; roots
 * and divisions are IEEE 754's either way.
 */
export const cudaFlags = (archs: readonly string[], strict: boolean): readonly string[] => {
  const numbers = archs.map(arch => arch.replace('sm_', ''));
  const newest = numbers.at(-1)!;
  return [
    '-std=c++17',
    '-O3',
    '-lineinfo',
    '-Xcompiler=-fPIC,-fvisibility=hidden',
    '-Xptxas=-v',
    '--prec-div=true',
    '--prec-sqrt=true',
    '--ftz=false',
    `--fmad=${strict ? 'false' : 'true'}`,
    ...(strict ? ['-DCUWEAVE_STRICT'] : []),
    ...numbers.flatMap(number => ['-gencode', `arch=compute_${number},code=sm_${number}`]),
    '-gencode',
    `arch=compute_${newest},code=compute_${newest}`,
  ];
};
