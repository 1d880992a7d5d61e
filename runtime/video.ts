import { type Device, openDevice } from './device.js';
import { requireInteger } from './dtype.js';
import { describe, expected } from './errors.js';
import { Image, ImageBatch, placeHostPlanes } from './image.js';
import type { ColourDescription } from './videoColour.js';
import { VideoError } from './videoError.js';
import {
  type DecodedFrame,
  type FrameRange,
  type FrameTiming,
  openVideoStream,
  type VideoStream,
} from './videoStream.js';

export { VideoError, type VideoErrorCode } from './videoError.js';
export type { FrameRange, FrameTiming } from './videoStream.js';

/** One picture of a video on a device: `nv12` for 4:2:0, `yuv444p` for 4:4:4. */
export class VideoFrame extends Image implements FrameTiming {
  /** Seconds, as the container has it. */
  readonly timestamp: number;
  /** Seconds; 0 where the container does not say. */
  readonly duration: number;
  /** The frame's place in the stretch, counted from 0 before `step` leaves some out. */
  readonly index: number;

  /** @internal */
  constructor(device: Device, decoded: DecodedFrame) {
    const { image, colour, timestamp, duration, index } = decoded;
    const { format, width, height } = image;
    super(device, { format, width, height, colour }, placeHostPlanes(device, image, device.stream));
    this.timestamp = timestamp;
    this.duration = duration;
    this.index = index;
  }
}

/** Consecutive frames of a video. */
export class VideoBatch extends ImageBatch {
  /** When each frame is shown, in seconds. */
  readonly timestamps: readonly number[];

  /** @internal */
  constructor(readonly frames: readonly VideoFrame[]) {
    super(frames);
    this.timestamps = frames.map(frame => frame.timestamp);
  }
}

/** How to open a video. */
export type VideoOptions = {
  /** Where the frames go; default: a device of the reader's own, as `openDevice()` gives it, which lives as long as it. */
  readonly device?: Device;
  /** `software`: on the CPU. `auto` (default): the best there is, which is `software` in this version. */
  readonly decoder?: 'auto' | 'software';
};

/** Which frames, and for how long they live. */
export type FrameOptions = FrameRange & {
  /**
   * By default a frame or batch is disposed of when the loop asks for the next one, or ends; work that was enqueued on it is
   * done all the same. With `keep` it lives until you dispose of it.
   */
  readonly keep?: boolean;
};

/**
 * Reads the frames of a video: MP4, MOV, Matroska, WebM or MPEG-TS with H.264, HEVC, VP8, VP9 or AV1 of 8 bits, 4:2:0 or
 * 4:4:4. Frames come in the order they are shown, in the size the stream says without the coder's padding, not rotated.
 *
 * ```ts
 * const video = await VideoReader.open('clip.mp4', { device });
 * for await (const frames of video.batches(16)) await preprocess(frames).toHost();
 * video.dispose();
 * ```
 */
export class VideoReader {
  readonly #stream: VideoStream;
  readonly #ownDevice: boolean;
  #disposed = false;
  /** What decodes. */
  readonly decoder = 'software';
  /** Why it is that decoder. */
  readonly decoderReason: string;

  private constructor(
    stream: VideoStream,
    /** Where the frames are. */
    readonly device: Device,
    options: VideoOptions,
  ) {
    this.#stream = stream;
    this.#ownDevice = options.device === undefined;
    this.decoderReason =
      options.decoder === 'software' ? 'asked for' : 'this version of cuweave decodes on the CPU only';
  }

  /**
   * Opens a video and reads its index; nothing is decoded yet.
   *
   * @param source The path of a file, or a whole file's bytes.
   * @throws {VideoError} Its `code` says what is wrong with the file.
   */
  static async open(source: string | Uint8Array, options: VideoOptions = {}): Promise<VideoReader> {
    if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
      throw expected('a path or the bytes of a video', 'source', describe(source));
    }
    const { decoder = 'auto' } = options;
    if (decoder !== 'auto' && decoder !== 'software') {
      throw expected("'auto' or 'software'", 'options.decoder', describe(decoder));
    }
    const stream = await openVideoStream(source);
    try {
      return new VideoReader(stream, options.device ?? openDevice(), options);
    } catch (error) {
      stream.close();
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
  /** When the last frame ends, in seconds, as the container says. */
  get duration(): number {
    return this.#stream.duration;
  }
  /** Frames per second; undefined where it varies. */
  get frameRate(): number | undefined {
    return this.#stream.frameRate;
  }
  /** `avc`, `hevc`, `vp8`, `vp9` or `av1`. */
  get codec(): string {
    return this.#stream.codec;
  }
  /** Degrees by which a player turns the frames clockwise. Frames are handed out unturned. */
  get rotation(): 0 | 90 | 180 | 270 {
    return this.#stream.rotation;
  }
  /**
   * What the container says of the colours. Where it says nothing: below 720 lines BT.601, else BT.709, limited range, and
   * `source` is `assumed`. A frame's own `colour` also knows what its bitstream says.
   */
  get colour(): ColourDescription {
    return this.#stream.colour;
  }

  /**
   * The frames, one by one; they are decoded as they are asked for, a few ahead.
   *
   * @param options.from First moment, in seconds, inclusive.
   * @param options.to Last moment, in seconds, exclusive.
   * @param options.step Every n-th frame of that stretch.
   * @throws {VideoError} Where the data is damaged or ends early, after the frames before it, and when the reader is
   *   disposed of in the middle.
   */
  async *frames(options: FrameOptions = {}): AsyncGenerator<VideoFrame, void, undefined> {
    for await (const decoded of this.#decode(options)) {
      const frame = new VideoFrame(this.device, decoded);
      try {
        yield frame;
      } finally {
        if (!options.keep) frame.dispose();
      }
    }
  }

  /**
   * The frames in groups of `size`; the last group may be smaller. Where the data is damaged, the frames before it that do
   * not fill a batch are lost.
   *
   * @param size Frames per batch, 1..65535.
   * @param options As for {@link frames}.
   */
  async *batches(size: number, options: FrameOptions = {}): AsyncGenerator<VideoBatch, void, undefined> {
    requireInteger(size, 1, 65535, 'size');
    let frames: VideoFrame[] = [];
    const take = (): VideoBatch => {
      const batch = new VideoBatch(frames);
      frames = [];
      return batch;
    };
    const lend = async function* (batch: VideoBatch): AsyncGenerator<VideoBatch, void, undefined> {
      try {
        yield batch;
      } finally {
        if (!options.keep) batch.dispose();
      }
    };
    try {
      for await (const decoded of this.#decode(options)) {
        frames.push(new VideoFrame(this.device, decoded));
        if (frames.length === size) yield* lend(take());
      }
      if (frames.length > 0) yield* lend(take());
    } finally {
      for (const frame of frames) frame.dispose();
    }
  }

  /** Closes the file and the decoder. An iteration in progress ends with a `VideoError`. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stream.close();
    if (this.#ownDevice) this.device.dispose();
  }
  /** The same as {@link dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  #decode(options: FrameOptions): AsyncGenerator<DecodedFrame, void, undefined> {
    if (this.#disposed)
      throw new VideoError('disposed', 'Expected an open VideoReader but it was disposed of');
    return this.#stream.decode(options);
  }
}
