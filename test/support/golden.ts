/** Loads test/golden: results of OpenCV, PyTorch and Pillow that are kept beside the tests. */
import { readFileSync } from 'node:fs';
import { nhwc } from '../../ops/formats/formats.js';
import type { Format } from '../../ops/spec.js';
import { blankImage, fillImage, type Pixels, type TestImage } from './images.js';
import { bytesPer, readScalar } from './scalars.js';

/** One entry of test/golden/manifest.json; test/golden/README.md explains the fields. */
export type GoldenEntry = {
  readonly id: string;
  readonly producer: string;
  readonly op: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly input: {
    readonly file: string;
    readonly dtype: 'u8' | 'f32';
    readonly layout: 'NHWC' | 'NCHW' | 'NV12' | 'NV21' | 'I420';
    readonly divisor?: number;
  };
  readonly output: {
    readonly file: string;
    readonly dtype: 'u8' | 'f16' | 'f32';
    readonly layout: 'NHWC' | 'NCHW';
    readonly width: number;
    readonly height: number;
    /** Default 3. */
    readonly channels?: number;
  };
};

const folder = new URL('../golden/', import.meta.url);

export const goldenEntries: readonly GoldenEntry[] = JSON.parse(
  readFileSync(new URL('manifest.json', folder), 'utf8'),
);

const data = (file: string): DataView => {
  const bytes = readFileSync(new URL(`data/${file}`, folder));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

// The pictures' names end with their height and width.
const sizeOf = (file: string): { width: number; height: number } => {
  const [, height, width] = /_(\d+)x(\d+)\.bin$/.exec(file) ?? [];
  return { width: Number(width), height: Number(height) };
};

/** The picture that a peer was given, in a format that holds the same samples, with padded rows. */
export const goldenInput = ({ input }: GoldenEntry, format: Format): TestImage => {
  const bytes = data(input.file);
  const { width, height } = sizeOf(input.file);
  const image = blankImage(format, width, height, { padding: 12 });
  if (input.layout === 'I420') {
    // The sizes are even. Both chroma planes together have half as many values as luma.
    return fillImage(image, (plane, row, index) =>
      bytes.getUint8(
        plane === 0 ? row * width + index : ((3 + plane) * width * height) / 4 + row * (width / 2) + index,
      ),
    );
  }
  if (input.layout === 'NV12' || input.layout === 'NV21') {
    return fillImage(image, (plane, row, index) => bytes.getUint8((plane * height + row) * width + index));
  }
  const channels = format.channels.length;
  return fillImage(image, (plane, row, index) => {
    const offset =
      input.layout === 'NHWC' ? row * width * channels + index : (row * width + index) * channels + plane;
    return bytes.getUint8(offset) / (input.divisor ?? 1);
  });
};

/** The map that a peer's `remap` was given: as large as its output, x and y side by side. */
export const goldenMap = ({ params, output: { width, height } }: GoldenEntry): TestImage => {
  const bytes = data(String(params.map));
  const map = blankImage(nhwc('f32', { colour: 'xy' }), width, height, { padding: 8 });
  return fillImage(map, (_, row, index) => bytes.getFloat32(4 * (2 * row * width + index), true));
};

/** What the peer made of it. */
export const goldenOutput = ({ output }: GoldenEntry): Pixels => {
  const { width, height, dtype, layout, channels = 3 } = output;
  const bytes = data(output.file);
  const values = new Float64Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < channels; c++) {
      const index = layout === 'NHWC' ? pixel * channels + c : c * width * height + pixel;
      values[pixel * channels + c] = readScalar(bytes, index * bytesPer[dtype], dtype);
    }
  }
  return { width, height, channels, values };
};
