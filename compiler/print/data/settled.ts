/** What an author settled, as the numbers that a kernel sees: the same that the runtime's `packParam` gives. */
import { primariesMatrix, rgbToYuvCoefficients, yuvToRgbCoefficients } from '../../../ops/colour/colour.js';
import {
  angleNumbers,
  gaussianNumbers,
  invertAffine,
  invertProjective,
  isOnePerImage,
  orientationNumbers,
  rectsNumbers,
} from '../../../ops/internal.js';
import {
  type Distortion,
  type LumaMatrix,
  type Orientation,
  type PrimariesChange,
  paramFields,
  type Rect,
  type YuvEncoding,
  type YuvRange,
} from '../../../ops/spec.js';
import type { ParamField } from '../../ir/types.js';

/**
 * The numbers of a parameter: one set for all images, or one for each. None where the caller gives it, or where it follows from what an
 * image says of its colours.
 *
 * @param codeBits Bits of the codes of the image that it works on, where nothing else says them.
 */
export const settledNumbers = (
  field: ParamField,
  codeBits: number,
): readonly (readonly number[])[] | undefined => {
  if (!('settled' in field.value)) {
    return undefined;
  }
  const { settled } = field.value;
  const isEach = field.per === 'image' && Array.isArray(settled) && isOnePerImage(field.kind, settled);
  const values: readonly unknown[] = isEach ? (settled as readonly unknown[]) : [settled];
  const sets = values.map(value => numbersOf(field, value, codeBits));
  return sets.every(set => set !== undefined) ? sets : undefined;
};

const numbersOf = (field: ParamField, value: unknown, codeBits: number): readonly number[] | undefined => {
  const { kind, lanes } = field;
  const rounded = (numbers: readonly number[]): number[] => numbers.map(Math.fround);
  switch (kind) {
    case 'f32':
    case 'table': {
      const given = [value].flat(2) as number[];
      // One number, or one table, for all channels.
      return rounded(Array.from({ length: lanes }, (_, lane) => given[lane % given.length] as number));
    }
    case 'i32':
      return [value as number];
    case 'gaussian':
      return gaussianNumbers(Math.fround(value as number), lanes, field.steps);
    case 'vec2':
    case 'weights':
    case 'mat3x4':
      return rounded(value as number[]);
    case 'mat2x3':
    case 'mat3x3': {
      const invert = kind === 'mat2x3' ? invertAffine : invertProjective;
      const map = value as { readonly dstToSrc?: number[]; readonly srcToDst?: number[] };
      return rounded(map.dstToSrc ?? invert(map.srcToDst as number[]).inverse);
    }
    case 'angle':
      return angleNumbers(value as number);
    case 'primaries':
      return rounded(primariesMatrix(value as PrimariesChange));
    case 'camera':
    case 'distortion':
    case 'fisheye': {
      const given = value as Readonly<Record<string, number | undefined>> & Distortion;
      return rounded(paramFields[kind].fields.map(name => given[name] ?? 0));
    }
    case 'rect': {
      const { x, y, width, height } = value as Rect;
      return [x, y, width, height];
    }
    case 'rects':
      return rectsNumbers(value as Rect[], lanes);
    case 'orientation':
      // What says nothing stays as it is stored.
      return orientationNumbers(value === 'auto' ? { rotation: 0 } : (value as Orientation));
    case 'yuvToRgb': {
      const { matrix, range } = value as { readonly matrix: string; readonly range: string };
      if (matrix === 'auto' || range === 'auto') {
        return undefined;
      }
      const bits = field.bitDepth ?? codeBits;
      const found = yuvToRgbCoefficients(matrix as LumaMatrix, range as YuvRange, bits);
      return rounded(paramFields.yuvToRgb.fields.map(name => found[name]));
    }
    case 'rgbToYuv': {
      const found = rgbToYuvCoefficients(value as YuvEncoding, field.bitDepth);
      return rounded(paramFields.rgbToYuv.fields.map(name => found[name]));
    }
  }
};
