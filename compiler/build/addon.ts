import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { addonPath, addonStampPath, nativeFolder } from '../../native/location.js';
import { keyOf, openCache } from './cache.js';
import { runProgram } from './process.js';
import { findCxx } from './toolchain.js';

/** The addon could not be built. The message says what is missing and how to get it. */
export class AddonBuildError extends Error {
  override readonly name = 'AddonBuildError';
  constructor(
    message: string,
    /** What the tools printed. */
    readonly output: string = '',
  ) {
    super(message);
  }
}

const require = createRequire(import.meta.url);
const compilers = ['c++', 'g++', 'clang++'];

/**
 * Builds the addon, `native/build/Release/cuweave.node`, with cmake-js and the machine's C++ compiler. It takes half a
 * minute, needs no CUDA and no network, and does nothing when the addon is newer than its sources. Where CUWEAVE_CACHE names
 * a folder, an addon of the same sources, tools and options is taken from there.
 *
 * @param options.force Compiles even then.
 * @param options.onStart Called before it is compiled, if it is.
 * @param options.signal Ends the tools that it started.
 * @throws {AddonBuildError} Without cmake or a C++ compiler, in a folder that cannot be written, or when they fail.
 */
export const buildAddon = async (
  options: { readonly force?: boolean; readonly onStart?: () => void; readonly signal?: AbortSignal } = {},
): Promise<{ readonly path: string; readonly built: boolean }> => {
  const hash = await hashSources();
  if (!options.force && (await isCurrent(hash))) {
    return { path: addonPath, built: false };
  }
  await requireTools();
  await requireWritable();
  const cached = process.env.CUWEAVE_CACHE
    ? { cache: openCache(''), key: await keyOfAddon(hash) }
    : undefined;
  const known = options.force ? undefined : cached?.cache.get(cached.key);
  if (known) {
    await install(known.object, hash);
    return { path: addonPath, built: true };
  }
  options.onStart?.();

  const cli = join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
  // A folder of its own, and a rename at the end: builds may run side by side, and a running process keeps its addon.
  const work = await mkdtemp(join(nativeFolder, 'build', 'work-'));
  try {
    const jobs = String(availableParallelism());
    const args = [
      cli,
      'build',
      '--directory',
      nativeFolder,
      '--out',
      work,
      '--config',
      'Release',
      '--parallel',
      jobs,
    ];
    const { code, stdout, stderr } = await runProgram(process.execPath, args, {
      cwd: nativeFolder,
      env: toolEnvironment(),
      signal: options.signal,
    });
    options.signal?.throwIfAborted();
    const text = stdout + stderr;
    if (code !== 0) {
      const end = text.trimEnd().split('\n').slice(-30).join('\n');
      throw new AddonBuildError(`The addon could not be built: cmake-js ended with ${code}.\n${end}`, text);
    }
    const object = await readFile(join(work, 'Release', 'cuweave.node'));
    cached?.cache.put(cached.key, { object, report: text });
    await install(object, hash);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { path: addonPath, built: true };
};

/** What the addon is made of: its sources, the headers of Node-API, the tools, and what makes them do otherwise. */
const keyOfAddon = async (sources: string): Promise<string> => {
  const versions = ['cmake-js', 'node-addon-api'].map(
    name => (require(`${name}/package.json`) as Version).version,
  );
  const flags = ['CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'].map(name => process.env[name] ?? '');
  const cxx = await findCxx();
  const { platform, arch, version } = process;
  return keyOf('addon', sources, platform, arch, version, cxx?.version ?? '', ...versions, ...flags);
};
type Version = { readonly version: string };

/** Puts a compiled addon in its place: by a rename, since a running process keeps the one that it has. */
const install = async (addon: Uint8Array, hash: string): Promise<void> => {
  const beside = `${addonPath}.${randomUUID()}.tmp`;
  try {
    await writeFile(beside, addon, { mode: 0o755 });
    await rename(beside, addonPath);
  } finally {
    await rm(beside, { force: true });
  }
  await writeFile(addonStampPath, hash);
};

const hashSources = async (): Promise<string> => {
  const below = async (folder: string): Promise<string[]> =>
    (await readdir(join(nativeFolder, folder), { recursive: true })).map(name => join(folder, name));
  const all = [...(await below('ring')), ...(await below('src'))];
  const sources = all.filter(name => /\.(cc|h)$/.test(name)).sort();
  const hash = createHash('sha256');
  for (const name of ['CMakeLists.txt', ...sources]) {
    hash.update(`${name}\0`).update(await readFile(join(nativeFolder, name)));
  }
  return hash.digest('hex');
};

const isCurrent = async (hash: string): Promise<boolean> => {
  const [stamp, addon] = await Promise.all([
    readFile(addonStampPath, 'utf8').catch(() => ''),
    stat(addonPath).catch(() => undefined),
  ]);
  return stamp === hash && addon !== undefined;
};

const requireTools = async (): Promise<void> => {
  const missing = [
    ...((await isOnPath('cmake')) ? [] : ['cmake']),
    ...((await Promise.all(compilers.map(isOnPath))).includes(true) ? [] : ['g++']),
  ];
  if (missing.length === 0) {
    return;
  }
  throw new AddonBuildError(
    `Expected ${missing.map(name => (name === 'g++' ? 'a C++ compiler' : name)).join(' and ')} on the PATH but found none. ` +
      `On Debian and Ubuntu: apt install ${missing.join(' ')}`,
  );
};

const isOnPath = async (name: string): Promise<boolean> => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  for (const folder of folders) {
    const runs = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) {
      return true;
    }
  }
  return false;
};

const requireWritable = async (): Promise<void> => {
  const folder = dirname(addonPath);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new AddonBuildError(
      `Expected a writable folder for the addon but ${folder} is not: ${(error as Error).message}. ` +
        'Run the command once as the user who owns the package.',
    );
  }
};

/** cmake-js takes settings from npm_config_*: an npm script's environment must not change the build. */
const toolEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
