/** What the tests compile for themselves, kept where builds keep theirs, so that nothing is compiled twice. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CacheEntry, keyOf, openCache } from '../../compiler/build/cache.js';
import { runProgram } from '../../compiler/build/process.js';
import { includeDirectory, type Tool } from '../../compiler/build/toolchain.js';
import { packageFile } from '../../compiler/package.js';

const headers = readdirSync(includeDirectory())
  .sort()
  .map(name => readFileSync(join(includeDirectory(), name), 'utf8'));

/**
 * Compiles `text`, which may include the prelude, and the texts of `beside` by their names.
 * @param flags Among them what to make: `-c`, or nvcc's `-cubin` or `-ptx`.
 * @throws Error with what the compiler said, where it refused.
 */
export const compileOnce = async (
  tool: Tool,
  flags: readonly string[],
  { name, text, beside = {} }: { name: string; text: string; beside?: Readonly<Record<string, string>> },
): Promise<CacheEntry> => {
  const cache = openCache(packageFile('.cache', 'objects'));
  const key = keyOf('test', tool.version, ...flags, name, text, ...Object.entries(beside).flat(), ...headers);
  const known = cache.get(key);
  if (known) {
    return known;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-compile-'));
  try {
    for (const [file, content] of Object.entries({ ...beside, [name]: text })) {
      writeFileSync(join(folder, file), content);
    }
    const args = [...flags, `-I${includeDirectory()}`, name, '-o', 'made'];
    const { code, stdout, stderr } = await runProgram(tool.path, args, { cwd: folder });
    if (code !== 0) {
      throw new Error(`${tool.path} could not compile ${name}:\n${stdout}${stderr}`);
    }
    const entry = { object: readFileSync(join(folder, 'made')), report: stdout + stderr };
    cache.put(key, entry);
    return entry;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Groups of at most `size`, in order. */
export const inGroups = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
