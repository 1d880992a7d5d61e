/** Where pixels of a result come from, for what was found in it: boxes and points. */
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import {
  countedFrom,
  divisorAt,
  inverseOf,
  type Matrix,
  matrixOf,
  type Point,
  type PointMap,
  pointBy,
  pointLeadingTo,
} from './maps.js';
import { type Corners, type Shape, takeShape } from './shapes.js';

type Size = { readonly width: number; readonly height: number };

/** How places are counted. */
export type GeometryOptions = {
  /**
   * Which place is 0, 0: `'corner'` (default), the image's upper left corner, so that the centre of the first pixel is 0.5, 0.5 and the image ends at
   * its width and height, as detectors' boxes have it; or `'centre'`, the centre of the first pixel, as in OpenCV's points and matrices.
   */
  readonly zero?: 'corner' | 'centre';
};
/** How places are led to the other image. */
export type MoveOptions = {
  /** Whether places are held to the image that they are led to; default false. A box beside it is left without a width or a height. */
  readonly clip?: boolean;
};

/** Places on each edge of a box through which it is led by a map without a matrix. */
const EDGE = 32;

/** The geometry of one result of a pipeline for one image: from places in the result to places in the source, and back. */
export class Geometry {
  /** The size of the image that the pipeline reads, in pixels, as it is stored. */
  readonly source: Size;
  /** The size of the result, in pixels: of tokens and tiles, that of the image that they are cut from. */
  readonly result: Size;
  /**
   * The map from the result to the source: `'scale'`, x by itself and y by itself; `'affine'`; `'projective'`; or `'free'`, which has no matrix,
   * such as that of `undistort`.
   */
  readonly kind: 'scale' | 'affine' | 'projective' | 'free';
  /** For the kind `'scale'`: x in the source is `scale[0] · x + offset[0]` of x in the result, likewise y. It is less than 0 where the image is mirrored. */
  readonly scale: Point | undefined;
  /** See {@link scale}. */
  readonly offset: Point | undefined;
  /**
   * Nine numbers each, row by row: from the result to the source (`dstToSrc`) and back (`srcToDst`, undefined where several places of the source are one
   * in the result). Undefined for the kind `'free'`.
   */
  readonly matrix: { readonly dstToSrc: Matrix; readonly srcToDst: Matrix | undefined } | undefined;
  readonly #map: PointMap;
  /** The place of the first pixel's centre. */
  readonly #first: number;

  /**
   * @internal Made by `pipeline.geometry`.
   * @param map Where in the source a point of the result lies, both counted from the centre of the first pixel.
   */
  constructor(map: PointMap, source: Size, result: Size, options: GeometryOptions = {}) {
    requireKnown(options, ['zero'], 'geometry');
    const { zero = 'corner' } = options;
    if (zero !== 'corner' && zero !== 'centre') {
      throw expected("'corner' or 'centre'", 'geometry.zero', describe(zero));
    }
    this.#first = zero === 'corner' ? 0.5 : 0;
    this.#map = map;
    this.source = source;
    this.result = result;
    const centred = matrixOf(map, result);
    if (!centred) {
      this.kind = 'free';
      return;
    }
    const dstToSrc = countedFrom(centred, this.#first);
    this.matrix = { dstToSrc, srcToDst: inverseOf(dstToSrc) };
    const [a, b, c, d, e, f, g, h] = dstToSrc;
    if (g !== 0 || h !== 0) {
      this.kind = 'projective';
    } else if (b !== 0 || d !== 0) {
      this.kind = 'affine';
    } else {
      this.kind = 'scale';
      this.scale = [a, e];
      this.offset = [c, f];
    }
  }

  /**
   * Where in the source boxes and points of the result lie, each in the form in which it was given. A box is led to the smallest one around
   * where its edges come to lie: by a map that turns or bends, it grows.
   * @throws {ArgumentError} For a shape that is none, and for one that reaches the horizon of a projective map.
   */
  toSource<S extends Shape>(shapes: readonly S[], options: MoveOptions = {}): S[] {
    const matrix = this.matrix?.dstToSrc;
    const map = (at: Point): Point => this.#counted(this.#map(this.#uncounted(at)));
    return this.#move(shapes, options, this.source, matrix, map);
  }

  /**
   * Where in the result boxes and points of the source lie: the way back of {@link toSource}. Places that the result does not show lie outside of it.
   * @throws {ArgumentError} Where there is no way back: for a matrix without an inverse, and for a place that no point near the result leads to.
   */
  toResult<S extends Shape>(shapes: readonly S[], options: MoveOptions = {}): S[] {
    const matrix = this.matrix?.srcToDst;
    if (this.matrix && !matrix) {
      throw expected(
        'a geometry that leads back',
        'toResult',
        `one whose matrix, ${describe(this.matrix.dstToSrc)}, has no inverse`,
      );
    }
    const map = (at: Point, path: string): Point => {
      const found = pointLeadingTo(this.#map, this.result, this.#uncounted(at));
      if (!found) {
        throw expected('a place that the result shows, or nearly', path, describe(at));
      }
      return this.#counted(found);
    };
    return this.#move(shapes, options, this.result, matrix, map);
  }

  #counted([x, y]: Point): Point {
    return [x + this.#first, y + this.#first];
  }
  #uncounted([x, y]: Point): Point {
    return [x - this.#first, y - this.#first];
  }

  #move<S extends Shape>(
    shapes: readonly S[],
    options: MoveOptions,
    { width, height }: Size,
    matrix: Matrix | undefined,
    map: (at: Point, path: string) => Point,
  ): S[] {
    requireKnown(options, ['clip'], 'options');
    const { clip = false } = options;
    if (typeof clip !== 'boolean') {
      throw expected('true or false', 'options.clip', describe(clip));
    }
    if (!Array.isArray(shapes)) {
      throw expected('an array of boxes or points', 'shapes', describe(shapes));
    }
    const first = this.#first - 0.5;
    const held = ([x, y]: Point): Point =>
      clip ? [hold(x, first, first + width), hold(y, first, first + height)] : [x, y];
    return Array.from(shapes, (shape: unknown, n) => {
      const path = `shapes[${n}]`;
      const taken = takeShape(shape, path);
      const points = taken.kind === 'point' ? [taken.at] : outlineOf(taken.at, matrix ? 1 : EDGE);
      if (matrix) {
        requireOneSide(matrix, points, path);
      }
      const led = points.map(point => held(matrix ? pointBy(matrix, point) : map(point, path)));
      return (taken.kind === 'point' ? taken.moved(led[0]!) : taken.moved(around(led))) as S;
    });
  }
}

const hold = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** Places on a box's edges, `each` on every edge: 1 is the corners alone, which are enough where edges stay straight. */
const outlineOf = ([left, top, right, bottom]: Corners, each: number): readonly Point[] =>
  Array.from({ length: each }, (_, n) => n / each).flatMap((part): Point[] => {
    const [across, down] = [part * (right - left), part * (bottom - top)];
    return [
      [left + across, top],
      [right, top + down],
      [right - across, bottom],
      [left, bottom - down],
    ];
  });

const around = (points: readonly Point[]): Corners => {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};

/** On the horizon of a projective map points go to infinity, and what lies across it is no box. */
const requireOneSide = (matrix: Matrix, points: readonly Point[], path: string): void => {
  const signs = new Set(points.map(point => Math.sign(divisorAt(matrix, point))));
  if (signs.size > 1 || signs.has(0)) {
    throw expected('a place on one side of the horizon of the projective map', path, 'one that reaches it');
  }
};
