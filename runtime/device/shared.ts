/** Memory of a GPU that other processes have open: when it is given back. */
import { guarded } from '../errors.js';
import { loadAddon, type NativeRing, type NativeRingSpec } from './addon.js';
import type { Device } from './device.js';

/** How often it is looked for consumers that have left. */
const LOOK_MILLISECONDS = 200;
let looking: NodeJS.Timeout | undefined;

/**
 * Makes a ring. CUDA's memory must not be freed while another process has it open, so that of a ring that was closed is looked after
 * until all have left.
 */
export const createShared = (device: Device, name: string, spec: NativeRingSpec): NativeRing => {
  const addon = loadAddon();
  const ring = guarded(() => addon.createRing(name, spec, device._native()));
  if (device.kind === 'cuda') {
    looking ??= setInterval(() => {
      if (addon.sweepRings() === 0) {
        clearInterval(looking);
        looking = undefined;
      }
    }, LOOK_MILLISECONDS).unref();
  }
  return ring;
};

/** Opens a ring that this process, or another one, made on the device. */
export const openShared = (device: Device, name: string): NativeRing =>
  guarded(() => loadAddon().openRing(name, device._native()));
