import { mkdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { HostTensor } from '../../../runtime/device/tensor.js';
import { ArgumentError, expected, shown } from '../../../runtime/errors.js';
import { kindOfFile } from '../../../runtime/files/fileHead.js';
import { NpyWriter, writeNpy } from '../../../runtime/files/npy.js';
import {
  type HostPicture,
  pictureExtensions,
  picturesOf,
  writePicture,
} from '../../../runtime/files/picture.js';
import { FileError } from '../../../runtime/files/wholeFile.js';

/** Where the results of a run go. */
export type RunOutput = {
  /** Writes the images of a tensor; `names` has one per image. */
  readonly write: (tensor: HostTensor, names: readonly string[]) => Promise<void>;
  /** Ends the files, and says which there are: those of all images that were written, be the run over or not. A second call does nothing. */
  readonly close: () => Promise<string[]>;
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new FileError(`Cannot make the folder ${shown(path)}: ${shown((cause as Error).message)}`, path, {
      cause,
    });
  }
};

/** Throws, before anything is read, where there is something in an output's place that a run does not write over. */
export const requireOutput = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (extname(path) === '' ? found?.isDirectory() : found?.isFile()) {
    return;
  }
  if (found) {
    const wanted =
      extname(path) === '' ? 'a folder, or a name that is free,' : 'a file, or a name that is free,';
    throw expected(
      wanted,
      'output',
      `${shown(path)}, which is ${found.isFile() ? 'a file' : kindOfFile(found)}`,
    );
  }
};

/** One image of a batch, with a first axis of 1 so that it stays what the layout says. */
const imageOf = (tensor: HostTensor, n: number): HostTensor => {
  const size = tensor.data.length / tensor.shape[0]!;
  return {
    ...tensor,
    shape: [1, ...tensor.shape.slice(1)],
    data: tensor.data.subarray(n * size, (n + 1) * size),
  };
};

const toNpy = (path: string): RunOutput => {
  // Made at the first result, so that a run that fails before it leaves no file.
  let file: NpyWriter | undefined;
  let files: string[] = [];
  return {
    write: async tensor => {
      if (!file) {
        await makeFolder(dirname(path));
        file = await NpyWriter.create(path);
      }
      await file.append(tensor);
    },
    close: async () => {
      const open = file;
      file = undefined;
      if (await open?.close()) {
        files = [path];
      }
      return files;
    },
  };
};

/** Pictures under the names that `nameOf` gives; the third argument of it counts from 0 over the whole run. */
const toFiles = (
  nameOf: (name: string, n: number) => string,
  writeOne: (path: string, tensor: HostTensor, picture: () => HostPicture) => Promise<void>,
): RunOutput => {
  const files: string[] = [];
  const used = new Set<string>();
  const free = (wanted: string): string => {
    const extension = extname(wanted);
    let path = wanted;
    for (let n = 2; used.has(path); n++) {
      path = `${wanted.slice(0, wanted.length - extension.length)}-${n}${extension}`;
    }
    used.add(path);
    return path;
  };
  return {
    write: async (tensor, names) => {
      for (const [n, name] of names.entries()) {
        const path = free(nameOf(name, files.length));
        const one = imageOf(tensor, n);
        await makeFolder(dirname(path));
        await writeOne(path, one, () => picturesOf(one)[0]!);
        files.push(path);
      }
    },
    close: async () => files,
  };
};

/** Where one of several results goes: `x.npy` becomes `x.small.npy`, a folder gets one of its own inside. */
export const pathOfResult = (path: string, result: string): string => {
  const extension = extname(path);
  return extension === '' ? join(path, result) : `${path.slice(0, -extension.length)}.${result}${extension}`;
};

/**
 * Opens what `--out` names: one .npy for all images, one picture, numbered pictures (`%d`, `%04d`), or a folder that gets
 * a .png, or where the results are no pictures a .npy, per image.
 *
 * @param of.single Whether there will be one image only.
 * @param of.notPictures Why the results cannot be pictures, if they cannot.
 */
export const openOutput = (
  path: string,
  of: { readonly single: boolean; readonly notPictures?: string },
): RunOutput => {
  const extension = extname(path).toLowerCase();
  if (extension === '.npy') {
    return toNpy(path);
  }
  const isPicture = (pictureExtensions as readonly string[]).includes(extension);
  if (isPicture && of.notPictures) {
    throw new ArgumentError(
      `Expected a pipeline whose results are pictures for output ${shown(path)} but ${of.notPictures}. Write a .npy instead.`,
      'output',
    );
  }
  const pattern = /%(0\d{1,2})?d/;
  if (isPicture && pattern.test(path)) {
    return toFiles(
      (_, n) => path.replace(pattern, (_all, width?: string) => String(n).padStart(Number(width ?? 0), '0')),
      (file, _, picture) => writePicture(file, picture()),
    );
  }
  if (isPicture && !of.single) {
    throw new ArgumentError(
      `Expected a folder or a pattern such as out-%04d${extension} for output, since there are several images, but ` +
        `received ${shown(path)}.`,
      'output',
    );
  }
  if (isPicture) {
    return toFiles(
      () => path,
      (file, _, picture) => writePicture(file, picture()),
    );
  }
  if (extension !== '') {
    throw new ArgumentError(
      `Expected .npy, .png, .jpg or a folder for output but received ${shown(path)}.`,
      'output',
    );
  }
  return of.notPictures
    ? toFiles(
        name => join(path, `${name}.npy`),
        (file, one) => writeNpy(file, one),
      )
    : toFiles(
        name => join(path, `${name}.png`),
        (file, _, picture) => writePicture(file, picture()),
      );
};
