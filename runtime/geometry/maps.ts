/** Maps of points as matrices, and their inverses, in double precision. */
import { invertProjective } from '../../ops/internal.js';

type Size = { readonly width: number; readonly height: number };
/** A point as x and y. */
export type Point = readonly [x: number, y: number];
/** Where in one image a point of another lies. */
export type PointMap = (point: Point) => Point;
/** A projective map, row by row: x' = (m[0]·x + m[1]·y + m[2]) / w, y' = (m[3]·x + m[4]·y + m[5]) / w, w = m[6]·x + m[7]·y + m[8]. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** How far a map may be from its matrix, as a share of the numbers: what a sum of a few doubles loses, and no more. */
const CLOSE = 1e-8;
/** Places on each axis at which a matrix is compared with its map. */
const PLACES = 5;

const isClose = ([x, y]: Point, [otherX, otherY]: Point): boolean => {
  const far = Math.max(Math.abs(x - otherX), Math.abs(y - otherY));
  return far <= CLOSE * (1 + Math.max(Math.abs(x), Math.abs(y)));
};

/** The divisor of the matrix at a point: it changes its sign at the horizon. */
export const divisorAt = (m: Matrix, [x, y]: Point): number => m[6] * x + m[7] * y + m[8];
/** The map of a matrix. */
export const pointBy = (m: Matrix, [x, y]: Point): Point => {
  const w = divisorAt(m, [x, y]);
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
};

/** The matrix of a map over an image of a size, or undefined where it has none. */
export const matrixOf = (map: PointMap, size: Size): Matrix | undefined => {
  const { width, height } = size;
  const agrees = (m: Matrix): boolean =>
    Array.from({ length: PLACES * PLACES }, (_, n): Point => {
      const [column, row] = [n % PLACES, Math.floor(n / PLACES)];
      return [(width * column) / (PLACES - 1), (height * row) / (PLACES - 1)];
    }).every(point => isClose(map(point), pointBy(m, point)));
  const corners = [map([0, 0]), map([width, 0]), map([width, height]), map([0, height])] as const;
  return [affineBy, projectiveBy]
    .map(made => made(corners, size))
    .find(matrix => matrix.every(Number.isFinite) && agrees(matrix));
};

type Corners = readonly [Point, Point, Point, Point];
const affineBy = ([origin, right, , down]: Corners, { width, height }: Size): Matrix => [
  (right[0] - origin[0]) / width,
  (down[0] - origin[0]) / height,
  origin[0],
  (right[1] - origin[1]) / width,
  (down[1] - origin[1]) / height,
  origin[1],
  0,
  0,
  1,
];

/**
 * From where the corners of a rectangle lie. Source: P. Heckbert, Fundamentals of texture mapping and image warping (1989), section 2.2.3.
 */
const projectiveBy = ([a, b, c, d]: Corners, { width, height }: Size): Matrix => {
  const [alongX, alongY] = [b[0] - c[0], b[1] - c[1]];
  const [downX, downY] = [d[0] - c[0], d[1] - c[1]];
  const [restX, restY] = [a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]];
  const determinant = alongX * downY - downX * alongY;
  const g = (restX * downY - downX * restY) / determinant;
  const h = (alongX * restY - restX * alongY) / determinant;
  return [
    (b[0] - a[0] + g * b[0]) / width,
    (d[0] - a[0] + h * d[0]) / height,
    a[0],
    (b[1] - a[1] + g * b[1]) / width,
    (d[1] - a[1] + h * d[1]) / height,
    a[1],
    g / width,
    h / height,
    1,
  ];
};

/** The matrix of the way back, or undefined where there is none. */
export const inverseOf = (matrix: Matrix): Matrix | undefined => {
  const { inverse, isInverse } = invertProjective(matrix);
  return isInverse ? (inverse as unknown as Matrix) : undefined;
};

/** The matrix for points that are counted from another place than the pixels' centres, in both images: `shift` is that of the first centre. */
export const countedFrom = (m: Matrix, shift: number): Matrix => {
  const w = m[8] - shift * (m[6] + m[7]);
  return [
    m[0] + shift * m[6],
    m[1] + shift * m[7],
    m[2] - shift * (m[0] + m[1]) + shift * w,
    m[3] + shift * m[6],
    m[4] + shift * m[7],
    m[5] - shift * (m[3] + m[4]) + shift * w,
    m[6],
    m[7],
    w,
  ];
};

/** Points on each axis from which the search for a point begins, and how many of them are tried. */
const SEEDS = 17;
const TRIES = 4;
/** Newton's steps, each of which doubles the digits near its end, and the halvings of one that leads away. */
const STEPS = 40;
const HALVINGS = 12;
/** Half the distance over which slopes are taken, in pixels. */
const SLOPE = 1e-3;

/** The point near an image of a size that a map leads to a place, or undefined where none was found. By Newton's method. */
export const pointLeadingTo = (map: PointMap, { width, height }: Size, place: Point): Point | undefined => {
  const far = (point: Point): number => {
    const [x, y] = map(point);
    const distance = Math.hypot(x - place[0], y - place[1]);
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  };
  const seeds = Array.from({ length: SEEDS * SEEDS }, (_, n): Point => {
    const [column, row] = [n % SEEDS, Math.floor(n / SEEDS)];
    return [(width * column) / (SEEDS - 1), (height * row) / (SEEDS - 1)];
  });
  const nearest = seeds
    .map(point => ({ point, distance: far(point) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, TRIES);
  const enough = CLOSE * (1 + Math.max(Math.abs(place[0]), Math.abs(place[1])));
  for (const seed of nearest) {
    let { point, distance } = seed;
    for (let step = 0; step < STEPS && distance > enough; step++) {
      const next = stepTowards(map, far, point, distance, place);
      if (!next) {
        break;
      }
      ({ point, distance } = next);
    }
    if (distance <= enough) {
      return point;
    }
  }
  return undefined;
};

const stepTowards = (
  map: PointMap,
  far: (point: Point) => number,
  [x, y]: Point,
  distance: number,
  place: Point,
): { readonly point: Point; readonly distance: number } | undefined => {
  const [left, right] = [map([x - SLOPE, y]), map([x + SLOPE, y])];
  const [above, below] = [map([x, y - SLOPE]), map([x, y + SLOPE])];
  const [xx, yx] = [(right[0] - left[0]) / (2 * SLOPE), (right[1] - left[1]) / (2 * SLOPE)];
  const [xy, yy] = [(below[0] - above[0]) / (2 * SLOPE), (below[1] - above[1]) / (2 * SLOPE)];
  const [atX, atY] = map([x, y]);
  const [restX, restY] = [place[0] - atX, place[1] - atY];
  const determinant = xx * yy - xy * yx;
  const [dx, dy] = [(restX * yy - xy * restY) / determinant, (xx * restY - restX * yx) / determinant];
  for (let share = 1; share > 2 ** -HALVINGS; share /= 2) {
    const point: Point = [x + share * dx, y + share * dy];
    const next = far(point);
    if (next < distance) {
      return { point, distance: next };
    }
  }
  return undefined;
};
