/** One description of a call, made by Node's runtime here and by Python's in test/python/call.py. */
import { createHash } from 'node:crypto';

import type { ManifestFormat } from '../../native/manifest.js';
import { sourceOf } from '../../runtime/call/steps.js';
import { byteSize, newHostArray } from '../../runtime/device/dtype.js';
import { planeExtent } from '../../runtime/device/formats.js';
import { type Device, Image, ImageBatch, type Pipeline, Tensor } from '../../runtime/index.js';

export type AnyPipeline = Pipeline<Record<string, unknown>, never>;
/** An image of a format, whose values a seed gives. */
export type GivenImage = { readonly width: number; readonly height: number; readonly seed: number };
export type Call = {
  readonly pipeline: string;
  /** `single`: an image without an axis for several; `batch`: one array for all, or one a plane; `list`: a list. */
  readonly form: 'single' | 'batch' | 'list';
  readonly how?: 'run' | 'each';
  readonly images: readonly GivenImage[];
  /** Values between rows; with planes of two values twice as many bytes. */
  readonly padding?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly colour?: unknown;
  readonly orientation?: unknown;
};
/** Stands among options for images beside the source. */
export class BesideImages {
  constructor(
    readonly form: Call['form'],
    readonly images: readonly GivenImage[],
  ) {}
}

/** Numbers from 0 to 1, the same for the same seed. Source: C. Wellons, hash-prospector's lowbias32 (2018). */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = Math.imul(state ^ (state >>> 16), 0x7feb352d);
    word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
    return ((word ^ (word >>> 16)) >>> 0) / 2 ** 32;
  };
};

type HostPlane = { readonly shape: readonly number[]; readonly data: ReturnType<typeof newHostArray> };

const planesOf = (format: ManifestFormat, { width, height, seed }: GivenImage): readonly HostPlane[] => {
  const next = random(seed);
  const { dtype, code } = format;
  return format.planes.map(plane => {
    const { rowBytes, rows } = planeExtent(format, plane, width, height);
    const values = rowBytes / byteSize[dtype];
    const data = newHostArray(dtype, values * rows);
    for (let n = 0; n < data.length; n++) {
      data[n] =
        dtype === 'f32'
          ? next() * 255
          : dtype === 'f16' || dtype === 'bf16'
            ? 0x3c00 + Math.floor(next() * 4096)
            : Math.floor(next() * 2 ** (code?.bits ?? 8 * byteSize[dtype])) << (code?.shift ?? 0);
    }
    const columns = values / plane.channels;
    const isInterleaved = plane.channels > 1 || format.layout === 'NHWC';
    return { shape: [rows, columns, ...(isInterleaved ? [plane.channels] : [])], data };
  });
};

const base64 = (data: ArrayBufferView): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

const describeImages = (format: ManifestFormat, images: readonly GivenImage[], padding: number) =>
  images.map(image => ({
    layout: format.layout ?? null,
    dtype: format.dtype,
    padding,
    planes: planesOf(format, image).map(({ shape, data }) => ({ shape, data: base64(data) })),
  }));

const formatsBeside = (pipeline: AnyPipeline): Readonly<Record<string, ManifestFormat>> => {
  const { manifest } = pipeline;
  const kernels = 'steps' in manifest ? manifest.steps.map(({ kernel }) => kernel) : [manifest];
  return Object.fromEntries(kernels.flatMap(({ images = [] }) => images.map(one => [one.open, one.format])));
};

/** The call as Python reads it. */
export const forPython = (pipeline: AnyPipeline, call: Call): unknown => {
  const { form, images, options = {}, padding = 0, how = 'run', colour, orientation } = call;
  const formats = formatsBeside(pipeline);
  const value = (given: unknown): unknown => {
    if (typeof given === 'number' && !Number.isFinite(given)) {
      return { $float: String(given).replace('Infinity', 'inf') };
    }
    if (given instanceof Float32Array) {
      return { $numbers: [...given], dtype: 'float32' };
    }
    if (Array.isArray(given)) {
      return given.map(value);
    }
    return typeof given === 'object' && given !== null
      ? Object.fromEntries(Object.entries(given).map(([name, item]) => [name, value(item)]))
      : given;
  };
  const given = Object.entries(options).map(([name, option]) => [
    name,
    option instanceof BesideImages
      ? { $images: describeImages(formats[name]!, option.images, 0), form: option.form }
      : value(option),
  ]);
  return {
    pipeline: call.pipeline,
    form,
    how,
    images: describeImages(sourceOf(pipeline.manifest), images, padding),
    options: Object.fromEntries(given),
    colour,
    orientation,
  };
};

const hostImages = (
  device: Device,
  format: ManifestFormat,
  images: readonly GivenImage[],
  more: (n: number) => object = () => ({}),
): Image[] =>
  images.map((image, n) =>
    Image.fromHost(device, {
      format: format.name,
      width: image.width,
      height: image.height,
      planes: planesOf(format, image).map(({ data }) => ({ data })),
      ...more(n),
    }),
  );

const bytesOf = async (made: unknown): Promise<Buffer> => {
  if (made instanceof Tensor) {
    const { data } = await made.toHost();
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }
  if (made instanceof Image) {
    const { planes } = await made.toHost();
    return Buffer.concat(
      planes.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    );
  }
  const parts = made instanceof ImageBatch ? [...made] : Object.values(made as object);
  return Buffer.concat(await Promise.all(parts.map(bytesOf)));
};

/** What comes of a call: bytes, or the error's text. */
export type Made = { readonly bytes?: number; readonly digest?: string; readonly error?: string };

/** What Node's runtime makes of the call. */
export const inNode = async (
  device: Device,
  pipeline: AnyPipeline,
  { form, images, options = {}, how = 'run', colour, orientation }: Call,
): Promise<Made> => {
  const said = (given: unknown, n: number): unknown => (Array.isArray(given) ? given[n] : given);
  const formats = formatsBeside(pipeline);
  try {
    const made = hostImages(device, sourceOf(pipeline.manifest), images, n => ({
      ...(colour === undefined ? {} : { colour: { source: 'stream', ...(said(colour, n) as object) } }),
      ...(orientation === undefined ? {} : { orientation: said(orientation, n) }),
    }));
    const given = Object.entries(options).map(([name, option]) => {
      if (!(option instanceof BesideImages)) {
        return [name, option] as const;
      }
      const all = hostImages(device, formats[name]!, option.images);
      return [name, option.form === 'single' ? all[0] : all] as const;
    });
    const method = (how === 'each' ? pipeline.runEach : pipeline.run) as (
      ...args: readonly unknown[]
    ) => unknown;
    const result = method(form === 'single' ? made[0] : made, Object.fromEntries(given));
    const content = await bytesOf(result);
    return { bytes: content.length, digest: createHash('sha256').update(content).digest('hex') };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: `${name}: ${message}` };
  }
};
