import {
  ABI_VERSION,
  type Manifest,
  type ManifestFormat,
  type ManifestImage,
  type ManifestKernel,
  type ManifestParam,
  type ManifestPipeline,
  type ManifestReduce,
  type ManifestSink,
  type ManifestStep,
  manifestDigest,
} from '../../native/manifest.js';
import { anyColour, channelCount, paramFields } from '../../ops/spec.js';
import { describe, LibraryError } from '../errors.js';
import { byteSize } from './dtype.js';
import { isMisnamed } from './formats.js';

/** What an error about a build tells its reader to do. */
export const rebuild = 'Run cuweave build again.';

/** Manifests that were looked at: each is checked once, for all of its pipelines. */
const checked = new WeakSet<object>();

/** @throws {LibraryError} Naming the first field that does not fit. */
export const checkedManifest = (value: unknown): Manifest => {
  if (typeof value === 'object' && value !== null && checked.has(value)) {
    return value as Manifest;
  }
  const manifest = record(value, 'it') as unknown as Manifest;
  const { abi, cuweave } = manifest;
  if (abi !== ABI_VERSION) {
    throw new LibraryError(
      `The pipelines were built by cuweave ${describe(cuweave)} with ABI ${describe(abi)}, and this version has ABI ${ABI_VERSION}. ${rebuild}`,
    );
  }
  if (manifest.digest !== undefined && manifest.digest !== manifestDigest(manifest)) {
    throw damaged('was changed after it was built');
  }
  text(cuweave, 'cuweave');
  requireFileName(manifest.library);
  optional(manifest.libraryBytes, 'libraryBytes', (bytes, path) =>
    whole(bytes, path, 1, Number.MAX_SAFE_INTEGER),
  );
  optional(manifest.librarySha256, 'librarySha256', text);
  list(manifest.archs, 'archs', 0, 64).forEach((arch, n) => {
    text(arch, `archs[${n}]`);
  });
  boolean(manifest.strict, 'strict');
  const pipelines = list(manifest.pipelines, 'pipelines', 0, 100_000);
  pipelines.forEach((pipeline, n) => {
    checkPipeline(pipeline as ManifestPipeline, `pipelines[${n}]`);
  });
  unique(
    manifest.pipelines.map(({ name }) => name),
    'the pipelines',
  );
  if (manifest.digest === undefined) {
    checkNames(manifest.pipelines);
  }
  checked.add(manifest);
  return manifest;
};

const damaged = (what: string): LibraryError =>
  new LibraryError(`The pipelines' manifest ${what}. ${rebuild}`);
const wrong = (what: string, path: string, value: unknown): LibraryError =>
  damaged(`is damaged: ${path} should be ${what} and is ${describe(value)}`);

const record = (value: unknown, path: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('an object', path, value);
  }
  return value as Readonly<Record<string, unknown>>;
};
const list = (value: unknown, path: string, least: number, most: number): readonly unknown[] => {
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    throw wrong(`an array of ${least} to ${most}`, path, value);
  }
  return value;
};
const text = (value: unknown, path: string): void => {
  if (typeof value !== 'string') {
    throw wrong('a string', path, value);
  }
};
const name = (value: unknown, path: string): void => {
  if (typeof value !== 'string' || value === '' || value === '__proto__' || value.includes('\0')) {
    throw wrong('a name', path, value);
  }
};
const boolean = (value: unknown, path: string): void => {
  if (typeof value !== 'boolean') {
    throw wrong('true or false', path, value);
  }
};
const whole = (value: unknown, path: string, least: number, most: number): void => {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw wrong(`a whole number from ${least} to ${most}`, path, value);
  }
};
const exactly = (value: unknown, path: string, wanted: number): void => {
  if (value !== wanted) {
    throw wrong(String(wanted), path, value);
  }
};
const positive = (value: unknown, path: string): void => {
  if (typeof value !== 'number' || !(value > 0 && value < 1e6)) {
    throw wrong('a number above 0', path, value);
  }
};
const oneOf = (value: unknown, path: string, choices: readonly unknown[]): void => {
  if (!choices.includes(value)) {
    throw wrong(`one of ${choices.join(', ')}`, path, value);
  }
};
const optional = (value: unknown, path: string, check: (value: unknown, path: string) => void): void => {
  if (value !== undefined) {
    check(value, path);
  }
};
const unique = (names: readonly string[], what: string): void => {
  const twice = names.find((one, n) => names.indexOf(one) !== n);
  if (twice !== undefined) {
    throw damaged(`is damaged: it has ${describe(twice)} twice among ${what}`);
  }
};
const requireFileName = (value: unknown): void => {
  // Longer names than of 255 characters no usual file system takes.
  if (typeof value !== 'string' || !/^[^/\\\0]{1,255}$/.test(value) || value === '.' || value === '..') {
    throw damaged(`names ${describe(value)} as its library, which is no file name`);
  }
};

/** Where nothing else vouches for a format, its name does: memory is made by the one and used by the other. */
const checkNames = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if ('planes' in value && isMisnamed(value as ManifestFormat)) {
    throw damaged(`is damaged: its ${(value as ManifestFormat).name} is not the format of that name`);
  }
  Object.values(value).forEach(checkNames);
};

const checkPipeline = (pipeline: ManifestPipeline, path: string): void => {
  record(pipeline, path);
  name(pipeline.name, `${path}.name`);
  if (!('steps' in pipeline)) {
    checkKernel(pipeline, path);
    checkResults(
      pipeline.sinks.map(({ output }) => output),
      path,
    );
    return;
  }
  for (const key of ['doc', 'hash', 'chain'] as const) {
    text(pipeline[key], `${path}.${key}`);
  }
  const steps = list(pipeline.steps, `${path}.steps`, 1, 1000) as readonly ManifestStep[];
  steps.forEach((step, n) => {
    checkStep(steps, n, `${path}.steps[${n}]`);
    if (step.reads === undefined) {
      requireSame(
        step.kernel.source,
        steps[0]!.kernel.source,
        `${path}.steps[${n}].kernel.source`,
        'the source',
      );
    }
  });
  list(pipeline.results, `${path}.results`, 1, 1000);
  const written = steps.flatMap(({ kernel }) =>
    kernel.sinks.flatMap(({ output }) => (output === undefined ? [] : [output])),
  );
  checkResults(pipeline.results, path);
  if ([...pipeline.results].sort().join('\n') !== written.sort().join('\n')) {
    throw wrong(`what its steps write (${written.join(', ')})`, `${path}.results`, pipeline.results);
  }
  optional(pipeline.pairs, `${path}.pairs`, (pairs, at) => {
    list(pairs, at, 0, 1000).forEach((pair, n) => {
      const { name: own, steps: both, images } = record(pair, `${at}[${n}]`);
      name(own, `${at}[${n}].name`);
      whole(images, `${at}[${n}].images`, 1, 65_535);
      const [first, second] = list(both, `${at}[${n}].steps`, 2, 2) as readonly number[];
      whole(first, `${at}[${n}].steps[0]`, 0, steps.length - 2);
      exactly(second, `${at}[${n}].steps[1]`, first! + 1);
      if (steps[first!]!.reads !== steps[second!]!.reads) {
        throw wrong('two steps that read the same', `${at}[${n}].steps`, both);
      }
    });
  });
};

/** Results have names, or there is one without. */
const checkResults = (names: readonly unknown[], path: string): void => {
  names.forEach((one, n) => {
    if (typeof one !== 'string' || (one === '' && names.length > 1)) {
      throw wrong('the name of a result', `${path}, result ${n}`, one);
    }
  });
  unique(names as readonly string[], `the results of ${path}`);
};

const checkStep = (steps: readonly ManifestStep[], n: number, path: string): void => {
  const { kernel, reads, halves } = record(steps[n], path) as unknown as ManifestStep;
  checkKernel(kernel, `${path}.kernel`);
  if (kernel.sinks.filter(({ output }) => output === undefined).length > 1) {
    throw damaged(`is damaged: ${path} writes more than one image for other steps`);
  }
  if (reads !== undefined) {
    whole(reads, `${path}.reads`, 0, n - 1);
    requireSame(
      kernel.source,
      between(steps[reads]!.kernel),
      `${path}.kernel.source`,
      `what step ${reads} writes`,
    );
  }
  const measured = kernel.measures?.length ?? 0;
  const { measures = [] } = steps[n]!;
  list(measures, `${path}.measures`, measured, measured).forEach((step, m) => {
    whole(step, `${path}.measures[${m}]`, 0, n - 1);
    const { sinks } = steps[step as number]!.kernel;
    const [sink] = sinks;
    if (sinks.length !== 1 || sink!.reduce?.dtype !== 'f32' || sink!.output !== undefined) {
      throw wrong('a step that reduces images to f32', `${path}.measures[${m}]`, step);
    }
  });
  if (halves === undefined) {
    return;
  }
  const { kernels, radius } = record(halves, `${path}.halves`);
  positive(radius, `${path}.halves.radius`);
  const both = list(kernels, `${path}.halves.kernels`, 2, 2) as readonly ManifestKernel[];
  both.forEach((half, h) => {
    checkKernel(half, `${path}.halves.kernels[${h}]`);
  });
  const [across, down] = both as readonly [ManifestKernel, ManifestKernel];
  requireSame(across.source, kernel.source, `${path}.halves.kernels[0].source`, 'the source of the whole');
  requireSame(down.source, across.sinks[0], `${path}.halves.kernels[1].source`, 'what the first writes');
  exactly(down.sinks.length, `${path}.halves.kernels[1].sinks.length`, kernel.sinks.length);
  kernel.sinks.forEach((sink, s) => {
    requireSame(down.sinks[s], sink, `${path}.halves.kernels[1].sinks[${s}]`, 'that of the whole');
  });
};

const between = (kernel: ManifestKernel): ManifestFormat | undefined =>
  kernel.sinks.find(({ output }) => output === undefined);

/** Two places in descriptors that hold images of one format. */
const requireSame = (
  one: ManifestFormat | undefined,
  other: ManifestFormat | undefined,
  path: string,
  what: string,
): void => {
  if (one === undefined || other === undefined || shapeOf(one) !== shapeOf(other)) {
    throw wrong(`the format of ${what}, ${describe(other?.name)},`, path, one?.name);
  }
};
const shapeOf = ({ dtype, planes, code }: ManifestFormat): string =>
  JSON.stringify([dtype, code, planes.map(({ channels, subsampling }) => [channels, subsampling])]);

/** `{ uint32_t size; int32_t count; const image* images; }` */
const ARGS_HEAD = 16;
const align8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const checkKernel = (kernel: ManifestKernel, path: string): void => {
  record(kernel, path);
  name(kernel.name, `${path}.name`);
  for (const key of ['doc', 'hash', 'chain'] as const) {
    text(kernel[key], `${path}.${key}`);
  }
  checkFormat(kernel.source, `${path}.source`);
  list(kernel.sinks, `${path}.sinks`, 1, 64).forEach((sink, n) => {
    checkFormat(sink as ManifestFormat, `${path}.sinks[${n}]`);
    optional(kernel.sinks[n]!.output, `${path}.sinks[${n}].output`, text);
    optional(kernel.sinks[n]!.reduce, `${path}.sinks[${n}].reduce`, (reduce, at) => {
      checkReduce(reduce as ManifestReduce, kernel.sinks[n]!, at);
    });
  });
  list(kernel.geometry, `${path}.geometry`, 0, 1000).forEach((stage, n) => {
    const at = `${path}.geometry[${n}]`;
    const { stage: own, role, resizes, filter, maxScale } = record(stage, at);
    name(own, `${at}.stage`);
    oneOf(role, `${at}.role`, ['map', 'indexMap']);
    boolean(resizes, `${at}.resizes`);
    optional(filter, `${at}.filter`, text);
    optional(maxScale, `${at}.maxScale`, positive);
  });
  unique(
    kernel.geometry.map(({ stage }) => stage),
    `the stages of ${path}`,
  );
  optional(kernel.images, `${path}.images`, images => {
    list(images, `${path}.images`, 0, 64).forEach((image, n) => {
      const at = `${path}.images[${n}]`;
      const own = record(image, at) as unknown as ManifestImage;
      name(own.stage, `${at}.stage`);
      name(own.name, `${at}.name`);
      name(own.open, `${at}.open`);
      checkFormat(own.format, `${at}.format`);
      whole(own.at, `${at}.at`, 0, kernel.geometry.length);
    });
  });
  optional(kernel.measures, `${path}.measures`, (measures, at) => {
    list(measures, at, 1, 64).forEach((measure, n) => {
      const own = record(measure, `${at}[${n}]`);
      name(own.stage, `${at}[${n}].stage`);
      name(own.name, `${at}[${n}].name`);
    });
  });
  list(kernel.params, `${path}.params`, 0, 10_000).forEach((param, n) => {
    checkParam(param as ManifestParam, kernel, `${path}.params[${n}]`);
  });
  checkSignals(kernel, path);
  checkLayout(kernel, path);
};

const checkReduce = (reduce: ManifestReduce, { planes }: ManifestSink, path: string): void => {
  const { dtype, shape, partial, counters, grid } = record(reduce, path) as unknown as ManifestReduce;
  oneOf(dtype, `${path}.dtype`, ['f32', 'f64', 'i32', 'i64']);
  list(shape, `${path}.shape`, 0, 5).forEach((size, n) => {
    whole(size, `${path}.shape[${n}]`, 1, 1 << 24);
  });
  whole(partial, `${path}.partial`, 0, 4096);
  whole(counters, `${path}.counters`, 0, 1 << 20);
  exactly(planes.length, `${path}, planes`, 3);
  optional(grid, `${path}.grid`, (value, at) => {
    list(value, at, 2, 2).forEach((cells, n) => {
      whole(cells, `${at}[${n}]`, 1, 4096);
    });
  });
};

const checkFormat = (format: ManifestFormat, path: string): void => {
  const {
    name: own,
    dtype,
    colour,
    layout,
    code,
    tokens,
  } = record(format, path) as unknown as ManifestFormat;
  name(own, `${path}.name`);
  oneOf(dtype, `${path}.dtype`, Object.keys(byteSize));
  oneOf(colour, `${path}.colour`, anyColour);
  optional(layout, `${path}.layout`, (value, at) => oneOf(value, at, ['NHWC', 'NCHW']));
  optional(code, `${path}.code`, (value, at) => {
    const { bits, shift } = record(value, at);
    whole(bits, `${at}.bits`, 1, 16);
    whole(shift, `${at}.shift`, 0, 16 - (bits as number));
  });
  optional(tokens, `${path}.tokens`, (value, at) => {
    const { patch, merge, temporal, frames, order, isTile } = record(value, at);
    optional(isTile, `${at}.isTile`, (is, where) => oneOf(is, where, [true]));
    whole(patch, `${at}.patch`, 1, isTile ? 4096 : 64);
    whole(merge, `${at}.merge`, 1, 8);
    whole(temporal, `${at}.temporal`, 1, 8);
    oneOf(frames, `${at}.frames`, ['repeated', 'paired']);
    oneOf(order, `${at}.order`, ['chw', 'hwc']);
    exactly(format.planes.length, `${path}.planes.length`, order === 'hwc' ? 1 : channelCount[colour]);
  });
  list(format.planes, `${path}.planes`, 1, 4).forEach((plane, n) => {
    const at = `${path}.planes[${n}]`;
    const { name: planeName, channels, subsampling } = record(plane, at);
    name(planeName, `${at}.name`);
    whole(channels, `${at}.channels`, 1, 4);
    list(subsampling, `${at}.subsampling`, 2, 2).forEach((factor, axis) => {
      oneOf(factor, `${at}.subsampling[${axis}]`, [1, 2, 4]);
    });
  });
  if (layout === 'NHWC') {
    exactly(format.planes.length, `${path}.planes.length`, 1);
  }
  const channels = channelCount[colour];
  list(format.channels, `${path}.channels`, channels, channels).forEach((channel, n) => {
    const { plane, lane, next } = record(channel, `${path}.channels[${n}]`);
    whole(plane, `${path}.channels[${n}].plane`, 0, format.planes.length - 1);
    whole(lane, `${path}.channels[${n}].lane`, 0, format.planes[plane as number]!.channels - 1);
    optional(next, `${path}.channels[${n}].next`, (value, at) => whole(value, at, 0, 3));
  });
};

const checkParam = (param: ManifestParam, { images = [] }: ManifestKernel, path: string): void => {
  record(param, path);
  name(param.stage, `${path}.stage`);
  name(param.name, `${path}.name`);
  oneOf(param.kind, `${path}.kind`, Object.keys(paramFields));
  oneOf(param.per, `${path}.per`, ['call', 'channel', 'image']);
  oneOf(param.block, `${path}.block`, param.per === 'image' ? ['image'] : ['args', 'image']);
  const { lanes } = paramFields[param.kind];
  if (param.kind === 'weights' || param.kind === 'gaussian') {
    whole(param.lanes, `${path}.lanes`, 1, lanes);
    optional(param.steps, `${path}.steps`, (value, at) => whole(value, at, 1, 2 ** 16));
  } else if (param.per === 'channel') {
    oneOf(
      param.lanes,
      `${path}.lanes`,
      [1, 2, 3, 4].map(channels => channels * lanes),
    );
  } else {
    exactly(param.lanes, `${path}.lanes`, lanes);
  }
  const said = [param.open, param.settled, param.origin].filter(value => value !== undefined);
  if (said.length !== 1) {
    throw wrong('one of settled, open and origin', path, param);
  }
  optional(param.origin, `${path}.origin`, (value, at) => {
    oneOf(value, at, ['width', 'height']);
    oneOf(param.kind, `${path}.kind`, ['i32']);
    oneOf(param.block, `${path}.block`, ['image']);
  });
  optional(param.open, `${path}.open`, name);
  optional(param.image, `${path}.image`, (value, at) => whole(value, at, 0, images.length - 1));
  // What is settled is checked where it is packed; but this kind is looked into before.
  if (param.open === undefined && param.kind === 'yuvToRgb' && !Array.isArray(param.settled)) {
    record(param.settled, `${path}.settled`);
  }
};

const checkSignals = ({ sinks, params }: ManifestKernel, path: string): void => {
  sinks.forEach(({ signal }, n) => {
    if (signal === undefined || signal === 'source') {
      return;
    }
    const at = `${path}.sinks[${n}].signal`;
    const { stage } = record(signal, at);
    if (!params.some(param => param.stage === stage && param.kind === 'rgbToYuv')) {
      throw wrong('a stage that makes YUV', `${at}.stage`, stage);
    }
  });
};

/**
 * Every offset follows from what is laid out, in this order: pointers of the source, the sinks and the images beside them, their
 * pitches, the sizes, the parameters. With another offset a kernel would read what is not there.
 */
const checkLayout = (kernel: ManifestKernel, path: string): void => {
  const { source, sinks, images = [], geometry, params } = kernel;
  let image = 0;
  let args = ARGS_HEAD;
  const inputs = new Map<string, ManifestImage>();
  images.forEach((one, n) => {
    const known = inputs.get(one.open);
    inputs.set(one.open, known ?? one);
    if (known && JSON.stringify(known.format) !== JSON.stringify(one.format)) {
      throw wrong(
        `as that of ${describe(known.name)}, which is open under the same name`,
        `${path}.images[${n}].format`,
        one.format,
      );
    }
  });
  const placed = [
    { format: source, at: `${path}.source` },
    ...sinks.map((format, n) => ({ format, at: `${path}.sinks[${n}]` })),
    ...[...inputs.values()].map(({ open, format }) => ({ format, at: `${path}.images, ${open},` })),
  ];
  const pointers = (): void => {
    (kernel.measures ?? []).forEach(({ pointer }, n) => {
      exactly(pointer, `${path}.measures[${n}].pointer`, image);
      image += 8;
    });
  };
  for (const member of ['pointer', 'pitch'] as const) {
    if (member === 'pitch') {
      pointers();
    }
    for (const { format, at } of placed) {
      format.planes.forEach((plane, n) => {
        exactly(plane[member], `${at}.planes[${n}].${member}`, image);
        image += 8;
      });
    }
  }
  record(kernel.image, `${path}.image`);
  record(kernel.args, `${path}.args`);
  exactly(kernel.image.sizes, `${path}.image.sizes`, image);
  // A kernel that reduces has one size more: that of its rows of tiles.
  image += 8 * (geometry.length + (sinks.some(({ reduce }) => reduce !== undefined) ? 2 : 1));
  params.forEach(({ block, offset, lanes }, n) => {
    exactly(offset, `${path}.params[${n}].offset`, block === 'image' ? image : args);
    if (block === 'image') {
      image += 4 * lanes;
    } else {
      args += 4 * lanes;
    }
  });
  exactly(kernel.image.size, `${path}.image.size`, align8(image));
  exactly(kernel.args.size, `${path}.args.size`, align8(args));
};
