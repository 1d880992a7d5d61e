import type { Manifest, ManifestKernel, ManifestPair } from '../../native/manifest.js';
import type { NativePipeline } from '../device/addon.js';
import type { Device } from '../device/device.js';
import { launchError, loadKernel, loadPair, requireDevice } from '../device/library.js';
import type { BoundImage } from '../device/placed.js';
import { capturingStream, type Stream } from '../device/stream.js';
import type { Beside } from './beside.js';
import { type ComingImage, type Filled, Packing, type ScaleFunction, type SizeFunction } from './packing.js';

/** Where a kernel comes from. */
type Origin = {
  readonly directory: URL | string;
  readonly manifest: Manifest;
  /** The pipeline's name, for messages. */
  readonly name: string;
  readonly sizes: Readonly<Record<string, SizeFunction>>;
  readonly scales?: Readonly<Record<string, ScaleFunction>> | undefined;
};

/** The memories of a call, by their handles; kept from call to call, so that a call allocates nothing here. */
class Handles {
  values = new Float64Array(16);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(images: readonly BoundImage[]): void {
    // Planes of one image, and mostly images of one batch, share their memory; naming one twice does no harm.
    let last = -1;
    for (const { planes } of images) {
      for (const { memory } of planes) {
        if (memory.handle === last) {
          continue;
        }
        last = memory.handle;
        if (this.count === this.values.length) {
          this.#grow();
        }
        this.values[this.count++] = last;
      }
    }
  }

  /** Those of images beside the source that a kernel's operators read. */
  addBeside({ images }: ManifestKernel, beside: Beside): void {
    for (const { open } of images ?? []) {
      this.add(beside.get(open) ?? []);
    }
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.values.length);
    larger.set(this.values);
    this.values = larger;
  }
}

/** Those of the call that is being enqueued: enqueueing waits for nothing, so there is one at a time. */
const handles = new Handles();

/** One kernel: its argument block, kept from call to call, and its functions in the library. `fill` gives what can be launched. */
export class KernelCall {
  readonly #packing: Packing;
  #native: NativePipeline | undefined;

  constructor(
    readonly origin: Origin,
    readonly kernel: ManifestKernel,
  ) {
    this.#packing = new Packing(kernel, origin.sizes, origin.scales);
  }

  /** Finds the kernel in the library, once, and refuses a device for which there is no code. */
  load(device: Device): NativePipeline {
    const { directory, manifest, name } = this.origin;
    this.#native ??= loadKernel(directory, manifest, this.kernel);
    requireDevice(device, this.#native, name);
    return this.#native;
  }

  /**
   * Checks the options and fills in the arguments of one call, but for the planes.
   * @param images What enters the kernel.
   * @param beside The images that its operators read.
   * @returns The call, to be launched before the kernel is filled again.
   */
  fill(
    device: Device,
    images: readonly ComingImage[],
    options: Readonly<Record<string, unknown>>,
    beside: Beside,
  ): FilledCall {
    const native = this.load(device);
    return new FilledCall(this, native, this.#packing, this.#packing.fill(images, options, beside));
  }
}

/** One call of a kernel whose arguments are filled in. */
export class FilledCall {
  constructor(
    readonly call: KernelCall,
    readonly native: NativePipeline,
    readonly packing: Packing,
    readonly filled: Filled,
  ) {}

  /**
   * Enqueues the kernel.
   * @param outputs An image for each sink and each of the inputs.
   * @param beside The images that its operators read.
   * @param measured What images came to, for each of the kernel's measures.
   */
  launch(
    inputs: readonly BoundImage[],
    outputs: readonly (readonly BoundImage[])[],
    beside: Beside,
    stream: Stream,
    measured: readonly (readonly BoundImage[])[] = [],
  ): void {
    const { packing } = this;
    const { kernel, origin } = this.call;
    packing.fillPlanes(inputs, outputs, beside);
    packing.fillMeasures(measured);
    const { handle } = this.native;
    handles.clear();
    handles.add(inputs);
    for (let m = 0; m < measured.length; m++) {
      handles.add(measured[m]!);
    }
    handles.addBeside(kernel, beside);
    const reads = handles.count;
    for (let s = 0; s < outputs.length; s++) {
      handles.add(outputs[s]!);
    }
    try {
      stream._launch(handle, packing.block, inputs.length, handles.values, reads, handles.count);
    } catch (error) {
      throw launchError(error, origin.manifest, origin.name, inputs.length, stream.device);
    }
    if (capturingStream()) {
      keepForGraph(stream, inputs, [...outputs, ...measured], beside);
    }
  }
}

/** Two kernels that read the same, enqueued as one. Only a GPU has them. */
export class PairCall {
  #native: NativePipeline | undefined;

  constructor(
    readonly pair: ManifestPair,
    readonly calls: readonly [KernelCall, KernelCall],
  ) {}

  /** Whether a call of this number of images takes it. */
  serves(device: Device, images: number): boolean {
    return device.kind === 'cuda' && images <= this.pair.images;
  }

  /** Finds the function in the library, once; both kernels are there. */
  load(device: Device): void {
    if (device.kind !== 'cuda' || this.#native) {
      return;
    }
    const [first, second] = this.calls;
    const { directory, manifest } = first.origin;
    this.#native = loadPair(directory, manifest, this.pair.name, [first.load(device), second.load(device)]);
  }

  /** Like {@link FilledCall.launch}, with the outputs of each of the two, which are filled for the same images. */
  launch(
    filled: readonly [FilledCall, FilledCall],
    inputs: readonly BoundImage[],
    outputs: readonly [readonly (readonly BoundImage[])[], readonly (readonly BoundImage[])[]],
    beside: Beside,
    stream: Stream,
  ): void {
    const { handle } = this.#native as NativePipeline;
    handles.clear();
    handles.add(inputs);
    for (let n = 0; n < filled.length; n++) {
      filled[n]!.packing.fillPlanes(inputs, outputs[n]!, beside);
      handles.addBeside(filled[n]!.call.kernel, beside);
    }
    const reads = handles.count;
    for (const written of outputs) {
      for (const images of written) {
        handles.add(images);
      }
    }
    const [{ call, packing }, { packing: second }] = filled;
    const { origin } = call;
    const count = inputs.length;
    try {
      stream._launch(handle, packing.block, count, handles.values, reads, handles.count, second.block);
    } catch (error) {
      throw launchError(error, origin.manifest, origin.name, count, stream.device);
    }
    if (capturingStream()) {
      keepForGraph(stream, inputs, outputs.flat(), beside);
    }
  }
}

const keepForGraph = (
  stream: Stream,
  inputs: readonly BoundImage[],
  outputs: readonly (readonly BoundImage[])[],
  beside: Beside,
): void => {
  for (const images of [inputs, ...outputs, ...beside.values()]) {
    stream._keepForGraph(images);
  }
};
