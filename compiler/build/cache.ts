/**
 * What compilers made, kept by a hash of everything that went into it. The folder may belong to many builds and processes at a
 * time: entries are written beside and renamed, and an entry that is damaged counts as one that is not there.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { BuildError } from '../errors.js';

/** What a compiler made, and what it said when it did. */
export type CacheEntry = { readonly object: Uint8Array; readonly report: string };
export type Cache = {
  /** An entry that is whole, if there is one; it counts as used now. */
  get(key: string): CacheEntry | undefined;
  /** Keeps an entry. A full folder is no error: then nothing is kept. */
  put(key: string, entry: CacheEntry): void;
};

const MIB = 2 ** 20;
/** Of a folder that several builds share, in bytes. */
const SHARED_LIMIT = 2048 * MIB;
/** Of a build's own. */
const OWN_LIMIT = 256 * MIB;
const ENDING = '.entry';
const entryName = /^[0-9a-f]{32}\.entry$/;
/** What is half written, and what earlier versions kept. */
const leftoverName = /^[0-9a-f]{32}\.entry\.[0-9a-f-]{36}\.tmp$|^[0-9a-f]{24}\.(o|log)(\.\d+\.\d+\.tmp)?$/;
/** After this many milliseconds nobody is still writing it. */
const LEFTOVER_AGE = 3_600_000;

/** A key: 32 hexadecimal digits that stand for all of the parts and their order. */
export const keyOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) {
    // With its length before it, no part can pass for the end of another.
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest('hex').slice(0, 32);
};

/** The SHA-256 digest of a file's content, in hexadecimal digits. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/**
 * The cache of this machine that CUWEAVE_CACHE names, or the one in a build's own folder.
 * @throws BuildError where it cannot be written.
 */
export const openCache = (own: string): Cache => {
  const shared = process.env.CUWEAVE_CACHE;
  return shared ? cacheIn(resolve(shared), SHARED_LIMIT, 'CUWEAVE_CACHE') : cacheIn(own, OWN_LIMIT, own);
};

/**
 * A cache in a folder.
 *
 * @param limit In bytes. What was not used for longest goes first.
 * @param name What messages call it.
 */
export const cacheIn = (folder: string, limit: number, name: string = folder): Cache => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new BuildError(
      `Expected a folder that can be written for ${name} but received ${folder}: ${(error as Error).message}`,
    );
  }
  // Looking at every entry takes a while, so not after each that is put there; always after a process's first.
  let untrimmed = limit;
  return {
    get: key => {
      const path = join(folder, key + ENDING);
      const entry = readEntry(path);
      if (entry) {
        const now = new Date();
        ignoringErrors(() => utimesSync(path, now, now));
      }
      return entry;
    },
    put: (key, entry) => {
      const path = join(folder, key + ENDING);
      const temporary = `${path}.${randomUUID()}.tmp`;
      const content = entryContent(entry);
      try {
        writeFileSync(temporary, content);
        renameSync(temporary, path);
      } catch {
        rmSync(temporary, { force: true });
        return;
      }
      untrimmed += content.length;
      if (untrimmed > limit / 32) {
        untrimmed = 0;
        trim(folder, limit);
      }
    },
  };
};

const newline = 0x0a;
const DIGEST_LENGTH = 64;

/** A line with the digest of all that follows, a line with the report as JSON, and the object. */
const entryContent = ({ object, report }: CacheEntry): Buffer => {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(report)}\n`), object]);
  return Buffer.concat([Buffer.from(`${digestOf(rest)}\n`), rest]);
};

/** Reads an entry's file. Undefined: there is none, or it is not what was written. */
export const readEntry = (path: string): CacheEntry | undefined => {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch {
    return undefined;
  }
  const rest = content.subarray(DIGEST_LENGTH + 1);
  const end = rest.indexOf(newline);
  if (end < 0 || content.toString('latin1', 0, DIGEST_LENGTH) !== digestOf(rest)) {
    return undefined;
  }
  return { report: JSON.parse(rest.toString('utf8', 0, end)) as string, object: rest.subarray(end + 1) };
};

/** Removes what was used longest ago until the rest is well below the limit. Other processes may do so at the same time. */
const trim = (folder: string, limit: number): void => {
  const now = Date.now();
  const entries: { path: string; size: number; used: number }[] = [];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      continue;
    }
    if (entryName.test(name)) {
      entries.push({ path, size: found.size, used: found.mtimeMs });
    } else if (leftoverName.test(name) && now - found.mtimeMs > LEFTOVER_AGE) {
      rmSync(path, { force: true });
    }
  }
  let total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= limit) {
    return;
  }
  for (const { path, size } of entries.sort((a, b) => a.used - b.used)) {
    if (total <= 0.9 * limit) {
      return;
    }
    rmSync(path, { force: true });
    total -= size;
  }
};

const ignoringErrors = (work: () => void): void => {
  try {
    work();
  } catch {
    // The entry was taken away, or the folder is another user's: both are as good as before.
  }
};
