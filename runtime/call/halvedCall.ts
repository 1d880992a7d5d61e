import type { ManifestStep } from '../../native/manifest.js';
import { resamplingCost } from '../../native/resamplingCost.js';
import type { Device } from '../device/device.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { OutOfMemoryError } from '../errors.js';
import type { Beside } from './beside.js';
import { Intermediate } from './intermediate.js';
import { type FilledCall, KernelCall } from './kernelCall.js';
import { type ComingImage, type Filled, withColours } from './packing.js';

type Origin = ConstructorParameters<typeof KernelCall>[0];
type Size = { readonly width: number; readonly height: number };

/** A step done by two kernels, along the rows and then down, where a call is cheaper so than by one. */
export class HalvedCall {
  readonly #across: KernelCall;
  readonly #down: KernelCall;
  readonly #radius: number;

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
   * Fills in the arguments of both kernels.
   * @param whole What the one kernel makes of the same images.
   * @returns The two calls, if they are cheaper than the one.
   */
  fill(
    device: Device,
    images: readonly ComingImage[],
    options: Readonly<Record<string, unknown>>,
    beside: Beside,
    whole: Filled,
  ): FilledHalves | undefined {
    const across = this.#across.fill(device, images, options, beside);
    const { sizes } = across.filled;
    if (!twoPassesAreCheaper(sizes, whole.sizes, whole.covered, this.#radius)) {
      return undefined;
    }
    const between = withColours(across.filled, images);
    return new FilledHalves(across, this.#down.fill(device, between, options, beside), between);
  }
}

/** One call of two kernels, whose arguments are filled in, with an image between them. */
export class FilledHalves {
  constructor(
    readonly across: FilledCall,
    readonly down: FilledCall,
    readonly between: readonly ComingImage[],
  ) {}

  /** Enqueues both kernels, unless there is no room for the image between them. @returns Whether it did. */
  launch(
    inputs: readonly BoundImage[],
    outputs: readonly (readonly BoundImage[])[],
    beside: Beside,
    stream: Stream,
  ): boolean {
    const between = this.#intermediate(stream);
    if (!between) {
      return false;
    }
    try {
      this.across.launch(inputs, [between.images], beside, stream);
      this.down.launch(between.images, outputs, beside, stream);
    } finally {
      between.dispose();
    }
    return true;
  }

  #intermediate(stream: Stream): Intermediate | undefined {
    try {
      return new Intermediate(stream, this.across.call.kernel.sinks[0]!, this.between);
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
    const cost = resamplingCost(between[n]!, outputs[n]!, covered[n]!, radius);
    one += cost.one;
    two += cost.two;
  }
  return two < one;
};
