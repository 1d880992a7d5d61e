/**
 * The plain CUDA kernels, which every figure of ours is held against, compute what the measured pipelines say: compiled by
 * g++ on a stand-in for CUDA's runtime, and held against the specs in float64 on small images.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, type Case, casesOn, rectangles } from '../../bench/cases.js';
import { caseArgument, peers } from '../../bench/peers.js';
import * as pipelines from '../../bench/pipelines.js';
import type { PeerDocument } from '../../bench/report.js';
import type { Pipeline } from '../../ops/spec.js';
import { type Pixels, randomImage } from '../support/images.js';
import { random } from '../support/random.js';
import { reference, stored } from '../support/reference.js';
import { bytesPer, writeScalar } from '../support/scalars.js';
import { root } from '../tooling/source.js';

const execute = promisify(execFile);
const standIn = join(root, 'test', 'bench', 'standIn');
const plain = peers.find(({ id }) => id === 'plain')!;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuweave-plain-'));
  program = join(folder, 'plain');
  for (const name of ['harness.h', 'plain.cu']) {
    const text = await readFile(join(root, 'bench', 'peers', name), 'utf8');
    const launched = text.replace(
      /(\w+)<<<(.+), (\w+), 0, \w+>>>\((.*)\);/g,
      'standInLaunch($2, $3, [&] { $1($4); });',
    );
    expect(launched).not.toContain('<<<');
    // Nothing is measured here: one launch, on one set of buffers.
    const once = launched
      .replace('kLaunches = 20', 'kLaunches = 1')
      .replace('kRotatedBytes = 400e6', 'kRotatedBytes = 0');
    await writeFile(join(folder, name), once);
  }
  const flags = ['-std=c++17', '-O1', '-ffp-contract=off', `-I${standIn}`, '-x', 'c++'];
  await execute('g++', [...flags, '-o', program, join(folder, 'plain.cu')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A case on a small image; crops keep their places. */
const small = (one: Case): Case => {
  const sized = (width: number, height: number) => ({ width, height });
  if (one.crop) {
    return { ...one, source: { ...one.source, ...sized(1474, 1054) } };
  }
  if (one.crops) {
    return { ...one, source: { ...one.source, ...sized(3482, 522) } };
  }
  const output = one.options?.width ? sized(11, 7) : sized(38, 22);
  const matrix = { dstToSrc: [0.9137, -0.2071, 3.3113, 0.2071, 0.9137, -2.7077] };
  return {
    ...one,
    source: { ...one.source, ...sized(38, 22) },
    output: { ...one.output, ...output },
    ...(one.options ? { options: one.options.matrix ? { matrix } : output } : {}),
  };
};

/** Pixels as the case's output holds them. */
const inMemory = ({ output: { layout, dtype } }: Case, { width, height, channels, values }: Pixels) => {
  const bytes = new Uint8Array(values.length * bytesPer[dtype]);
  const view = new DataView(bytes.buffer);
  const pixels = width * height;
  for (const [n, value] of values.entries()) {
    const at = layout === 'nhwc' ? n : (n % channels) * pixels + Math.floor(n / channels);
    writeScalar(view, at * bytesPer[dtype], dtype, stored(value, dtype));
  }
  return bytes;
};

describe('plain CUDA', () => {
  const shared = casesOn('cuda', bench.cases).filter(({ peers: also }) => also !== false);
  it.each(shared.map(one => [one.id, small(one)] as const))('%s', async (id, one) => {
    const spec = (pipelines as unknown as Record<string, Pipeline>)[one.pipeline];
    const image = randomImage(spec.source, one.source.width, one.source.height, random(7));
    const count = one.crops ? 12 : one.crop ? 1 : 2;
    const rects = one.crops ? rectangles(one.crops, count) : [undefined];
    const results = rects.map(rect => reference(spec, image, rect ? { rect } : one.options));
    await writeFile(join(folder, `${id}.in`), Buffer.concat(image.planes.map(({ data }) => data)));
    await writeFile(join(folder, `${id}.out`), Buffer.concat(results.map(result => inMemory(one, result))));
    // A level where a result is rounded, else what float32 leaves.
    const tolerance = one.output.dtype === 'f32' ? 1e-3 : one.output.dtype === 'f16' ? 0.25 : 0;
    const argument = caseArgument(plain, { ...one, tolerance }, count);
    const { stdout } = await execute(program, ['1', '100', folder, argument]);
    const { rows, skipped } = JSON.parse(stdout) as PeerDocument;
    expect(skipped).toEqual([]);
    expect(rows[0]).toMatchObject({ case: id, n: count });
    expect(rows[0].check?.maxError).toBeLessThanOrEqual(one.output.dtype === 'u8' ? 1 : tolerance);
    // A few values round the other way.
    expect(rows[0].check?.share).toBeLessThan(0.005);
  });
});
