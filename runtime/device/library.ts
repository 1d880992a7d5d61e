import { createHash } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Manifest, ManifestKernel, ManifestPipeline } from '../../native/manifest.js';
import { CudaError, fromNative, LaunchError, LibraryError } from '../errors.js';
import { loadAddon, type NativeLibrary, type NativePipeline } from './addon.js';
import type { Device } from './device.js';
import { folderOf } from './manifest.js';
import { checkedManifest, rebuild } from './manifestChecks.js';

/** The manifest's entry of a pipeline, if this version can run it. */
export const entryOf = (manifest: Manifest, name: string): ManifestPipeline => {
  const { pipelines } = checkedManifest(manifest);
  const entry = pipelines.find(pipeline => pipeline.name === name);
  if (entry === undefined) {
    const names = pipelines.map(pipeline => pipeline.name).join(', ');
    throw new LibraryError(
      `There is no pipeline '${name}' in the manifest; it has ${names || 'none'}. ${rebuild}`,
    );
  }
  return entry;
};

/** Finds the kernel's functions in the shared library beside the manifest. */
export const loadKernel = (
  directory: URL | string,
  manifest: Manifest,
  entry: ManifestKernel,
): NativePipeline => {
  const rows = entry.sinks.some(({ reduce }) => reduce !== undefined) ? 1 : 0;
  const outputSize = entry.image.sizes + 8 * (entry.geometry.length + rows);
  return fromLibrary(directory, manifest, library =>
    library.pipeline(entry.name, entry.args.size, entry.image.size, outputSize),
  );
};

/** Finds the function there that enqueues two kernels. */
export const loadPair = (
  directory: URL | string,
  manifest: Manifest,
  name: string,
  [first, second]: readonly [NativePipeline, NativePipeline],
): NativePipeline =>
  fromLibrary(directory, manifest, library => library.pair(name, first.handle, second.handle));

const fromLibrary = (
  directory: URL | string,
  manifest: Manifest,
  find: (library: NativeLibrary) => NativePipeline,
): NativePipeline => {
  const path = resolve(folderOf(directory), manifest.library);
  requireWhole(path, manifest);
  const addon = loadAddon();
  try {
    return find(addon.openLibrary(path));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new LibraryError(
      `The pipelines' library cannot be loaded: ${text}. ${rebuild} It must be built on the kind of machine that it runs on.`,
    );
  }
};

/** Libraries that were found whole, with the digest that they have: one is read once, before it is opened. */
const whole = new Map<string, string | undefined>();

/** Opening a library that is cut off can end the process, so its bytes are counted and their digest taken before. */
const requireWhole = (path: string, { libraryBytes, librarySha256 }: Manifest): void => {
  if (whole.has(path) && whole.get(path) === librarySha256) {
    return;
  }
  const found = statusOf(path);
  if (!found?.isFile()) {
    throw new LibraryError(`The pipelines' library is missing: there is no ${path}. ${rebuild}`);
  }
  if (libraryBytes !== undefined && found.size !== libraryBytes) {
    throw new LibraryError(
      `The pipelines' library ${path} has ${found.size} bytes where its build wrote ${libraryBytes}: it was copied in part, or damaged. Copy the folder again, or run cuweave build again.`,
    );
  }
  if (librarySha256 !== undefined && digestOf(path) !== librarySha256) {
    throw new LibraryError(
      `The pipelines' library ${path} is not the one that its manifest was written for: it is of another build, or damaged. Copy the folder again, or run cuweave build again.`,
    );
  }
  whole.set(path, librarySha256);
};

const cannotRead = (path: string, error: unknown): LibraryError =>
  new LibraryError(`The pipelines' library ${path} cannot be read: ${(error as Error).message}. ${rebuild}`);
const statusOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotRead(path, error);
  }
};
const digestOf = (path: string): string => {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    throw cannotRead(path, error);
  }
};

/** Refuses a GPU for which there is no code. */
export const requireDevice = (device: Device, native: NativePipeline, name: string): void => {
  if (device.kind !== 'cuda' || native.cuda) {
    return;
  }
  throw new LibraryError(
    `Pipeline '${name}' was built for the CPU only, and its images are on ${device} (${device.name}). Build it where nvcc is, or use openDevice('cpu').`,
  );
};

const NO_BINARY_FOR_GPU = 209;
const INVALID_DEVICE_FUNCTION = 98;
const INSUFFICIENT_DRIVER = 35;

/** The typed error for what a launch threw. */
export const launchError = (
  thrown: unknown,
  manifest: Manifest,
  name: string,
  images: number,
  device: Device,
): Error => {
  const error = fromNative(thrown);
  // A lost device has its own class, and says more.
  if (!(error instanceof CudaError) || error.constructor !== CudaError) {
    return error;
  }
  const hint = hintFor(error.code, manifest, device);
  const text = `Pipeline '${name}' could not be launched for ${images} ${images === 1 ? 'image' : 'images'} on ${device}: ${error.message}.`;
  return new LaunchError(hint ? `${text} ${hint}` : text, error.code, error.cuda, name, images);
};

const hintFor = (code: number, { archs }: Manifest, { properties }: Device): string => {
  const capability = properties.computeCapability?.join('');
  if (code === NO_BINARY_FOR_GPU || code === INVALID_DEVICE_FUNCTION) {
    return `It was built for ${archs.join(', ') || 'no GPU'}, and this GPU is sm_${capability}: build it for that one too.`;
  }
  return code === INSUFFICIENT_DRIVER ? 'Update the driver, or build with an older CUDA.' : '';
};
