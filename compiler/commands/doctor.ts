/** `cuweave doctor`: what this machine has, what a missing piece costs, and how to get it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { addonPath } from '../../native/location.js';
import { findCxx, findNvcc } from '../build/toolchain.js';

/** One thing that was looked at. */
export type Check = {
  readonly name: string;
  /** `missing` costs something that is optional; `required` means that nothing works without it. */
  readonly status: 'ok' | 'missing' | 'required';
  /** What was found, or what its absence costs. */
  readonly finding: string;
  /** The command that mends it, where there is one. */
  readonly mend?: string;
};

/** What `doctor` found. */
export type Diagnosis = { readonly checks: readonly Check[]; readonly text: string; readonly ok: boolean };

const OLDEST_NODE = [20, 17] as const;

const node = (): Check => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return fits
    ? {
        name: 'Node',
        status: 'ok',
        finding: `${process.versions.node} on ${process.platform}-${process.arch}`,
      }
    : {
        name: 'Node',
        status: 'required',
        finding: `${process.versions.node} is older than ${OLDEST_NODE.join('.')}`,
        mend: 'https://nodejs.org/en/download',
      };
};

const cxx = async (): Promise<Check> => {
  const found = await findCxx();
  return found
    ? { name: 'C++ compiler', status: 'ok', finding: `${found.version} (${found.path})` }
    : {
        name: 'C++ compiler',
        status: 'required',
        finding: 'none: pipelines and the addon cannot be built',
        mend: 'apt-get install g++',
      };
};

const cmake = (): Check => {
  const { status, stdout } = spawnSync('cmake', ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0
    ? { name: 'CMake', status: 'ok', finding: stdout.split('\n')[0]! }
    : {
        name: 'CMake',
        status: 'required',
        finding: 'none: the addon cannot be built',
        mend: 'apt-get install cmake make',
      };
};

const nvcc = async (): Promise<Check> => {
  const found = await findNvcc();
  return found
    ? { name: 'nvcc', status: 'ok', finding: `${found.version} (${found.path})` }
    : {
        name: 'nvcc',
        status: 'missing',
        finding: 'none in CUDA_HOME, on the PATH or in /usr/local/cuda: pipelines are built for the CPU only',
        mend: 'apt-get install nvidia-cuda-toolkit, or https://developer.nvidia.com/cuda-downloads',
      };
};

const message = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

const addon = (): Check =>
  existsSync(addonPath)
    ? { name: 'Addon', status: 'ok', finding: addonPath }
    : {
        name: 'Addon',
        status: 'missing',
        finding: 'not built yet: the first build compiles it, once per installation, in about a minute',
        mend: 'npx cuweave addon, or build a pipeline',
      };

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;

const mends: Readonly<Record<string, string>> = {
  noDriver: 'apt-get install nvidia-driver (Debian) or ubuntu-drivers install (Ubuntu)',
  driverTooOld: 'update the NVIDIA driver',
  noDevice: 'in a container, start it with: --gpus all',
};

/** What the runtime's `cudaStatus()` says, as far as it is shown. */
type CudaStatus = {
  readonly usable: boolean;
  readonly reason?: string;
  readonly message: string;
  readonly devices: readonly {
    readonly name: string;
    readonly totalMemory: number;
    readonly computeCapability?: readonly number[];
  }[];
};

/** @internal */
export const gpuCheck = (status: CudaStatus): Check =>
  status.usable
    ? {
        name: 'GPU',
        status: 'ok',
        finding: status.devices
          .map(
            ({ name, computeCapability, totalMemory }) =>
              `${name}, sm_${computeCapability?.join('')}, ${gigabytes(totalMemory)}`,
          )
          .join('; '),
      }
    : {
        name: 'GPU',
        status: 'missing',
        finding: `${status.message.replace(/\.$/, '')}: pipelines run on the CPU`,
        mend: mends[status.reason ?? ''],
      };

const gpu = async (): Promise<Check> => {
  try {
    const { cudaStatus } = await import('../../runtime/device/device.js');
    return gpuCheck(cudaStatus());
  } catch (error) {
    return {
      name: 'GPU',
      status: 'missing',
      finding: `unknown while the addon does not load: ${message(error)}`,
    };
  }
};

const nvdec = async (): Promise<Check> => {
  try {
    const { nvdecCapabilities, nvdecStatus } = await import('../../runtime/video/decode/nvdec.js');
    const { openDevice } = await import('../../runtime/device/device.js');
    const { usable, message: why, reason } = nvdecStatus();
    if (!usable) {
      return {
        name: 'NVDEC',
        status: 'missing',
        finding: `${why.replace(/\.$/, '')}: videos are decoded on the CPU`,
        ...(reason === 'noVideoLibrary'
          ? { mend: 'run the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility,video' }
          : {}),
      };
    }
    const device = openDevice('cuda');
    const able = nvdecCapabilities(device).filter(({ supported }) => supported);
    device.dispose();
    const codecs = [...new Set(able.map(({ codec }) => codec))].join(', ');
    const engines = Math.max(0, ...able.map(found => found.engines));
    return { name: 'NVDEC', status: 'ok', finding: `${engines} engines: ${codecs}` };
  } catch (error) {
    return { name: 'NVDEC', status: 'missing', finding: `unknown: ${message(error)}` };
  }
};

const video = async (): Promise<Check> => {
  try {
    const { loadSoftwareDecoder } = await import('../../runtime/video/decode/softwareDecoder.js');
    await loadSoftwareDecoder();
    return {
      name: 'Video decoder',
      status: 'ok',
      finding: 'software (FFmpeg in node-av): H.264, HEVC, VP8, VP9, AV1',
    };
  } catch (error) {
    return {
      name: 'Video decoder',
      status: 'missing',
      finding: `${message(error)}: VideoReader needs NVDEC`,
      mend: 'npm install --include=optional',
    };
  }
};

const pictures = async (): Promise<Check> => {
  try {
    const { default: sharp } = await import('sharp');
    return { name: 'Pictures', status: 'ok', finding: `sharp, libvips ${sharp.versions.vips}` };
  } catch (error) {
    return {
      name: 'Pictures',
      status: 'missing',
      finding: `${message(error)}: pictures are neither read nor written`,
      mend: 'npm install --include=optional sharp',
    };
  }
};

const marks = { ok: 'ok', missing: '--', required: '!!' } as const;

/** @internal The table that the command line prints. */
export const diagnosisText = (checks: readonly Check[]): string => {
  const wide = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(wide + 6);
  const lines = checks.flatMap(({ name, status, finding, mend }) => [
    `${marks[status]}  ${name.padEnd(wide)}  ${finding}`,
    ...(mend && status !== 'ok' ? [`${indent}to mend: ${mend}`] : []),
  ]);
  const required = checks.filter(({ status }) => status === 'required').map(({ name }) => name);
  const uncompiled = checks.some(({ name, status }) => name === 'Addon' && status === 'missing');
  const verdict =
    required.length > 0
      ? `Required and missing: ${required.join(', ')}.`
      : uncompiled
        ? 'Everything that is required is here, but for the addon, which the first build compiles.'
        : 'Everything that is required is here.';
  return [...lines, '', verdict].join('\n');
};

/** Looks at the machine. `ok` is false when something required is missing. */
export const doctor = async (): Promise<Diagnosis> => {
  const checks = [
    node(),
    await cxx(),
    cmake(),
    await nvcc(),
    addon(),
    await gpu(),
    await nvdec(),
    await video(),
    await pictures(),
  ];
  return { checks, text: diagnosisText(checks), ok: checks.every(({ status }) => status !== 'required') };
};
