/** Boxes and points as callers have them: which numbers of them are places. */
import type { TypedNumbers } from '../../ops/spec.js';
import { describe, expected } from '../errors.js';
import type { Point } from './maps.js';

/** A point, `{ x, y }`, or a box, `{ x, y, width, height }`. Other properties stay as they are. */
export type ShapeObject = {
  readonly x: number;
  readonly y: number;
  readonly width?: number;
  readonly height?: number;
};
/**
 * A row of numbers: a point `[x, y]`, or `[x, y, score]`; a box `[left, top, right, bottom]`, and behind it what else there is, such as a score
 * and a class.
 */
export type ShapeRow = readonly number[] | TypedNumbers;
/** A point or a box. */
export type Shape = ShapeObject | ShapeRow;

/** Two corners of a box. */
export type Corners = readonly [left: number, top: number, right: number, bottom: number];
/** A shape taken apart. `moved` is the shape in another place. */
export type Taken =
  | { readonly kind: 'point'; readonly at: Point; readonly moved: (at: Point) => Shape }
  | { readonly kind: 'box'; readonly at: Corners; readonly moved: (at: Corners) => Shape };

/** @internal @param path Where the shape was given, for messages. */
export const takeShape = (given: unknown, path: string): Taken =>
  isRow(given) ? takeRow(given, path) : takeObject(given, path);

const isRow = (value: unknown): value is ShapeRow =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

const takeRow = (row: ShapeRow, path: string): Taken => {
  if (row.length < 2) {
    throw expected('a point [x, y] or a box [left, top, right, bottom]', path, describe(row));
  }
  const place = (n: number): number => requireNumber(row[n], `${path}[${n}]`);
  const moved = (numbers: readonly number[]): Shape => {
    const copy = row.slice();
    for (const [n, number] of numbers.entries()) {
      (copy as number[])[n] = number;
    }
    return copy;
  };
  return row.length < 4
    ? { kind: 'point', at: [place(0), place(1)], moved }
    : { kind: 'box', at: requireOrder([place(0), place(1), place(2), place(3)], path), moved };
};

const takeObject = (given: unknown, path: string): Taken => {
  if (typeof given !== 'object' || given === null || !('x' in given && 'y' in given)) {
    throw expected(
      'a point { x, y } or a box { x, y, width, height }, or a row of their numbers',
      path,
      describe(given),
    );
  }
  const object = given as ShapeObject;
  const [x, y] = [requireNumber(object.x, `${path}.x`), requireNumber(object.y, `${path}.y`)];
  if (object.width === undefined && object.height === undefined) {
    return { kind: 'point', at: [x, y], moved: ([x, y]) => ({ ...object, x, y }) };
  }
  const width = requireNumber(object.width, `${path}.width`);
  const height = requireNumber(object.height, `${path}.height`);
  return {
    kind: 'box',
    at: requireOrder([x, y, x + width, y + height], path),
    moved: ([left, top, right, bottom]) => ({
      ...object,
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
    }),
  };
};

const requireNumber = (value: unknown, path: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw expected('a finite number', path, describe(value));
  }
  return value;
};

const requireOrder = (at: Corners, path: string): Corners => {
  const [left, top, right, bottom] = at;
  if (right < left || bottom < top) {
    throw expected(
      'a box whose right and bottom are not less than its left and top',
      path,
      describe(at),
      'A box by its centre, [x, y, width, height], is [x - width / 2, y - height / 2, x + width / 2, y + height / 2].',
    );
  }
  return at;
};
