/** Decoded pictures in host memory: from the decoder's planes to those of a format. */

/** A plane as the decoder left it: rows `stride` bytes apart, maybe longer than the picture is wide. */
export type DecodedPlane = { readonly data: Uint8Array; readonly stride: number };

/** One plane in host memory; `pitch` and `offset` in bytes. */
export type HostPlane<Data extends Uint8Array | Uint16Array = Uint8Array> = {
  readonly data: Data;
  readonly pitch: number;
  readonly offset: number;
};

/** A picture in host memory. */
export type HostImage = { readonly width: number; readonly height: number } & (
  | {
      readonly format: 'nv12' | 'yuv422p' | 'yuv444p' | 'rgb8';
      readonly planes: readonly HostPlane[];
    }
  | {
      readonly format: 'p010' | 'p012' | 'yuv444p16';
      readonly planes: readonly HostPlane<Uint16Array>[];
    }
);

/** The pixel formats that {@link toHostImage} takes, in FFmpeg's words. */
export const readablePixels = [
  'yuv420p',
  'yuvj420p',
  'nv12',
  'yuv420p10le',
  'p010le',
  'yuv420p12le',
  'yuv422p',
  'yuvj422p',
  'yuv444p',
  'yuvj444p',
  'yuv444p10le',
  'yuv444p12le',
  'gbrp',
  'gbrp10le',
  'gbrp12le',
] as const;
/** One of {@link readablePixels}. */
export type ReadablePixels = (typeof readablePixels)[number];

/** Bits of the codes of those whose format, {@link toHostImage}'s, has room for more. */
export const signalBits: Readonly<Partial<Record<ReadablePixels, number>>> = {
  yuv444p10le: 10,
  yuv444p12le: 12,
};

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
    for (let x = 0; x < width; x++) {
      pairs[row + x] = (uData[uRow + x] as number) | ((vData[vRow + x] as number) << 8);
    }
  }
};

const planeAt = (decoded: readonly DecodedPlane[], n: number): DecodedPlane => {
  const plane = decoded[n];
  if (!plane) {
    throw new RangeError(`Expected a picture of more than ${n} planes`);
  }
  return plane;
};

/** Bytes from the start of an image with such a luma plane to its chroma. */
const afterLuma = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Rows of u16 codes, moved up by some bits, `step` samples apart in `data`. */
const copyDeep = (
  plane: DecodedPlane,
  data: Uint16Array,
  place: { readonly start: number; readonly step: number; readonly columns: number; readonly rows: number },
  up: number,
): void => {
  const { start, step, columns, rows } = place;
  const from = new Uint16Array(plane.data.buffer, plane.data.byteOffset, plane.data.byteLength >> 1);
  for (let y = 0; y < rows; y++) {
    const row = y * (plane.stride >> 1);
    const to = start + y * columns * step;
    for (let x = 0; x < columns; x++) {
      data[to + x * step] = (from[row + x] as number) << up;
    }
  }
};

/** Deep 4:4:4: the codes move to the upper bits. */
const toDeep444 = (
  width: number,
  height: number,
  decoded: readonly DecodedPlane[],
  bits: number,
): HostImage => {
  const size = width * height;
  const data = new Uint16Array(3 * size);
  const planes = decoded.slice(0, 3).map((plane, n) => {
    copyDeep(plane, data, { start: n * size, step: 1, columns: width, rows: height }, 16 - bits);
    return { data, pitch: 2 * width, offset: 2 * n * size };
  });
  return { format: 'yuv444p16', width, height, planes };
};

/** Deep 4:2:0: the codes move to the upper bits, and chroma is interleaved where it is in two planes. */
const toDeep420 = (
  format: 'p010' | 'p012',
  width: number,
  height: number,
  decoded: readonly DecodedPlane[],
  isP010: boolean,
): HostImage => {
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const chromaAt = afterLuma(2 * width * height) / 2;
  const data = new Uint16Array(chromaAt + 2 * chromaWidth * chromaHeight);
  const up = isP010 ? 0 : format === 'p010' ? 6 : 4;
  const chroma = { columns: chromaWidth, rows: chromaHeight };
  copyDeep(planeAt(decoded, 0), data, { start: 0, step: 1, columns: width, rows: height }, up);
  if (isP010) {
    copyDeep(
      planeAt(decoded, 1),
      data,
      { ...chroma, start: chromaAt, step: 1, columns: 2 * chromaWidth },
      up,
    );
  } else {
    for (const n of [1, 2]) {
      copyDeep(planeAt(decoded, n), data, { ...chroma, start: chromaAt + n - 1, step: 2 }, up);
    }
  }
  const planes = [
    { data, pitch: 2 * width, offset: 0 },
    { data, pitch: 4 * chromaWidth, offset: 2 * chromaAt },
  ];
  return { format, width, height, planes };
};

/** Three planes of 8 bits as they are. */
const toThreePlanes = (
  format: 'yuv422p' | 'yuv444p',
  width: number,
  height: number,
  decoded: readonly DecodedPlane[],
): HostImage => {
  const chromaWidth = format === 'yuv422p' ? Math.ceil(width / 2) : width;
  const widths = [width, chromaWidth, chromaWidth];
  const data = new Uint8Array((width + 2 * chromaWidth) * height);
  let offset = 0;
  const planes = widths.map((pitch, n) => {
    const plane = { data, pitch, offset };
    copyRows(planeAt(decoded, n), data, offset, pitch, height);
    offset += pitch * height;
    return plane;
  });
  return { format, width, height, planes };
};

/**
 * A decoded picture in memory of its own: 4:2:0 becomes `nv12`, or with 10 bits `p010`, with 12 `p012`; 4:2:2 and 4:4:4 stay in
 * three planes, deep 4:4:4 as `yuv444p16`. Green, blue and red stand where luma and the two chroma planes do.
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
  if (pixels === 'yuv444p' || pixels === 'yuvj444p' || pixels === 'gbrp') {
    return toThreePlanes('yuv444p', width, height, decoded);
  }
  if (pixels === 'yuv422p' || pixels === 'yuvj422p') {
    return toThreePlanes('yuv422p', width, height, decoded);
  }
  if (pixels === 'p010le' || pixels === 'yuv420p10le') {
    return toDeep420('p010', width, height, decoded, pixels === 'p010le');
  }
  if (pixels === 'yuv420p12le') {
    return toDeep420('p012', width, height, decoded, false);
  }
  if (pixels === 'yuv444p10le' || pixels === 'gbrp10le') {
    return toDeep444(width, height, decoded, 10);
  }
  if (pixels === 'yuv444p12le' || pixels === 'gbrp12le') {
    return toDeep444(width, height, decoded, 12);
  }
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const chromaAt = afterLuma(width * height);
  const data = new Uint8Array(chromaAt + 2 * chromaWidth * chromaHeight);
  copyRows(planeAt(decoded, 0), data, 0, width, height);
  if (pixels === 'nv12') {
    copyRows(planeAt(decoded, 1), data, chromaAt, 2 * chromaWidth, chromaHeight);
  } else {
    const [u, v] = [planeAt(decoded, 1), planeAt(decoded, 2)];
    interleaveChroma(u, v, data, chromaAt, chromaWidth, chromaHeight);
  }
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
