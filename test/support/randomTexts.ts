/**
 * The texts of random well-typed pipelines over every pair of formats. Operators are those that give the same bits everywhere. Each choice
 * is a number, of which smaller ones make simpler pipelines.
 */
import * as fc from 'fast-check';

/** A pipeline as its author would write it. */
export type RandomText = {
  /** What stands in `pipeline(…)`. */
  readonly text: string;
  /** The same for the pipeline at its head, if there is one, and for what goes on from that one's stored result. */
  readonly parts?: readonly [head: string, tail: string];
};

type Model = 'yuv' | 'rgb' | 'rgba' | 'gray';
type Written = readonly [text: string, model: Model];

const subsampled = 'nv12 nv21 i420 yv12 nv16 yuv422p yuyv uyvy p010 p012 p016'.split(' ');
const sitings = ['left', 'centre', 'topLeft'];
const tensors: readonly Written[] = (['u8', 'u16', 'f16', 'f32'] as const).flatMap(dtype =>
  (['yuv', 'rgb', 'rgba', 'gray'] as const).flatMap(model =>
    (['nhwc', 'nchw'] as const).map(
      (layout): Written => [`${layout}('${dtype}', { colour: '${model}' })`, model],
    ),
  ),
);
/** Every format that is written as well as read. */
const both: readonly Written[] = [
  ...[...subsampled, 'nv24', 'yuv444p', 'yuv444p16'].map((name): Written => [`${name}()`, 'yuv']),
  ...['rgb8', 'bgr8', 'rgb16'].map((name): Written => [`${name}()`, 'rgb']),
  ...['rgba8', 'bgra8'].map((name): Written => [`${name}()`, 'rgba']),
  ...['gray8', 'gray16'].map((name): Written => [`${name}()`, 'gray']),
];
const linear: readonly Written[] = subsampled.flatMap(name =>
  sitings.map((siting): Written => [`${name}({ chroma: 'linear', siting: '${siting}' })`, 'yuv']),
);

const anywhere = [
  `flip({ direction: 'horizontal' })`,
  `flip({ direction: 'vertical' })`,
  `rotate90({ clockwise: '90' })`,
  `rotate90({ clockwise: '180' })`,
  'invert()',
  'clamp({ least: 16, most: 235 })',
  `convertTo('u8')`,
  `convertTo('f16', { scale: 0.5, offset: 3 })`,
  'scaleOffset({ scale: 1.25, offset: -7 })',
  'normalize({ mean: 0.25, std: 0.5 })',
];
const stages: Readonly<Record<Model, readonly Written[]>> = {
  yuv: [
    [`yuvToRgb({ matrix: 'bt601', range: 'full' })`, 'rgb'],
    [`yuvToRgb({ matrix: 'bt709', range: 'limited' })`, 'rgb'],
    ['analogYuvToRgb()', 'rgb'],
  ],
  rgb: [
    [`rgbToYuv({ matrix: 'bt709', range: 'limited' })`, 'yuv'],
    [`rgbToYuv({ matrix: 'bt2020', range: 'full' })`, 'yuv'],
    ['rgbToGray()', 'gray'],
    ['swapChannels()', 'rgb'],
  ],
  rgba: [['swapChannels()', 'rgba']],
  gray: [['grayToRgb()', 'rgb']],
};
/** Maps and stencils. One of these at most is among the stages of a trunk, of a head or of a branch. */
const resamplings = [
  'resize({ width: 13, height: 6, filter: linear, border: replicate })',
  'resize({ width: 5, height: 9, filter: antialiasedLinear, border: replicate })',
  'resize({ width: 31, height: 3, filter: antialiasedCubic, border: constant(9) })',
  'resize({ width: 4, height: 4, filter: area, border: reflect })',
  'warpAffine({ matrix: { dstToSrc: [0.8, 0.3, -2, -0.25, 1.1, 1] }, filter: cubic, border: reflect101 })',
  'warpAffine({ matrix: { dstToSrc: [1.3, -0.2, 1, 0.1, 0.7, -3] }, filter: linear, border: constant(200) })',
  'resample([resize({ width: 12, height: 11 }), rotate({ degrees: 30 })], { filter: linear, border: reflect })',
  'boxBlur({ size: 3, border: replicate })',
  'gaussianBlur({ size: 5, sigma: 1.25, border: reflect101 })',
  'median({ size: 3, border: wrap })',
  `erode({ size: 3, shape: 'cross' })`,
  'sobel({ dx: 1, dy: 0, border: constant(9) })',
];
const noAlpha = new Set(['invert()', 'normalize({ mean: 0.25, std: 0.5 })']);

const sources = [...both, ...linear, ...tensors];
const sinksOf = (model: Model): readonly Written[] =>
  [...both, ...tensors].filter(([, holds]) => holds === model);

/** Images beside the source as they are read: in every format, and through an operator that makes the model of it. */
const besideOf = (model: Model): readonly string[] => [
  ...sources.filter(([, holds]) => holds === model).map(([text]) => text),
  ...sources.flatMap(([text, holds]) =>
    stages[holds].filter(([, made]) => made === model).map(([stage]) => `[${text}, ${stage}]`),
  ),
];
const backgrounds: Readonly<Record<Model, readonly string[]>> = {
  yuv: besideOf('yuv'),
  rgb: besideOf('rgb'),
  rgba: besideOf('rgba'),
  gray: besideOf('gray'),
};
const maps = [
  `nhwc('f32', { colour: 'xy' })`,
  `nchw('f32', { colour: 'xy' })`,
  `[nhwc('f16', { colour: 'xy' }), scaleOffset({ scale: 0.5, offset: [-3, 2.5] })]`,
];
const samplings = [
  'filter: linear, border: replicate',
  'filter: nearest, border: constant(77)',
  'filter: cubic, border: reflect101',
];

/** Writes the stages of one pipeline. Where pixels have not moved since an image was read, it is read again under its name. */
class Writer {
  #images = 0;
  #known: ReadonlyMap<string, string> = new Map();
  #isCropped = false;

  /** Stages after pixels of a model. @param first Whether they are the source's own. */
  stages(
    choices: readonly number[],
    from: Model,
    first: boolean,
  ): { texts: readonly string[]; model: Model } {
    const texts: string[] = [];
    let model = from;
    let isSampled = false;
    for (const choice of choices) {
      const own = stages[model].map(
        (written): (() => Written) =>
          () =>
            written,
      );
      // Its region is asked for at the call, of the source's size.
      const cropped = first && texts.length === 0 && !this.#isCropped ? ['crop()'] : [];
      const others = [...cropped, ...anywhere].filter(
        text => (model !== 'rgba' && model !== 'yuv') || !noAlpha.has(text),
      );
      const sampled: readonly string[] = isSampled ? [] : resamplings;
      const all: readonly (() => Written)[] = [
        ...own,
        ...[...others, ...sampled].map((text): (() => Written) => () => [text, model]),
        ...[0, 1].map(() => (): Written => [this.#composite(choice, model), model]),
        ...(isSampled ? [] : [() => [this.#remap(choice), model] as const]),
      ];
      const [text, next] = all[choice % all.length]!();
      if (moves.test(text)) {
        this.#known = new Map();
      }
      isSampled ||= sampled.includes(text) || text.startsWith('remap');
      this.#isCropped ||= text === 'crop()';
      texts.push(text);
      model = next;
    }
    return { texts, model };
  }

  /** Writes what begins where the pixels are now, each as if it were the only one. */
  branches<T>(write: readonly (() => T)[]): readonly T[] {
    const known = this.#known;
    return write.map(one => {
      this.#known = known;
      return one();
    });
  }

  #named(image: string): string {
    const name = this.#known.get(image) ?? `image${this.#images++}`;
    this.#known = new Map(this.#known).set(image, name);
    return `open('${name}', ${image})`;
  }
  #composite(choice: number, model: Model): string {
    const background = pick(backgrounds[model], choice >> 1);
    const mask = choice % 3 === 0 ? 'gray8()' : pick(backgrounds.gray, choice >> 3);
    const options = [`background: ${this.#named(background)}`, `mask: ${this.#named(mask)}`];
    return `composite({ ${[...options, ...(choice % 5 === 0 ? ['opaque: 100'] : [])].join(', ')} })`;
  }
  #remap(choice: number): string {
    return `remap({ map: ${this.#named(pick(maps, choice >> 2))}, ${pick(samplings, choice >> 4)} })`;
  }
}
const moves = /^(crop|flip|rotate90|resize|resample|warpAffine|remap)\(/;
const pick = <T>(all: readonly T[], choice: number): T => all[choice % all.length]!;

type Choices = {
  readonly source: number;
  /** Of the pipeline at its head, the last one its sink. */
  readonly head: readonly number[];
  readonly between: readonly number[];
  /** One result, or several by name; of each, the last one is its sink. */
  readonly results: readonly (readonly number[])[];
};

const textOf = ({ source, head, between, results }: Choices): RandomText => {
  const writer = new Writer();
  const [first, model] = pick(sources, source);
  const written = (choices: readonly number[], from: Model, isFirst: boolean): readonly [string, Written] => {
    const { texts, model: last } = writer.stages(choices.slice(0, -1), from, isFirst);
    const sink = pick(sinksOf(last), choices.at(-1)!);
    return [[...texts, sink[0]].join(', '), sink];
  };
  const [headText, stored] = head.length > 0 ? written(head, model, true) : ['', undefined];
  const before = stored ? `pipeline(${first}, ${headText})` : first;
  const trunk = writer.stages(between, stored?.[1] ?? model, !stored);
  const ends = writer.branches(results.map(choices => () => written(choices, trunk.model, false)[0]));
  const end =
    ends.length === 1 ? ends[0]! : `outputs({ ${ends.map((own, n) => `${'abc'[n]}: [${own}]`).join(', ')} })`;
  const tail = [...trunk.texts, end].join(', ');
  return {
    text: `${before}, ${tail}`,
    ...(stored ? { parts: [`${first}, ${headText}`, `${stored[0]}, ${tail}`] as const } : {}),
  };
};

const choice = fc.nat(9999);
const chain = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(choice, { minLength: least, maxLength: most });
const plain = fc.record({
  source: choice,
  head: fc.constant([]),
  between: chain(0, 3),
  results: fc.tuple(chain(1, 1)),
});
const headed = fc.record({
  source: choice,
  head: chain(1, 3),
  between: chain(0, 2),
  results: fc.tuple(chain(1, 1)),
});
// The branches of some begin alike.
const forked = fc
  .record({
    source: choice,
    head: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, chain(1, 2)),
    between: chain(0, 2),
    shared: chain(0, 1),
    results: fc.array(chain(1, 3), { minLength: 2, maxLength: 3 }),
  })
  .map(({ shared, results, ...rest }) => ({
    ...rest,
    results: results.map((own, n) => (n < 2 ? [...shared, ...own] : own)),
  }));
const choices: fc.Arbitrary<Choices> = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 2, arbitrary: headed },
  { weight: 2, arbitrary: forked },
);

/** So many different pipelines, the simplest first: a failure shrinks to them. */
export const randomTexts = (count: number, seed: number): readonly RandomText[] => {
  // Twice as many as needed: some come more than once.
  const all = fc.sample(choices, { seed, numRuns: 2 * count + 20 }).map(textOf);
  const weight = ({ text }: RandomText): number => text.split('(').length;
  const different = [...new Map(all.map(one => [one.text, one])).values()];
  return different.slice(0, count).sort((a, b) => weight(a) - weight(b));
};

/** Names that such texts use without calling them. */
export const words = [
  'linear',
  'nearest',
  'cubic',
  'antialiasedLinear',
  'antialiasedCubic',
  'area',
  'replicate',
  'reflect',
  'reflect101',
  'wrap',
];
