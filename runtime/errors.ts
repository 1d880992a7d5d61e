/** The errors of the runtime, one class per thing a caller may want to tell apart. */

// Control characters, and those that turn the direction of what follows, but for the line breaks of messages.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
const escaped = (text: string): string =>
  text.replace(controls, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A name as a message shows it: on one line, and without a power over terminals. */
export const shown = (name: string): string => escaped(name).replaceAll('\n', '\\n');

/** Everything that cuweave's runtime throws on purpose. Its message holds no control characters but line breaks. */
export class CuweaveError extends Error {
  override readonly name: string = 'CuweaveError';
  constructor(message: string) {
    super(escaped(message));
  }
}

/** A value that does not fit: `Expected <what> for <path> but received <actual>`. */
export class ArgumentError extends CuweaveError {
  override readonly name: string = 'ArgumentError';
  constructor(
    message: string,
    /** Where the value was given, such as `options.matrix[3].dstToSrc`. */
    readonly path: string,
  ) {
    super(message);
  }
}

/** Something was used after its `dispose()`. */
export class DisposedError extends CuweaveError {
  override readonly name: string = 'DisposedError';
}

/** CUDA refused a call. */
export class CudaError extends CuweaveError {
  override readonly name: string = 'CudaError';
  constructor(
    message: string,
    /** CUDA's number for the error, such as 209. */
    readonly code: number,
    /** CUDA's name for it, such as `CUDA_ERROR_NO_BINARY_FOR_GPU`. */
    readonly cuda: string,
    /** What was being done. */
    readonly operation: string,
  ) {
    super(message);
  }
}

/** A pipeline's launch failed; nothing of it ran. */
export class LaunchError extends CudaError {
  override readonly name: string = 'LaunchError';
  constructor(
    message: string,
    code: number,
    cuda: string,
    /** The pipeline's name. */
    readonly pipeline: string,
    /** How many images the call had. */
    readonly images: number,
  ) {
    super(message, code, cuda, `pipeline ${pipeline}`);
  }
}

/**
 * The GPU's context is broken by an earlier error, an illegal address for example. The process lives on, the GPU is lost to
 * it: every further call on that GPU fails with this. Start another process, or go on with `openDevice('cpu')`.
 */
export class DeviceLostError extends CudaError {
  override readonly name: string = 'DeviceLostError';
}

/** A device, or the host, has no room left. */
export class OutOfMemoryError extends CuweaveError {
  override readonly name: string = 'OutOfMemoryError';
  constructor(
    message: string,
    /** Bytes that were asked for. */
    readonly bytes: number,
    /** Bytes free on the device, where it says so. */
    readonly free: number | undefined,
    /** Bytes of the device in all, where it says so. */
    readonly total: number | undefined,
    /** CUDA's number for the error; undefined on the CPU. */
    readonly code: number | undefined,
    /** CUDA's name for the error; undefined on the CPU. */
    readonly cuda: string | undefined,
  ) {
    super(message);
  }
}

const reasons = [
  'noDriver',
  'driverTooOld',
  'noDevice',
  'noVideoLibrary',
  'unsupportedByDevice',
  'error',
] as const;
/**
 * Why CUDA, or NVDEC, cannot be used. `noVideoLibrary`: the driver is there without libnvcuvid, as in a container without
 * video capability. `unsupportedByDevice`: the GPU does not decode such a video.
 */
export type UnavailableReason = (typeof reasons)[number];

/** The device that was asked for is not there. */
export class DeviceUnavailableError extends CuweaveError {
  override readonly name: string = 'DeviceUnavailableError';
  constructor(
    message: string,
    /** The cause, for programs. */
    readonly reason: UnavailableReason,
  ) {
    super(message);
  }
}

/** The addon could not be loaded. */
export class AddonLoadError extends CuweaveError {
  override readonly name: string = 'AddonLoadError';
}

/** The built pipelines could not be loaded, or do not fit this version or this device. */
export class LibraryError extends CuweaveError {
  override readonly name: string = 'LibraryError';
}

const ringCodes = [
  'missing',
  'exists',
  'refused',
  'version',
  'full',
  'noRoom',
  'producerLost',
  'consumerLost',
  'closed',
  'infoTooLarge',
  'wrongDevice',
  'unsupported',
  'system',
] as const;
/**
 * What went wrong with a ring. `missing`: nobody writes one of that name. `exists`: somebody else does. `refused`: its file or folder is not safe,
 * or damaged. `version`: the other side is of another cuweave. `full`: it has all the consumers it can have. `noRoom`: shared memory is
 * too small. `producerLost`, `consumerLost`: the other side ended without closing the ring; after `consumerLost` the ring can be used on.
 * `closed`: it was closed here. `infoTooLarge`: the info of a batch has no room. `wrongDevice`: its memory lies on another device.
 * `unsupported`: this GPU's memory cannot be shared, or not between these processes.
 */
export type RingErrorCode = (typeof ringCodes)[number];

/** Something is wrong with a ring, or with the process at its other side. */
export class RingError extends CuweaveError {
  override readonly name: string = 'RingError';
  constructor(
    message: string,
    /** The cause, for programs. */
    readonly code: RingErrorCode,
  ) {
    super(message);
  }
}

/** A value as a message shows it: short, with its type where that helps. */
export const describe = (value: unknown): string => {
  if (value === null || value === undefined) {
    return String(value);
  }
  if (typeof value === 'string') {
    const text = shown(value);
    return text.length > 60 ? `'${text.slice(0, 57)}…'` : `'${text}'`;
  }
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  if (typeof value !== 'object') {
    return typeof value === 'function' ? 'a function' : String(value);
  }
  if (Array.isArray(value)) {
    const items = value
      .slice(0, 8)
      .map(item => (typeof item === 'object' && item !== null ? '…' : describe(item)));
    return `[${items.join(', ')}${value.length > 8 ? `, … (${value.length})` : ''}]`;
  }
  const named = Object.getPrototypeOf(value)?.constructor?.name;
  if (ArrayBuffer.isView(value)) {
    return `${named} of ${value.byteLength} bytes`;
  }
  if (named !== undefined && named !== 'Object') {
    return /^[AEIOU]/.test(named) ? `an ${named}` : `a ${named}`;
  }
  const keys = Object.keys(value);
  return keys.length === 0 ? '{}' : `{ ${keys.slice(0, 6).join(', ')}${keys.length > 6 ? ', …' : ''} }`;
};

/** The one phrase for values that do not fit. `hint` says how to mend it. */
export const expected = (what: string, path: string, actual: string, hint?: string): ArgumentError =>
  new ArgumentError(`Expected ${what} for ${path} but received ${actual}.${hint ? ` ${hint}` : ''}`, path);

type NativeFailure = Error & {
  readonly kind?: string;
  readonly code?: number;
  readonly cuda?: string;
  readonly operation?: string;
  readonly bytes?: number;
  readonly free?: number;
  readonly total?: number;
};

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const outOfMemory = ({ bytes = 0, free, total, code, cuda }: NativeFailure): OutOfMemoryError => {
  const room =
    free === undefined ? '' : ` with ${mebibytes(free)} free${total ? ` of ${mebibytes(total)}` : ''}`;
  const asked = bytes > 0 ? `: ${mebibytes(bytes)} were asked for${room}` : '';
  const text = `Out of memory${asked}. Dispose tensors and images that are done with, or give fewer images at a time.`;
  return new OutOfMemoryError(text, bytes, free, total, code, cuda);
};

/**
 * The typed error for what the addon threw, or the engine.
 * @param bytes How many were asked for, where that may be too much for the engine.
 */
export const fromNative = (thrown: unknown, bytes?: number): Error => {
  if (!(thrown instanceof Error)) {
    return new CuweaveError(String(thrown));
  }
  // What the engine throws for an array that it has no room for.
  if (
    thrown instanceof RangeError &&
    /^(Array buffer allocation failed|Invalid typed array length)/.test(thrown.message)
  ) {
    return outOfMemory(Object.assign(new Error(), bytes === undefined ? {} : { bytes }));
  }
  const failure = thrown as NativeFailure;
  const { message, code = 0, cuda = '', operation = '' } = failure;
  switch (failure.kind) {
    case 'argument':
      return new ArgumentError(message, '');
    case 'disposed':
      return new DisposedError(message);
    case 'cuda':
      return new CudaError(message, code, cuda, operation);
    case 'deviceLost':
      return new DeviceLostError(
        `The device is lost: ${message}. Start another process, or use openDevice('cpu').`,
        code,
        cuda,
        operation,
      );
    case 'outOfMemory':
      return outOfMemory(failure);
    case 'unavailable':
      return new DeviceUnavailableError(message, toReason(cuda));
    case 'ring':
      return cuda === 'name'
        ? new ArgumentError(message, 'name')
        : new RingError(message, ringCodes.find(code => code === cuda) ?? 'system');
    case 'library':
      return new LibraryError(message);
    case 'kernel':
      return new CuweaveError(message);
    default:
      return failure;
  }
};

const toReason = (name: string): UnavailableReason => reasons.find(reason => reason === name) ?? 'error';

/** Calls into the addon; what it throws becomes a typed error. */
export const guarded = <T>(call: () => T): T => {
  try {
    return call();
  } catch (error) {
    throw fromNative(error);
  }
};

/** The same for a promise of the addon's. */
export const guardedAsync = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw fromNative(error);
  }
};
