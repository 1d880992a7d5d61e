import type { NativeDecoder } from '../device/addon.js';
import { ownCall } from '../device/brand.js';
import { type Device, requireDevice } from '../device/device.js';
import { requireInteger } from '../device/dtype.js';
import { CuweaveError, DisposedError, describe, expected, guarded, guardedAsync } from '../errors.js';
import { requireKnown } from '../options.js';
import { CropReader } from './decode/cropping.js';
import { colourReader, refusal, surfaceOf } from './decode/nvdecDecoder.js';
import { bitstreamSetup } from './decode/parameterSets.js';
import { MOST_SURFACES } from './decode/surfaces.js';
import { VideoFrame } from './videoFrame.js';

/** The codecs of NVDEC. Which of them a GPU has, and at which depths, `nvdecCapabilities()` says. */
export const decoderCodecs = [
  'avc',
  'hevc',
  'vp8',
  'vp9',
  'av1',
  'mpeg1',
  'mpeg2',
  'mpeg4',
  'mjpeg',
] as const;
/** One of {@link decoderCodecs}. */
export type DecoderCodec = (typeof decoderCodecs)[number];

/** How to decode. */
export type VideoDecoderOptions = {
  /** A GPU with NVDEC. */
  readonly device: Device;
  /** `avc` is H.264. */
  readonly codec: DecoderCodec;
  /**
   * The container's codec description (avcC, hvcC, av1C), as WebCodecs has it; packets of H.264 and HEVC then hold lengths
   * before their NAL units. Default: packets are bitstreams with start codes (Annex B).
   */
  readonly description?: Uint8Array;
  /**
   * For live input: every packet is a whole picture (or field), and pictures come out as soon as they can. Default false: some
   * pictures later, which lets the engine work ahead.
   */
  readonly lowLatency?: boolean;
  /** How many frames you may hold at a time, 1..36; default 16. More of them: `frame.clone()`. */
  readonly held?: number;
};

const optionNames = ['device', 'codec', 'description', 'lowLatency', 'held'];

// Surfaces beyond those that are held, for the engine to go on with.
const spare = 4;
// Packets that may wait before push() does, and before it refuses, since nobody takes frames.
const mostQueued = 32;
const refused = 1024;

// NVDEC's parser orders pictures by the times of packets, which it counts in steps of 100 ns; positive ones here.
const origin = 2 ** 52;
const ticksOf = (seconds: number): number => origin + Math.round(seconds * 1e7);
const timeOf = (ticks: number): number => (ticks - origin) / 1e7;

/**
 * NVDEC without a container: packets go in, frames come out, in the order they are shown. For live input and for containers of
 * your own; for files there is `VideoReader`.
 *
 * ```ts
 * const decoder = new VideoDecoder({ device, codec: 'avc', lowLatency: true });
 * await decoder.push(packet, 0.04);
 * for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
 *   preprocess(frame);
 *   frame.dispose();
 * }
 * ```
 */
export class VideoDecoder {
  readonly #native: NativeDecoder;
  readonly #options: VideoDecoderOptions;
  readonly #bitstream: ReturnType<typeof bitstreamSetup>;
  readonly #held: number;
  readonly #colourOf = colourReader({});
  readonly #timestamps = new Map<number, number>();
  /** Packets are whole pictures. */
  readonly #whole: boolean;
  #crops: CropReader;
  #shown = 0;
  #fresh = true;
  #ready: VideoFrame[] = [];
  #disposed = false;

  /** @throws {DeviceUnavailableError} Without NVDEC; `reason` says why. */
  constructor(options: VideoDecoderOptions) {
    requireKnown(options, optionNames, 'options');
    const { device, codec, description, lowLatency = false, held = 16 } = options;
    if (!decoderCodecs.includes(codec)) {
      throw expected(`one of ${decoderCodecs.join(', ')}`, 'options.codec', describe(codec));
    }
    if (description !== undefined && !(description instanceof Uint8Array)) {
      throw expected('a Uint8Array', 'options.description', describe(description));
    }
    requireDevice(device, 'options.device');
    requireInteger(held, 1, MOST_SURFACES - spare, 'options.held');
    this.#options = options;
    this.#held = held;
    this.#bitstream = bitstreamSetup(codec, description);
    // A packet of VP8 always is a picture.
    this.#whole = codec === 'vp8' || lowLatency || this.#bitstream.lengthSize > 0;
    this.#crops = new CropReader(codec, this.#bitstream.header);
    this.#native = guarded(() =>
      device._native().createDecoder(codec, held + spare, this.#whole, lowLatency),
    );
  }

  /**
   * Gives a packet to the decoder; its bytes are copied. Resolves when there is room for another: await it, and take frames
   * meanwhile, so that they do not hold it up.
   *
   * @param packet A picture, or several; at most 512 MiB. Of H.264, HEVC and MPEG with start codes it may be any piece of the
   *   stream, unless `lowLatency` is set.
   * @throws {VideoError} `corrupt`, where the decoder refused what it had; `reset()` makes it usable again.
   * @param timestamp Seconds; the frame of this packet will have it.
   */
  async push(packet: Uint8Array, timestamp: number): Promise<void> {
    const native = this.#open();
    if (!(packet instanceof Uint8Array)) {
      throw expected('a Uint8Array', 'packet', describe(packet));
    }
    if (!(Math.abs(timestamp) <= 1e8)) {
      throw expected('seconds', 'timestamp', describe(timestamp));
    }
    const { lengthSize } = this.#bitstream;
    if (native.queued >= refused) {
      throw new CuweaveError(`${native.queued} packets wait already: take frames with next() or flush().`);
    }
    const tick = ticksOf(timestamp);
    this.#timestamps.set(tick, timestamp);
    if (this.#timestamps.size > refused) {
      // Packets without a picture of their own must not pile up.
      for (const oldest of this.#timestamps.keys()) {
        this.#timestamps.delete(oldest);
        break;
      }
    }
    if (this.#fresh) {
      this.#crops = new CropReader(this.#options.codec, this.#bitstream.header);
    }
    const window = this.#whole ? this.#crops.packet(packet, lengthSize) : this.#crops.piece(packet);
    const header = this.#fresh ? this.#bitstream.header : undefined;
    try {
      guarded(() => native.push(packet, tick, lengthSize, false, header, window));
    } catch (error) {
      throw refusal(error);
    }
    this.#fresh = false;
    if (native.queued >= mostQueued) {
      await guardedAsync(() => native.wait(mostQueued / 2));
    }
  }

  /**
   * The next frame that is ready; undefined: none, until more packets are given. It is yours: `dispose()` it, after which the
   * decoder has its surface back as soon as the work that reads it is done.
   *
   * @throws {VideoError} `corrupt`, where the decoder refuses the data; `reset()` makes it usable again.
   */
  async next(): Promise<VideoFrame | undefined> {
    const native = this.#open();
    for (;;) {
      // Asked before pictures are taken: otherwise the last packet's picture or error could come between the two.
      const idle = native.queued === 0;
      // Behind the end of a stream, which a caller of flush() did not wait for, the next one's frames may lie already.
      const ended = this.#ready.length === 0 && this.#take();
      if (this.#ready.length > 0) {
        return this.#ready.shift();
      }
      if (ended) {
        continue;
      }
      if (idle) {
        return undefined;
      }
      this.#checkHeld();
      await guardedAsync(() => native.wait(0));
    }
  }

  /** The stream is over, or begins anew with the next packet: the frames that the decoder still holds, in order. */
  async *flush(): AsyncGenerator<VideoFrame, void, undefined> {
    const native = this.#open();
    guarded(() => native.push(new Uint8Array(0), 0, 0, true, undefined));
    this.#fresh = true;
    for (;;) {
      const ended = this.#take();
      while (this.#ready.length > 0) {
        yield this.#ready.shift() as VideoFrame;
      }
      if (ended) {
        return;
      }
      this.#checkHeld();
      await guardedAsync(() => this.#open().wait());
    }
  }

  /** Forgets what is not decoded or not taken; the next packet begins a stream, with a key frame. */
  reset(): void {
    this.#open().reset();
    this.#drop();
    this.#timestamps.clear();
    this.#fresh = true;
  }

  /** Ends the decoder. Frames that were taken stay good until they are disposed of. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#drop();
    this.#native.dispose();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #open(): NativeDecoder {
    if (this.#disposed) {
      throw new DisposedError('The decoder is disposed.');
    }
    return this.#native;
  }

  #drop(): void {
    for (const frame of this.#ready.splice(0)) {
      frame.dispose();
    }
  }

  /** Moves what the decoder has to `#ready`; true at the end of the stream. */
  #take(): boolean {
    let ended = false;
    try {
      for (const native of guarded(() => this.#open().take(this.#held))) {
        if (native === null) {
          ended = true;
          continue;
        }
        const timestamp = this.#timestamps.get(native.id) ?? timeOf(native.id);
        const image = surfaceOf(native);
        const facts = { timestamp, duration: 0, index: this.#shown++, damaged: native.damaged };
        const colour = this.#colourOf(native.format);
        this.#ready.push(
          new VideoFrame(this.#options.device, { ...facts, image, colour }, image.planes, true, ownCall),
        );
      }
    } catch (error) {
      throw refusal(error);
    }
    return ended;
  }

  /** Waiting for a surface that only the caller can give back would be for ever. */
  #checkHeld(): void {
    const held = this.#native.held - this.#ready.length;
    if (held > this.#held) {
      throw new CuweaveError(
        `All surfaces of the decoder are in use: ${held} frames are not disposed of, and options.held is ` +
          `${this.#held}. Dispose of frames, clone() those to keep, or raise options.held.`,
      );
    }
  }
}
