/** Rings within one process: order, who gets what, lifetimes, ends, and what is refused. */
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Device,
  openDevice,
  Ring,
  type RingBatch,
  RingError,
  type RingReader,
  Tensor,
} from '../../runtime/index.js';
import { fakeDriver, Producer, ringFolder } from './consumers.js';

let folder: ReturnType<typeof ringFolder>;
let endDriver: () => void;
beforeAll(async () => {
  folder = ringFolder();
  endDriver = await fakeDriver();
});
afterAll(() => {
  endDriver();
  folder.end();
});

/** The device that the tests around it are on. */
let device: Device;
const openBefore = (kind: 'cpu' | 'cuda'): void => {
  beforeAll(() => {
    device = openDevice(kind);
  });
  afterEach(async () => {
    // What was closed is given back once its consumers have left.
    const { total } = device.memory();
    await expect
      .poll(() => kind === 'cpu' || device.memory().free, { timeout: 60_000 })
      .toBe(kind === 'cpu' || total);
  });
  afterAll(() => device.dispose());
};

const said = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof RingError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing';
};
const saidLater = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    error =>
      said(() => {
        throw error;
      }),
  );
const oneValue = async (batch: RingBatch | undefined): Promise<unknown> => {
  const { data } = (await batch?.tensors.x?.toHost()) ?? {};
  expect(new Set(data).size).toBe(1);
  return data?.[0];
};
const rest = async (reader: RingReader): Promise<readonly unknown[]> => {
  const values: unknown[] = [];
  for await (const batch of reader) {
    values.push(await oneValue(batch));
  }
  return values;
};

describe.each(['cpu', 'cuda'] as const)('a ring on %s', kind => {
  openBefore(kind);

  it('hands batches over in order, and comes to an end', async () => {
    const producer = new Producer(device, 'order', { slots: 3 });
    const reader = Ring.open(device, 'order');
    await producer.put();
    await producer.put(3);
    const first = await reader.next();
    expect(await oneValue(first)).toBe(1);
    expect(first).toMatchObject({ sequence: 1, count: 4, info: { value: 1 } });
    first?.dispose();
    const second = await reader.next();
    expect(second?.tensors.x?.shape).toEqual([3, 3]);
    second?.dispose();
    await producer.ring.finish();
    expect(await reader.next()).toBeUndefined();
    reader.close();
    expect(readdirSync(folder.path)).toEqual(['.lock']);
  });

  it('divides batches among consumers, or gives each of them all', async () => {
    for (const mode of ['share', 'broadcast'] as const) {
      const producer = new Producer(device, mode, { slots: 3, mode });
      const readers = [Ring.open(device, mode), Ring.open(device, mode)];
      const read = readers.map(rest);
      for (let n = 0; n < 30; n++) {
        await producer.put();
      }
      await producer.ring.finish();
      const all = Array.from({ length: 30 }, (_, n) => n + 1);
      const had = await Promise.all(read);
      for (const reader of readers) {
        reader.close();
      }
      if (mode === 'share') {
        expect(had.flat().sort((a, b) => Number(a) - Number(b))).toEqual(all);
      } else {
        expect(had).toEqual([all, all]);
      }
    }
  });

  it('has its producer wait for free slots, and broadcasts for a consumer', async () => {
    const producer = new Producer(device, 'waits', { slots: 2, mode: 'broadcast' });
    const signal = AbortSignal.timeout(50);
    await expect(producer.ring.acquire({ signal })).rejects.toThrow('aborted');
    const reader = Ring.open(device, 'waits');
    await producer.put();
    await producer.put();
    await expect(producer.ring.acquire({ signal: AbortSignal.timeout(50) })).rejects.toThrow('aborted');
    const batch = await reader.next();
    const held = batch?.tensors.x;
    batch?.dispose();
    expect(held?.disposed).toBe(true);
    await producer.put();
    // Who leaves is not waited for.
    reader.close();
    await producer.ring.finish();
  });

  it('gives a slot back when the work on it is done, and a part of one can be filled', async () => {
    const producer = new Producer(device, 'parts', { slots: 1 });
    const reader = Ring.open(device, 'parts');
    const slot = await producer.ring.acquire();
    for (const [from, value] of [
      [0, 5],
      [3, 6],
    ] as const) {
      const part = slot.part(from, 1).x as Tensor;
      using filled = Tensor.fromHost(device, new Float32Array(3).fill(value), {
        shape: [1, 3],
        dtype: 'f32',
        layout: 'any',
      });
      filled.copyTo(part);
    }
    await slot.publish({ info: { frames: [] } });
    const batch = await reader.next();
    const copied = batch?.tensors.x?.toHost();
    batch?.dispose();
    const data = (await copied)?.data;
    expect([data?.[0], data?.[11]]).toEqual([5, 6]);
    expect(said(() => slot.part(0, 1))).toBe(
      'closed: The slot was published or given back. Acquire another one.',
    );
    await producer.put();
    producer.ring.close();
    reader.close();
  });

  it('says what is wrong with a call', async () => {
    const producer = new Producer(device, 'refusals', { slots: 1, infoBytes: 64 });
    const x = { shape: [1], dtype: 'u8', layout: 'any' } as const;
    const slot = await producer.ring.acquire();
    expect([
      said(() => Ring.create(device, 'refusals', { tensors: { x } })),
      said(() => Ring.create(device, '../up', { tensors: { x } })),
      said(() => Ring.create(device, '.hidden', { tensors: { x } })),
      said(() => Ring.create(device, 'nul\0', { tensors: { x } })),
      said(() => Ring.create(device, 'none', { tensors: {} })),
      said(() => Ring.create(device, 'odd', { tensors: { 'a b': x } })),
      said(() => Ring.create(device, 'unequal', { tensors: { x, y: { ...x, shape: [2] } } })),
      said(() =>
        Ring.create(device, 'single', { tensors: { x: { shape: [4, 4, 3], dtype: 'u8', layout: 'HWC' } } }),
      ),
      said(() =>
        Ring.create(device, 'huge', { tensors: { x: { ...x, shape: [2 ** 31 - 1, 2 ** 14] } }, slots: 1024 }),
      ),
      said(() => Ring.open(device, 'nobody')),
      await saidLater(slot.publish({ info: 'x'.repeat(64) })),
    ]).toMatchInlineSnapshot(`
      [
        "exists: Ring 'refusals' is there: another process writes it. Take another name, or end that process.",
        "ArgumentError: Expected a ring's name of 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.",
        "ArgumentError: Expected a ring's name of 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.",
        "ArgumentError: Expected a ring's name of 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.",
        "ArgumentError: Expected 1 to 16 tensors for options.tensors but received 0.",
        "ArgumentError: Expected letters, digits and '_' for a name in options.tensors but received 'a b'.",
        "ArgumentError: Expected 1 items, as in x for options.tensors.y.shape[0] but received 2.",
        "ArgumentError: Expected a layout with an axis for the items: NHWC, NCHW or any for options.tensors.x.layout but received HWC.",
        "refused: Ring 'huge' is out of bounds: 1 to 1024 slots, 1 to 16 tensors, and 128 TiB at most.",
        "missing: There is no ring 'nobody'. Start its producer first.",
        "infoTooLarge: The info of a batch has 66 bytes, and ring 'refusals' has room for 64. Make it with more.",
      ]
    `);
    producer.ring.close();
    expect(await saidLater(producer.ring.acquire())).toMatchInlineSnapshot(
      `"closed: Ring 'refusals' is closed here. Make it anew."`,
    );
  });
});

describe.each(['cpu', 'cuda'] as const)('a tensor on %s', kind => {
  openBefore(kind);

  it('is exported to whoever imports it, and shared from then on', async () => {
    const spec = { shape: [2, 3], dtype: 'i32', layout: 'any' } as const;
    using tensor = Tensor.fromHost(device, new Int32Array([1, 2, 3, 4, 5, 6]), spec);
    const given = await tensor.export('weights');
    const imported = Tensor.import(device, 'weights');
    const again = Tensor.import(device, 'weights');
    expect(await imported.toHost()).toMatchObject({ ...spec, data: new Int32Array([1, 2, 3, 4, 5, 6]) });
    using other = Tensor.fromHost(device, new Int32Array(6).fill(9), spec);
    other.copyTo(imported);
    await device.synchronize();
    expect((await again.toHost()).data).toEqual(new Int32Array(6).fill(9));
    given.dispose();
    expect(said(() => Tensor.import(device, 'weights'))).toMatch(/^missing: /);
    expect((await imported.toHost()).data[0]).toBe(9);
    imported.dispose();
    again.dispose();
    const unnamed = await tensor.export();
    expect(unnamed.name).toMatch(/^tensor-\d+-\d+$/);
    expect(said(() => Ring.open(device, unnamed.name))).toMatch(
      /^missing: .* is one tensor and no ring: use Tensor\.import\.$/,
    );
    unnamed.dispose();
    const producer = new Producer(device, 'batches');
    expect(said(() => Tensor.import(device, 'batches'))).toMatch(
      /^missing: .* is a ring of batches: use Ring\.open\.$/,
    );
    producer.ring.close();
  });
});

describe('a file that is no ring of ours', () => {
  openBefore('cpu');
  const path = (name: string) => join(folder.path, name);
  const word = (bytes: Buffer, at: number, value: number): Buffer => {
    const changed = Buffer.from(bytes);
    changed.writeUInt32LE(value, at);
    return changed;
  };

  it('is refused', async () => {
    const producer = new Producer(device, 'good', { slots: 2 });
    const good = readFileSync(path('good'));
    const files: Readonly<Record<string, Buffer>> = {
      empty: Buffer.alloc(0),
      short: good.subarray(0, 100),
      magic: word(good, 0, 1),
      version: word(good, 8, 7),
      header: word(good, 12, 64),
      total: word(good, 16, 1),
      slots: word(good, 24, 0),
      manySlots: word(good, 24, 0xffffffff),
      mode: word(good, 28, 3),
      info: word(good, 32, 0x7fffffff),
      tensors: word(good, 36, 17),
      dtype: word(good, 40 + 64, 0x41414141),
      axes: word(good, 40 + 80, 7),
      shape: word(good, 40 + 88, 0x7fffffff),
      wide: word(good, 40 + 92, 0x7fffffff),
      cut: good.subarray(0, good.length - 4096),
      grown: Buffer.concat([good, Buffer.alloc(4096)]),
      unlocked: good,
    };
    const answers: Record<string, string> = {};
    const ask = (name: string): void => {
      answers[name] = said(() => Ring.open(device, name)).replaceAll(`'${name}'`, 'NAME');
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path(name), content, { mode: 0o600 });
      ask(name);
      rmSync(path(name), { force: true });
    }
    symlinkSync(path('good'), path('symbolic'));
    mkdirSync(path('directory'));
    ask('symbolic');
    ask('directory');
    const create = said(() => new Producer(device, 'symbolic'));
    linkSync(path('good'), path('hard'));
    ask('hard');
    rmSync(path('hard'));
    chmodSync(path('good'), 0o644);
    ask('good');
    chmodSync(path('good'), 0o600);
    rmSync(path('symbolic'));
    rmSync(path('directory'), { recursive: true });
    expect({ ...answers, create }).toMatchInlineSnapshot(`
      {
        "axes": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "create": "refused: Ring 'symbolic' is refused: its file is a link, or cannot be opened (Too many levels of symbolic links). Remove it.",
        "cut": "refused: Ring NAME is refused: its file has another size than its batches take. Remove its file, and start its producer again.",
        "directory": "refused: Ring NAME is refused: its file is a link, or cannot be opened (Is a directory). Remove it.",
        "dtype": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "empty": "refused: Ring NAME is refused: its file is cut off. Remove its file, and start its producer again.",
        "good": "refused: Ring NAME is refused: its file must be yours, and closed to others (mode 0600). Remove it.",
        "grown": "refused: Ring NAME is refused: its file has another size than its batches take. Remove its file, and start its producer again.",
        "hard": "refused: Ring NAME is refused: it is no file of its own. Remove it.",
        "header": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "info": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "magic": "refused: Ring NAME is refused: its file is no ring. Remove its file, and start its producer again.",
        "manySlots": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "mode": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "shape": "refused: Ring NAME is refused: its file has another size than its batches take. Remove its file, and start its producer again.",
        "short": "refused: Ring NAME is refused: its file is cut off. Remove its file, and start its producer again.",
        "slots": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "symbolic": "refused: Ring NAME is refused: its file is a link, or cannot be opened (Too many levels of symbolic links). Remove it.",
        "tensors": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
        "total": "refused: Ring NAME is refused: its file has another size than its batches take. Remove its file, and start its producer again.",
        "unlocked": "missing: There is no ring NAME: its producer has ended, and what it left was removed. Start it again.",
        "version": "version: Ring NAME has version 7, and this side reads 2: build both with one version of cuweave.",
        "wide": "refused: Ring NAME is refused: its sizes are out of bounds. Remove its file, and start its producer again.",
      }
    `);
    chmodSync(folder.path, 0o755);
    expect(said(() => Ring.open(device, 'good')).replace(folder.path, 'FOLDER')).toMatchInlineSnapshot(
      `"refused: The folder of rings FOLDER is refused: it must be yours, and closed to others (chmod 700), since who writes there writes into your programs' memory."`,
    );
    chmodSync(folder.path, 0o700);
    producer.ring.close();
  });

  it('is kept within bounds where its words change later', async () => {
    const producer = new Producer(device, 'later', { slots: 1 });
    const reader = Ring.open(device, 'later');
    await producer.put();
    // The number of items and the length of what is said, in the first slot.
    const bytes = readFileSync(path('later'));
    const changed = word(word(bytes, 8192 + 16, 0xffffffff), 8192 + 20, 0xffffffff);
    writeFileSync(path('later'), changed.subarray(0, 8192 + 24), { flag: 'r+' });
    expect(await saidLater(reader.next())).toMatch(/^refused: The info of a batch is not JSON/);
    producer.ring.close();
    reader.close();
  });

  it('stays where it is no ring, and what a producer left is removed', () => {
    writeFileSync(path('notes'), 'mine', { mode: 0o600 });
    expect(said(() => new Producer(device, 'notes'))).toBe(
      "refused: Ring 'notes' is refused: its file is no ring. Remove it from the folder of rings.",
    );
    expect(readFileSync(path('notes'), 'utf8')).toBe('mine');
    rmSync(path('notes'));
    const producer = new Producer(device, 'left');
    const copy = readFileSync(path('left'));
    producer.ring.close();
    writeFileSync(path('left'), copy, { mode: 0o600 });
    writeFileSync(path('.new'), copy.subarray(0, 10), { mode: 0o600 });
    truncateSync(path('left'), 4096);
    const next = new Producer(device, 'next');
    expect(readdirSync(folder.path).sort()).toEqual(['.lock', 'next']);
    next.ring.close();
  });
});
