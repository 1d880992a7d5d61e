/** Which machines a build is for, and the compilers that make it. */
import { BuildError } from '../errors.js';
import { defaultArchs, findCxx, findNvcc, presentArchs, supportedArchs, type Tool } from './toolchain.js';

/** The C++ compiler. @throws BuildError where there is none. */
export const requireCxx = async (): Promise<Tool> => {
  const cxx = await findCxx();
  if (cxx) {
    return cxx;
  }
  const own = process.env.CXX;
  throw new BuildError(
    own
      ? `Expected a C++ compiler in CXX but received ${JSON.stringify(own)}, which does not run: unset CXX to use g++`
      : 'no C++ compiler found: install one (apt install g++), or name it in CXX',
  );
};

/** The GPUs to build for, with nvcc; or why there are none. */
export type Target = {
  readonly archs: readonly string[];
  readonly nvcc?: Tool;
  readonly cpuOnly?: string;
};

/** Which GPUs to build for, and with what. @throws BuildError for an architecture that nvcc has no code for. */
export const target = async (options: {
  readonly archs?: readonly string[];
  readonly cpu?: boolean;
}): Promise<Target> => {
  if (options.cpu) {
    return { archs: [], cpuOnly: 'asked for with --cpu' };
  }
  const wrong = options.archs?.find(arch => !/^sm_\d{2,3}$/.test(arch));
  if (wrong !== undefined) {
    throw new BuildError(`Expected sm_NN, as in sm_90, for --arch but received ${JSON.stringify(wrong)}`);
  }
  const nvcc = await findNvcc();
  if (!nvcc) {
    if (options.archs) {
      throw new BuildError(
        '--arch needs nvcc, and there is none: install the CUDA toolkit, or set CUDA_HOME',
      );
    }
    return { archs: [], cpuOnly: 'no nvcc found: install the CUDA toolkit, or set CUDA_HOME' };
  }
  const [major = 0, minor = 0] = nvcc.version.split('.').map(Number.parseFloat);
  if (major < 12 || (major === 12 && minor < 1)) {
    throw new BuildError(
      `Expected nvcc 12.1 or newer, which passes 32 KB of parameters to a kernel, but ${nvcc.path} is ${nvcc.version}: ` +
        'update the CUDA toolkit, or build with --cpu',
    );
  }
  const archs = await archsFor(nvcc, options.archs);
  return { nvcc, archs: [...new Set(archs)].sort((a, b) => numberOf(a) - numberOf(b)) };
};

const numberOf = (arch: string): number => Number(arch.slice('sm_'.length));

const archsFor = async (nvcc: Tool, asked: readonly string[] | undefined): Promise<readonly string[]> => {
  const supported = await supportedArchs(nvcc);
  const isSupported = (arch: string): boolean => supported.length === 0 || supported.includes(arch);
  const unknown = asked?.find(arch => !isSupported(arch));
  if (unknown !== undefined) {
    throw new BuildError(
      `Expected an architecture that nvcc ${nvcc.version} compiles for (${supported.join(', ')}) for --arch but received ${unknown}`,
    );
  }
  if (asked) {
    return asked;
  }
  const present = await presentArchs();
  const usable = present.filter(isSupported);
  if (present.length > 0 && usable.length === 0) {
    throw new BuildError(
      `nvcc ${nvcc.version} compiles for ${supported.join(', ')}, and the GPU of this machine is ${present.join(', ')}: ` +
        'install a CUDA toolkit that knows it, name other GPUs with --arch, or build with --cpu',
    );
  }
  return usable.length > 0 ? usable : defaultArchs.filter(isSupported);
};
