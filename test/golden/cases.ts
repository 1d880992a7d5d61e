/**
 * Third-party results and the pipelines that should give them. The table runs against every execution of a pipeline:
 * the author's functions, the oracle, the host library, CUDA.
 */
import {
  constant,
  convertTo,
  flip,
  linear,
  nchw,
  nearest,
  nhwc,
  normalize,
  nv12,
  pipeline,
  replicate,
  resize,
  seedYuvToRgb,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';
import type { Border, Colour, Filter, Format, Mat2x3, Pipeline, Stage } from '../../ops/spec.js';
import {
  type GoldenEntry,
  goldenEntries,
  goldenInput,
  goldenOutput,
  inputPixels,
} from '../support/golden.js';
import type { Pixels, TestImage } from '../support/images.js';
import * as within from '../support/tolerance.js';

export type GoldenCase = {
  readonly id: string;
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

type Plan = {
  readonly stages: readonly Stage[];
  readonly source?: Format<Colour, 'source'> | Format<Colour, 'both'>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly tolerance: within.Tolerance;
  readonly why: string;
};

const outsideOf = (border: Border): readonly number[] | undefined =>
  border.kind !== 'constantBorder'
    ? undefined
    : typeof border.value === 'number'
      ? [border.value, border.value, border.value]
      : border.value;

/** Both sides sample at positions computed in f32. */
const f32Sampling = (entry: GoldenEntry, filter: Filter, border: Border): within.Tolerance =>
  filter === nearest
    ? within.shiftedNearest(within.f32Position)
    : within.shiftedLinear(
        within.f32Position,
        within.steepestStep(inputPixels(entry, 'rgb'), outsideOf(border)),
      );

const cvtColor = (entry: GoldenEntry): Plan =>
  entry.params.code === 'YUV2RGB_NV12'
    ? {
        source: nv12(),
        stages: [yuvToRgb({ matrix: 'bt601', range: 'limited' })],
        tolerance: within.oneLevel,
        why: 'OpenCV works with 20-bit fixed point for the same coefficients',
      }
    : {
        source: nhwc('u8', { colour: 'yuv' }),
        stages: [seedYuvToRgb()],
        tolerance: within.oneLevel,
        why: 'OpenCV has 0.395 and 2.032 for 0.396 and 2.029, at most 0.4 levels at |U − 128| = 128, in 14-bit fixed point',
      };

const resized = (entry: GoldenEntry): Plan => {
  const [height, width] = entry.params.size as readonly number[];
  const isNearest = entry.params.filter === 'nearest';
  const stages = [resize({ width, height, filter: isNearest ? nearest : linear, border: replicate })];
  if (isNearest) {
    return {
      stages,
      tolerance: within.tiedNearest(inputPixels(entry, 'rgb'), entry.output),
      why: 'both take floor((x + 0.5) · scale); Pillow adds scales up, so an exact tie may fall to either side',
    };
  }
  return entry.output.dtype === 'u8'
    ? {
        stages,
        tolerance: within.oneLevel,
        why: 'the peer has fixed-point weights and rounds between the axes',
      }
    : { stages, tolerance: f32Sampling(entry, linear, replicate), why: 'torch computes positions in f32' };
};

/** Both peers' filters and borders by their names. */
const sampling = ({ params }: GoldenEntry): { filter: Filter; border: Border } => ({
  filter: params.filter === 'nearest' ? nearest : linear,
  border:
    params.border === 'constant'
      ? constant(params.value as readonly number[])
      : params.border === 'zeros'
        ? constant(0)
        : replicate,
});

const cvWarp = (entry: GoldenEntry): Plan => {
  const { filter, border } = sampling(entry);
  return {
    stages: [warpAffine({ filter, border })],
    options: { matrix: { dstToSrc: (entry.params.dstToSrc as number[][]).flat() } },
    tolerance: f32Sampling(entry, filter, border),
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

const torchWarp = (entry: GoldenEntry): Plan => {
  const { filter, border } = sampling(entry);
  const { width, height } = entry.output;
  const matrix = { dstToSrc: inPixels(entry.params.theta as number[][], width, height) };
  return {
    stages: [warpAffine({ filter, border })],
    options: { matrix },
    tolerance: f32Sampling(entry, filter, border),
    why: 'torch computes positions in f32, by way of normalised ones',
  };
};

const planOf = (entry: GoldenEntry): Plan => {
  const { op, params } = entry;
  switch (op) {
    case 'cvtColor':
      return cvtColor(entry);
    case 'resize':
    case 'pillowResize':
      return resized(entry);
    case 'flip':
      return {
        stages: [flip({ direction: params.axis as 'horizontal' | 'vertical' | 'both' })],
        tolerance: within.exact,
        why: 'a flip moves whole pixels',
      };
    case 'warpAffine':
      return cvWarp(entry);
    case 'gridSampleAffine':
      return torchWarp(entry);
    case 'seedYuvToRgb':
      return {
        source: nchw('u8', { colour: 'yuv' }),
        // The peer's picture is in 0..1 with the zero of chroma at 0.5, which is code 127.5, and not 128 as here:
        // half a code times each channel's coefficients apart.
        stages: [
          seedYuvToRgb(),
          normalize({ mean: [-1.14, 0.396 + 0.581, -2.029].map(k => (0.5 * k) / 255), std: 1 }),
        ],
        tolerance: within.f32InUnit,
        why: 'torch works in f32',
      };
    case 'normalize':
      return {
        stages: [normalize(params as { mean: number[]; std: number[]; scale: number })],
        tolerance: within.f32InUnit,
        why: 'torch works in f32',
      };
    case 'convertTo':
      return {
        stages: [convertTo('f16', { scale: params.scale as number })],
        tolerance: within.f16InUnit,
        why: 'torch rounds the product to f32 before it rounds it to f16',
      };
    default:
      throw new Error(`Expected a known op in the manifest but received ${op}.`);
  }
};

const caseOf = (entry: GoldenEntry): GoldenCase => {
  const { stages, source, options = {}, tolerance, why } = planOf(entry);
  const { input, output, id } = entry;
  const from = source ?? (input.layout === 'NCHW' ? nchw : nhwc)(input.dtype, { colour: 'rgb' });
  const to = (output.layout === 'NCHW' ? nchw : nhwc)(output.dtype);
  return {
    id,
    // The list's length and colours are known only at run time, so it cannot pass through the types of `pipeline`.
    pipeline: { ...pipeline(nhwc('u8'), nhwc('u8')), source: from, stages, sink: to },
    inputs: [goldenInput(entry, from.colour)],
    options,
    expected: [goldenOutput(entry)],
    tolerance,
    why,
  };
};

export const goldenCases: readonly GoldenCase[] = goldenEntries.map(caseOf);
