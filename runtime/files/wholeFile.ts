/** Files that are written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CuweaveError, shown } from '../errors.js';
import { kindOfFile } from './fileHead.js';

/** A file cannot be written. */
export class FileError extends CuweaveError {
  override readonly name = 'FileError';
  constructor(
    message: string,
    /** The file. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message);
    this.cause = options?.cause;
  }
}

const notWritten = (path: string, cause: unknown): FileError => {
  // Without the call and its temporary file.
  const why = (cause as Error).message.replace(/, \w+ '.*'$/s, '');
  return new FileError(`Cannot write ${shown(path)}: ${shown(why)}`, path, { cause });
};

/** @internal Throws where a path leads to something that is no regular file: a rename would replace it, and a FIFO would wait for a reader. */
export const requireWritable = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) {
    throw new FileError(`Cannot write ${shown(path)}: it is ${kindOfFile(found)}`, path);
  }
};

/** @internal A file under a name of its own, which gets its final name when it is whole. Its errors are {@link FileError}s. */
export class WholeFile {
  private constructor(
    readonly path: string,
    private readonly target: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {}

  /** Creates the file beside the one that it will replace; a link stays one. */
  static async create(path: string): Promise<WholeFile> {
    await requireWritable(path);
    try {
      const isLink = await lstat(path).then(
        found => found.isSymbolicLink(),
        () => false,
      );
      const target = isLink ? await realpath(path) : path;
      // A name of its own: that of the target may be as long as names can be.
      const temporary = join(dirname(target), `.cuweave-${randomBytes(6).toString('hex')}.part`);
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      return new WholeFile(path, target, temporary, await open(temporary, flags));
    } catch (cause) {
      throw notWritten(path, cause);
    }
  }

  /** Writes all of the bytes at a place. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    } catch (cause) {
      throw notWritten(this.path, cause);
    }
  }

  /** Ends it at this number of bytes and gives it its name. */
  async keep(length: number): Promise<void> {
    try {
      await this.file.truncate(length);
      await this.file.close();
      await rename(this.temporary, this.target);
    } catch (cause) {
      await this.drop();
      throw notWritten(this.path, cause);
    }
  }

  /** Removes it. */
  async drop(): Promise<void> {
    await this.file.close().catch(() => {});
    await unlink(this.temporary).catch(() => {});
  }
}

/** @internal Writes a file that is known as a whole. */
export const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await WholeFile.create(path);
  try {
    await file.write(bytes, 0);
  } catch (error) {
    await file.drop();
    throw error;
  }
  await file.keep(bytes.length);
};
