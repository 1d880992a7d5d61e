/** A manifest with any one field changed: a typed error, or the same results; never a crash, a hang or other numbers. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, manifestDigest } from '../../native/manifest.js';
import { definePipeline } from '../../runtime/call/pipeline.js';
import { checkedManifest } from '../../runtime/device/manifestChecks.js';
import {
  CuweaveError,
  type Device,
  Image,
  LibraryError,
  openDevice,
  readManifest,
  Tensor,
} from '../../runtime/index.js';
import { buildHandmade, type Handmade, handmadeManifest, handmadeSizes } from '../support/handmade.js';

let made: Handmade;
let device: Device;
let image: Image;
let reference: readonly number[];
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
  const data = Uint8Array.from({ length: 36 }, (_, n) => 7 * n);
  image = Image.fromHost(device, { format: 'rgb8', width: 4, height: 3, planes: [{ data }] });
  reference = await resultOf(handmadeManifest);
});
afterAll(async () => {
  image.dispose();
  device.dispose();
  await made.remove();
});

const resultOf = async (manifest: Manifest): Promise<readonly number[]> => {
  const { directory } = made;
  const cropped = definePipeline({ directory, manifest, name: 'cropped', sizes: handmadeSizes });
  const result: unknown = cropped(image, { rect: { x: 0, y: 0, width: 4, height: 3 }, gain: 2 });
  if (!(result instanceof Tensor)) {
    return [];
  }
  const { data } = await result.toHost();
  result.dispose();
  return Array.from(data as Float32Array);
};

const built: Manifest = { ...handmadeManifest, digest: manifestDigest(handmadeManifest) };
const message = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`.replaceAll(made.directory, 'FOLDER');
  }
};

type Holder = Record<string, unknown>;
type Path = readonly string[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap(key => [[...path, key], ...pathsOf((value as Holder)[key], [...path, key])])
    : [];
const changed = (manifest: Manifest, path: Path, change: (holder: Holder, key: string) => void): Manifest => {
  const copy = structuredClone(manifest) as unknown as Holder;
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Holder, copy);
  change(holder, path.at(-1)!);
  return copy as unknown as Manifest;
};
const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  8,
  -1,
  -8,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  'u8',
  '../x',
  '__proto__',
  [],
  {},
  [[]],
  [0, 1],
];
const changes: readonly ((holder: Holder, key: string) => void)[] = [
  ...values.map(value => (holder: Holder, key: string): void => {
    holder[key] = value;
  }),
  (holder, key) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
  (holder, key) => {
    holder[key] = typeof holder[key] === 'number' ? holder[key] + 8 : [holder[key], holder[key]];
  },
  (holder, key) => {
    const value = holder[key];
    if (Array.isArray(value)) {
      value.push(...value);
    } else if (typeof value === 'number') {
      holder[key] = value - 8;
    }
  },
];
/** What comes of every change of every field: a typed error, the result, or what must not be. */
const sweep = async (manifest: Manifest): Promise<Record<string, readonly string[]>> => {
  const found: Record<string, string[]> = { refused: [], same: [], other: [], untyped: [] };
  for (const path of pathsOf(manifest)) {
    for (const [n, change] of changes.entries()) {
      const label = `${path.join('.')} by change ${n}`;
      try {
        const result = await resultOf(changed(manifest, path, change));
        (JSON.stringify(result) === JSON.stringify(reference) ? found.same : found.other)!.push(label);
      } catch (error) {
        (error instanceof CuweaveError ? found.refused : found.untyped)!.push(label);
      }
    }
  }
  return found;
};

describe('a field that was changed', () => {
  it('is noticed in a manifest that a build wrote', async () => {
    const { refused, same, other, untyped } = await sweep(built);
    expect(other).toEqual([]);
    expect(untyped).toEqual([]);
    expect(refused!.length).toBeGreaterThan(4000);
    // The digest alone is no loss, and some changes change nothing.
    expect(same!.length).toBeLessThan(0.05 * refused!.length);
  });

  it('does no harm in one that was written by hand', async () => {
    const { refused, untyped, other } = await sweep(handmadeManifest);
    expect(untyped).toEqual([]);
    expect(refused!.length).toBeGreaterThan(3000);
    // Only what its author alone can know: values and what they mean.
    const fields = new Set(other!.map(label => label.split(' ')[0]!.replace(/\.\d+/g, '')));
    expect([...fields].sort()).toMatchInlineSnapshot(`
      [
        "pipelines.params.settled",
        "pipelines.sinks.layout",
        "pipelines.sinks.output",
      ]
    `);
  });

  it('is named', () => {
    const edit = (...[path, value]: [string, unknown]): string =>
      message(() =>
        checkedManifest(
          changed(handmadeManifest, path.split('.'), (holder, key) => {
            holder[key] = value;
          }),
        ),
      );
    expect([
      edit('abi', 2),
      edit('library', 'a/b.so'),
      edit('pipelines.0.source.planes.0.pointer', 8),
      edit('pipelines.0.params.0.lanes', 1e308),
      edit('pipelines.0.params.1.offset', -16),
      edit('pipelines.0.image.size', 96.5),
      edit('pipelines.1.source.channels.2.plane', 7),
      edit('pipelines.1.name', 'cropped'),
      edit('pipelines.0.sinks.0.dtype', 'u8'),
    ]).toMatchInlineSnapshot(`
      [
        "LibraryError: The pipelines were built by cuweave '0.0.0' with ABI 2, and this version has ABI 4. Run cuweave build again.",
        "LibraryError: The pipelines' manifest names 'a/b.so' as its library, which is no file name. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: pipelines[0].source.planes[0].pointer should be 0 and is 8. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: pipelines[0].params[0].lanes should be 4 and is 1e+308. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: pipelines[0].params[1].offset should be 16 and is -16. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: pipelines[0].image.size should be 96 and is 96.5. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: pipelines[1].source.channels[2].plane should be a whole number from 0 to 1 and is 7. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: it has 'cropped' twice among the pipelines. Run cuweave build again.",
        "LibraryError: The pipelines' manifest is damaged: its rgb_nchw_f32 is not the format of that name. Run cuweave build again.",
      ]
    `);
    expect(message(() => checkedManifest({ ...built, strict: true }))).toMatchInlineSnapshot(
      `"LibraryError: The pipelines' manifest was changed after it was built. Run cuweave build again."`,
    );
  });
});

describe('a build of which not all is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-manifest-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): void => writeFileSync(join(folder, 'manifest.json'), text);
  const read = (digest?: string): string =>
    message(() => readManifest(folder, digest)).replaceAll(folder, 'FOLDER');

  it('has no manifest, half of one, or that of another build', () => {
    const none = read();
    write(JSON.stringify(built).slice(0, 100));
    // Node's versions name the fault differently.
    const half = read().replace(/ in JSON.*?\. /, ' …. ');
    write(JSON.stringify(built, null, 2));
    expect(read(built.digest)).toBe('no error');
    const other = read('0'.repeat(64));
    expect({ none, half, other }).toMatchInlineSnapshot(`
      {
        "half": "LibraryError: The pipelines' manifest FOLDER/manifest.json cannot be read: Unterminated string …. Run cuweave build again.",
        "none": "LibraryError: There is no FOLDER/manifest.json beside the built module. A bundler has to leave it where cuweave build wrote it: mark the module and the package cuweave as external (docs/runtime.md, Bundlers).",
        "other": "LibraryError: The manifest FOLDER/manifest.json is not of the same build as index.js beside it: one of them was changed or copied alone. Run cuweave build again.",
      }
    `);
  });

  it('has half of its library', async () => {
    const path = join(made.directory, handmadeManifest.library);
    const content = readFileSync(path);
    const { createHash } = await import('node:crypto');
    const librarySha256 = createHash('sha256').update(content).digest('hex');
    const bound: Manifest = {
      ...handmadeManifest,
      library: 'copy.so',
      libraryBytes: content.length,
      librarySha256,
    };
    const copy = join(made.directory, 'copy.so');
    const said = async (): Promise<string> => {
      const error = await resultOf(bound).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error).toBeInstanceOf(LibraryError);
      return error!.message.replaceAll(made.directory, 'FOLDER').replaceAll(String(content.length), 'N');
    };
    const missing = await said();
    writeFileSync(copy, content);
    truncateSync(copy, 4096);
    const half = await said();
    writeFileSync(
      copy,
      content.map((byte, n) => (n === 5000 ? byte ^ 1 : byte)),
    );
    const damaged = await said();
    rmSync(copy);
    mkdirSync(copy);
    expect(await said()).toBe(missing);
    rmSync(copy, { recursive: true });
    expect({ missing, half, damaged }).toMatchInlineSnapshot(`
      {
        "damaged": "The pipelines' library FOLDER/copy.so is not the one that its manifest was written for: it is of another build, or damaged. Copy the folder again, or run cuweave build again.",
        "half": "The pipelines' library FOLDER/copy.so has 4096 bytes where its build wrote N: it was copied in part, or damaged. Copy the folder again, or run cuweave build again.",
        "missing": "The pipelines' library is missing: there is no FOLDER/copy.so. Run cuweave build again.",
      }
    `);
    writeFileSync(copy, content);
    expect(await resultOf(bound)).toEqual(reference);
  });
});
