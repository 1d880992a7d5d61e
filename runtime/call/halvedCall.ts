import type { ManifestStep } from '../../native/manifest.js';
import { resamplingCost } from '../../native/resamplingCost.js';
import type { Device } from '../device/device.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { OutOfMemoryError } from '../errors.js';
import type { Beside } from './beside.js';
import { Intermediate } from './intermediate.js';
import { KernelCall } from './kernelCall.js';
import type { ComingImage, Packing } from './packing.js';

type Origin = ConstructorParameters<typeof KernelCall>[0];
type Size = { readonly width: number; readonly height: number };

/** A step done by two kernels, along the rows and then down, where a call is cheaper so than by one. */
export class HalvedCall {
  readonly #across: KernelCall;
  readonly #down: KernelCall;
  readonly #radius: number;
  /** What the first of them writes, for the images that the packings are filled for. */
  #between: readonly ComingImage[] | undefined;

  constructor(origin: Origin, { kernels: [across, down], radius }: NonNullable<ManifestStep['halves']>) {
    this.#across = new KernelCall(origin, across);
    this.#down = new KernelCall(origin, down);
    this.#radius = radius;
  }

  load(device: Device): void {
    this.#across.load(device);
    this.#down.load(device);
  }

  /**
   * Fills in the arguments of both kernels, if they are cheaper than the one.
   * @param whole That of the one kernel, filled for the same images.
   */
  fill(
    images: readonly ComingImage[],
    options: Readonly<Record<string, unknown>>,
    beside: Beside,
    whole: Packing,
    sizes: readonly Size[],
  ): void {
    const between = this.#across.packing.fill(images, options, beside);
    const isCheaper = twoPassesAreCheaper(between, sizes, whole.covered, this.#radius);
    this.#between = isCheaper ? between.map((size, n) => ({ ...size, colour: images[n].colour })) : undefined;
    if (this.#between) {
      this.#down.packing.fill(this.#between, options, beside);
    }
  }

  /** Enqueues both kernels, unless the one is cheaper or there is no room for the image between them. @returns Whether it did. */
  launch(
    inputs: readonly BoundImage[],
    outputs: readonly (readonly BoundImage[])[],
    beside: Beside,
    stream: Stream,
  ): boolean {
    const between = this.#between && this.#intermediate(stream, this.#between);
    if (!between) {
      return false;
    }
    try {
      this.#across.launch(inputs, [between.images], beside, stream);
      this.#down.launch(between.images, outputs, beside, stream);
    } finally {
      between.dispose();
    }
    return true;
  }

  #intermediate(stream: Stream, images: readonly ComingImage[]): Intermediate | undefined {
    try {
      return new Intermediate(stream, this.#across.kernel.sinks[0], images);
    } catch (error) {
      // One kernel needs no such image, and gives the same bits.
      if (error instanceof OutOfMemoryError) {
        return undefined;
      }
      throw error;
    }
  }
}

const twoPassesAreCheaper = (
  between: readonly Size[],
  outputs: readonly Size[],
  covered: readonly (readonly [number, number])[],
  radius: number,
): boolean => {
  let one = 0;
  let two = 0;
  for (let n = 0; n < outputs.length; n++) {
    const cost = resamplingCost(between[n], outputs[n], covered[n], radius);
    one += cost.one;
    two += cost.two;
  }
  return two < one;
};
