/** Consumers in Python, as processes whose lines tests wait for, and a producer in this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadAddon } from '../../runtime/device/addon.js';
import { type Device, Ring, type RingOptions, Tensor } from '../../runtime/index.js';
import { python } from '../python/python.js';
import { buildFolder } from '../support/executions.js';
import { compile } from '../support/handmade.js';

/** Where the module of pipelines.ts is built, by those who serve and by those who are killed: two files of tests may build at once. */
export const out = { served: buildFolder('rings'), killed: buildFolder('ringKills') };

/** A folder of rings for this process and those that it starts; `end()` removes it. */
export const ringFolder = (): { readonly path: string; readonly end: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'cuweave-rings-'));
  process.env.CUWEAVE_RINGS = path;
  return {
    path,
    end: () => {
      delete process.env.CUWEAVE_RINGS;
      rmSync(path, { recursive: true, force: true });
    },
  };
};

/**
 * Makes this process, and those that it starts, take fakeCuda.cpp for NVIDIA's driver. A copy there takes a fifth of a millisecond, so
 * that what is read or given back too early is seen.
 */
export const fakeDriver = async (): Promise<() => void> => {
  const directory = mkdtempSync(join(tmpdir(), 'cuweave-driver-'));
  const before = process.env.LD_LIBRARY_PATH;
  const driver = join(directory, 'libcuda.so.1');
  await compile('fakeCuda.cpp', driver, ['-Wl,-soname,libcuda.so.1', '-DWORK_MICROSECONDS=200']);
  // A library that is loaded is found by its own name from then on.
  loadAddon().openLibrary(driver);
  process.env.LD_LIBRARY_PATH = [directory, before].filter(Boolean).join(':');
  return () => {
    if (before === undefined) {
      delete process.env.LD_LIBRARY_PATH;
    } else {
      process.env.LD_LIBRARY_PATH = before;
    }
    rmSync(directory, { recursive: true, force: true });
  };
};

/** A process and what it prints, line by line. */
export class Program {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(command: string, args: readonly string[]) {
    const env = { CUWEAVE_BUILD: out.served, ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr?.on('data', text => {
      this.#errors += text;
    });
    this.#lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  /** One of consumer.py's. */
  static consumer(what: string, name: string, ...rest: readonly unknown[]): Program {
    const program = fileURLToPath(new URL('consumer.py', import.meta.url));
    return new Program(python!, [program, what, name, ...rest.map(one => JSON.stringify(one))]);
  }
  static producer(name: string, mode = 'share', device = 'cpu'): Program {
    const program = fileURLToPath(new URL('../support/programs/ringProducer.js', import.meta.url));
    return new Program(process.execPath, [program, name, mode, device]);
  }

  /** The next line. @throws {Error} With what the process complained of, if there is none. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done) {
      throw new Error(`The process ended: ${this.#errors}`);
    }
    return next.value;
  }
  async told(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.line());
  }
  async end(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, 'exit');
    }
    return this.process.exitCode;
  }
  /** Ends it as the kernel does where memory is short. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.end();
  }
}

/** A ring of small batches in this process, each of one value. */
export class Producer {
  readonly ring: Ring;
  value = 0;
  constructor(
    readonly device: Device,
    name: string,
    options: Partial<RingOptions> = {},
  ) {
    this.ring = Ring.create(device, name, {
      tensors: { x: { shape: [4, 3], dtype: 'f32', layout: 'any' } },
      ...options,
    });
  }
  async put(count = this.ring.batch): Promise<void> {
    const slot = await this.ring.acquire();
    this.value += 1;
    const tensor = slot.tensors.x as Tensor;
    const { shape, dtype, layout } = tensor;
    const length = shape.reduce((product, size) => product * size, 1);
    using filled = Tensor.fromHost(this.device, new Float32Array(length).fill(this.value), {
      shape,
      dtype,
      layout,
    });
    filled.copyTo(tensor);
    await slot.publish({ count, info: { value: this.value } });
  }
}
