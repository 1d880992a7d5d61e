/** A built pipeline, the runtime that it imports, and the device that it is to run on. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Manifest, ManifestPipeline } from '../../../native/manifest.js';
import { sourceOf } from '../../../runtime/call/steps.js';
import type { Device, DeviceName } from '../../../runtime/device/device.js';
import { formatOf, sameFormat } from '../../../runtime/device/formats.js';
import type { Image } from '../../../runtime/device/image.js';
import { readManifest } from '../../../runtime/device/manifest.js';
import { rebuild } from '../../../runtime/device/manifestChecks.js';
import type { Tensor } from '../../../runtime/device/tensor.js';
import { describe, expected, LibraryError } from '../../../runtime/errors.js';
import type { Ring } from '../../../runtime/ring/ring.js';
import type { VideoReader } from '../../../runtime/video/video.js';

/** What a pipeline gives: one, or by name one for each result. */
export type Made<T> = T | Readonly<Record<string, T>>;
export type Built = ((images: readonly Image[], options: object) => Made<Tensor>) & {
  readonly runInto: (output: Made<Tensor>, images: readonly Image[], options: object) => unknown;
  readonly runEach: (images: readonly Image[], options: object) => Made<Tensor[]>;
};
/** The runtime that the built pipelines themselves import: its images are the ones they take. */
export type Runtime = {
  readonly openDevice: (which?: DeviceName) => Device;
  readonly Image: typeof Image;
  readonly Tensor: typeof Tensor;
  readonly Ring: typeof Ring;
  readonly VideoReader: { open(...args: Parameters<typeof VideoReader.open>): Promise<Video> };
};
/** A reader that may know how many frames it has. */
export type Video = VideoReader & { readonly frameCount?: number };
/** The manifest of a build's folder. @throws {LibraryError} If there is none, or it has no pipelines. */
export const manifestOf = (directory: string): Manifest => {
  if (!existsSync(join(directory, 'manifest.json'))) {
    throw new LibraryError(
      `There are no built pipelines in ${directory}: it has no manifest.json. Run: cuweave build`,
    );
  }
  const manifest = readManifest(directory);
  if (manifest.pipelines.length === 0) {
    throw new LibraryError(`The build in ${directory} has no pipelines. ${rebuild}`);
  }
  return manifest;
};

/** A pipeline of a build, and the runtime that it imports. */
export const loadBuilt = async (
  directory: string,
  name: string,
): Promise<{ built: Built; runtime: Runtime }> => {
  const index = join(directory, 'index.js');
  if (!existsSync(index)) {
    throw new LibraryError(`There is no built module ${index}. ${rebuild}`);
  }
  let runtime: string;
  try {
    runtime = createRequire(index).resolve('cuweave');
  } catch (error) {
    throw new LibraryError(
      `${index} does not find cuweave: ${(error as Error).message}. Run: npm install cuweave`,
    );
  }
  const module = await loadIndex(index);
  const built = Object.hasOwn(module, name) ? module[name] : undefined;
  if (typeof built !== 'function') {
    throw new LibraryError(
      `Expected a pipeline named ${describe(name)} from ${index}, as its manifest says, but it exports ${describe(built)}. ${rebuild}`,
    );
  }
  return { built: built as Built, runtime: (await import(pathToFileURL(runtime).href)) as Runtime };
};

const loadIndex = async (index: string): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return await import(pathToFileURL(index).href);
  } catch (error) {
    // What the runtime refuses says so itself; by its name, since it may be another copy of the package.
    if (error instanceof Error && error.name === 'LibraryError') {
      throw error;
    }
    const text = error instanceof Error ? error.message : String(error);
    throw new LibraryError(`The built module ${index} cannot be loaded: ${text}. ${rebuild}`);
  }
};

/** A device's name, checked. */
export const deviceName = (name: string | undefined): DeviceName | undefined => {
  if (name === undefined || /^(cpu|cuda(:\d{1,3})?)$/.test(name)) {
    return name as DeviceName | undefined;
  }
  throw expected('cuda, cuda:N or cpu', 'device', describe(name));
};

/** The format under which the pipeline takes such images, or an error that says what it takes. */
export const formatFor = (image: { readonly format: string }, pipeline: ManifestPipeline): string => {
  const source = sourceOf(pipeline);
  if (sameFormat(formatOf(image.format, 'image.format'), source)) {
    return source.name;
  }
  const hint =
    image.format === 'rgb8'
      ? 'Pictures are rgb8; a video of 4:2:0 is nv12.'
      : 'A video is nv12 (4:2:0), p010 (4:2:0 of 10 bits), yuv422p or yuv444p; pictures are rgb8.';
  throw expected(source.name, `the source of pipeline ${pipeline.name}`, image.format, hint);
};
