import type { ManifestFormat } from '../../native/manifest.js';
import type { NativeMemory } from '../device/addon.js';
import { planeExtent } from '../device/formats.js';
import { ROW_ALIGNMENT } from '../device/image.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { guarded } from '../errors.js';
import type { ComingImage } from './packing.js';

/**
 * @internal The images between two kernels of one call, in one piece of the device's pool. `dispose()` gives it back in the
 * stream's order: after the work that was enqueued on it.
 */
export class Intermediate {
  readonly images: readonly BoundImage[];
  readonly #memory: NativeMemory;
  readonly #stream: Stream;

  constructor(stream: Stream, format: ManifestFormat, images: readonly ComingImage[]) {
    const { device } = stream;
    let bytes = 0;
    const placed = images.map(image =>
      format.planes.map(plane => {
        const { rowBytes, rows } = planeExtent(format, plane, image.width, image.height);
        const pitch = Math.ceil(rowBytes / ROW_ALIGNMENT) * ROW_ALIGNMENT;
        const offset = bytes;
        bytes += pitch * rows;
        return { offset, pitch };
      }),
    );
    const memory = stream._takeBetween(bytes);
    const start = Number(guarded(() => memory.pointer));
    this.#memory = memory;
    this.#stream = stream;
    this.images = images.map((image, n) => ({
      ...image,
      device,
      planes: placed[n]!.map(({ offset, pitch }) => ({ memory, address: start + offset, pitch })),
    }));
  }

  dispose(): void {
    this.#stream._giveBetween(this.#memory);
  }
}
