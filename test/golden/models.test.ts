/** Models' own processors, as transformers has them: see test/golden/models/make.py. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../../compiler/specs.js';
import { constant, letterbox, nearest } from '../../ops/index.js';
import { imagenetDefault, imagenetStandard, openaiClip } from '../../ops/presets/values.js';
import {
  type Device,
  type HostData,
  Image,
  type ImageBatch,
  openDevice,
  type Patches,
  type Tensor,
} from '../../runtime/index.js';
import { buildFolder, loadOracles, root } from '../support/executions.js';
import type { PatchBindings } from '../support/patched.js';
import { buildQuick } from '../support/quickBuild.js';
import { bindingsOf } from '../support/reduceExecutions.js';
import { picture, pictureOn } from './models/pictures.js';

type Expected = {
  readonly tokens: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly grid: readonly number[];
    readonly shape: readonly number[];
    readonly sha256: string;
  }[];
  readonly withinPixels: readonly {
    readonly multiple: number;
    readonly minPixels: number;
    readonly maxPixels: number;
    readonly count: number;
    readonly sha256: string;
  }[];
  readonly shorter: readonly { readonly size: number; readonly most: number; readonly sha256: string }[];
  readonly longer: string;
  readonly rules: readonly {
    readonly name: string;
    readonly params: Readonly<Record<string, number | string>>;
    readonly sha256: string;
  }[];
  readonly alpha: readonly {
    readonly width: number;
    readonly height: number;
    readonly shape: readonly number[];
    readonly sha256: string;
  }[];
  readonly presets: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly shape: readonly number[];
    readonly step: number;
    readonly values: readonly number[];
    /** Of several results: which. */
    readonly result?: string;
    /** The digest of the bytes of all pixels before they are normalised, channels last. */
    readonly bytes: string;
  }[];
};
const expected = JSON.parse(
  readFileSync(new URL('models/expected.json', import.meta.url), 'utf8'),
) as Expected;
const sizing = /^(sizes|shorter|longer|detrRule|insideNearest|insideUp|toTiles|insideTiles|toPatches)$/;
const digest = (data: HostData): string => createHash('sha256').update(data).digest('hex');

describe('models as transformers prepares them', () => {
  let built: PatchBindings;
  let device: Device;
  let sizesOf: Readonly<Record<string, (p: object, src: object) => readonly [number, number]>>;
  beforeAll(async () => {
    const out = buildFolder('models');
    const plans = await plansOf({ root, entries: ['test/golden/models/pipelines.ts'] });
    await buildQuick(plans, out);
    built = (await bindingsOf(out)) as never;
    const sized = plans.filter(({ name }) => sizing.test(name));
    const oracles = await Promise.all(sized.map(loadOracles));
    sizesOf = Object.fromEntries(
      sized.flatMap(({ name }, n) => oracles[n]!.map(({ sizes }) => [name, Object.values(sizes)[0]])),
    ) as never;
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(expected.tokens)('$name: the grid, and the order of every number', async one => {
    const image = pictureOn(device, one.width, one.height);
    const made = built[`${one.name}Tokens`]!(image) as Patches;
    const { data, shape } = await made.toHost();
    expect({ grid: [...made.gridThw], shape, sha256: digest(data) }).toEqual({
      grid: one.grid,
      shape: one.shape,
      sha256: one.sha256,
    });
    made.dispose();
    image.dispose();
  });

  /** make.py has the same. */
  const steps = (from: number, to: number, by: number): number[] =>
    Array.from({ length: Math.ceil((to - from) / by) }, (_, n) => from + n * by);
  const lengths = [
    ...steps(1, 400, 7),
    ...steps(400, 4000, 97),
    28,
    56,
    448,
    784,
    1080,
    1120,
    1920,
    2240,
    3840,
    4096,
  ];

  it.each(expected.withinPixels)(
    'resizeWithin gives the sizes of smart_resize, in multiples of $multiple up to $maxPixels',
    rule => {
      const size = sizesOf.sizes!;
      const { multiple, minPixels, maxPixels } = rule;
      const p = { multiple: [multiple], minPixels: [minPixels], maxPixels: [maxPixels] };
      const pairs = lengths.flatMap(height =>
        lengths.flatMap(width =>
          Math.max(height, width) / Math.min(height, width) > 200 ? [] : [{ width, height }],
        ),
      );
      const made = Int32Array.from(pairs.flatMap(src => [...size(p, src)]));
      expect([pairs.length, digest(made)]).toEqual([rule.count, rule.sha256]);
      expect(size(p, { width: 1, height: 201 })).toEqual([0, 0]);
    },
  );

  /**
   * How far our float filters are from Pillow's bytes, in levels: Pillow rounds to bytes after each of its two passes, so that what is rounded at the end
   * may be the neighbouring level. Beside edges that leave 0..255, which Pillow clamps in between, it may be more: this picture has none. The
   * rest is the five digits of what is expected.
   */
  const LEVELS = 1.001;
  /** The smallest of a model's deviations: a level is 1 / (255 · deviation) at most. */
  const deviations: Readonly<Record<string, number>> = {
    ...Object.fromEntries(
      ['imagenet', 'dinov2', 'videomae', 'sam', 'detr', 'internvl'].map(name => [name, 0.224]),
    ),
    ...Object.fromEntries(['clip', 'qwen2vl'].map(name => [name, 0.26130258])),
    ...Object.fromEntries(
      ['siglip', 'vit', 'qwen3vl', 'siglip2', 'siglip2Fixed', 'llavaOneVision'].map(name => [name, 0.5]),
    ),
    yolo: 1,
  };
  type Results = Patches | Tensor | Readonly<Record<string, Patches | Tensor>>;
  const prepared = async (name: string, { width, height, result }: Expected['presets'][number]) => {
    const image = pictureOn(device, width, height);
    const made = built[name]!(image) as Results;
    const all = result === undefined ? [made as Tensor] : Object.values(made as Record<string, Tensor>);
    const { data, shape } = await (result === undefined
      ? all[0]!
      : (made as Record<string, Tensor>)[result]!
    ).toHost();
    for (const one of all) {
      one.dispose();
    }
    image.dispose();
    return { data, shape };
  };
  it.each(expected.presets)('$name $result of $width×$height', async one => {
    const { data, shape } = await prepared(one.name, one);
    expect(shape).toEqual(one.shape);
    const levels = one.values.map(
      (value, n) => Math.abs(data[n * one.step]! - value) * 255 * deviations[one.name]!,
    );
    expect(Math.max(...levels)).toBeLessThanOrEqual(LEVELS);
  });

  /** Means and deviations by those of {@link deviations}, which tell them apart. */
  const valuesOf = (name: string) =>
    ({ 0.224: imagenetDefault, 0.26130258: openaiClip, 0.5: imagenetStandard })[
      deviations[name]! as 0.224 | 0.26130258 | 0.5
    ];
  it.each(expected.presets.filter(({ name }) => name !== 'yolo'))(
    "$name $result of $width×$height with exact: every byte is Pillow's",
    async one => {
      const { data, shape } = await prepared(`${one.name}Exact`, one);
      const { mean, std } = valuesOf(one.name);
      const bytes = new Uint8Array(data.length);
      // make.py has the pixels with their channels last.
      const area = one.name === 'siglip2' ? 1 : shape.slice(1).reduce((all, side) => all * side) / 3;
      for (let n = 0; n < data.length; n++) {
        const channel = Math.floor(n / area) % 3;
        const first = Math.floor(n / (3 * area)) * area;
        const level = Math.round((data[n]! * std[channel]! + mean[channel]!) * 255);
        bytes[(first + (n % area)) * 3 + channel] = level;
      }
      expect([shape, digest(bytes)]).toEqual([one.shape, one.bytes]);
    },
  );

  it.each(expected.shorter)(
    'resizeShorter gives the sizes of transformers for $size, at most $most',
    rule => {
      const p = { size: [rule.size], most: [rule.most] };
      const made = lengths.flatMap(height =>
        lengths.flatMap(width => [...sizesOf.shorter!(p, { width, height })]),
      );
      expect(digest(Int32Array.from(made))).toBe(rule.sha256);
    },
  );

  it('resizeLonger gives the sizes of SAM', () => {
    const p = { size: [1024] };
    const made = lengths.flatMap(height =>
      lengths.flatMap(width => [...sizesOf.longer!(p, { width, height })]),
    );
    expect(digest(Int32Array.from(made))).toBe(expected.longer);
  });

  const pipelineOf: Readonly<Record<string, string>> = {
    'resizeShorter detr': 'detrRule',
    'resizeInside nearest': 'insideNearest',
    'resizeInside up': 'insideUp',
    resizeToTiles: 'toTiles',
    resizeInsideTiles: 'insideTiles',
    resizeToPatches: 'toPatches',
  };
  it.each(expected.rules)('$name gives the sizes of the model with $params', ({ name, params, sha256 }) => {
    const choice = params.rule ?? params.rounding;
    const size = sizesOf[pipelineOf[choice === undefined ? name : `${name} ${choice}`]!]!;
    const p = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, [value]]));
    const made = lengths.flatMap(height => lengths.flatMap(width => [...size(p, { width, height })]));
    expect(digest(Int32Array.from(made))).toBe(sha256);
  });

  it.each(expected.alpha)(
    'RGBA of $width×$height has the bytes of Pillow',
    async ({ width, height, ...rest }) => {
      const colours = picture(width, height);
      const data = Uint8Array.from({ length: 4 * width * height }, (_, n) => {
        const [x, row] = [(n >> 2) % width, Math.floor((n >> 2) / width) * width];
        return n % 4 < 3 ? colours[3 * (n >> 2) + (n % 4)]! : colours[3 * (row + ((x + width - 3) % width))]!;
      });
      const image = Image.fromHost(device, { format: 'rgba8', width, height, planes: [{ data }] });
      const rect = { x: 2, y: 3, width: width - 3, height: height - 4 };
      const made = built.alpha!(image, { rect }) as Tensor;
      const host = await made.toHost();
      expect({ shape: host.shape, sha256: digest(host.data) }).toEqual(rest);
      made.dispose();
      image.dispose();
    },
  );

  it('letterbox has a picture of the size of resizeInside', () => {
    const dst = { width: 640, height: 640 };
    const { op } = letterbox({ ...dst, filter: nearest, border: constant(0) }) as unknown as {
      readonly op: { scale(p: object, sizes: object): readonly [number, number] };
    };
    const made = lengths.flatMap(height =>
      lengths.flatMap(width => {
        const [across, down] = op.scale({}, { src: { width, height }, dst });
        return [Math.round(width / across), Math.round(height / down)];
      }),
    );
    const rule = expected.rules.find(({ params }) => params.rounding === 'nearest')!;
    expect(digest(Int32Array.from(made))).toBe(rule.sha256);
  });

  const run = async (name: string, width: number, height: number) => {
    const image = pictureOn(device, width, height);
    const made = built[name]!(image) as Tensor;
    const { data, shape } = await made.toHost();
    made.dispose();
    image.dispose();
    return {
      data,
      shape,
      row: (y: number) => [...data.subarray(y * shape[2]! * 3, (y + 1) * shape[2]! * 3)],
    };
  };

  it('padToMultiple fills up to the right and below', async () => {
    const { shape, row } = await run('padded', 30, 33);
    expect(shape).toEqual([1, 64, 32, 3]);
    const own = (y: number) => [...picture(30, 33).subarray(y * 90, (y + 1) * 90), 7, 7, 7, 7, 7, 7];
    expect([row(0), row(32), row(33)]).toEqual([own(0), own(32), new Array(96).fill(7)]);
    expect((await run('padded', 32, 64)).shape).toEqual([1, 64, 32, 3]);
  });

  it('letterbox puts the picture into the middle, or into the upper left corner', async () => {
    const [corner, centre] = [await run('boxed', 30, 20), await run('centred', 30, 20)];
    // 64×43 pixels, of 48 rows: 2 above in the middle.
    for (const y of [0, 1, 20, 42]) {
      expect(corner.row(y)).toEqual(centre.row(y + 2));
    }
    expect([corner.row(43), corner.row(47), centre.row(1)]).toEqual(
      [0, 0, 0].map(() => new Array(64 * 3).fill(9)),
    );
  });

  it('a preset reads frames of a decoder, too', () => {
    const text = JSON.stringify(built.clipFrames!.manifest);
    expect([text.includes('"nv12"'), text.includes('"rgb_nchw_bf16"')]).toEqual([true, true]);
  });

  it.each([
    ['llavaFrames', 'llavaOneVision', 'nv12'],
    ['siglip2Frames', 'siglip2Exact', 'p010'],
    ['samFrames', 'samExact', 'p010'],
  ] as const)('%s are what %s is of their pictures', async (frames, pictures, format) => {
    const [width, height] = [90, 62];
    const pixels = picture(width, height);
    // 16..235, and in p010 in the upper ten bits.
    const codes = Array.from(
      { length: (width * height * 3) / 2 },
      (_, n) => 16 + Math.floor((pixels[n]! * 219) / 255),
    );
    const data =
      format === 'nv12'
        ? Uint8Array.from(codes)
        : Uint16Array.from(codes, (code, n) => (4 * code + (n % 4)) << 6);
    const luma = width * height;
    const colour = { matrix: 'bt709', range: 'limited', source: 'assumed' } as const;
    const planes = [{ data: data.subarray(0, luma) }, { data: data.subarray(luma) }];
    const image = Image.fromHost(device, { format, width, height, planes, colour });
    const seen = built[`${format}Picture`]!(image) as unknown as ImageBatch;
    const results = [built[frames]!(image), built[pictures]!(seen)].map(
      one => Object.values('tiles' in (one as object) ? (one as object) : { one }) as (Tensor | Patches)[],
    );
    const [mine, theirs] = await Promise.all(
      results.map(parts => Promise.all(parts.map(async part => digest((await part.toHost()).data)))),
    );
    expect(mine).toEqual(theirs);
    for (const part of results.flat()) {
      part.dispose();
    }
    seen.dispose();
    image.dispose();
  });
});
