/** Decoded pictures in host memory: from the decoder's planes to those of `nv12` and `yuv444p`. */

/** A plane as the decoder left it: rows `stride` bytes apart, maybe longer than the picture is wide. */
export type DecodedPlane = { readonly data: Uint8Array; readonly stride: number };

/** One plane in host memory; `pitch` and `offset` in bytes. */
export type HostPlane = { readonly data: Uint8Array; readonly pitch: number; readonly offset: number };

/** A picture in host memory. */
export type HostImage = {
  readonly format: 'nv12' | 'yuv444p' | 'rgb8';
  readonly width: number;
  readonly height: number;
  readonly planes: readonly HostPlane[];
};

/** The pixel formats that {@link toHostImage} takes, in FFmpeg's words. */
export const readablePixels = ['yuv420p', 'yuvj420p', 'nv12', 'yuv444p', 'yuvj444p'] as const;
/** One of {@link readablePixels}. */
export type ReadablePixels = (typeof readablePixels)[number];

const copyRows = (
  from: DecodedPlane,
  to: Uint8Array,
  toOffset: number,
  rowBytes: number,
  rows: number,
): void => {
  if (from.stride === rowBytes) {
    to.set(from.data.subarray(0, rowBytes * rows), toOffset);
    return;
  }
  for (let y = 0; y < rows; y++) {
    to.set(from.data.subarray(y * from.stride, y * from.stride + rowBytes), toOffset + y * rowBytes);
  }
};

/** Two planes of chroma as one with U and V side by side. `width` and `height` are in chroma samples. */
export const interleaveChroma = (
  u: DecodedPlane,
  v: DecodedPlane,
  out: Uint8Array,
  outOffset: number,
  width: number,
  height: number,
): void => {
  // One 16-bit store for two samples; x86 and ARM are little-endian, as Node's other platforms mostly are.
  const pairs = new Uint16Array(out.buffer, out.byteOffset + outOffset, width * height);
  const uData = u.data;
  const vData = v.data;
  for (let y = 0; y < height; y++) {
    const uRow = y * u.stride;
    const vRow = y * v.stride;
    const row = y * width;
    for (let x = 0; x < width; x++) pairs[row + x] = uData[uRow + x] | (vData[vRow + x] << 8);
  }
};

/**
 * A decoded picture in memory of its own: 4:2:0 becomes `nv12`, 4:4:4 stays as `yuv444p`.
 *
 * @param pixels The decoder's pixel format. The `j` formats differ in range only, which the colour description tells.
 * @param size The visible size in pixels; odd ones have chroma planes rounded up.
 * @param decoded The decoder's planes.
 */
export const toHostImage = (
  pixels: ReadablePixels,
  { width, height }: { readonly width: number; readonly height: number },
  decoded: readonly DecodedPlane[],
): HostImage => {
  const luma = width * height;
  if (pixels === 'yuv444p' || pixels === 'yuvj444p') {
    const data = new Uint8Array(3 * luma);
    const planes = [0, 1, 2].map(n => {
      copyRows(decoded[n], data, n * luma, width, height);
      return { data, pitch: width, offset: n * luma };
    });
    return { format: 'yuv444p', width, height, planes };
  }
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const chromaAt = Math.ceil(luma / 64) * 64;
  const data = new Uint8Array(chromaAt + 2 * chromaWidth * chromaHeight);
  copyRows(decoded[0], data, 0, width, height);
  if (pixels === 'nv12') copyRows(decoded[1], data, chromaAt, 2 * chromaWidth, chromaHeight);
  else interleaveChroma(decoded[1], decoded[2], data, chromaAt, chromaWidth, chromaHeight);
  return {
    format: 'nv12',
    width,
    height,
    planes: [
      { data, pitch: width, offset: 0 },
      { data, pitch: 2 * chromaWidth, offset: chromaAt },
    ],
  };
};
