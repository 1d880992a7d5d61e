/**
 * The moving test picture of the clips in this folder. Tests draw it again and compare it with what was decoded.
 * Upper two thirds: eight colour bars, and a disc that crosses them. Below: a grey ramp that drifts. At the foot: the frame's number in eight black or
 * white blocks, highest bit first, so that a decoded frame says which one it is.
 */
import { lumaWeights } from '../../ops/colour/colour.js';
import type { YuvMatrix, YuvRange } from '../../ops/spec.js';

/** The bars' colours from left to right, in 0..255: 75 % white, yellow, cyan, green, magenta, red, blue, black. */
export const bars: readonly (readonly [number, number, number])[] = [
  [191, 191, 191],
  [191, 191, 0],
  [0, 191, 191],
  [0, 191, 0],
  [191, 0, 191],
  [191, 0, 0],
  [0, 0, 191],
  [0, 0, 0],
];

/** The matrices of the clips. */
type DrawnMatrix = Extract<YuvMatrix, 'bt601' | 'bt709' | 'bt2020'>;

/** RGB in 0..255 to 8-bit YUV codes: the forward formula of ITU-R BT.601-7 §2.5 and BT.709-6 §3. */
export const rgbToYuv = (
  [r, g, b]: readonly [number, number, number],
  matrix: DrawnMatrix,
  range: YuvRange,
): readonly [number, number, number] => {
  const { kr, kb } = lumaWeights[matrix];
  const luma = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
  const cb = (b / 255 - luma) / (2 * (1 - kb));
  const cr = (r / 255 - luma) / (2 * (1 - kr));
  return range === 'limited'
    ? [Math.round(16 + 219 * luma), Math.round(128 + 224 * cb), Math.round(128 + 224 * cr)]
    : [
        Math.round(255 * luma),
        Math.min(255, Math.round(128 + 255 * cb)),
        Math.min(255, Math.round(128 + 255 * cr)),
      ];
};

/** A height, as a share of the picture's, at which the bars are never covered. */
export const barsAt = 0.1;

/** What a clip is drawn with. */
export type Pattern = {
  readonly width: number;
  readonly height: number;
  readonly matrix: DrawnMatrix;
  readonly range: YuvRange;
  /** How many pixels one chroma sample covers, across and down. */
  readonly chroma: 1 | 2;
};

/** The YUV codes of the pixel at (x, y) in frame `n`. */
const pixelAt = (p: Pattern, n: number, x: number, y: number): readonly [number, number, number] => {
  const column = Math.floor((x * 8) / p.width);
  const grey = (v: number) => rgbToYuv([v, v, v], p.matrix, p.range);
  const discX = (((n / 90) * 1.5) % 1) * p.width;
  if (Math.hypot(x - discX, y - p.height * 0.4) < p.height / 6) {
    return rgbToYuv([255, 128, 0], p.matrix, p.range);
  }
  if (y < (p.height * 2) / 3) {
    return rgbToYuv(bars[column], p.matrix, p.range);
  }
  if (y < (p.height * 5) / 6) {
    return grey((Math.round((x * 255) / p.width) + 3 * n) % 256);
  }
  return grey((n >> (7 - column)) & 1 ? 255 : 0);
};

/** Frame `n` as planes Y, U, V, one after the other, without padding. */
export const drawPattern = (p: Pattern, n: number): Uint8Array => {
  const chromaWidth = Math.ceil(p.width / p.chroma);
  const chromaHeight = Math.ceil(p.height / p.chroma);
  const out = new Uint8Array(p.width * p.height + 2 * chromaWidth * chromaHeight);
  for (let y = 0; y < p.height; y++) {
    for (let x = 0; x < p.width; x++) {
      out[y * p.width + x] = pixelAt(p, n, x, y)[0];
    }
  }
  const u = p.width * p.height;
  for (let y = 0; y < chromaHeight; y++) {
    for (let x = 0; x < chromaWidth; x++) {
      const [, cb, cr] = pixelAt(p, n, x * p.chroma, y * p.chroma);
      out[u + y * chromaWidth + x] = cb;
      out[u + chromaWidth * chromaHeight + y * chromaWidth + x] = cr;
    }
  }
  return out;
};

/** The frame's number, read from a decoded luma plane; `high` is the luma halfway between black and white. */
export const readFrameNumber = (
  luma: Uint8Array,
  {
    width,
    height,
    pitch = width,
    high = 126,
  }: { width: number; height: number; pitch?: number; high?: number },
): number => {
  const y = Math.floor((height * 11) / 12);
  return Array.from(
    { length: 8 },
    (_, bit) => luma[y * pitch + Math.floor(((bit + 0.5) * width) / 8)],
  ).reduce((value, level) => value * 2 + (level > high ? 1 : 0), 0);
};
