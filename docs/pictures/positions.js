// Where an operator reads: the points that `resize` computes, and the pixels that borders name. Both are asked of the operators themselves.
import { reflect, reflect101, replicate, resize, wrap } from 'cuweave/ops';
import { cell, dot, line, picture, text } from './svg.js';

const UNIT = 44;

/** One row of an image: `size` pixels of `width` each, with their numbers. */
const row = (x, y, size, width, kind) =>
  Array.from({ length: size }, (_, i) => [
    cell(x + i * width, y, width, 30, kind),
    text(x + (i + 0.5) * width, y + 20, i, 'dim small mid'),
  ]);

const sampled = (x, y, align) => {
  const [src, dst] = [8, 5];
  const sizes = { src: { width: src, height: 1 }, dst: { width: dst, height: 1 } };
  // With 'edges' a pixel of the output is as wide as what it stands for; with 'corners' the outermost centres meet.
  const wide = align === 'edges' ? (src / dst) * UNIT : ((src - 1) / (dst - 1)) * UNIT;
  const left = align === 'edges' ? x : x + UNIT / 2 - wide / 2;
  const points = Array.from({ length: dst }, (_, i) => resize.apply([i, 0], { align }, sizes)[0]);
  return [
    row(left, y, dst, wide, 'ours'),
    row(x, y + 86, src, UNIT, 'box'),
    points.map((point, i) => {
      const at = x + (point + 0.5) * UNIT;
      return [
        line(left + (i + 0.5) * wide, y + 30, at, y + 92, 'reach'),
        dot(at, y + 92, 3.5, 'accent'),
        text(at, y + 134, Number(point.toFixed(2)), 'accent small mid'),
      ];
    }),
  ];
};

/** Which points of the input the pixels of an output stand for. */
export const sampling = () =>
  picture({
    width: 860,
    height: 250,
    title: 'Where resize reads, from 8 pixels to 5',
    about:
      'Left, align edges: the outer edges of both rows meet, and the five outputs read at 0.3, 1.9, 3.5, 5.1 and 6.7. Right, align corners: the centres of the outermost pixels meet, and they read at 0, 1.75, 3.5, 5.25 and 7.',
    parts: [
      text(40, 24, "align: 'edges' (default): the images' edges meet", 'ink bold'),
      sampled(40, 66, 'edges'),
      text(480, 24, "align: 'corners': the corner pixels' centres meet", 'ink bold'),
      sampled(480, 66, 'corners'),
      text(40, 54, 'output, 5 pixels', 'dim small'),
      text(480, 54, 'output, 5 pixels', 'dim small'),
      text(40, 222, 'the input has 8 pixels; the numbers say where each output reads', 'dim small'),
      text(480, 222, "0 is the centre of the input's first pixel", 'dim small'),
    ],
  });

const SIZE = 4;
const AROUND = 5;
const LETTERS = 'abcdefgh';

const outside = (name, about, y, at) => {
  const width = 40;
  return [
    text(20, y + 20, name, 'ink bold code'),
    Array.from({ length: 2 * AROUND + SIZE }, (_, n) => {
      const i = n - AROUND;
      const inside = i >= 0 && i < SIZE;
      const x = 190 + n * width;
      return [
        cell(x, y, width, 30, inside ? 'ours' : 'box'),
        text(x + width / 2, y + 20, at(i), `${inside ? 'ink' : 'dim'} mid`),
      ];
    }),
    text(190, y + 45, about, 'dim tiny'),
  ];
};

/** What stands for pixels outside of an image. */
export const borders = () => {
  const kinds = [
    ['constant(v)', 'the value v; outside has no pixel', i => (i >= 0 && i < SIZE ? LETTERS[i] : 'v')],
    ['replicate', "OpenCV's BORDER_REPLICATE, torch's border", i => LETTERS[replicate.apply(i, SIZE)]],
    ['reflect', "OpenCV's BORDER_REFLECT", i => LETTERS[reflect.apply(i, SIZE)]],
    [
      'reflect101',
      "OpenCV's BORDER_REFLECT_101, numpy's reflect: the last pixel is not repeated",
      i => LETTERS[reflect101.apply(i, SIZE)],
    ],
    ['wrap', "OpenCV's BORDER_WRAP", i => LETTERS[wrap.apply(i, SIZE)]],
  ];
  return picture({
    width: 860,
    height: 350,
    title: 'The borders, for a row of four pixels a b c d',
    about: kinds
      .map(
        ([name, , at]) =>
          `${name}: ${Array.from({ length: 2 * AROUND + SIZE }, (_, n) => at(n - AROUND)).join('')}`,
      )
      .join('; '),
    parts: [
      text(20, 26, 'A row of four pixels, a b c d, and what is read beside it', 'ink bold'),
      kinds.map(([name, about, at], n) => outside(name, about, 48 + n * 60, at)),
    ],
  });
};
