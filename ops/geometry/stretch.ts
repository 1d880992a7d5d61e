/** The whole image on the whole output, from edge to edge: what operators have in common that differ in the size of the output. */
import type { f32, Point, Sizes } from '../spec.js';

/** The input's position for one of the output: both from their outer edges, so that pixels are squares with their centres half a pixel inside. */
const along = (at: f32, src: f32, dst: f32): f32 => (at + 0.5) * (src / dst) - 0.5;

/** The point of the input that an output pixel shows. */
export const stretched = ([x, y]: Point, _: unknown, { src, dst }: Sizes): Point => [
  along(x, src.width, dst.width),
  along(y, src.height, dst.height),
];

/** How many pixels of the input one of the output covers. */
export const stretchedScale = (_: unknown, { src, dst }: Sizes): Point => [
  src.width / dst.width,
  src.height / dst.height,
];
