/**
 * Third-party results and the pipelines that should give them. The table runs against every execution of a pipeline:
 * the author's functions, the oracle, the host library, CUDA.
 */
import type { Mat2x3, Pipeline } from '../../ops/spec.js';
import { type GoldenEntry, goldenEntries, goldenInput, goldenMap, goldenOutput } from '../support/golden.js';
import { type Pixels, readPixels, type TestImage } from '../support/images.js';
import { reference } from '../support/reference.js';
import * as within from '../support/tolerance.js';
import * as pipelines from './pipelines.js';

export type PipelineName = keyof typeof pipelines;
const byName: Readonly<Record<PipelineName, Pipeline>> = { ...pipelines };

export type GoldenCase = {
  readonly id: string;
  /** Whose result it is, and of what: the library with its version, and its operation. */
  readonly peer: { readonly producer: string; readonly operation: string };
  /** The pipeline's name in test/golden/pipelines.ts, and the pipeline. */
  readonly name: PipelineName;
  readonly pipeline: Pipeline;
  readonly inputs: readonly TestImage[];
  /** The open parameters, as a call takes them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** One image for each input, as it should be in memory after the sink. */
  readonly expected: readonly Pixels[];
  readonly tolerance: within.Tolerance;
  /** Why they may differ by as much as the tolerance says. */
  readonly why: string;
};

/** The file that {@link GoldenCase.name} is exported from. */
export const goldenPipelines: URL = new URL('pipelines.ts', import.meta.url);

type Plan = Pick<GoldenCase, 'name' | 'tolerance' | 'why'> & { readonly options?: GoldenCase['options'] };

const inputOf = (entry: GoldenEntry, name: PipelineName): TestImage =>
  goldenInput(entry, byName[name].source);

/** Both sides sample at positions computed in f32. */
const f32Sampling = (entry: GoldenEntry, name: PipelineName): within.Tolerance => {
  const { filter, border, value } = entry.params;
  if (filter === 'nearest') {
    return within.shiftedNearest(within.f32Position);
  }
  const outside = border === 'zeros' ? [0, 0, 0] : border === 'constant' ? (value as number[]) : undefined;
  // Where the image is tiled, its edges are neighbours.
  const steepest = border === 'wrap' ? 255 : within.steepestStep(readPixels(inputOf(entry, name)), outside);
  return filter === 'cubic' || filter === 'bicubic'
    ? within.shiftedCubic(within.f32Position, steepest)
    : within.shiftedLinear(within.f32Position, steepest);
};

/** Rows of Y, U and V in R, G, B and 1. */
const analogYuv = (): readonly number[] => {
  const luma = [0.299, 0.587, 0.114];
  const difference = (factor: number, channel: number): number[] => [
    ...luma.map((weight, c) => factor * ((c === channel ? 1 : 0) - weight)),
    128,
  ];
  return [...luma, 0, ...difference(0.492, 2), ...difference(0.877, 0)];
};

const fixedPoint = (name: PipelineName): Plan => ({
  name,
  tolerance: within.oneLevel,
  why: 'OpenCV works in fixed point',
});

const cvtColors: Readonly<Record<string, Plan>> = {
  YUV2RGB_NV12: {
    name: 'nv12ToRgb',
    tolerance: within.oneLevel,
    why: 'OpenCV works with 20-bit fixed point for the same coefficients',
  },
  YUV2RGB_NV21: fixedPoint('nv21ToRgb'),
  YUV2RGB_I420: fixedPoint('i420ToRgb'),
  YUV2RGB: {
    name: 'analogYuvToRgb',
    tolerance: within.oneLevel,
    why: 'OpenCV has 0.395 and 2.032 for 0.396 and 2.029 (at most 0.4 levels), in 14-bit fixed point',
  },
  RGB2YUV: { ...fixedPoint('twisted'), options: { matrix: analogYuv() } },
  RGB2GRAY: fixedPoint('grayFromRgb'),
  RGB2YCrCb: fixedPoint('yCrCbFromRgb'),
  RGB2HSV: {
    name: 'hsvFromRgb',
    tolerance: { ...within.oneLevel, circle: 180 },
    why: 'OpenCV works in fixed point, and writes 180 as 0, which is the same hue',
  },
  HSV2RGB: fixedPoint('rgbFromHsv'),
  RGB2Lab: {
    name: 'labFromRgb',
    tolerance: within.oneLevel,
    why: 'OpenCV works in fixed point, with tables for the curve and the cube root',
  },
  RGB2BGR: { name: 'swapped', tolerance: within.exact, why: 'it moves whole numbers' },
};
const cvtColor = ({ params }: GoldenEntry): Plan => cvtColors[String(params.code)];

const pillowFilters: Readonly<Record<string, PipelineName>> = {
  box: 'resizeBox',
  bilinear: 'resizeTriangle',
  hamming: 'resizeHamming',
  bicubic: 'resizeWideCubic',
  lanczos: 'resizeWideLanczos',
};
/** How far those filters reach whose results may leave the range of the pixels. */
const overshooting: Readonly<Partial<Record<PipelineName, number>>> = {
  resizeWideCubic: 2,
  resizeWideLanczos: 3,
};
const torchFilters: Readonly<Record<string, PipelineName>> = {
  bilinear: 'resizeTriangleFloat',
  bicubic: 'resizeWideCubicFloat',
};

const resized = (entry: GoldenEntry): Plan => {
  const [height, width] = entry.params.size as readonly number[];
  const options = { width, height };
  if (entry.op === 'resize' && entry.params.filter === 'nearest') {
    return { name: 'resizeFloor', options, tolerance: within.exact, why: 'it moves whole pixels' };
  }
  if (entry.params.filter === 'area') {
    return {
      name: 'resizeArea',
      options,
      tolerance: within.oneLevel,
      why: 'OpenCV has fixed-point weights where it enlarges',
    };
  }
  const antialiased = (entry.op === 'pillowResize' ? pillowFilters : {})[String(entry.params.filter)];
  if (antialiased) {
    const image = inputOf(entry, antialiased);
    const between = reference(byName[antialiased], image, { width, height: image.height });
    const reach = overshooting[antialiased];
    return {
      name: antialiased,
      options,
      tolerance: {
        ...within.oneLevel,
        ...(reach === undefined ? {} : { outliers: within.clampedShare(between, options, reach) }),
      },
      why: 'Pillow rounds between its two passes, and clamps there what left 0..255',
    };
  }
  if (entry.params.antialias === true) {
    const name = torchFilters[String(entry.params.filter)];
    return {
      name,
      options,
      tolerance: f32Sampling(entry, name),
      why: 'torch computes positions and weights in f32',
    };
  }
  if (entry.params.filter === 'nearest') {
    return {
      name: 'resizeNearest',
      options,
      tolerance: within.tiedNearest(inputOf(entry, 'resizeNearest'), options),
      why: 'both take floor((x + 0.5) · scale); Pillow adds scales up, so an exact tie may fall to either side',
    };
  }
  const wide = { cubic: 'resizeCubic', lanczos4: 'resizeLanczos' } as const;
  const isWide = (filter: unknown): filter is keyof typeof wide => Object.hasOwn(wide, String(filter));
  if (entry.output.dtype === 'f32' && entry.params.filter === 'bicubic') {
    return {
      name: 'resizeCubicFloat',
      options,
      tolerance: f32Sampling(entry, 'resizeCubicFloat'),
      why: 'torch computes positions in f32',
    };
  }
  if (isWide(entry.params.filter)) {
    return {
      name: wide[entry.params.filter],
      options,
      tolerance: within.oneLevel,
      why: 'the peer has fixed-point weights and rounds between the axes',
    };
  }
  return entry.output.dtype === 'u8'
    ? {
        name: 'resizeLinear',
        options,
        tolerance: within.oneLevel,
        why: 'the peer has fixed-point weights and rounds between the axes',
      }
    : {
        name: 'resizeFloat',
        options,
        tolerance: f32Sampling(entry, 'resizeFloat'),
        why: 'torch computes positions in f32',
      };
};

const flipped = ({ params }: GoldenEntry): Plan => ({
  name: ({ horizontal: 'flipHorizontal', vertical: 'flipVertical', both: 'flipBoth' } as const)[
    params.axis as 'horizontal' | 'vertical' | 'both'
  ],
  tolerance: within.exact,
  why: 'a flip moves whole pixels',
});

const cvWarps = {
  'nearest constant': 'warpNearestConstant',
  'nearest replicate': 'warpNearestReplicate',
  'linear constant': 'warpLinearConstant',
  'linear replicate': 'warpLinearReplicate',
  'nearest reflect': 'warpNearestReflect',
  'nearest reflect_101': 'warpNearestReflect101',
  'nearest wrap': 'warpNearestWrap',
  'linear reflect': 'warpLinearReflect',
  'linear reflect_101': 'warpLinearReflect101',
  'linear wrap': 'warpLinearWrap',
  'cubic constant': 'warpCubicConstant',
  'cubic replicate': 'warpCubicReplicate',
  'cubic reflect': 'warpCubicReflect',
  'cubic reflect_101': 'warpCubicReflect101',
  'cubic wrap': 'warpCubicWrap',
} as const;
const cvWarp = (entry: GoldenEntry): Plan => {
  const name = cvWarps[`${entry.params.filter} ${entry.params.border}` as keyof typeof cvWarps];
  return {
    name,
    options: { matrix: { dstToSrc: (entry.params.dstToSrc as number[][]).flat() } },
    tolerance: f32Sampling(entry, name),
    why: 'OpenCV 5 computes positions of f32 pictures in f32 (older ones, and u8, round them to 1/32 pixel)',
  };
};

/**
 * torch's `affine_grid` and `grid_sample` with `align_corners=False` have −1 and 1 at the outer edges of the image:
 * pixel = ((normalised + 1) · size − 1) / 2. The same map in pixels:
 */
const inPixels = (
  [[a, b, c], [d, e, f]]: readonly (readonly number[])[],
  width: number,
  height: number,
): Mat2x3 => {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const [ab, de] = [(b * width) / height, (d * height) / width];
  return [a, ab, cx + (c * width) / 2 - a * cx - ab * cy, de, e, cy + (f * height) / 2 - de * cx - e * cy];
};

const torchWarps = {
  'nearest zeros': 'gridNearestZeros',
  'nearest border': 'gridNearestBorder',
  'bilinear zeros': 'gridBilinearZeros',
  'bilinear border': 'gridBilinearBorder',
  'nearest reflection': 'gridNearestReflect',
  'bilinear reflection': 'gridBilinearReflect',
  'bicubic zeros': 'gridBicubicZeros',
  'bicubic border': 'gridBicubicBorder',
  'bicubic reflection': 'gridBicubicReflect',
} as const;
const torchWarp = (entry: GoldenEntry): Plan => {
  const name = torchWarps[`${entry.params.filter} ${entry.params.border}` as keyof typeof torchWarps];
  const { width, height } = entry.output;
  return {
    name,
    options: { matrix: { dstToSrc: inPixels(entry.params.theta as number[][], width, height) } },
    tolerance: f32Sampling(entry, name),
    why: 'torch computes positions in f32, by way of normalised ones',
  };
};

const torchPoint = (name: PipelineName) => (): Plan => ({
  name,
  tolerance: within.f32InUnit,
  why: 'torch works in f32',
});

/** @param names Of the coefficients, in OpenCV's order. */
const lens = (entry: GoldenEntry, name: PipelineName, names: readonly string[]): Plan => {
  const { camera, newCamera, coefficients } = entry.params;
  const distortion = (coefficients as readonly number[]).map((value, n) => [names[n]!, value]);
  return {
    name,
    options: { camera, newCamera, distortion: Object.fromEntries(distortion) },
    tolerance: f32Sampling(entry, name),
    why: 'OpenCV computes positions in float64 and rounds them to f32',
  };
};

const bytesOf = (name: PipelineName): Plan => ({
  name,
  tolerance: within.exact,
  why: 'sums and comparisons of bytes are exact',
});

const plans: Readonly<Record<string, (entry: GoldenEntry) => Plan>> = {
  cvtColor,
  resize: resized,
  pillowResize: resized,
  flip: flipped,
  warpAffine: cvWarp,
  warpPerspective: entry => ({
    name: 'warpPerspective',
    options: { matrix: { dstToSrc: (entry.params.dstToSrc as number[][]).flat() } },
    tolerance: f32Sampling(entry, 'warpPerspective'),
    why: 'OpenCV 5 computes positions of f32 pictures in f32',
  }),
  undistort: entry => lens(entry, 'undistorted', ['k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6']),
  'fisheye undistort': entry => lens(entry, 'undistortedFisheye', ['k1', 'k2', 'k3', 'k4']),
  remap: entry => ({
    name: 'remapped',
    options: { map: goldenMap(entry) },
    tolerance: f32Sampling(entry, 'remapped'),
    why: 'OpenCV 5 has weights of f32 pictures in f32',
  }),
  copyMakeBorder: ({ params: { left, top, right, bottom } }) => ({
    name: 'padded',
    options: { left, top, right, bottom },
    tolerance: within.exact,
    why: 'it moves whole pixels',
  }),
  gaussianBlur: ({ params: { size, sigma } }) => ({
    ...bytesOf(`gaussian${String(size)}` as PipelineName),
    options: { sigma },
  }),
  medianBlur: ({ params: { size } }) => bytesOf(`median${String(size)}` as PipelineName),
  averageBlur: ({ params: { size } }) => bytesOf(`box${String(size)}` as PipelineName),
  erode: ({ params: { size } }) => bytesOf(`eroded${String(size)}` as PipelineName),
  dilate: ({ params: { size } }) => bytesOf(`dilated${String(size)}` as PipelineName),
  gridSampleAffine: torchWarp,
  gamma: ({ params }) => ({
    name: 'gammaCorrected',
    options: { exponent: params.gamma },
    tolerance: within.oneLevel,
    why: 'both round once, on either side of a half where f32 and float64 differ',
  }),
  analogYuvToRgb: torchPoint('analogYuvToUnitRgb'),
  normalize: torchPoint('normalized'),
  convertTo: () => ({
    name: 'halved',
    tolerance: within.f16InUnit,
    why: 'torch rounds the product to f32 before it rounds it to f16',
  }),
};

/** `cvtColor RGB2Lab`, `resize linear`. */
const peerOf = ({ producer, op, params }: GoldenEntry): GoldenCase['peer'] => {
  const words = [params.code, params.filter, params.border].filter(word => typeof word === 'string');
  return { producer, operation: [op, words.join(', ')].filter(Boolean).join(' ') };
};

const caseOf = (entry: GoldenEntry): GoldenCase => {
  const { name, options = {}, tolerance, why } = plans[entry.op](entry);
  return {
    id: entry.id,
    peer: peerOf(entry),
    name,
    pipeline: byName[name],
    inputs: [inputOf(entry, name)],
    options,
    expected: [goldenOutput(entry)],
    tolerance,
    why,
  };
};

/** Pipelines that promise a peer's very numbers, on results that other pipelines come near to. */
const profiles: Readonly<Record<string, PipelineName>> = {
  YUV2RGB_NV12: 'opencvNv12',
  YUV2RGB_NV21: 'opencvNv21',
  YUV2RGB_I420: 'opencvI420',
  YUV2RGB: 'opencvAnalogYuv',
  RGB2YUV: 'opencvAnalogFromRgb',
};
const profileCase = (entry: GoldenEntry): readonly GoldenCase[] => {
  const code = String(entry.params.code);
  if (entry.op !== 'cvtColor' || !Object.hasOwn(profiles, code)) {
    return [];
  }
  const name = profiles[code];
  return [
    {
      id: `${entry.id}, exactly`,
      peer: peerOf(entry),
      name,
      pipeline: byName[name],
      inputs: [inputOf(entry, name)],
      options: {},
      expected: [goldenOutput(entry)],
      tolerance: within.exact,
      why: 'the same fixed point',
    },
  ];
};

export const goldenCases: readonly GoldenCase[] = [
  ...goldenEntries.map(caseOf),
  ...goldenEntries.flatMap(profileCase),
];
