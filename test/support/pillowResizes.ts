/** The pictures of test/golden/pillowResizes.py, and whether a device gives Pillow's bytes for them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { plansOf } from '../../compiler/specs.js';
import { type Device, openDevice, type Pipeline, Tensor } from '../../runtime/index.js';
import { buildFolder, root } from './executions.js';
import { buildQuick } from './quickBuild.js';

/** The CPU for the tests of a suite, which hold nothing of its memory afterwards. */
export const openedCpu = (): (() => Device) => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });
  return () => device;
};

export const pillowSpec = 'test/golden/pillowPipelines.ts';
type Built = Readonly<Record<string, Pipeline<never>>>;

/** Their pipelines on the host. With -DCW_HAS_CLONES what they share has its version for AVX2, too. */
export const buildResizes = async (name: string, moreHost: readonly string[]): Promise<Built> => {
  const out = buildFolder(name);
  await buildQuick(await plansOf({ root, entries: [pillowSpec] }), out, { moreHost });
  return (await import(pathToFileURL(join(out, 'index.js')).href)) as Built;
};

const filters = ['Box', 'Bilinear', 'Hamming', 'Bicubic', 'Lanczos'] as const;
const modes = [
  ['rgb', 3],
  ['rgba', 4],
  ['gray', 1],
] as const;

/** A pair of sizes with Pillow's digests, by filter. */
export type PillowResize = {
  readonly number: number;
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly digests: readonly string[];
};

/** The lines that the script prints. */
export const readResizes = (text: string): readonly PillowResize[] =>
  text
    .trim()
    .split('\n')
    .map((line, number) => {
      const [width, height, toWidth, toHeight, ...digests] = line.split(' ');
      return {
        number,
        from: [Number(width), Number(height)],
        to: [Number(toWidth), Number(toHeight)],
        digests,
      };
    });
export const pillowResizes = (): readonly PillowResize[] =>
  readResizes(readFileSync(new URL('../golden/data/pillowResizes.txt', import.meta.url), 'utf8'));

/** Bytes that follow from their places, as the script has them. */
const picture = (width: number, height: number, channels: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(width * height * channels);
  for (let i = 0; i < bytes.length; i++) {
    let v = Math.imul(i + seed * 7919 + 1, 2654435761) >>> 0;
    v ^= v >>> 15;
    bytes[i] = Math.imul(v, 2246822519) >>> 24;
  }
  for (let i = 3; channels === 4 && i < bytes.length; i += 4) {
    const alpha = bytes[i]!;
    bytes[i] = alpha < 64 ? 0 : alpha >= 192 ? 255 : alpha;
  }
  return bytes;
};

/** The filters, by the pair of sizes, whose bytes are not Pillow's, and how many values were compared. */
export const compareResizes = async (
  built: Built,
  device: Device,
  resizes: readonly PillowResize[],
): Promise<{ readonly differ: readonly string[]; readonly values: number }> => {
  const differ: string[] = [];
  let values = 0;
  for (const { number, from, to, digests } of resizes) {
    const sources = modes.map(([, channels], n) =>
      Tensor.fromHost(device, picture(...from, channels, 3 * number + n), {
        shape: [1, from[1], from[0], channels],
        dtype: 'u8',
        layout: 'NHWC',
      }),
    );
    for (const [f, filter] of filters.entries()) {
      const digest = createHash('sha256');
      for (const [n, [mode]] of modes.entries()) {
        const run = built[`${mode}${filter}`]!.run as (source: Tensor, options: object) => Tensor;
        const result = run(sources[n]!, { width: to[0], height: to[1] });
        const { data } = await result.toHost();
        digest.update(data as Uint8Array);
        values += data.length;
        result.dispose();
      }
      if (digest.digest('hex').slice(0, 12) !== digests[f]) {
        differ.push(`${from.join('×')} to ${to.join('×')} by ${filter}`);
      }
    }
    for (const source of sources) {
      source.dispose();
    }
  }
  return { differ, values };
};
