import { idiv, lookup, roundHalfEven } from '../math.js';
import { binsOp, bounded, f32, f64, i32, indexMapOp, measured, pointOp, type Stage } from '../spec.js';

/** The least size that a grid divides and that has all the pixels. OpenCV adds a whole grid on a side that it divides, if it does not the other. */
const extended = (side: i32, cells: i32, other: i32, otherCells: i32): i32 => {
  const isWhole =
    side - idiv(side, cells) * cells === 0 && other - idiv(other, otherCells) * otherCells === 0;
  return isWhole ? side : side + cells - (side - idiv(side, cells) * cells);
};
/** The image with what a grid lacks mirrored below and to the right of it, without the edge itself. */
const toGrid = indexMapOp({
  name: 'toGrid',
  params: { columns: i32, rows: i32 },
  apply: ([x, y], _, { src }) => {
    const mirrored = (i: i32, size: i32): i32 => {
      // Nearly all pixels: they are spared the division.
      if (i < size) {
        return i;
      }
      const period: i32 = Math.max(2 * size - 2, 1);
      const at: i32 = i - idiv(i, period) * period;
      return at < size ? at : period - at;
    };
    return [mirrored(x, src.width), mirrored(y, src.height)];
  },
  size: ({ columns, rows }, src) => ({
    width: extended(src.width, columns, src.height, rows),
    height: extended(src.height, rows, src.width, columns),
  }),
});

/** How `clahe` spreads levels. */
export type ClaheOptions = {
  /** How much of a tile's pixels a level may stand for, in multiples of an even share; 40 by default. 0: as many as there are. */
  readonly clipLimit?: number;
  /** Tiles beside and below one another, up to 64 each; 8 and 8 by default. */
  readonly tiles?: readonly [columns: number, rows: number];
};

const tables = (grid: readonly [number, number], clipLimit: number) =>
  binsOp({
    name: 'claheTables',
    from: ['gray'],
    params: {
      /** In multiples of an even share. */
      clipLimit: bounded(f32, { least: 0 }),
    },
    bins: 256,
    grid,
    bin: ([v]) => i32(roundHalfEven(v)),
    finish: (bins, i, { count }, { clipLimit: share }) => {
      const asked: i32 = Math.max(i32((f64(share) * count) / 256), 1);
      const limit: i32 = share > 0 ? asked : 2147483647;
      let clipped: i32 = 0;
      let sum: i32 = 0;
      for (let j = 0; j < 256; j++) {
        const n: i32 = lookup(bins, j);
        clipped = clipped + Math.max(n - limit, 0);
        if (j <= i) {
          sum = sum + Math.min(n, limit);
        }
      }
      const each = idiv(clipped, 256);
      const rest = clipped - 256 * each;
      const step: i32 = Math.max(idiv(256, Math.max(rest, 1)), 1);
      const more: i32 = Math.min(idiv(i, step) + 1, rest);
      const all = sum + each * (i + 1) + more;
      return Math.min(roundHalfEven(f32(all) * (255 / f32(count))), 255);
    },
  })({ clipLimit });

const interpolate = pointOp({
  name: 'clahe',
  from: ['gray'],
  params: {
    /** 256 numbers for each tile, row by row. */
    tables: measured(),
    columns: i32,
    rows: i32,
  },
  apply: ([v], { tables: numbers, columns, rows }, { at: [x, y], size }) => {
    // Of sizes and parameters alone, so that they are computed once for an image.
    const perColumn = 1 / f32(idiv(extended(size.width, columns, size.height, rows), columns));
    const perRow = 1 / f32(idiv(extended(size.height, rows, size.width, columns), rows));
    const tx = x * perColumn - 0.5;
    const ty = y * perRow - 0.5;
    const [fx, fy] = [Math.floor(tx), Math.floor(ty)];
    const [right, below] = [tx - fx, ty - fy];
    const [left, above] = [1 - right, 1 - below];
    const x1: i32 = Math.max(i32(fx), 0);
    const x2: i32 = Math.min(i32(fx) + 1, columns - 1);
    const y1: i32 = Math.max(i32(fy), 0);
    const y2: i32 = Math.min(i32(fy) + 1, rows - 1);
    const level: i32 = Math.min(Math.max(i32(roundHalfEven(v)), 0), 255);
    const top =
      lookup(numbers, (y1 * columns + x1) * 256 + level) * left +
      lookup(numbers, (y1 * columns + x2) * 256 + level) * right;
    const bottom =
      lookup(numbers, (y2 * columns + x1) * 256 + level) * left +
      lookup(numbers, (y2 * columns + x2) * 256 + level) * right;
    return [roundHalfEven(top * above + bottom * below)];
  },
});

/**
 * Contrast limited adaptive histogram equalisation (Zuiderveld 1994): levels are spread tile by tile, by tables that are interpolated between
 * the tiles' centres. Of gray in 0..255; values are rounded first. OpenCV's `CLAHE` of u8 (modules/imgproc/src/clahe.cpp); where that is built
 * with fused multiply-add, a level may be one off. An image that the grid does not divide is mirrored to the right and below for counting.
 */
export const clahe = ({
  clipLimit = 40,
  tiles: [columns, rows] = [8, 8],
}: ClaheOptions = {}): Stage<'gray', 'same'> =>
  interpolate({
    tables: [toGrid({ columns, rows }), tables([columns, rows], clipLimit)],
    columns,
    rows,
  });
