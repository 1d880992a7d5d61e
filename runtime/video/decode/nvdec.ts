import { type DecoderCapability, loadAddon, type NvdecStatus } from '../../device/addon.js';
import { type Device, requireDevice } from '../../device/device.js';
import { guarded } from '../../errors.js';

/** Whether NVDEC, the GPU's video decoder, can be used here, or the reason why not. Opens no device. */
export const nvdecStatus = (): NvdecStatus => guarded(() => loadAddon().nvdecStatus());

/**
 * What the GPU's NVDEC decodes: one entry per codec, chroma format and bit depth.
 * @param codec Only of this one, such as `hevc`.
 * @throws {DeviceUnavailableError} Without NVDEC; `reason` says why.
 */
export const nvdecCapabilities = (device: Device, codec?: string): readonly DecoderCapability[] =>
  guarded(() => requireDevice(device)._native().decoderCapabilities(codec));
