import type { Device } from '../device/device.js';
import { DeviceUnavailableError } from '../errors.js';
import type { HostImage } from '../files/framePlanes.js';
import type { VideoFile } from './container/videoFile.js';
import { engineDecoder, sessionsFor } from './decode/engines.js';
import { nvdecCapabilities } from './decode/nvdec.js';
import { NvdecSessions, nvdecDecoder, probeNvdec, type Surface } from './decode/nvdecDecoder.js';
import type { PictureDecoder } from './decode/pictureDecoder.js';
import { softwareDecoder } from './decode/softwareDecoder.js';
import { VideoError } from './videoError.js';
import type { VideoOptions } from './videoOptions.js';

/** A decoder for a video, and why it is that one. */
export type DecoderChoice = {
  readonly decoder: 'nvdec' | 'software';
  readonly reason: string;
  readonly engines: number;
  readonly make: PictureDecoder<HostImage | Surface>;
};

/**
 * The decoder for a video: the one that was asked for, or NVDEC where the device is a GPU that decodes it.
 * @throws {VideoError} If NVDEC was asked for and does not decode it.
 */
export const chooseDecoder = async (
  device: Device,
  file: VideoFile,
  options: VideoOptions,
): Promise<DecoderChoice> => {
  const { decoder = 'auto', engines = 1 } = options;
  const software = async (reason: string): Promise<DecoderChoice> => {
    if (engines !== 1 && engines !== 'auto') {
      throw new VideoError(
        'nvdecUnavailable',
        `${engines} engines need NVDEC, and the decoder is the software one: ${reason}`,
      );
    }
    return { decoder: 'software', reason, engines: 1, make: await softwareDecoder(file) };
  };
  if (decoder === 'software') {
    return software('asked for');
  }
  const pool = new NvdecSessions(device, file);
  try {
    await probeNvdec(pool);
  } catch (error) {
    if (error instanceof DeviceUnavailableError || !(error instanceof VideoError)) {
      pool.close();
    }
    // Damaged data is no reason against NVDEC: reading the frames will say so.
    if (error instanceof DeviceUnavailableError) {
      if (decoder === 'auto') {
        return software(error.message);
      }
      const { reason, message } = error;
      throw new VideoError(
        'nvdecUnavailable',
        `NVDEC cannot decode ${file.what}: ${message}. With decoder: 'auto' the CPU would decode it`,
        { cause: error, reason },
      );
    }
    if (!(error instanceof VideoError)) {
      throw error;
    }
  }
  const count = engines === 'auto' ? enginesOf(device, file.setup.codec) : engines;
  // Whoever names a number gets exactly that many decoders.
  const sessions = engines === 'auto' ? sessionsFor(count) : count;
  const reason = decoder === 'nvdec' ? 'asked for' : `${device.name} decodes it`;
  const budget = options.budget ?? (device.memory().free ?? 0) / 4;
  const make = count === 1 ? nvdecDecoder(pool) : engineDecoder(pool, { sessions, budget });
  return { decoder: 'nvdec', reason, engines: count, make };
};

/** How many engines decode that codec. */
const enginesOf = (device: Device, codec: string): number =>
  Math.max(
    1,
    ...nvdecCapabilities(device, codec)
      .filter(({ supported }) => supported)
      .map(found => found.engines),
  );
