import { abortable, requireSignal, until } from '../abort.js';
import { type Device, openDevice } from '../device/device.js';
import { requireInteger } from '../device/dtype.js';
import type { ColourDescription } from '../device/videoColour.js';
import { describe, expected } from '../errors.js';
import type { HostImage } from '../files/framePlanes.js';
import { guardClasses, requireKnown } from '../options.js';
import { chooseDecoder, type DecoderChoice } from './chooseDecoder.js';
import type { FrameIndex } from './container/frameIndex.js';
import { openVideoFile, type VideoFile } from './container/videoFile.js';
import { copySurface } from './decode/engines.js';
import type { Surface } from './decode/nvdecDecoder.js';
import { MOST_HELD } from './decode/surfaces.js';
import { beyondLimit, limitsOf, type VideoLimits } from './limits.js';
import { endOf, type FrameAddress, frameNumber } from './sampling/address.js';
import { chosenFrames } from './sampling/moments.js';
import { checkRange, type FrameOptions, type Way, wayOf } from './sampling/options.js';
import { changesOf, type SceneChange, type SceneOptions, thresholdOf } from './sampling/sceneChanges.js';
import { VideoError } from './videoError.js';
import { toVideoFrame, VideoBatch, type VideoFrame } from './videoFrame.js';
import { checkOptions, type FrameAtOptions, type VideoOptions } from './videoOptions.js';
import { type DecodedFrame, type VideoStream, videoStream } from './videoStream.js';
import type { VideoWarning } from './videoWarning.js';

/** Single frames are copied one by one. */
const single = { held: 1, keysOnly: false, toEnd: false };

/** A frame as often as it is shown, each of them to be disposed of. */
function* repeated(frame: VideoFrame, times = 1): Generator<VideoFrame, void, undefined> {
  let held: VideoFrame | undefined = frame;
  try {
    for (let left = times; left > 1; left--) {
      yield frame.clone();
    }
    held = undefined;
    yield frame;
  } finally {
    held?.dispose();
  }
}

/**
 * Reads the frames of a video: MP4, MOV, Matroska, WebM or MPEG-TS with H.264, HEVC, VP8, VP9 or AV1, decoded by the GPU's
 * video engine (NVDEC) where there is one, else on the CPU. Frames come in the order they are shown, in the size the stream
 * says without the coder's padding, not turned: `orient()` in a pipeline puts them upright.
 *
 * ```ts
 * const video = await VideoReader.open('clip.mp4', { device });
 * for await (const frames of video.batches(16)) await preprocess(frames).toHost();
 * video.dispose();
 * ```
 */
export class VideoReader {
  readonly #stream: VideoStream<HostImage | Surface>;
  readonly #ownDevice: boolean;
  readonly #limits: Required<VideoLimits>;
  #disposed = false;
  /** What decodes. */
  readonly decoder: 'nvdec' | 'software';
  /** Why it is that decoder. */
  readonly decoderReason: string;
  /** How many of the chip's engines decode. */
  readonly engines: number;

  private constructor(
    file: VideoFile,
    choice: DecoderChoice,
    /** Where the frames are. */
    readonly device: Device,
    options: VideoOptions,
  ) {
    this.#stream = videoStream(file, choice.make, options.onDamage);
    this.#limits = limitsOf(options.limits);
    this.#ownDevice = options.device === undefined;
    this.decoder = choice.decoder;
    this.decoderReason = choice.reason;
    this.engines = choice.engines;
  }

  /**
   * Opens a video and reads its index. With NVDEC its first frame is decoded, to know whether this GPU can.
   *
   * @param source The path of a file, or a whole file's bytes.
   * @throws {VideoError} Its `code` says what is wrong with the file, or why there is no such decoder.
   */
  static async open(source: string | Uint8Array, options: VideoOptions = {}): Promise<VideoReader> {
    if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
      throw expected('a path or the bytes of a video', 'source', describe(source));
    }
    checkOptions(options);
    requireSignal(options.signal);
    return abortable(VideoReader.#open(source, options), options.signal, reader => reader.dispose());
  }

  static async #open(source: string | Uint8Array, options: VideoOptions): Promise<VideoReader> {
    const { limits, track } = options;
    const file = await openVideoFile(source, {
      ...(limits ? { limits } : {}),
      ...(track === undefined ? {} : { track }),
    });
    let device = options.device;
    try {
      const { width, height } = file.setup;
      const { pixels } = limitsOf(limits);
      if (width * height > pixels) {
        throw beyondLimit(file.what, 'pixels', pixels, `${width}×${height}`);
      }
      device ??= openDevice();
      return new VideoReader(file, await chooseDecoder(device, file, options), device, options);
    } catch (error) {
      file.close();
      if (!options.device) {
        device?.dispose();
      }
      throw error;
    }
  }

  /** In pixels, before rotation. */
  get width(): number {
    return this.#stream.width;
  }
  /** In pixels, before rotation. */
  get height(): number {
    return this.#stream.height;
  }
  /**
   * When the last frame ends, in seconds. In a transport stream, whose clock begins anywhere, it counts from the first frame.
   */
  get duration(): number {
    return this.#stream.duration;
  }
  /** Frames per second; undefined where it varies. */
  get frameRate(): number | undefined {
    return this.#stream.frameRate;
  }
  /**
   * How many frames it has: those that are shown. Undefined while that is not known; `frameCountReason` says why, and
   * `timestamps()` makes it known, unless the file is damaged.
   */
  get frameCount(): number | undefined {
    const listed = this.#stream.listed();
    return listed?.error ? undefined : listed?.timestamps.length;
  }
  /** Why `frameCount` is not known; undefined where it is. */
  get frameCountReason(): string | undefined {
    const listed = this.#stream.listed();
    if (!listed) {
      return 'the file has not been read to its end: timestamps() does that';
    }
    return listed.error?.message;
  }
  /**
   * When each frame is shown, in seconds, in the order of showing: the list whose places `index` counts. The first call may read the
   * whole file, and decode it where frames have the same time. A file that is damaged, or cut off, has its frames up to there.
   *
   * @throws {VideoError} `limit`, `unreadable` or `disposed`.
   */
  async timestamps(): Promise<Float64Array> {
    this.#requireOpen();
    return (await this.#stream.index()).timestamps.slice();
  }
  /** What is worth a word about this video, though it can be read: mostly nothing. It may grow while frames are read. */
  get warnings(): readonly VideoWarning[] {
    return this.#stream.warnings;
  }
  /** `avc`, `hevc`, `vp8`, `vp9` or `av1`. */
  get codec(): string {
    return this.#stream.codec;
  }
  /**
   * Degrees by which a player turns the frames clockwise. Frames are handed out unturned, and say the same in `frame.orientation`:
   * a pipeline puts them upright by `orient()`.
   */
  get rotation(): 0 | 90 | 180 | 270 {
    return this.#stream.orientation.rotation;
  }
  /** Whether a player then mirrors them, so that left and right change places; by `orient()`, too. */
  get flip(): boolean {
    return this.#stream.orientation.flip === true;
  }
  /**
   * The container's description of the colours. Where it has none: below 720 lines BT.601, else BT.709, limited range, and
   * `source` is `assumed`. A frame's own `colour` also knows what its bitstream says.
   */
  get colour(): ColourDescription {
    return this.#stream.colour;
  }

  /**
   * The frames, one by one; they are decoded as they are asked for, a few ahead. With `every`, `fps`, `times`, `indices`, `count` or
   * `keyFrames` only chosen ones, in the order of showing: nothing is decoded twice, nor what none of them needs. One that is shown at several of the
   * moments comes as often.
   *
   * @param options.from First moment, in seconds, inclusive; not before 0, or the first frame where that is earlier.
   * @param options.to Last moment, in seconds, exclusive; not before `from`.
   * @param options.step Every n-th frame of that stretch.
   * @throws {ArgumentError} If an option does not fit, or a time or index that it names has no frame.
   * @throws {VideoError} Where the data is damaged or ends early, after the frames before it, and when the reader is
   *   disposed of in the middle.
   */
  async *frames(options: FrameOptions = {}): AsyncGenerator<VideoFrame, void, undefined> {
    const { keep = false } = options;
    for await (const decoded of await this.#decode(options, 1)) {
      for (const frame of repeated(this.#place(decoded, keep), decoded.times)) {
        try {
          yield frame;
        } finally {
          if (!keep) {
            frame.dispose();
          }
        }
      }
    }
  }

  /**
   * The frames in groups of `size`; the last group may be smaller, be it the end or the place where the data is damaged or cut off: the
   * error comes after it. A frame that is shown at several of the moments is several times in its batch, as the same object.
   *
   * @param size Frames per batch, 1..65535.
   * @param options As for {@link frames}.
   */
  async *batches(size: number, options: FrameOptions = {}): AsyncGenerator<VideoBatch, void, undefined> {
    requireInteger(size, 1, 65535, 'size');
    this.#requireFew(size);
    let frames: VideoFrame[] = [];
    // The frame behind the batch that is lent, where it is the batch's last one again.
    let again: VideoFrame | undefined;
    const take = (): VideoBatch => {
      const batch = new VideoBatch(frames);
      frames = [];
      return batch;
    };
    const lend = async function* (batch: VideoBatch): AsyncGenerator<VideoBatch, void, undefined> {
      try {
        yield batch;
      } finally {
        if (!options.keep) {
          batch.dispose();
        }
      }
    };
    try {
      for await (const decoded of await this.#decode(options, size)) {
        let frame = this.#place(decoded, options.keep === true, size > MOST_HELD);
        for (let left = decoded.times ?? 1; left > 0; left--) {
          frames.push(frame);
          if (frames.length === size) {
            again = left > 1 ? frame.clone() : undefined;
            yield* lend(take());
            frame = again ?? frame;
            again = undefined;
          }
        }
      }
      if (frames.length > 0) {
        yield* lend(take());
      }
    } catch (error) {
      const isAtDamage = error instanceof VideoError && ['corrupt', 'truncated'].includes(error.code);
      if (isAtDamage && frames.length > 0) {
        yield* lend(take());
      }
      throw error;
    } finally {
      again?.dispose();
      for (const frame of frames) {
        frame.dispose();
      }
    }
  }

  /**
   * One frame, exact to the frame: that with a number in the order of showing, from 0, or the one that is shown at a moment,
   * in seconds. It is yours: `dispose()` it.
   *
   * @throws {ArgumentError} If the video has no such frame.
   */
  async frameAt(address: FrameAddress, options: FrameAtOptions = {}): Promise<VideoFrame> {
    const { frames } = await this.#framesAt([address], () => 'address', options);
    const [frame] = frames;
    if (frame === undefined) {
      throw new TypeError('a batch without its frame');
    }
    return frame;
  }

  /**
   * The frames at these places, in this order; a place may be named twice. Frames that lie together are decoded together.
   * The batch is yours: `dispose()` it. Each frame's `index` is its number in the video.
   *
   * @throws {ArgumentError} If the video has no such frame.
   * @throws {VideoError} `limit`, if they are more than `limits.frames` allows.
   */
  async framesAt(addresses: readonly FrameAddress[], options: FrameAtOptions = {}): Promise<VideoBatch> {
    if (!Array.isArray(addresses) || addresses.length === 0) {
      throw expected('at least one { index } or { time }', 'addresses', describe(addresses));
    }
    return this.#framesAt(addresses, n => `addresses[${n}]`, options);
  }

  async #framesAt(
    addresses: readonly FrameAddress[],
    path: (n: number) => string,
    options: FrameAtOptions,
  ): Promise<VideoBatch> {
    requireKnown(options, ['signal'], 'options');
    const { signal } = options;
    requireSignal(signal);
    return abortable(this.#findAll(addresses, path, signal), signal, batch => batch.dispose());
  }

  async #findAll(
    addresses: readonly FrameAddress[],
    path: (n: number) => string,
    signal: AbortSignal | undefined,
  ): Promise<VideoBatch> {
    this.#requireOpen();
    const list = await this.#stream.index();
    const wanted = addresses.map((address, n) => frameNumber(address, list, path(n)));
    const numbers = [...new Set(wanted)].sort((a, b) => a - b);
    this.#requireFew(numbers.length);
    const found = new Map<number, VideoFrame>();
    const chosen = numbers.map(index => ({ index, times: 1 }));
    try {
      for await (const frame of this.#stream.decodeChosen(chosen, single)) {
        found.set(frame.index, this.#place(frame, true));
        signal?.throwIfAborted();
      }
    } catch (error) {
      for (const frame of found.values()) {
        frame.dispose();
      }
      throw error;
    }
    return new VideoBatch(wanted.map(n => found.get(n) as VideoFrame));
  }

  /**
   * The frames that begin a scene, found by decoding all frames of the stretch; of each a few rows of luma come to the host.
   *
   * ```ts
   * for await (const { index, timestamp } of video.sceneChanges()) console.log(index, timestamp);
   * ```
   *
   * @throws {ArgumentError} If an option does not fit.
   * @throws {VideoError} As of {@link frames}.
   */
  async *sceneChanges(options: SceneOptions = {}): AsyncGenerator<SceneChange, void, undefined> {
    const threshold = thresholdOf(options);
    const { threshold: _, ...range } = options;
    yield* changesOf(this.frames(range), threshold, options.signal);
  }

  /** Closes the file and the decoder. An iteration in progress ends with a `VideoError`. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#stream.close();
    if (this.#ownDevice) {
      this.device.dispose();
    }
  }
  /** The same as {@link dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  async #decode(
    options: FrameOptions,
    held: number,
  ): Promise<AsyncGenerator<DecodedFrame<HostImage | Surface>, void, undefined>> {
    this.#requireOpen();
    const way = wayOf(options);
    await checkRange(options, this.#stream.index);
    const { signal, from, to, step } = options;
    requireSignal(signal);
    const frames =
      way === undefined
        ? this.#stream.decode({ from, to, step }, { held })
        : this.#decodeChosen(way, options, held, await this.#stream.index());
    return until(frames, signal, late => this.#place(late, false).dispose());
  }

  #decodeChosen(
    way: Way,
    options: FrameOptions,
    held: number,
    list: FrameIndex,
  ): AsyncGenerator<DecodedFrame<HostImage | Surface>, void, undefined> {
    const { to = Number.POSITIVE_INFINITY } = options;
    return this.#stream.decodeChosen(chosenFrames(way, options, list), {
      held,
      keysOnly: way === 'keyFrames',
      toEnd: way !== 'times' && way !== 'indices' && to > endOf(list),
    });
  }

  #requireFew(frames: number): void {
    if (frames > this.#limits.frames) {
      throw new VideoError(
        'limit',
        `${frames} frames at a time are asked for, and options.limits.frames allows ${this.#limits.frames}`,
      );
    }
  }

  /**
   * @param kept It lives until the caller disposes of it, and not only as long as the loop's body.
   * @param crowded More frames live at once than the decoder has surfaces for.
   */
  #place(decoded: DecodedFrame<HostImage | Surface>, kept: boolean, crowded = false): VideoFrame {
    const { image } = decoded;
    const inSurface = 'bytes' in image && !image.own;
    const placed =
      (kept || crowded) && inSurface
        ? { ...decoded, image: copySurface(this.device, image, this.device.stream, kept) }
        : decoded;
    // What goes with the loop is given back soon: the collector need not know.
    if (kept && 'bytes' in image && image.own) {
      // Its planes share one memory.
      image.planes[0].memory.report();
    }
    return toVideoFrame(this.device, placed, !kept);
  }

  #requireOpen(): void {
    if (this.#disposed) {
      throw new VideoError('disposed', 'The VideoReader was disposed of');
    }
  }
}

guardClasses(VideoReader);
