/** What `cuweave serve` does: a built pipeline over videos, to a ring of batches that other processes read. */
import { resolve } from 'node:path';
import { MAX_IMAGES } from '../../../runtime/call/inputs.js';
import { resultsOf } from '../../../runtime/call/steps.js';
import type { Device } from '../../../runtime/device/device.js';
import { requireInteger } from '../../../runtime/device/dtype.js';
import type { Image } from '../../../runtime/device/image.js';
import type { Tensor, TensorSpec } from '../../../runtime/device/tensor.js';
import { describe, expected } from '../../../runtime/errors.js';
import { uniform } from '../../../runtime/random.js';
import type { Ring, RingSlot } from '../../../runtime/ring/ring.js';
import type { VideoFrame } from '../../../runtime/video/videoFrame.js';
import { type Built, deviceName, loadBuilt, type Made, manifestOf, type Runtime } from './built.js';
import { type ImageFiles, imagesToRead, RunImages } from './runImages.js';
import { optionsFor } from './runOptions.js';
import { type FrameChoice, openVideo, type VideoGroup } from './videoInput.js';

/** What to serve, and under which name. */
export type ServeOptions = {
  /** The output folder of `cuweave build`. */
  readonly buildDirectory: string;
  /** A pipeline's name; its results are tensors of one size. */
  readonly pipeline: string;
  readonly videos: readonly string[];
  /** The ring's name. */
  readonly ring: string;
  /** `cuda`, `cuda:N` or `cpu`, in whose memory the ring lies. Default: CUDA if there is one. */
  readonly device?: string;
  /** The parameters that the pipeline leaves open, by name. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The images that it reads beside its source, by name. */
  readonly images?: ImageFiles;
  /** Frames of a batch, 1..65535. Default 16. */
  readonly batch?: number;
  /** Batches that the ring has room for, 1..1024. Default 8. */
  readonly slots?: number;
  /** Which frames of each video; default: all. */
  readonly frames?: FrameChoice;
  /** Begins anew after the last video, without end. */
  readonly repeat?: boolean;
  /** Takes the videos in an order by this seed, another one in each pass; else as they are given. */
  readonly shuffle?: number;
  /** Each consumer gets every batch; else each batch goes to one of them. */
  readonly broadcast?: boolean;
  /** As for `cuweave run`. */
  readonly orient?: boolean;
  readonly onNote?: (sentence: string) => void;
  /** Called once the ring is there. */
  readonly onRing?: (sentence: string) => void;
  readonly onProgress?: (progress: { readonly done: number }) => void;
  /** Ends it: consumers come to the ring's end after the batches that they have not had yet. */
  readonly signal?: AbortSignal;
};

/** What was served. */
export type ServeResult = { readonly frames: number; readonly batches: number; readonly seconds: number };

/** Where a frame comes from, as consumers read it. */
type Origin = { readonly file: string; readonly index: number; readonly timestamp: number };

/** What the only result of a pipeline is called in a ring. */
const ONLY = 'result';
/** Bytes of `{"file":,"index":,"timestamp":},` with two numbers of 24 characters at most. */
const ORIGIN_BYTES = 96;

const named = (made: Made<Tensor>): Readonly<Record<string, Tensor>> =>
  'shape' in made && Array.isArray(made.shape)
    ? { [ONLY]: made as Tensor }
    : (made as Record<string, Tensor>);

/** The order of a pass: the array's own, or one in which each is as likely as any other. Source: R. Durstenfeld, CACM 7 (1964). */
export const orderOf = <T>(all: readonly T[], seed: number | undefined, pass: number): readonly T[] => {
  const order = [...all];
  if (seed === undefined) {
    return order;
  }
  const next = uniform(seed, pass);
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(next() * (last + 1));
    [order[last], order[at]] = [order[at] as T, order[last] as T];
  }
  return order;
};

/** Fills batches from groups of frames, across the ends of videos. */
class Batches {
  readonly #infoBytes: number;
  #ring: Ring | undefined;
  #slot: RingSlot | undefined;
  #origins: Origin[] = [];
  #publishing: Promise<void> = Promise.resolve();
  frames = 0;
  batches = 0;

  constructor(
    readonly built: Built,
    readonly runtime: Runtime,
    readonly device: Device,
    readonly serve: ServeOptions,
    readonly batch: number,
  ) {
    const longest = Math.max(...serve.videos.map(file => Buffer.byteLength(JSON.stringify(file))));
    this.#infoBytes = Math.min(2 ** 20, 32 + batch * (longest + ORIGIN_BYTES));
  }

  async add(
    file: string,
    { images, frames }: VideoGroup,
    optionsOf: (from: number, count: number) => object,
  ): Promise<void> {
    for (let at = 0; at < images.length; ) {
      const filled = this.#origins.length;
      const count = Math.min(this.batch - filled, images.length - at);
      const some = images.slice(at, at + count);
      const options = optionsOf(this.frames, count);
      this.#ring ??= this.#make(some, options);
      this.#slot ??= await this.#acquire(this.#ring);
      const tensors = this.#slot.part(filled, count);
      this.built.runInto(ONLY in tensors ? (tensors[ONLY] as Tensor) : tensors, some, options);
      this.#origins.push(...frames.slice(at, at + count).map(frame => originOf(file, frame)));
      this.frames += count;
      at += count;
      if (this.#origins.length === this.batch) {
        await this.#publish();
      }
    }
  }

  /** What is begun goes out, with fewer frames. Returns once consumers have had all. */
  async finish(): Promise<void> {
    await this.#publish();
    await this.#publishing;
    const { signal } = this.serve;
    await this.#ring?.finish(signal ? { signal } : {});
  }

  /** Ends the ring after what is published. */
  close(): void {
    this.#slot?.cancel();
    this.#ring?.close();
  }

  /** The results' sizes show in a first call. */
  #make(images: readonly Image[], options: object): Ring {
    const made = named(this.built(images, options));
    const specs = Object.entries(made).map(([name, { shape, dtype, layout }]): [string, TensorSpec] => [
      name,
      { shape: [this.batch, ...shape.slice(1)], dtype, layout },
    ]);
    for (const tensor of Object.values(made)) {
      tensor.dispose();
    }
    const { ring, slots = 8, broadcast = false } = this.serve;
    const mode = broadcast ? 'broadcast' : 'share';
    const opened = this.runtime.Ring.create(this.device, ring, {
      ...{ tensors: Object.fromEntries(specs), slots, mode, infoBytes: this.#infoBytes },
    });
    const what = specs.map(([name, { shape, dtype }]) => `${name} ${dtype} [${shape.join(', ')}]`);
    this.serve.onRing?.(`ring ${ring}: ${what.join(', ')}; ${slots} slots, ${mode}`);
    return opened;
  }

  async #acquire(ring: Ring): Promise<RingSlot> {
    const { signal, onNote } = this.serve;
    for (;;) {
      try {
        return await ring.acquire(signal ? { signal } : {});
      } catch (error) {
        // The others go on, and so do those that come.
        if ((error as { code?: unknown }).code !== 'consumerLost') {
          throw error;
        }
        onNote?.((error as Error).message);
      }
    }
  }

  /** Hands the batch on while the next one is made. */
  async #publish(): Promise<void> {
    const [slot, origins] = [this.#slot, this.#origins];
    this.#slot = undefined;
    this.#origins = [];
    if (!slot) {
      return;
    }
    await this.#publishing;
    this.#publishing = slot.publish({ count: origins.length, info: { frames: origins } });
    // Whoever waits for it next hears of it.
    this.#publishing.catch(() => {});
    this.batches += 1;
  }
}

const originOf = (file: string, { index, timestamp }: VideoFrame): Origin => ({ file, index, timestamp });

/** Serves until the videos are at their end and consumers have had everything, or until the signal. */
export const servePipeline = async (serve: ServeOptions): Promise<ServeResult> => {
  const { batch = 16, slots = 8, frames = {}, orient = true, signal, onNote, shuffle } = serve;
  requireInteger(batch, 1, MAX_IMAGES, 'batch');
  requireInteger(slots, 1, 1024, 'slots');
  if (serve.videos.length === 0) {
    throw expected('videos', 'videos', 'none');
  }
  if (shuffle !== undefined && !Number.isSafeInteger(shuffle)) {
    throw expected('a whole number', 'shuffle', describe(shuffle));
  }
  const directory = resolve(serve.buildDirectory);
  const { pipelines } = manifestOf(directory);
  const manifest = pipelines.find(({ name }) => name === serve.pipeline);
  if (!manifest) {
    throw expected(
      `one of ${pipelines.map(({ name }) => name).join(', ')}`,
      'pipeline',
      describe(serve.pipeline),
    );
  }
  const asked = imagesToRead(manifest, serve.images);
  const planes = resultsOf(manifest).find(({ sink }) => sink.layout === undefined);
  if (planes) {
    throw expected(
      'a pipeline whose results are tensors of pixels: a ring holds nothing else',
      'pipeline',
      `${manifest.name}, which gives ${planes.sink.name}`,
      'End it with rgb8() or nchw(…).',
    );
  }
  const { built, runtime } = await loadBuilt(directory, serve.pipeline);
  const device = runtime.openDevice(deviceName(serve.device));
  const started = performance.now();
  let images: RunImages | undefined;
  const batches = new Batches(built, runtime, device, serve, batch);
  try {
    images = await RunImages.open(asked, runtime, device);
    const beside = images;
    const optionsOf = (from: number, count: number): object =>
      optionsFor(manifest, serve.options ?? {}, beside, from, count);
    for (let pass = 0; pass === 0 || serve.repeat === true; pass++) {
      const before = batches.frames;
      for (const file of orderOf(serve.videos, shuffle, pass)) {
        signal?.throwIfAborted();
        const place = {
          ...{ runtime, device, batch, frames, orient },
          ...(onNote && pass === 0 ? { onNote } : {}),
        };
        const { video, groups } = await openVideo(file, manifest, place);
        try {
          for await (const group of groups) {
            signal?.throwIfAborted();
            await batches.add(file, group, optionsOf);
            serve.onProgress?.({ done: batches.frames });
          }
        } finally {
          video.dispose();
        }
      }
      if (batches.frames === before) {
        throw expected(
          'frames to serve',
          'videos',
          'none',
          'Choose others by --from, --to, --times or --indices.',
        );
      }
    }
    await batches.finish();
    return {
      frames: batches.frames,
      batches: batches.batches,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    // Who is told to end has not failed. Otherwise the ring stays open until this process ends, which consumers take for what it is.
    if (signal?.aborted) {
      batches.close();
    }
    throw error;
  } finally {
    images?.dispose();
    device.dispose();
  }
};
