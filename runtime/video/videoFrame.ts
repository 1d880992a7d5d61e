import type { Orientation } from '../../ops/spec.js';
import { ownCall } from '../device/brand.js';
import type { Device } from '../device/device.js';
import { copyPlanes, Image, ImageBatch, placeDecodedPlanes } from '../device/image.js';
import type { PlacedPlane } from '../device/placed.js';
import { type Stream, streamOf } from '../device/stream.js';
import type { ColourDescription } from '../device/videoColour.js';
import type { HostImage } from '../files/framePlanes.js';
import type { Surface } from './decode/nvdecDecoder.js';
import type { DecodedFrame, FrameTiming } from './videoStream.js';

type Facts = FrameTiming & {
  readonly damaged: boolean;
  readonly colour: ColourDescription;
  readonly orientation?: Orientation | undefined;
  readonly image: { readonly format: string; readonly width: number; readonly height: number };
};

/** One picture of a video on a device: `nv12` or `p010` for 4:2:0, `yuv444p` for 4:4:4. */
export class VideoFrame extends Image implements FrameTiming {
  /** Seconds, as the container has it. */
  readonly timestamp: number;
  /** Seconds; 0 where the container does not say. */
  readonly duration: number;
  /**
   * The frame's place in the video's list of frames, from 0, whatever stretch of it is read: `frameAt({ index })` gives the same frame.
   * Of a `VideoDecoder`, which has no list, how many frames it gave before.
   */
  readonly index: number;
  /** Parts of it are made up by the decoder, since its data was damaged. Only with `onDamage: 'keep'`. */
  readonly damaged: boolean;

  /** @internal Whether its memory is soon another picture's. */
  override readonly _passes: boolean;

  /** @internal @param passes Whether its memory is the decoder's, or goes with the loop. */
  constructor(
    device: Device,
    facts: Facts,
    placed: readonly PlacedPlane[],
    passes: boolean,
    own: typeof ownCall,
  ) {
    const { format, width, height } = facts.image;
    const { colour, orientation } = facts;
    super(device, { format, width, height, colour, ...(orientation ? { orientation } : {}) }, placed, own);
    this.timestamp = facts.timestamp;
    this.duration = facts.duration;
    this.index = facts.index;
    this.damaged = facts.damaged;
    this._passes = passes;
    Object.freeze(this);
  }

  /** A copy in memory of its own, which may be kept beyond the loop; `dispose()` it. */
  override clone(options: { readonly stream?: Stream } = {}): VideoFrame {
    const { device, timestamp, duration, index, damaged } = this;
    const { format, width, height, colour, orientation } = this;
    const image = { format, width, height };
    return new VideoFrame(
      device,
      { timestamp, duration, index, damaged, image, orientation, colour: colour as ColourDescription },
      copyPlanes(device, image, this._placed(), streamOf(options, device)),
      false,
      ownCall,
    );
  }
}

/**
 * Puts what a decoder gave on the device, where it is not there yet.
 *
 * @param passes As for the frame.
 */
export const toVideoFrame = (
  device: Device,
  decoded: DecodedFrame<HostImage | Surface>,
  passes: boolean,
): VideoFrame => {
  const { image } = decoded;
  return new VideoFrame(
    device,
    decoded,
    'bytes' in image ? image.planes : placeDecodedPlanes(device, image),
    passes,
    ownCall,
  );
};

/** Frames of a video, in the order they were asked for. */
export class VideoBatch extends ImageBatch {
  /** When each frame is shown, in seconds. */
  readonly timestamps: readonly number[];
  /** The `index` of each frame. */
  readonly indices: readonly number[];

  /** @internal */
  constructor(readonly frames: readonly VideoFrame[]) {
    super(frames);
    this.timestamps = frames.map(frame => frame.timestamp);
    this.indices = frames.map(frame => frame.index);
  }
}
