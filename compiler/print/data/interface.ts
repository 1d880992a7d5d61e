/** What the templates are filled with that print a library's functions beside its kernels, and the headers that declare them. */
import { createHash } from 'node:crypto';
import { ABI_VERSION } from '../../../native/manifest.js';
import { lumaWeights } from '../../../ops/colour/colour.js';
import { paramFields } from '../../../ops/spec.js';
import { cName, functionName, isReserved, memberName } from '../../ir/names.js';
import {
  builtKernels,
  isCarried,
  type Kernel,
  type PlacedField,
  type PlacedParams,
  type PlacedPlane,
  type Plan,
} from '../../ir/plan.js';
import {
  dtypeBytes,
  type Fn,
  type Format,
  type OpFunction,
  type Stage,
  withImageStages,
} from '../../ir/types.js';
import { inputsOf, lanePath } from '../../pass/layout.js';
import { c, cType, f32Literal } from '../expr/c.js';
import { FunctionNames, localNames, printBody, usesOf } from '../expr/fn.js';
import { compositeLines } from '../kernel/composite.js';
import { planeMember } from '../kernel/planes.js';
import { readersText } from '../kernel/readers.js';
import { namedSinks } from '../kernel/sinks.js';
import { type StructsView, structsView } from '../kernel/structs.js';
import { kernelEntry } from './manifest.js';
import { settledNumbers } from './settled.js';

/** A function in C++. */
type CFunctionView = {
  readonly title: string;
  readonly returns: string;
  readonly name: string;
  readonly args: string;
  readonly lines: readonly string[];
};

/** A plane as a table of interface.cpp has it, and as the C++ header types it. */
export type PlaneView = {
  readonly member: string;
  /** Its name in its format. */
  readonly name: string;
  readonly pointer: number;
  readonly pitch: number;
  /** The number of the image's size. */
  readonly at: number;
  readonly bytes: number;
  readonly alignment: number;
  readonly x: number;
  readonly y: number;
};

type ParamView = {
  readonly path: string;
  readonly ofImage: boolean;
  readonly offset: number;
  readonly lanes: number;
  readonly isFloat: boolean;
  readonly inside: number;
  readonly isRect: boolean;
  readonly sets: number;
  /** The name of its table, or `nullptr`, and what stands in it. */
  readonly values: string;
  readonly type: string;
  readonly numbers: readonly string[];
  readonly least: string;
  readonly most: string;
  readonly above: string;
  readonly never: string;
};

type StageView = {
  readonly name: string;
  readonly size: string;
  readonly scale: string;
  readonly readsSize: boolean;
  readonly maxScale: string;
};

/** One kernel. */
export type KernelInterface = {
  readonly name: string;
  readonly layout: string;
  readonly structs: StructsView;
  /** Where the sizes are in the image's struct. */
  readonly sizes: number;
  /** How many there are. */
  readonly sizeCount: number;
  readonly functions: readonly CFunctionView[];
  readonly stages: readonly StageView[];
  readonly planes: readonly PlaneView[];
  readonly params: readonly ParamView[];
  readonly hasCuda: boolean;
  /** What a caller sets after the initialiser, as lines of a comment. */
  readonly toSet: readonly string[];
};

/** Every kernel of the plans. */
export const kernelInterfaces = (plans: readonly Plan[], hasCuda: boolean): readonly KernelInterface[] =>
  plans.filter(isCarried).flatMap(plan => builtKernels(plan).map(kernel => kernelInterface(kernel, hasCuda)));

/** Weights of red and blue in luma by the number that ITU-T H.273, table 4, gives the matrix. */
const matrixCodes = { bt709: 1, fcc: 4, bt601: 6, smpte240m: 7, bt2020: 9 } as const;
/** What interface.cpp is filled with. */
export const interfaceView = (plans: readonly Plan[], version: string, hasCuda: boolean): object => ({
  version,
  abi: ABI_VERSION,
  hasCuda,
  weights: Object.entries(matrixCodes).map(([name, matrix]) => ({
    name,
    matrix,
    ...lumaWeights[name as keyof typeof matrixCodes],
  })),
  kernels: kernelInterfaces(plans, hasCuda),
});

/** What `pipelines.h` is filled with, beside its name and that of its library. */
export const headerView = (plans: readonly Plan[], hasCuda: boolean): object => ({
  abi: ABI_VERSION,
  hasCuda,
  pipelines: plans.filter(isCarried).flatMap(plan =>
    builtKernels(plan).map((kernel, n) => {
      // Behind the second of the two.
      const pair = plan.pairs.find(({ steps }) => steps[1] === n);
      return {
        ...kernelInterface(kernel, hasCuda),
        comments: [...(n === 0 ? compositeLines(plan) : []), kernel.chain],
        ...(pair ? { pair: { name: pair.name, first: plan.kernels[pair.steps[0]]!.name } } : {}),
      };
    }),
  ),
});

const kernelInterface = (kernel: Kernel, hasCuda: boolean): KernelInterface => {
  const { name, layout, geometry } = kernel;
  const printed = printGeometry(kernel);
  const params = paramViews(kernel);
  return {
    name,
    layout: layoutDigest(kernel),
    structs: structsView(kernel),
    sizes: layout.sizes,
    sizeCount: geometry.length + 1,
    functions: printed.functions,
    stages: printed.stages,
    planes: planeViews(kernel),
    params,
    hasCuda,
    toSet: toSet(kernel, params, printed.stages),
  };
};

/** A digest of everything in the structs that a program is compiled with; numbers that the author settled are no part of it. */
const layoutDigest = (kernel: Kernel): string => {
  const { source, sinks, images = [], geometry, params, args, image } = kernelEntry(kernel);
  const placed = params.map(({ stage, name, kind, per, lanes, block, offset }) => [
    stage,
    name,
    kind,
    per,
    lanes,
    block,
    offset,
  ]);
  const text = JSON.stringify([
    source,
    sinks,
    images,
    geometry.map(({ stage }) => stage),
    placed,
    args,
    image,
  ]);
  return `0x${createHash('sha256').update(text).digest('hex').slice(0, 8)}u`;
};

const planeViews = ({ pipeline, layout, geometry }: Kernel): readonly PlaneView[] => {
  const views = (format: Format, planes: typeof layout.source, side: string, at: number): PlaneView[] =>
    planes.map(plane => ({
      member: planeMember(side, plane.name),
      name: plane.name,
      pointer: plane.pointer,
      pitch: plane.pitch,
      at,
      bytes: plane.channels * dtypeBytes[format.dtype],
      alignment: dtypeBytes[format.dtype],
      x: plane.subsampling[0],
      y: plane.subsampling[1],
    }));
  return [
    ...views(pipeline.source, layout.source, 'src', 0),
    ...namedSinks(pipeline.sinks).flatMap(({ format, side }, n) =>
      views(format, layout.sinks[n]!, side, geometry.length),
    ),
    ...inputsOf(layout).flatMap(([{ image, planes, at }], n) => views(image.format, planes, `in${n}`, at)),
  ];
};

const codeBits = ({ code }: Format): number => code?.bits ?? 8;

/** Every parameter with the number of the stage, among those that move pixels, that it belongs to. */
const placedFields = ({ pipeline, layout }: Kernel) => {
  const stages = withImageStages(pipeline.stages);
  const geometric = pipeline.stages.filter(({ role }) => role !== 'point').map(({ name }) => name);
  return layout.params.flatMap((placed: PlacedParams) => {
    const owner = layout.images.find(({ image }) => image.points.some(({ name }) => name === placed.stage));
    const format = owner?.image.format ?? pipeline.source;
    const stage = stages.find(({ name }) => name === placed.stage);
    return placed.fields.map(field => ({
      placed,
      field,
      stage,
      format,
      number: geometric.indexOf(placed.stage),
    }));
  });
};

const paramViews = (kernel: Kernel): readonly ParamView[] =>
  placedFields(kernel).map(({ placed, field, format, number }, n) => {
    const sets = settledNumbers(field, codeBits(format)) ?? [];
    const isFloat = paramFields[field.kind].scalar === 'f32';
    const limit = (value: number | undefined): string => (value === undefined ? 'NAN' : String(value));
    // The bounds of a Gaussian are those of its deviation, and not of its weights.
    const { least, most, above, not } = (field.kind === 'gaussian' ? undefined : field.bounds) ?? {};
    return {
      path: `${placed.member}.${field.member}`,
      ofImage: placed.block === 'image',
      offset: field.offset,
      lanes: field.lanes,
      isFloat,
      inside: field.kind === 'rect' ? number : -1,
      isRect: field.kind === 'rect',
      sets: sets.length,
      values: sets.length > 0 ? `values${n}` : 'nullptr',
      type: isFloat ? 'float' : 'int32_t',
      numbers: sets.flat().map(value => (isFloat ? f32Literal(value) : c.literal(value, 'i32'))),
      least: limit(least),
      most: limit(most),
      above: limit(above),
      never: limit(not),
    };
  });

/** What the initialiser leaves to the caller, beside planes and the source's size. */
const toSet = (
  kernel: Kernel,
  params: readonly ParamView[],
  stages: readonly StageView[],
): readonly string[] => {
  const lines = placedFields(kernel).flatMap(({ field, placed }, n) => {
    const { path, ofImage, sets } = params[n]!;
    const full = `${ofImage ? 'images[n]' : 'args'}.${path}`;
    if ('settled' in field.value && field.value.settled === 'auto') {
      return [`${full}: as the picture is stored, unless its container says to turn it`];
    }
    return sets > 0 ? [] : [`${full}${howToSet(field, placed)}`];
  });
  const sizes = stages.flatMap(({ name, readsSize }, n) =>
    readsSize ? [`images[n].size[${n + 1}]: that of the image that ${name} reads`] : [],
  );
  return [...lines, ...sizes];
};

const howToSet = ({ kind, lanes, per, value }: PlacedField, { stage }: PlacedParams): string => {
  if ('origin' in value) {
    return `: the ${value.origin} of the image before the last map of the kernel that wrote this one's source`;
  }
  const numbers = per === 'channel' ? `, ${lanes} numbers` : '';
  switch (kind) {
    case 'yuvToRgb':
      return ': by cuweaveYuvToRgb, of what the stream says';
    case 'rgbToYuv':
      return ': by cuweaveRgbToYuv';
    case 'mat2x3':
      return ": [a, b, c, d, e, f] with x = a x' + b y' + c, y = d x' + e y' + f from output to input pixels";
    case 'mat3x3':
      return ': a homography from output to input pixels, row by row';
    case 'angle':
      return ': its cosine and sine, and what f32 loses of each: the middle and the low digits of a double';
    case 'weights':
      return `, ${lanes} numbers, row by row`;
    case 'gaussian':
      return `, ${lanes} weights along one axis`;
    default:
      return `${numbers} (docs/ops.md of cuweave, ${stage.replace(/\d+$/, '')})`;
  }
};

/** The functions that give sizes and scales, in C++. */
const printGeometry = (
  kernel: Kernel,
): { functions: readonly CFunctionView[]; stages: readonly StageView[] } => {
  const names = new FunctionNames(argNames);
  const functions: CFunctionView[] = [];
  const entry = kernelEntry(kernel);
  const stages = kernel.geometry.map((stage, n): StageView => {
    const { maxScale } = entry.geometry[n]!;
    const print = (apply: OpFunction | undefined, what: string, sizes: string): string =>
      apply ? `functions::${printFunction(kernel, stage, apply, what, sizes, names, functions)}` : 'nullptr';
    const size = print(stage.size, 'size after', 'cuweaveSize src, cuweaveSize beside');
    const scale = stage.role === 'indexMap' ? undefined : stage.scale;
    const read = stage.size ? usesOf(stage.size.fn).params : new Set<string>();
    return {
      name: stage.name,
      size,
      scale: print(scale, 'scale of', 'cuweaveSize src, cuweaveSize dst'),
      readsSize: (stage.images ?? []).some(image => read.has(image.name)),
      maxScale: maxScale === undefined ? '0' : f32Literal(maxScale),
    };
  });
  return { functions, stages };
};

/** What the functions of sizes and scales are given. */
const argNames = ['args', 'image', 'src', 'dst', 'beside', 'call', 'one'];

const printFunction = (
  kernel: Kernel,
  stage: Stage,
  apply: OpFunction,
  what: string,
  sizes: string,
  names: FunctionNames,
  functions: CFunctionView[],
): string => {
  const { rename, fresh } = names.helpers(apply);
  const fields = new Map(
    kernel.layout.params
      .filter(placed => placed.stage === stage.name)
      .flatMap(placed => placed.fields.map(field => [field.name, { placed, field }] as const)),
  );
  const print = (fn: Fn, name: string, before: readonly string[], start: readonly string[]): void => {
    const locals = localNames(fn, local => isReserved(local) || argNames.includes(local));
    const local = (own: string): string => locals.get(own) ?? own;
    const place = (own: string): { readonly block: string; readonly field: PlacedField } | undefined => {
      const found = fields.get(own);
      return found && { block: found.placed.block === 'image' ? 'one' : 'call', field: found.field };
    };
    const around = {
      local,
      helper: rename,
      param: (own: string, lane: number) => {
        const found = place(own);
        // An image has its size there.
        return found
          ? `${found.block}.${fields.get(own)!.placed.member}.${lanePath(found.field, lane)}`
          : `beside.${lane === 0 ? 'width' : 'height'}`;
      },
      entry: (own: string, index: string) =>
        `${place(own)!.block}.${fields.get(own)!.placed.member}.${place(own)!.field.member}[${index}]`,
      size: (of: string, axis: string) => `${of}.${axis}`,
      uniform: (own: string) => own,
      window: () => '',
      tap: () => '',
    };
    const args = [...before, ...fn.args.map(arg => `const ${cType(arg.type)} ${local(arg.name)}`)];
    functions.push({
      title: `the ${what} ${stage.name}`,
      returns: cType(fn.returns),
      name,
      args: args.join(', '),
      lines: [...start, ...printBody(fn, c, around).map(({ text }) => text)],
    });
  };
  for (const { fn, name } of fresh) {
    print(fn, name, [], []);
  }
  const name = names.take(functionName(`${cName(stage.name)}_${what.split(' ')[0]}`));
  const { params } = usesOf(apply.fn);
  const reads = (block: PlacedParams['block']): boolean =>
    [...params].some(param => fields.get(param)?.placed.block === block);
  print(
    apply.fn,
    name,
    ['const void* args', 'const void* image', ...sizes.split(', ')],
    [
      ...(reads('args') ? [`  const auto& call = *(const cuweave_${kernel.name}_args*)args;`] : []),
      ...(reads('image') ? [`  const auto& one = *(const cuweave_${kernel.name}_image*)image;`] : []),
    ],
  );
  return name;
};

/** Planes that are given together, for the C++ header. */
type GroupView = {
  readonly type: string;
  readonly method: string;
  readonly comment: string;
  readonly isSource: boolean;
  readonly isWritten: boolean;
  /** These belong to a tensor. */
  readonly layout: string;
  readonly planes: readonly (Pick<PlaneView, 'name' | 'member' | 'x' | 'y' | 'bytes'> & {
    readonly type: string;
    readonly channels: number;
  })[];
};

const cppTypes: Readonly<Record<Format['dtype'], string>> = {
  u8: 'std::uint8_t',
  u16: 'std::uint16_t',
  i32: 'std::int32_t',
  f16: 'Half',
  bf16: 'BFloat16',
  f32: 'float',
};

/** What the classes of the C++ header declare themselves: no kernel's class may have these names. */
const classMembers = [
  ...'Args BFloat16 Image Source Sink Error Half Matrix Memory Plane Range Size planeBytes require rowBytes takePlane'.split(
    ' ',
  ),
  ...'args check computeSizes count enqueue hasCuda image resultSize run rgbToYuv yuvToRgb std cuweave'.split(
    ' ',
  ),
  ...'source sink sourceBytes sourceIn sinkBytes sinkIn images_ args_ found memory n next planes size stream'.split(
    ' ',
  ),
];

/** What `pipelines.hpp` is filled with, beside its name and that of its package. */
export const cppHeaderView = (plans: readonly Plan[]): object => {
  const names = new FunctionNames(classMembers);
  return {
    kernels: plans.flatMap(builtKernels).map(kernel => {
      const type = names.take(memberName(kernel.name));
      const groups = groupViews(kernel, type);
      return { name: kernel.name, type, chain: kernel.chain, last: kernel.geometry.length, groups };
    }),
  };
};

const groupViews = ({ pipeline, layout }: Kernel, type: string): readonly GroupView[] => {
  const taken = new FunctionNames([...classMembers.filter(name => !/^(source|sink)$/i.test(name)), type]);
  const group = (
    format: Format,
    planes: readonly PlacedPlane[],
    side: string,
    kind: 'source' | 'sink' | 'input',
    suffix: string,
    comment: string,
  ): GroupView => ({
    type: taken.take(`${kind[0]!.toUpperCase()}${kind.slice(1)}${suffix}`),
    method: taken.take(`${kind}${suffix}`),
    comment,
    isSource: kind === 'source',
    isWritten: kind === 'sink',
    layout: format.layout ?? '',
    planes: planes.map(({ name, channels, subsampling }) => ({
      name: memberName(name),
      member: planeMember(side, name),
      type: `${kind === 'sink' ? '' : 'const '}${cppTypes[format.dtype]}`,
      channels,
      bytes: channels * dtypeBytes[format.dtype],
      x: subsampling[0],
      y: subsampling[1],
    })),
  });
  return [
    group(pipeline.source, layout.source, 'src', 'source', '', ''),
    ...namedSinks(pipeline.sinks).map(({ format, side }, n) =>
      group(format, layout.sinks[n]!, side, 'sink', side.slice('dst'.length), ''),
    ),
    ...inputsOf(layout).map((readers, n) =>
      group(readers[0].image.format, readers[0].planes, `in${n}`, 'input', String(n), readersText(readers)),
    ),
  ];
};
