/** Reductions: the oracle and the host's code, and what other libraries compute. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../compiler/build/build.js';
import type { Plan } from '../compiler/ir/plan.js';
import { type Pipeline as Built, type Device, openDevice, Tensor, writeNpy } from '../runtime/index.js';
import { buildFolder, loadOracles, root } from './support/executions.js';
import { blankImage, fillImage, randomImage, type TestImage } from './support/images.js';
import { buildQuick } from './support/quickBuild.js';
import { random } from './support/random.js';
import { resultsBy } from './support/reduced.js';
import {
  bindingsOf,
  placed,
  reduceCases,
  reduceEntry,
  reducePlans,
  run,
} from './support/reduceExecutions.js';
import * as peers from './support/reducePeers.js';

/** The values of an image as a tensor has them: plane by plane, without padding. */
const valuesOf = ({ planes, format }: TestImage): number[] =>
  planes.flatMap(({ data, pitch, rows, rowBytes }) =>
    Array.from({ length: rows }, (_, row) => {
      const bytes = data.slice(row * pitch, row * pitch + rowBytes);
      const kinds = {
        u8: Uint8Array,
        u16: Uint16Array,
        f16: Uint16Array,
        bf16: Uint16Array,
        i32: Int32Array,
        f32: Float32Array,
      };
      return [...new kinds[format.dtype](bytes.buffer)];
    }).flat(),
  );

describe('reductions', () => {
  let plans: readonly Plan[];
  let bindings: Record<string, Built<never>>;
  let device: Device;
  beforeAll(async () => {
    plans = await reducePlans();
    const out = buildFolder('reduce');
    await buildQuick(plans, out);
    bindings = await bindingsOf(out);
    device = openDevice('cpu');
  });
  afterAll(() => device.dispose());

  it('have the same bits as their oracles, for every size and batch', async () => {
    for (const plan of plans) {
      const oracles = await loadOracles(plan);
      for (const one of reduceCases(plan)) {
        const host = await run(bindings[plan.name]!, device, one);
        for (const [number, image] of one.images.entries()) {
          const place = { number, of: one.images.length };
          for (const [name, made] of resultsBy(plan, oracles, image, one.given, place)) {
            const { data } = host.get(`${name}${number}`)!;
            const wanted = 'planes' in made ? valuesOf(made) : made;
            const at = wanted.findIndex((v, n) => !Object.is(v, data[n]));
            const where = `${plan.name} ${name} ${image.width}×${image.height} [${at}]`;
            expect([where, data.length, data[at]]).toEqual([where, wanted.length, wanted[at]]);
          }
        }
      }
    }
  });

  /** What a pipeline makes of one gray or RGB image of u8. */
  const resultOf = async (name: string, image: TestImage): Promise<readonly number[]> => {
    const given = { factor: 1.625 };
    const made = await run(bindings[name]!, device, { images: [image], given });
    return [...made.get('0')!.data];
  };
  // Few levels among 256, each of another number of pixels, and none at the ends.
  const low = (format: TestImage['format'], width: number, height: number): TestImage =>
    fillImage(
      blankImage(format, width, height),
      (_, row, i) => 30 + ((row * row + 7 * i) % 97) + (i % 13 === 0 ? 60 : 0),
    );
  const sourceOf = (name: string) => plans.find(plan => plan.name === name)!.pipeline.source;
  const same = (mine: readonly number[], theirs: readonly number[]): void => {
    const at = theirs.findIndex((v, n) => v !== mine[n]);
    expect([mine.length, at, mine[at]]).toEqual([theirs.length, -1, undefined]);
  };
  const flat = (format: TestImage['format']): TestImage => fillImage(blankImage(format, 9, 5), () => 77);

  it('equalise as OpenCV does, a single level too', async () => {
    for (const image of [low(sourceOf('equalized'), 131, 77), flat(sourceOf('equalized'))]) {
      same(await resultOf('equalized', image), peers.equalizeHist(valuesOf(image)));
    }
  });

  it('equalise and stretch channels as torchvision and Pillow do', async () => {
    for (const image of [low(sourceOf('equalizedChannels'), 131, 77), flat(sourceOf('equalizedChannels'))]) {
      const values = valuesOf(image);
      same(await resultOf('equalizedChannels', image), peers.perChannel(values, peers.equalize));
      same(await resultOf('autoContrasted', image), peers.perChannel(values, peers.autocontrast));
      same(await resultOf('contrasted', image), peers.adjustContrast(values, 1.625));
    }
  });

  it('find the thresholds that OpenCV finds', async () => {
    const images = [
      low(sourceOf('otsuOf'), 131, 77),
      randomImage(sourceOf('otsuOf'), 40, 30, random(5)),
      flat(sourceOf('otsuOf')),
    ];
    for (const image of images) {
      const values = valuesOf(image);
      const above = (level: number): number[] => values.map(v => (v > level ? 255 : 0));
      same(await resultOf('otsuOf', image), above(peers.otsu(values)));
      same(await resultOf('triangleOf', image), above(peers.triangle(values)));
    }
  });

  it('equalise tile by tile as OpenCV does, where the grid divides the image and where not', async () => {
    for (const [width, height] of [
      [129, 70],
      [131, 77],
      [7, 5],
      [129, 71],
    ] as const) {
      const image = low(sourceOf('claheOf'), width, height);
      same(await resultOf('claheOf', image), peers.clahe(valuesOf(image), width, height, 2, 3, 2));
    }
  });

  it('count and add exactly', async () => {
    const image = randomImage(sourceOf('severalOfRgb'), 300, 70, random(11));
    const made = await run(bindings.severalOfRgb!, device, { images: [image], given: {} });
    const channels = [0, 1, 2].map(c => valuesOf(image).filter((_, n) => n % 3 === c));
    const means = channels.map(all => Math.fround(all.reduce((sum, v) => sum + v, 0) / all.length));
    expect([...made.get('mean0')!.data]).toEqual(means);
    const bins = channels.flatMap(all =>
      Array.from({ length: 16 }, (_, bin) => all.filter(v => v >> 4 === bin).length),
    );
    expect([...made.get('bins0')!.data]).toEqual(bins);
    const places = channels.flatMap(all => {
      const [least, most] = [Math.min(...all), Math.max(...all)];
      return [least, most].flatMap(v => [v, all.indexOf(v) % 300, Math.floor(all.indexOf(v) / 300)]);
    });
    expect([...made.get('range0')!.data]).toEqual(places);
  });

  it('give tensors of one row for each image, into memory that is there', async () => {
    const built = bindings.histogramOfRgb as unknown as Built<Record<string, never>>;
    const images = [low(sourceOf('histogramOfRgb'), 20, 10), low(sourceOf('histogramOfRgb'), 7, 3)];
    const sources = images.map(image => placed(device, image));
    const made = built(sources);
    expect([made.shape, made.dtype, made.layout]).toEqual([[2, 3, 256], 'i32', 'any']);
    const into = Tensor.empty(device, { shape: [2, 3, 256], dtype: 'i32', layout: 'any' });
    built.runInto(into, sources);
    expect((await into.toHost()).data).toEqual((await made.toHost()).data);
    const wrong = Tensor.empty(device, { shape: [2, 3, 255], dtype: 'i32', layout: 'any' });
    expect(() => built.runInto(wrong, sources)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected [N, 3, 256] for output.shape but received [2, 3, 255].]`,
    );
    const other = Tensor.empty(device, { shape: [2, 3, 256], dtype: 'f32', layout: 'any' });
    expect(() => built.runInto(other, sources)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected i32 for output.dtype but received f32.]`,
    );
    for (const held of [...sources, made, into, wrong, other]) {
      held.dispose();
    }
  });

  it('are refused for Python, and for C and C++, which do not carry them', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'cuweave-reduced-')), 'out');
    const options = { root, entries: [reduceEntry], out, cpu: true };
    await expect(build({ ...options, python: true })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BuildError: meanOfRgb (test/support/reducePipelines.ts:35) reduces images to numbers, which modules for Python do not carry: leave out --python, or export it from another entry]`,
    );
  });

  it('are captured and launched again, with memory of the graph', async () => {
    const built = bindings.equalized as unknown as Built<Record<string, never>>;
    const image = low(sourceOf('equalized'), 70, 40);
    const source = placed(device, image);
    const stream = device.createStream();
    const empty = (): Tensor => Tensor.empty(device, { shape: [1, 40, 70, 1], dtype: 'u8', layout: 'NHWC' });
    const [out, plain] = [empty(), empty()];
    built.runInto(plain, [source]);
    const graph = stream.capture(() => built.runInto(out, [source]));
    for (let n = 0; n < 3; n++) {
      graph.launch();
      expect((await out.toHost({ stream })).data).toEqual((await plain.toHost()).data);
    }
    for (const held of [graph, stream, source, out, plain]) {
      held.dispose();
    }
  });

  it('give 64-bit integers as numbers, and as int64 in files', async () => {
    const made = await run(
      bindings.counted!,
      device,
      reduceCases(plans.find(({ name }) => name === 'counted')!)[1]!,
    );
    const counted = made.get('0')!;
    expect([counted.dtype, counted.data.constructor.name, counted.shape]).toEqual([
      'i64',
      'Float64Array',
      [1],
    ]);
    const path = join(mkdtempSync(join(tmpdir(), 'cuweave-reduced-')), 'counted.npy');
    await writeNpy(path, counted);
    const bytes = readFileSync(path);
    expect(bytes.subarray(10).toString('latin1')).toContain("'descr': '<i8'");
    expect(bytes.readBigInt64LE(bytes.length - 8)).toBe(BigInt(counted.data[0]!));
  });
});
