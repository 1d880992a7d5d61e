/** What `cuweave run` does: a built pipeline over pictures or a video, to pictures or .npy files. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ManifestFormat, ManifestPipeline } from '../../../native/manifest.js';
import { MAX_IMAGES } from '../../../runtime/call/inputs.js';
import { resultsOf } from '../../../runtime/call/steps.js';
import type { Device } from '../../../runtime/device/device.js';
import { requireInteger } from '../../../runtime/device/dtype.js';
import type { Image } from '../../../runtime/device/image.js';
import type { HostTensor, Tensor } from '../../../runtime/device/tensor.js';
import { ArgumentError, describe, expected, shown } from '../../../runtime/errors.js';
import { ContactSheet } from '../../../runtime/files/contactSheet.js';
import { notPictures, picturesOf, requirePictureName } from '../../../runtime/files/picture.js';
import { readPicture } from '../../../runtime/files/pictureReader.js';
import { deviceName, formatFor, loadBuilt, manifestOf, type Runtime, type Video } from './built.js';
import { type ImageFiles, imagesToRead, RunImages } from './runImages.js';
import { looksLikePicture } from './runInput.js';
import { optionsFor } from './runOptions.js';
import { openOutput, pathOfResult, type RunOutput, requireOutput } from './runOutput.js';
import { type FrameChoice, openVideo, type VideoGroup } from './videoInput.js';

/** What to run, on what, and where to. */
export type RunOptions = {
  /** The output folder of `cuweave build`. */
  readonly buildDirectory: string;
  /** A pipeline's name. */
  readonly pipeline: string;
  /** Pictures, or one video; told apart by their content. */
  readonly inputs: readonly string[];
  /**
   * `x.npy`, `x.png` or `x.jpg` (one picture), `x-%d.png` (numbered pictures), or a folder. Of named results each has its own:
   * `x.small.npy`, or `folder/small`.
   */
  readonly output: string;
  /** `cuda`, `cuda:N` or `cpu`; default: CUDA if there is one. */
  readonly device?: string;
  /** The parameters that the pipeline leaves open, by name. Where it takes one value per image, one per input in order. */
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * The images that the pipeline reads beside its source, by name: a file for all inputs, or one for each in order. A picture is `rgb8`,
   * or `gray8` where it has no colours; an `.npy` file holds a tensor.
   */
  readonly images?: ImageFiles;
  /** Images per call, 1..65535. Default 8. */
  readonly batch?: number;
  /** Stops after this number of images. */
  readonly limit?: number;
  /** Which frames of a video, as `VideoReader.frames` takes it; default: all. */
  readonly frames?: FrameChoice;
  /**
   * Whether a video's frames are put upright, as its container asks for, before a pipeline that has no `orient()`. Default true. Luma is exact.
   * Chroma is exact, too, unless the source interpolates it; 4:2:2 turned by a quarter and odd sizes lose chroma, and a note says so.
   */
  readonly orient?: boolean;
  /** Where to write a contact sheet of the results; of named ones, the first. */
  readonly sheet?: string;
  /** Called after every batch; `total` where it is known. */
  readonly onProgress?: (progress: { readonly done: number; readonly total?: number }) => void;
  /** Called with what is worth a word about the input: that its frames are turned, or come without what the video has. */
  readonly onNote?: (sentence: string) => void;
  /** Ends the run after the batch under way, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called where a run ends with an error after it has written something: what that is. It is whole. */
  readonly onPartial?: (written: Pick<RunResult, 'frames' | 'files'>) => void;
};

/** What a run did. */
export type RunResult = {
  readonly frames: number;
  /** From the first image read to the last file written. */
  readonly seconds: number;
  readonly fps: number;
  /** The device's name, such as `cuda:0` or `cpu`. */
  readonly device: string;
  /** What decoded the video; none for pictures. */
  readonly decoder?: 'nvdec' | 'software';
  /** The files that were written. */
  readonly files: readonly string[];
};

/** Where images go, how many at a time and altogether. */
type Placing = {
  readonly runtime: Runtime;
  readonly device: Device;
  readonly batch: number;
  readonly limit: number;
  readonly frames: FrameChoice;
  readonly orient: boolean;
  readonly onNote?: (sentence: string) => void;
};
/** The images of one call; they live until the next group is asked for. */
type Group = { readonly images: readonly Image[]; readonly names: readonly string[] };
type Source = {
  readonly groups: AsyncIterable<Group>;
  readonly total?: number;
  /** What decodes, if it is a video. */
  readonly decoder?: 'nvdec' | 'software';
  readonly close: () => void;
};

const openSource = async (
  inputs: readonly string[],
  manifest: ManifestPipeline,
  { runtime, device, batch, limit, frames, orient, onNote }: Placing,
): Promise<Source> => {
  if (inputs.length === 0) {
    throw expected('pictures or a video', 'inputs', 'none');
  }
  const first = inputs[0]!;
  if (inputs.length === 1 && !(await looksLikePicture(first))) {
    const { video, groups } = await openVideo(first, manifest, {
      ...{ runtime, device, batch, frames, orient },
      ...(onNote ? { onNote } : {}),
    });
    return {
      groups: limited(groups, limit),
      // Raw streams and transport streams tell it when they are read to their end.
      get total() {
        const count = framesOf(video, frames);
        return count === undefined ? undefined : Math.min(limit, count);
      },
      decoder: video.decoder,
      close: () => video.dispose(),
    };
  }
  for (const path of inputs) {
    if (existsSync(path) && !(await looksLikePicture(path))) {
      throw expected(
        'pictures, or one video alone',
        'inputs',
        `${inputs.length}, and ${shown(path)} is not a picture`,
      );
    }
  }
  const [choice] = Object.keys(frames);
  if (choice !== undefined) {
    throw expected(
      `a video, since '${choice}' chooses frames of one,`,
      'inputs',
      `a picture: ${shown(first)}`,
    );
  }
  const wanted = inputs.slice(0, limit);
  const place = async (path: string): Promise<Image> => {
    const image = await readPicture(path);
    return runtime.Image.fromHost(device, { ...image, format: formatFor(image, manifest) });
  };
  return { groups: pictureGroups(wanted, place, batch), total: wanted.length, close: () => {} };
};

/** How many frames will be read, where that is known. */
const framesOf = (
  { frameCount }: Video,
  { count, times, indices, ...others }: FrameChoice,
): number | undefined =>
  count ?? (times ?? indices)?.length ?? (Object.keys(others).length === 0 ? frameCount : undefined);

async function* limited(groups: AsyncIterable<VideoGroup>, limit: number): AsyncGenerator<Group> {
  let seen = 0;
  for await (const { images: all, frames } of groups) {
    const images = all.slice(0, limit - seen);
    const names = images.map((_, n) => `frame-${String(frames[n]!.index).padStart(6, '0')}`);
    yield { images, names };
    seen += images.length;
    if (seen === limit) {
      return;
    }
  }
}
async function* pictureGroups(
  paths: readonly string[],
  place: (path: string) => Promise<Image>,
  size: number,
): AsyncGenerator<Group> {
  for (let from = 0; from < paths.length; from += size) {
    const group = paths.slice(from, from + size);
    const images: Image[] = [];
    try {
      for (const path of group) {
        images.push(await place(path));
      }
      yield { images, names: group.map(nameOf) };
    } finally {
      for (const image of images) {
        image.dispose();
      }
    }
  }
}

const nameOf = (path: string): string => {
  const name = path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
  return name === '' ? 'picture' : name;
};

// Red first: every channel in the plane, or at the place in its sample, that its number says.
const isInOrder = ({ channels }: ManifestFormat): boolean =>
  channels.every(({ plane, lane }, n) => plane + lane === n);

const whyNotPictures = (sink: ManifestFormat): string | undefined =>
  notPictures({ ...sink, channels: channelsOf(sink) }) ??
  (isInOrder(sink) ? undefined : `its channels lie in the order of ${sink.name}`);

const channelsOf = ({ planes }: ManifestFormat): number =>
  planes.reduce((sum, { channels }) => sum + channels, 0);

const positive = (value: number | undefined, path: string): void => {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
    throw expected('a whole number of at least 1', path, describe(value));
  }
};

/**
 * Runs a built pipeline over pictures or a video and writes the results. Files have their names once they are whole; a run that ends early
 * leaves those of the images that it had.
 */
export const runPipeline = async (run: RunOptions): Promise<RunResult> => {
  if (run.sheet !== undefined) {
    requirePictureName(run.sheet, 'sheet');
  }
  if (run.batch !== undefined) {
    requireInteger(run.batch, 1, MAX_IMAGES, 'batch');
  }
  positive(run.limit, 'limit');
  const limit = run.limit ?? Number.POSITIVE_INFINITY;
  const directory = resolve(run.buildDirectory);
  const { pipelines } = manifestOf(directory);
  const manifest = pipelines.find(({ name }) => name === run.pipeline);
  if (!manifest) {
    const known = pipelines.map(({ name }) => name).join(', ');
    throw expected(`one of ${known}`, 'pipeline', describe(run.pipeline));
  }
  const asked = imagesToRead(manifest, run.images);
  const results = resultsOf(manifest);
  const planes = results.find(({ sink }) => sink.layout === undefined);
  if (planes) {
    throw expected(
      'a pipeline whose results are tensors: pictures and .npy files hold nothing else',
      'pipeline',
      `${manifest.name}, whose results are images in ${planes.sink.name}`,
      'Call it from a program, or end it with rgb8() or nchw(…).',
    );
  }
  const reasons = results.map(({ sink }) => whyNotPictures(sink));
  if (run.sheet !== undefined && reasons[0]) {
    throw new ArgumentError(
      `Expected a pipeline whose results are pictures for the sheet but ${reasons[0]}.`,
      'sheet',
    );
  }
  const { built, runtime } = await loadBuilt(directory, run.pipeline);
  const which = deviceName(run.device);
  const paths = results.map(({ name }) => (name === '' ? run.output : pathOfResult(run.output, name)));
  for (const path of [...paths, ...(run.sheet === undefined ? [] : [run.sheet])]) {
    await requireOutput(path);
  }
  const sheet = run.sheet === undefined ? undefined : new ContactSheet({ tiles: 48 });
  const started = performance.now();
  const device = runtime.openDevice(which);
  let source: Source | undefined;
  let images: RunImages | undefined;
  const outputs: RunOutput[] = [];
  let frames = 0;
  /** Maps a result to the number of frames that its output has. */
  const written = results.map(() => 0);
  try {
    images = await RunImages.open(asked, runtime, device);
    const { batch = 8, frames: choice = {}, orient = true, onNote } = run;
    const placing = {
      ...{ runtime, device, batch, limit, frames: choice, orient },
      ...(onNote ? { onNote } : {}),
    };
    source = await openSource(run.inputs, manifest, placing);
    if (!source.decoder && source.total !== undefined) {
      images.requireFor(source.total);
    }
    const single = source.total === 1 || limit === 1;
    for (const [r, path] of paths.entries()) {
      outputs.push(openOutput(path, { single, notPictures: reasons[r] }));
    }
    for await (const { images: group, names } of source.groups) {
      run.signal?.throwIfAborted();
      const options = optionsFor(manifest, run.options ?? {}, images, frames, group.length);
      // Pictures may differ in size, as a video's frames may, and so may their results.
      const isUniform = group.every(
        ({ width, height }) => width === group[0]!.width && height === group[0]!.height,
      );
      const made = source.decoder && isUniform ? built(group, options) : built.runEach(group, options);
      for (const [r, { name }] of results.entries()) {
        const tensors = [name === '' ? made : (made as Readonly<Record<string, unknown>>)[name]].flat();
        let at = 0;
        for (const result of await toHost(tensors as Tensor[])) {
          if (sheet && r === 0) {
            for (const picture of picturesOf(result)) {
              await sheet.add(picture);
            }
          }
          await outputs[r]!.write(result, names.slice(at, at + result.shape[0]!));
          at += result.shape[0]!;
          written[r]! += result.shape[0]!;
        }
      }
      frames += group.length;
      run.onProgress?.({ done: frames, total: source.total });
    }
    const files = (await Promise.all(outputs.map(output => output.close()))).flat();
    if (sheet && run.sheet !== undefined && (await sheet.write(run.sheet)) > 0) {
      files.push(run.sheet);
    }
    const seconds = (performance.now() - started) / 1000;
    const { decoder } = source;
    return {
      frames,
      seconds,
      fps: frames / seconds,
      device: device.toString(),
      ...(decoder ? { decoder } : {}),
      files,
    };
  } catch (error) {
    const files = (await Promise.all(outputs.map(output => output.close()))).flat();
    if (files.length > 0) {
      run.onPartial?.({ frames: Math.min(...written), files });
    }
    throw error;
  } finally {
    source?.close();
    images?.dispose();
    device.dispose();
  }
};

/** The tensors on the host, all with a first axis of images. */
const toHost = async (tensors: readonly Tensor[]): Promise<HostTensor[]> => {
  try {
    const results = await Promise.all(tensors.map(tensor => tensor.toHost()));
    return results.map(({ data, dtype, shape, layout }) =>
      layout === 'HWC' || layout === 'CHW'
        ? { data, dtype, shape: [1, ...shape], layout: layout === 'HWC' ? 'NHWC' : 'NCHW' }
        : { data, dtype, shape, layout },
    );
  } finally {
    for (const tensor of tensors) {
      tensor.dispose();
    }
  }
};
