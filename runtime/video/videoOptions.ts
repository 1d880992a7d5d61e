import { type Device, requireDevice } from '../device/device.js';
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import type { VideoLimits } from './limits.js';
import type { OnDamage } from './videoStream.js';

/** How to open a video. */
export type VideoOptions = {
  /** Where the frames go; default: a device of the reader's own, as `openDevice()` gives it, which lives as long as it. */
  readonly device?: Device;
  /**
   * `nvdec`: the GPU's video engine, or an error that says why not. `software`: FFmpeg on the CPU. `auto` (default): NVDEC
   * where the device is a GPU that decodes this video, else software; `reader.decoder` and `reader.decoderReason` say which
   * and why.
   */
  readonly decoder?: 'auto' | 'nvdec' | 'software';
  /**
   * How many of the chip's video engines decode this one file: it is cut at its key frames, and frames still come in order.
   * `auto`: all of them, kept busy by a third more decoders. Default 1: frames are then read where NVDEC left them, and nothing
   * is decoded that is not asked for.
   */
  readonly engines?: number | 'auto';
  /**
   * With several engines: bytes of frames decoded ahead, wherever they wait; default: a quarter of the device's free memory. One
   * frame, and one for each decoder, are decoded even beyond it.
   */
  readonly budget?: number;
  /** `error` (default): a damaged frame ends the iteration. `keep`: it comes with `frame.damaged` set. */
  readonly onDamage?: OnDamage;
  /**
   * Which of the file's video tracks, counted from 0 in its order; those of all programs of a transport stream. Default: the first that
   * is decoded here, and that players do not leave out.
   */
  readonly track?: number;
  /** How far a damaged or hostile file is followed. */
  readonly limits?: VideoLimits;
  /** Gives up opening: `open` rejects with the signal's reason, and what was opened is closed. */
  readonly signal?: AbortSignal;
};

/** How to wait for single frames. */
export type FrameAtOptions = {
  /** Gives up: the call rejects with the signal's reason, and frames that were found are disposed of. */
  readonly signal?: AbortSignal;
};

const optionNames = ['device', 'decoder', 'engines', 'budget', 'onDamage', 'track', 'limits', 'signal'];

/** Refuses options that a reader cannot be opened with. @throws {ArgumentError} Naming the option. */
export const checkOptions = (options: VideoOptions): void => {
  requireKnown(options, optionNames, 'options');
  const { decoder = 'auto', engines = 1, budget, onDamage = 'error' } = options;
  if (options.device !== undefined) {
    requireDevice(options.device, 'options.device');
  }
  if (!['auto', 'nvdec', 'software'].includes(decoder)) {
    throw expected("'auto', 'nvdec' or 'software'", 'options.decoder', describe(decoder));
  }
  if (engines !== 'auto' && !(Number.isInteger(engines) && engines >= 1 && engines <= 64)) {
    throw expected("a whole number of 1 to 64, or 'auto'", 'options.engines', describe(engines));
  }
  if (budget !== undefined && !(typeof budget === 'number' && budget >= 0)) {
    throw expected('a number of bytes', 'options.budget', describe(budget));
  }
  if (onDamage !== 'error' && onDamage !== 'keep') {
    throw expected("'error' or 'keep'", 'options.onDamage', describe(onDamage));
  }
};
