/** Pipelines that are written by hand (handmade.cpp), for tests of the runtime that do not need the compiler. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildAddon } from '../../compiler/build/addon.js';
import { ABI_VERSION, type Manifest, type ManifestKernel } from '../../native/manifest.js';
import type { SizeFunction } from '../../runtime/call/packing.js';
import { definePipeline, type PerImage } from '../../runtime/call/pipeline.js';
import { loadAddon } from '../../runtime/device/addon.js';

const plane = (name: string, channels: number, pointer: number, pitch: number, subsampling: 1 | 2 = 1) => ({
  name,
  channels,
  subsampling: [subsampling, subsampling] as const,
  pointer,
  pitch,
});

const cropped: ManifestKernel = {
  name: 'cropped',
  doc: '',
  hash: '0',
  chain: 'rgb8 > crop > scale > rgb_nchw_f32',
  source: {
    name: 'rgb8',
    dtype: 'u8',
    colour: 'rgb',
    layout: 'NHWC',
    channels: [0, 1, 2].map(lane => ({ plane: 0, lane })),
    planes: [plane('rgb', 3, 0, 32)],
  },
  sinks: [
    {
      output: '',
      name: 'rgb_nchw_f32',
      dtype: 'f32',
      colour: 'rgb',
      layout: 'NCHW',
      channels: [0, 1, 2].map(number => ({ plane: number, lane: 0 })),
      planes: [plane('r', 1, 8, 40), plane('g', 1, 16, 48), plane('b', 1, 24, 56)],
    },
  ],
  geometry: [{ stage: 'crop', role: 'indexMap', resizes: true }],
  params: [
    {
      stage: 'crop',
      name: 'rect',
      kind: 'rect',
      per: 'image',
      lanes: 4,
      block: 'image',
      offset: 80,
      open: 'rect',
    },
    {
      stage: 'scale',
      name: 'gain',
      kind: 'f32',
      per: 'call',
      lanes: 1,
      block: 'args',
      offset: 16,
      open: 'gain',
    },
    {
      stage: 'scale',
      name: 'offset',
      kind: 'f32',
      per: 'channel',
      lanes: 3,
      block: 'args',
      offset: 20,
      settled: [0, 1, 2],
    },
  ],
  args: { size: 32 },
  image: { size: 96, sizes: 64 },
};

const slow: ManifestKernel = {
  name: 'slow',
  doc: '',
  hash: '0',
  chain: 'nv12 > slow > gray_nhwc_f32',
  source: {
    name: 'nv12',
    dtype: 'u8',
    colour: 'yuv',
    channels: [
      { plane: 0, lane: 0 },
      { plane: 1, lane: 0 },
      { plane: 1, lane: 1 },
    ],
    planes: [plane('y', 1, 0, 24), plane('uv', 2, 8, 32, 2)],
  },
  sinks: [
    {
      output: '',
      name: 'gray_nhwc_f32',
      dtype: 'f32',
      colour: 'gray',
      layout: 'NHWC',
      channels: [{ plane: 0, lane: 0 }],
      planes: [plane('v', 1, 16, 40)],
    },
  ],
  geometry: [],
  params: [
    {
      stage: 'warp',
      name: 'matrix',
      kind: 'mat2x3',
      per: 'image',
      lanes: 6,
      block: 'image',
      offset: 56,
      open: 'matrix',
    },
    {
      stage: 'colours',
      name: 'colour',
      kind: 'yuvToRgb',
      per: 'image',
      lanes: 7,
      block: 'image',
      offset: 80,
      settled: { matrix: 'auto', range: 'auto' },
    },
    {
      stage: 'pause',
      name: 'pause',
      kind: 'i32',
      per: 'call',
      lanes: 1,
      block: 'args',
      offset: 16,
      open: 'pause',
    },
    {
      stage: 'pause',
      name: 'code',
      kind: 'i32',
      per: 'call',
      lanes: 1,
      block: 'args',
      offset: 20,
      open: 'code',
    },
  ],
  args: { size: 24 },
  image: { size: 112, sizes: 48 },
};

export const handmadeManifest: Manifest = {
  abi: ABI_VERSION,
  cuweave: '0.0.0',
  library: 'pipelines.so',
  archs: [],
  strict: false,
  pipelines: [cropped, slow],
};

export const handmadeSizes: Record<string, SizeFunction> = { crop: ({ rect }) => [rect[2], rect[3]] };

type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
type Matrix = { readonly dstToSrc: readonly number[] } | { readonly srcToDst: readonly number[] };
export type CroppedOptions = { readonly rect: PerImage<Rect>; readonly gain: number };
export type SlowOptions = {
  readonly matrix: PerImage<Matrix>;
  readonly pause: number;
  readonly code: number;
};

export type Handmade = ReturnType<typeof define> & { readonly directory: string; remove(): Promise<void> };
const define = (directory: string) => ({
  cropped: definePipeline<CroppedOptions>({
    directory,
    manifest: handmadeManifest,
    name: 'cropped',
    sizes: handmadeSizes,
  }),
  slow: definePipeline<SlowOptions>({ directory, manifest: handmadeManifest, name: 'slow', sizes: {} }),
});

/** Compiles a C++ file of this folder into a shared library. */
export const compile = (file: string, output: string, options: readonly string[] = []): Promise<unknown> =>
  promisify(execFile)('g++', [
    '-std=c++17',
    '-O1',
    '-shared',
    '-fPIC',
    ...options,
    '-I',
    fileURLToPath(new URL('../../native/src', import.meta.url)),
    '-o',
    output,
    fileURLToPath(new URL(file, import.meta.url)),
    '-ldl',
    '-lpthread',
  ]);

/**
 * Builds the addon where it is not, and the handmade pipelines into a folder of their own.
 * @param options.fakeCuda Also makes this process take fakeCuda.cpp for NVIDIA's driver, if it has none loaded yet.
 */
export const buildHandmade = async ({ fakeCuda = false } = {}): Promise<Handmade> => {
  await buildAddon();
  const directory = await mkdtemp(join(tmpdir(), 'cuweave-handmade-'));
  const options = fakeCuda ? ['-DWITH_FAKE_CUDA'] : [];
  await compile('handmade.cpp', join(directory, handmadeManifest.library), options);
  if (fakeCuda) {
    const driver = join(directory, 'libcuda.so.1');
    await compile('fakeCuda.cpp', driver, ['-Wl,-soname,libcuda.so.1']);
    // A library that is loaded is found by its own name from then on.
    loadAddon().openLibrary(driver);
  }
  return {
    ...define(directory),
    directory,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};
