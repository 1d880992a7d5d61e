/**
 * `cuweave build --package`: the folder is installed elsewhere, the project that it comes from is removed, and programs in C and C++ find
 * it by CMake and by pkg-config, run, and are told what is wrong.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildOptions, buildPlans } from '../../compiler/build/build.js';
import { findNvcc, onPath } from '../../compiler/build/toolchain.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { root as repository } from '../support/executions.js';
import { makeProject, type Project } from '../support/project.js';

const example = join(repository, 'examples', 'cpp');
const entries = ['pipelines.ts'];
const folder = mkdtempSync(join(tmpdir(), 'cuweave-installed-'));
const installed = join(folder, 'prefix');
const nvcc = await findNvcc();
const strict = ['-pedantic', '-Wall', '-Wextra', '-Werror'];

let project: Project;
let plans: readonly Plan[];
const build = (of: readonly Plan[], options: Partial<BuildOptions> = {}) =>
  buildPlans(of, {
    root: project.root,
    entries,
    cpu: true,
    package: { directory: 'dist/prep', static: true },
    ...options,
  });
/** What a package has, without the folders; content names are the same for all libraries. */
const filesIn = (prefix: string): string[] =>
  readdirSync(prefix, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(prefix.length + 1))
    .map(path => path.replace(/[0-9a-f]{12}/, 'CONTENT'))
    .sort();
const files = [
  'include/prep/pipelines.h',
  'include/prep/pipelines.hpp',
  'lib/cmake/prep/cuweave.json',
  'lib/cmake/prep/prepConfig.cmake',
  'lib/cmake/prep/prepConfigVersion.cmake',
  'lib/libprep.a',
  'lib/libprep.so',
  'lib/libprep.so.4',
  'lib/pkgconfig/prep.pc',
  'lib/prep.CONTENT.so',
  'share/doc/prep/LICENSE',
];
const run = (program: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { code: status, stdout, stderr: stderr + (error?.message ?? '') };
};
const ok = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  const { code, stdout, stderr } = run(program, args, env);
  expect(code, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
};
/** Another project's plans: the example's with another text. */
const planned = async (change: (text: string) => string): Promise<readonly Plan[]> => {
  const other = makeProject({
    'pipelines.ts': change(readFileSync(join(example, 'pipelines.ts'), 'utf8')),
  });
  try {
    return await plansOf({ root: other.root, entries });
  } finally {
    other.remove();
  }
};
const refused = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('it was built'),
    (reason: Error) => reason,
  );
  return `${error.name}: ${error.message}`.replaceAll(project.root, 'ROOT');
};

beforeAll(async () => {
  project = makeProject({ 'pipelines.ts': readFileSync(join(example, 'pipelines.ts'), 'utf8') });
  plans = await planned(text => text);
  await build(plans);
});
afterAll(() => {
  project.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('a package', () => {
  it('has these files, and a link by which programs find the library', () => {
    const made = project.path('dist/prep');
    expect(filesIn(made)).toEqual(files);
    expect(readlinkSync(join(made, 'lib/libprep.so'))).toBe('libprep.so.4');
    expect(readlinkSync(join(made, 'lib/libprep.so.4'))).toMatch(/^prep\.[0-9a-f]{12}\.so$/);
    expect(readFileSync(join(made, 'share/doc/prep/LICENSE'), 'utf8')).toContain('Apache License');
  });

  it('works from another place, without the project', { timeout: 300_000 }, () => {
    cpSync(project.path('dist/prep'), installed, { recursive: true, verbatimSymlinks: true });
    // Nothing may lead back.
    const gone = `${project.root}-gone`;
    renameSync(project.root, gone);
    try {
      useInstalled();
    } finally {
      renameSync(gone, project.root);
    }
  });
  const useInstalled = (): void => {
    const sources = join(folder, 'app');
    cpSync(example, sources, { recursive: true });
    const out = join(folder, 'out');
    ok('cmake', [
      '-S',
      sources,
      '-B',
      out,
      `-DCMAKE_PREFIX_PATH=${installed}`,
      `-DCMAKE_CXX_FLAGS=${strict.join(' ')} -Wconversion`,
      `-DCMAKE_C_FLAGS=${strict.join(' ')}`,
    ]);
    ok('cmake', ['--build', out]);
    expect(ok(join(out, 'preprocess'), [])).toMatch(
      /^CPU: 2 x 3 x 224 x 224, red is \d\.\de-0[78] from the formula\nCUDA: not in this package\n$/,
    );
    expect(ok(join(out, 'brighten'), ['1.5'])).toBe('18 90 255\n');
    expect(run(join(out, 'brighten'))).toEqual({
      code: 1,
      stdout: '',
      stderr: 'brighten: args.gain.by is not set; the pipeline leaves it to the caller\n',
    });
    // Another version of the ABI is not found.
    writeFileSync(
      join(sources, 'CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.18)\nproject(other NONE)\nfind_package(prep 2 CONFIG REQUIRED)\n',
    );
    const wrong = run('cmake', [
      '-S',
      sources,
      '-B',
      join(folder, 'none'),
      `-DCMAKE_PREFIX_PATH=${installed}`,
    ]);
    expect(wrong.stderr).toMatch(/compatible\s+with requested version "2"/);
  };

  it.skipIf(!onPath('pkg-config'))('is found by pkg-config', () => {
    const flags = ok('pkg-config', ['--cflags', '--libs', 'prep'], {
      PKG_CONFIG_PATH: join(installed, 'lib/pkgconfig'),
    });
    const out = join(folder, 'byPkgConfig');
    const source = join(example, 'brighten.c');
    ok('gcc', ['-std=c11', ...strict, source, ...flags.trim().split(/\s+/), '-o', out]);
    expect(ok(out, ['2'], { LD_LIBRARY_PATH: join(installed, 'lib') })).toBe('24 120 255\n');
  });

  it('links statically', () => {
    const out = join(folder, 'static');
    const include = `-I${join(installed, 'include')}`;
    const archive = join(installed, 'lib/libprep.a');
    ok('gcc', [
      '-std=c11',
      ...strict,
      include,
      join(example, 'brighten.c'),
      archive,
      '-lstdc++',
      '-lpthread',
      '-o',
      out,
    ]);
    expect(ok(out, ['2'])).toBe('24 120 255\n');
  });
});

describe('the programs of docs/c.md', () => {
  const text = readFileSync(join(repository, 'docs', 'c.md'), 'utf8');
  const block = (language: string, having: string): string => {
    const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))];
    const found = blocks.map(match => match[1]!).find(each => each.includes(having));
    expect(found, `a block of ${language} with ${having}`).toBeDefined();
    return found!;
  };
  const include = `-I${join(installed, 'include')}`;
  const compiled = (name: string, compiler: string, flags: readonly string[], source: string): string => {
    writeFileSync(join(folder, name), source);
    const out = join(folder, `${name}.out`);
    const library = join(installed, 'lib');
    ok(compiler, [...flags, ...strict, include, join(folder, name), `-L${library}`, '-lprep', '-o', out]);
    return ok(out, [], { LD_LIBRARY_PATH: library });
  };

  it('in C and in C++ give what they say', () => {
    const inC = block('c', 'int main(void)');
    expect(inC).toContain('= 0.0755');
    expect(compiled('docs.c', 'gcc', ['-std=c11'], inC)).toBe('0.0755\n');
    expect(compiled('docs.cpp', 'g++', ['-std=c++17'], block('cpp', 'int main()'))).toBe('0.0755\n');
  });

  // Declarations of DeepStream's names alone: it shows that the text is C++ and calls the package rightly.
  it('for DeepStream compiles', () => {
    const headers = join(folder, 'deepstream');
    mkdirSync(headers);
    writeFileSync(
      join(headers, 'cuda_runtime_api.h'),
      `#pragma once
typedef struct CUstream_st* cudaStream_t;
enum cudaError_t { cudaSuccess };
enum { cudaStreamNonBlocking = 1 };
cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
`,
    );
    writeFileSync(
      join(headers, 'nvdspreprocess_interface.h'),
      `#pragma once
#include <cstdint>
#include <vector>
enum NvBufSurfaceColorFormat {
  NVBUF_COLOR_FORMAT_NV12, NVBUF_COLOR_FORMAT_NV12_ER, NVBUF_COLOR_FORMAT_NV12_709, NVBUF_COLOR_FORMAT_NV12_709_ER,
  NVBUF_COLOR_FORMAT_NV12_2020, NVBUF_COLOR_FORMAT_RGBA
};
struct NvBufSurfacePlaneParams { uint32_t num_planes, width[4], height[4], pitch[4], offset[4]; };
struct NvBufSurfaceParams {
  uint32_t width, height, pitch;
  NvBufSurfaceColorFormat colorFormat;
  void* dataPtr;
  NvBufSurfacePlaneParams planeParams;
};
enum NvDsPreProcessStatus {
  NVDSPREPROCESS_SUCCESS, NVDSPREPROCESS_CUSTOM_TENSOR_FAILED, NVDSPREPROCESS_INVALID_PARAMS, NVDSPREPROCESS_CUDA_ERROR,
  NVDSPREPROCESS_RESOURCE_ERROR
};
typedef struct CustomCtx CustomCtx;
struct CustomInitParams {};
struct NvDsPreProcessCustomBuf { void* memory_ptr; };
struct NvDsPreProcessAcquirer {
  virtual NvDsPreProcessCustomBuf* acquire() = 0;
  virtual int release(NvDsPreProcessCustomBuf*) = 0;
};
struct NvDsPreProcessUnit { NvBufSurfaceParams* input_surf_params = nullptr; };
struct NvDsPreProcessBatch { std::vector<NvDsPreProcessUnit> units; };
struct CustomTensorParams { struct { std::vector<int> network_input_shape; } params; };
`,
    );
    const source = join(folder, 'deepstream.cpp');
    writeFileSync(source, block('cpp', 'CustomTensorPreparation'));
    ok('g++', [
      '-std=c++17',
      '-Wall',
      '-Wextra',
      '-Werror',
      `-I${headers}`,
      include,
      '-fsyntax-only',
      source,
    ]);
  });
});

describe('a program that is wrong', () => {
  it('is told what is', () => {
    const source = join(folder, 'wrong.cpp');
    writeFileSync(
      source,
      `#include <prep/pipelines.hpp>
#include <cstdio>
template <class Work> void tell(Work work) {
  try { work(); std::puts("no error"); } catch (const cuweave::Error& error) { std::printf("%d %s\\n", error.code(), error.what()); }
}
int main() {
  using Call = cuweave::prep::preprocess;
  const cuweave::Memory frame(1 << 12), tensor(4 * 3 * 224 * 224 + 4);
  const cuweave::Size size{8, 6};
  Call call;
  tell([&] { call.run(); });
  tell([&] { call.computeSizes(); });
  tell([&] { cuweave::yuvToRgb(call.image().yuvToRgb.colour, cuweave::Matrix::ycgco, cuweave::Range::full); });
  cuweave::yuvToRgb(call.image().yuvToRgb.colour, cuweave::Matrix::bt601, cuweave::Range::full);
  tell([&] { call.computeSizes(); });
  call.source(0, size, Call::sourceIn(frame.data(), size));
  tell([&] { call.run(); });
  call.computeSizes();
  tell([&] { call.run(); });
  char* next = static_cast<char*>(tensor.data()) + 1;
  call.sink(0, Call::sinkIn(next, call.resultSize()));
  tell([&] { call.run(); });
  call.sink(0, Call::sinkIn(tensor.data(), call.resultSize()));
  call.image().src_uv_pitch = 7;
  tell([&] { call.run(); });
  call.image().src_uv_pitch = 8;
  call.args().resize.width = 0;
  tell([&] { call.run(); });
  call.args().resize.width = 224;
  tell([&] { call.run(); });
  tell([&] { call.enqueue(nullptr); });
  tell([&] { Call none(0); });
  call.args().size = 4;
  tell([&] { call.run(); });
  std::printf("%d %d %s\\n", cuweaveAbi(), CUWEAVE_ABI, cuweaveErrorText(-4));
}
`,
    );
    const out = join(folder, 'wrong');
    const library = join(installed, 'lib');
    ok('g++', [
      '-std=c++17',
      ...strict,
      `-I${join(installed, 'include')}`,
      source,
      `-L${library}`,
      '-lprep',
      '-o',
      out,
    ]);
    expect(ok(out, [], { LD_LIBRARY_PATH: library })).toMatchInlineSnapshot(`
      "-2 preprocess: images[0].yuvToRgb.colour is not set; the pipeline leaves it to the caller
      -2 preprocess: images[0].yuvToRgb.colour is not set; the pipeline leaves it to the caller
      -3 expected a matrix that yuvToRgb takes (CUWEAVE_BT709, ...) but received 8
      -4 preprocess: images[0].size[0], the source's, is 0x0: each is 1 to 65535
      -4 preprocess: images[0].size[1], after resize, is 0x0: each is 1 to 65535; cuweaveSizes_preprocess computes it
      -5 preprocess: images[0].dst_r is NULL
      -5 preprocess: images[0].dst_r is at an address that is no multiple of 4
      -5 preprocess: images[0].src_uv_pitch is 7: a row has 8 bytes, and pitches are multiples of 1 below 2^31
      -3 preprocess: args.resize.width is 0, which is out of its range
      no error
      -6 preprocess: this library was built without CUDA: build it where nvcc is, or call cuweaveRun_preprocess
      -3 preprocess: expected a block of arguments and at least one image
      -1 preprocess: args.size is 4 where it is 56 in this library: call cuweaveInit_preprocess, and compile with its own pipelines.h
      4 4 a size is out of its range
      "
    `);
  });
});

describe('a package that is built again', () => {
  it('with other numbers serves programs as they are; their library stays', {
    timeout: 300_000,
  }, async () => {
    const place = project.path('again');
    const again = { package: { directory: 'again', name: 'prep' } };
    await build(plans, again);
    const first = readlinkSync(join(place, 'lib/libprep.so.4'));
    const out = join(folder, 'linked');
    const source = join(folder, 'linked.c');
    writeFileSync(
      source,
      `#include <prep/pipelines.h>
#include <stdio.h>
int main(void) {
  struct cuweave_preprocess_args args;
  struct cuweave_preprocess_image image;
  const int code = cuweaveInit_preprocess(&args, &image, 1);
  if (code != 0) return printf("%s\\n", cuweaveErrorText(code)), 0;
  printf("%g %d\\n", (double)args.normalize.mean[0], args.resize.width);
  return 0;
}
`,
    );
    const lib = join(place, 'lib');
    ok('gcc', [
      '-std=c11',
      ...strict,
      `-I${join(place, 'include')}`,
      source,
      `-L${lib}`,
      '-lprep',
      `-Wl,-rpath,${lib}`,
      '-o',
      out,
    ]);
    expect(ok(out, [])).toBe('0.485 224\n');

    await build(
      await planned(text => text.replace('0.485', '0.5').replace('width: 224', 'width: 256')),
      again,
    );
    expect(ok(out, [])).toBe('0.5 256\n');
    const second = readlinkSync(join(place, 'lib/libprep.so.4'));
    expect(second).not.toBe(first);
    expect(existsSync(join(lib, first))).toBe(true);

    // Another format of the result: its struct is another one.
    await build(await planned(text => text.replace("nchw('f32')", "nchw('f16')")), again);
    expect(ok(out, [])).toBe(
      'preprocess: the program was compiled with another pipelines.h than this library, in which its structs differ: compile it again\n',
    );
    // Nothing that a program may have open is gone.
    expect(readdirSync(lib).filter(name => /^prep\.[0-9a-f]{12}\.so$/.test(name))).toHaveLength(3);
    expect(existsSync(join(lib, 'libprep.a'))).toBe(false);

    await build(plans, again);
    expect(readlinkSync(join(place, 'lib/libprep.so.4'))).toBe(first);
    expect(ok(out, [])).toBe('0.485 224\n');
  });

  it('lies beside others in one prefix, and removes nothing that is not its own', async () => {
    const place = project.path('shared');
    mkdirSync(join(place, 'lib'), { recursive: true });
    writeFileSync(join(place, 'lib', 'other.txt'), 'other');
    await build(plans, { package: { directory: 'shared', name: 'one' } });
    await build(plans, { package: { directory: 'shared', name: 'two' } });
    expect(filesIn(place).filter(path => path.startsWith('lib/') && !path.includes('cmake'))).toEqual([
      'lib/libone.so',
      'lib/libone.so.4',
      'lib/libtwo.so',
      'lib/libtwo.so.4',
      'lib/one.CONTENT.so',
      'lib/other.txt',
      'lib/pkgconfig/one.pc',
      'lib/pkgconfig/two.pc',
      'lib/two.CONTENT.so',
    ]);
    // A file of somebody else's is in the way.
    mkdirSync(join(place, 'include/three'), { recursive: true });
    writeFileSync(join(place, 'include/three/pipelines.h'), 'mine');
    expect(await refused(build(plans, { package: { directory: 'shared', name: 'three' } }))).toBe(
      'BuildError: ROOT/shared/include/three/pipelines.h was not written by a build and is in the way: remove it, or name another folder or --name',
    );
    expect(existsSync(join(place, 'lib/libthree.so'))).toBe(false);
    // What was changed since a build wrote it is left as it is, and so is what a link in its place leads to.
    const header = join(place, 'include/one/pipelines.h');
    const again = () => refused(build(plans, { package: { directory: 'shared', name: 'one' } }));
    writeFileSync(header, 'mine');
    expect(await again()).toBe(
      'BuildError: ROOT/shared/include/one/pipelines.h was changed after a build wrote it, and this one would undo that: move it elsewhere or delete it, and build again',
    );
    rmSync(header);
    execFileSync('ln', ['-s', join(place, 'lib', 'other.txt'), header]);
    expect(await again()).toContain('pipelines.h was changed after');
    expect(lstatSync(header).isSymbolicLink()).toBe(true);
    rmSync(header);
    // An earlier build was killed before it had written all of its files.
    const marker = join(place, 'lib/cmake/one/cuweave.json');
    const own = JSON.parse(readFileSync(marker, 'utf8')) as { files: Record<string, string> };
    const replaced = { 'lib/pkgconfig/one.pc': own.files['lib/pkgconfig/one.pc'] };
    writeFileSync(
      marker,
      JSON.stringify({ ...own, key: '', files: { ...own.files, 'lib/pkgconfig/one.pc': 'new' }, replaced }),
    );
    await build(plans, { package: { directory: 'shared', name: 'one' } });
    expect(lstatSync(header).isFile()).toBe(true);
    expect(readFileSync(marker, 'utf8')).not.toContain('replaced');
    expect(readFileSync(join(place, 'lib', 'other.txt'), 'utf8')).toBe('other');
  });

  it('needs a name that C++ and linkers take', async () => {
    const names = ['class', 'libprep', 'Prep', 'my-prep', '2d', 'std', ''];
    const said = await Promise.all(
      names.map(name => refused(build(plans, { package: { directory: 'bad', name } }))),
    );
    expect(new Set(said.map(text => text.replace(/received ".*?"/, 'received NAME')))).toEqual(
      new Set([
        'BuildError: Expected a name of small letters, digits and _ for the package, which C++ has not taken and which does not begin with lib, but received NAME: give one with --name, as in --name prep',
      ]),
    );
    writeFileSync(project.path('file'), '');
    expect(await refused(build(plans, { package: { directory: 'file' } }))).toBe(
      'BuildError: Expected a folder for the package but received "file": it is a file or a link',
    );
    expect(existsSync(project.path('bad'))).toBe(false);
  });
});

describe.skipIf(!nvcc)('a package with CUDA', () => {
  it('compiles, hides CUDA’s runtime, and says its errors', { timeout: 300_000 }, async () => {
    const brighten = plans.filter(({ name }) => name === 'brighten');
    await build(brighten, { cpu: false, archs: ['sm_90'], package: { directory: 'gpu', name: 'gpu' } });
    const place = project.path('gpu');
    expect(readFileSync(join(place, 'lib/cmake/gpu/gpuConfig.cmake'), 'utf8')).toContain('set(gpu_CUDA ON)');
    const source = join(folder, 'gpu.c');
    writeFileSync(
      source,
      `#include <gpu/pipelines.h>
#include <stdio.h>
extern int cudaGetDevice(int*) __attribute__((weak));
int main(void) {
  struct cuweave_brighten_args args;
  struct cuweave_brighten_image image;
  cuweaveInit_brighten(&args, &image, 1);
  // Not one that reaches the GPU.
  const int code = cuweaveEnqueue_brighten(&args, NULL);
  printf("%d %d %s\\n", cuweaveHasCuda_brighten(), code, cuweaveErrorText(code));
  printf("%s; %s\\n", cuweaveErrorText(100), cudaGetDevice ? "CUDA's runtime is to be seen" : "hidden");
  return 0;
}
`,
    );
    const out = join(folder, 'gpu.out');
    const lib = join(place, 'lib');
    ok('gcc', ['-std=c11', ...strict, `-I${join(place, 'include')}`, source, `-L${lib}`, '-lgpu', '-o', out]);
    expect(ok(out, [], { LD_LIBRARY_PATH: lib })).toBe(
      '1 -2 brighten: args.gain.by is not set; the pipeline leaves it to the caller\n' +
        'no CUDA-capable device is detected; hidden\n',
    );
  });
});

describe('add_cuweave_library', () => {
  it('builds the package with the project', { timeout: 300_000 }, () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    cpSync(example, own, { recursive: true });
    mkdirSync(join(own, 'node_modules'));
    execFileSync('ln', ['-s', repository, join(own, 'node_modules', 'cuweave')]);
    writeFileSync(join(own, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(
      join(own, 'CMakeLists.txt'),
      `cmake_minimum_required(VERSION 3.18)
project(own LANGUAGES C)
include(node_modules/cuweave/cmake/cuweave.cmake)
add_cuweave_library(prep pipelines.ts CPU)
add_executable(brighten brighten.c)
target_link_libraries(brighten PRIVATE prep::prep)
install(DIRECTORY "\${prep_PACKAGE}/" DESTINATION . USE_SOURCE_PERMISSIONS)
`,
    );
    const out = join(own, 'out');
    ok('cmake', ['-S', own, '-B', out, `-DCMAKE_INSTALL_PREFIX=${join(folder, 'usr')}`]);
    ok('cmake', ['--build', out]);
    expect(ok(join(out, 'brighten'), ['2'])).toBe('24 120 255\n');
    // With nothing changed nothing is made again.
    expect(ok('cmake', ['--build', out])).toContain('0 steps done');
    ok('cmake', ['--install', out]);
    expect(readlinkSync(join(folder, 'usr/lib/libprep.so'))).toBe('libprep.so.4');
    expect(dirname(readlinkSync(join(folder, 'usr/lib/libprep.so.4')))).toBe('.');
  });

  it('says what is wrong with its arguments', () => {
    const at = join(folder, 'refused');
    mkdirSync(at);
    const module = join(repository, 'cmake', 'cuweave.cmake');
    const said = ['prep', 'prep none.ts', 'Prep a.ts', 'prep CMakeLists.txt CPU ARCHS sm_90'].map(args => {
      writeFileSync(
        join(at, 'CMakeLists.txt'),
        `cmake_minimum_required(VERSION 3.18)\nproject(refused NONE)\ninclude("${module}")\nadd_cuweave_library(${args})\n`,
      );
      const { stderr } = run('cmake', ['-S', at, '-B', join(at, 'out')]);
      return stderr
        .split('\n')
        .slice(1)
        .join(' ')
        .replace(/Call Stack[\s\S]*/, '')
        .replaceAll(at, 'HERE')
        .replace(/\s+/g, ' ')
        .trim();
    });
    expect(said).toMatchInlineSnapshot(`
      [
        "add_cuweave_library(prep) names no file that exports pipelines: write add_cuweave_library(prep src/pipelines.ts)",
        "add_cuweave_library(prep): there is no none.ts in HERE",
        "Expected a name of small letters, digits and _ for add_cuweave_library but received "Prep"",
        "add_cuweave_library(prep): CPU leaves CUDA out, and ARCHS asks for it: drop one of them",
      ]
    `);
  });
});
