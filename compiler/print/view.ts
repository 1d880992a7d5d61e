/** What the templates of C++ and CUDA are filled with: plain objects whose members are ready-made text. */
import { paramFields } from '../../ops/spec.js';
import type { Kernel, PlacedField } from '../ir/plan.js';
import type { DType, Format } from '../ir/types.js';
import { isArray, lanePath } from '../pass/layout.js';
import { c } from './c.js';
import type { Line } from './fn.js';
import { type Access, kernelName, type PrintedFunction, printKernel } from './kernel.js';
import { stageName } from './names.js';

const storedTypes: Readonly<Record<DType, string>> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  i32: 'int32_t',
  f16: 'f16',
  f32: 'float',
};

/** The C structs of a pipeline's argument block; the header and every generated source print them alike. */
export type StructsView = {
  readonly pipeline: string;
  /** One struct for each stage that has parameters. */
  readonly params: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly image: readonly { readonly member: string; readonly comment: string }[];
  readonly args: readonly { readonly member: string; readonly comment: string }[];
  readonly imageSize: number;
  readonly argsSize: number;
};

type Row = {
  readonly name: string;
  readonly type: string;
  readonly pointer: string;
  readonly pitch: string;
  readonly y: string;
};

/** A generated source file. */
export type KernelView = {
  readonly pipeline: string;
  /** The namespace's and the kernel's name; not the pipeline's alone, which may be any word, `count` say. */
  readonly space: string;
  readonly header: readonly string[];
  readonly structs: StructsView;
  /** How functions begin: `static __device__ __forceinline__` or `static inline`. */
  readonly inline: string;
  readonly functions: readonly FunctionView[];
  readonly filter?: FunctionView;
  readonly sourcePixel: string;
  readonly fetchedPixel: string;
  readonly sinkPixel: string;
  /** Names of the fetched pixel's channels. */
  readonly fetchedLanes: readonly string[];
  readonly source: { readonly rows: readonly Row[]; readonly values: readonly string[] };
  readonly sink: { readonly rows: readonly Row[]; readonly stores: readonly string[] };
  readonly tap: readonly string[];
  readonly fetch: readonly string[];
  readonly finish: readonly string[];
  /** Where the sink's size is in `image.size`. */
  readonly last: number;
  readonly block: { readonly x: number; readonly y: number; readonly threads: number };
  readonly capacities: readonly { readonly images: number; readonly last: boolean }[];
};
type FunctionView = Omit<PrintedFunction, 'lines'> & { readonly lines: readonly string[] };

/** The C name of a pipeline's struct: `cuweave_preprocess_image`. */
export const structName = (pipeline: string, part: string): string => `cuweave_${pipeline}_${part}`;

/** The structs of a pipeline. */
export const structsView = ({ name, layout, geometry }: Kernel): StructsView => {
  const struct = (stage: string): string => structName(name, stageName(stage));
  const planes = (planes: typeof layout.source, side: string, constant: string) => ({
    pointers: planes.map(plane => ({
      member: `${constant}void* ${planeMember(side, plane.name)};`,
      comment: '',
    })),
    pitches: planes.map(plane => ({
      member: `int64_t ${planeMember(side, plane.name)}_pitch;`,
      comment: '',
    })),
  });
  const source = planes(layout.source, 'src', 'const ');
  const sink = planes(layout.sink, 'dst', '');
  const params = (block: 'args' | 'image') =>
    layout.params
      .filter(placed => placed.block === block)
      .map(placed => ({
        member: `struct ${struct(placed.stage)} ${stageName(placed.stage)};`,
        comment: '',
      }));
  const sizes = ['the source', ...geometry.map(stage => `after ${stage.name}`)].join(', ');
  return {
    pipeline: name,
    params: layout.params.map(placed => ({ name: struct(placed.stage), members: placed.fields.map(member) })),
    image: [
      ...source.pointers,
      ...sink.pointers,
      ...source.pitches.map(({ member }, n) => ({ member, comment: n === 0 ? 'bytes from row to row' : '' })),
      ...sink.pitches,
      { member: `cuweaveSize size[${geometry.length + 1}];`, comment: `pixels: ${sizes}` },
      ...params('image'),
    ],
    args: [
      { member: 'uint32_t size;', comment: `sizeof this struct: ${layout.argsSize}` },
      { member: 'int32_t count;', comment: 'images' },
      { member: `const struct ${structName(name, 'image')}* images;`, comment: 'in host memory' },
      ...params('args'),
    ],
    imageSize: layout.imageSize,
    argsSize: layout.argsSize,
  };
};

const planeMember = (side: string, plane: string): string => `${side}_${plane}`;
const member = (field: PlacedField): string => {
  const { scalar, fields } = paramFields[field.kind];
  const type = scalar === 'f32' ? 'float' : 'int32_t';
  if (fields.length > 0) return `struct { ${type} ${fields.join(', ')}; } ${field.member};`;
  return `${type} ${field.member}${isArray(field) ? `[${field.lanes}]` : ''};`;
};

const access = (kernel: Kernel, column: string): Access => ({
  column,
  params: stage => {
    const placed = kernel.layout.params.find(params => params.stage === stage);
    return `${placed?.block ?? 'args'}.${stageName(stage)}`;
  },
  lane: (struct, field, lane) => `${struct}.${lanePath(field, lane)}`,
  context: 'image, args',
  contextArgs: 'const Image& image, const Args& args',
  paramsArg: (stage, name) => `const ${structName(kernel.name, stageName(stage))}& ${name}`,
  sizeArg: name => `const cuweaveSize ${name}`,
  arg: (type, name) => c.declare(type, name, false),
  within: (position, size) => `cw::within(${position}, ${size})`,
  outside: (x, y, size) =>
    `(unsigned)${x} >= (unsigned)${size}.width || (unsigned)${y} >= (unsigned)${size}.height`,
});

const shift = (text: string, subsampling: number): string => (subsampling === 2 ? `${text} >> 1` : text);
const times = (text: string, factor: number): string =>
  factor === 1 ? text : `${text.includes(' ') ? `(${text})` : text} * ${factor}`;

const rows = (format: Format, side: 'src' | 'dst'): Row[] =>
  format.planes.map(plane => ({
    name: `${plane.name}_row`,
    type: storedTypes[format.dtype],
    pointer: planeMember(side, plane.name),
    pitch: `${planeMember(side, plane.name)}_pitch`,
    y: shift('y', plane.subsampling[1]),
  }));
/** The place of each channel in its row. */
const places = (format: Format): { row: string; index: string }[] =>
  format.channels.map(({ plane: number, lane }) => {
    const plane = format.planes[number]!;
    const sample = times(shift('x', plane.subsampling[0]), plane.channels);
    return { row: `${plane.name}_row`, index: lane === 0 ? sample : `${sample} + ${lane}` };
  });

/** One channel as f32: the stored number, or a code of many bits on the scale of 8-bit codes. */
const load = ({ code }: Format, row: string, index: string): string =>
  code ? `getCode(${row}, ${index}, ${code.shift}, ${2 ** (8 - code.bits)}f)` : `get(${row}, ${index})`;

/** A source file for the host or for CUDA. `lineOf` says where a function's text comes from, for `#line`. */
export const kernelView = (
  kernel: Kernel,
  target: { inline: string; column: string; file: string; version: string },
): KernelView => {
  const printed = printKernel(kernel, c, access(kernel, target.column));
  const { source, sink } = kernel.pipeline;
  const lanes = ['x', 'y', 'z', 'w'];
  const view = ({ lines, ...rest }: PrintedFunction): FunctionView => ({
    ...rest,
    lines: withLineDirectives(lines, target.file),
  });
  const { block, capacities } = kernel.schedule;
  return {
    pipeline: kernel.name,
    space: kernelName(kernel),
    header: [
      `${target.file}, generated by cuweave ${target.version} from ${kernel.pipeline.loc.file}. Do not edit; run: cuweave build`,
      kernel.chain,
      `schedule: blocks of ${block[0]}×${block[1]}, 1 pixel per thread; structure ${kernel.hash}`,
    ],
    structs: structsView(kernel),
    inline: target.inline,
    functions: printed.functions.map(view),
    ...(printed.filter ? { filter: view(printed.filter) } : {}),
    sourcePixel: printed.sourcePixel,
    fetchedPixel: printed.fetchedPixel,
    sinkPixel: printed.sinkPixel,
    fetchedLanes: lanes.slice(0, printed.fetchedChannels),
    source: {
      rows: rows(source, 'src'),
      values: places(source).map(({ row, index }) => load(source, row, index)),
    },
    sink: {
      rows: rows(sink, 'dst'),
      stores: places(sink).map(({ row, index }, channel) => `put(px.${lanes[channel]}, ${row}[${index}]);`),
    },
    tap: printed.tap,
    fetch: printed.fetch,
    finish: printed.finish,
    last: kernel.geometry.length,
    block: { x: block[0], y: block[1], threads: block[0] * block[1] },
    capacities: capacities.map((images, n) => ({ images, last: n === capacities.length - 1 })),
  };
};

/** Stands in generated text where the number of its own line belongs; see {@link resolveLines}. */
const HERE = '@@cuweave:line@@';

/** `#line` before every stretch of the author's lines, and one back to the generated file after the last. */
const withLineDirectives = (lines: readonly Line[], file: string): string[] => {
  const out: string[] = [];
  let expected: { file: string; line: number } | undefined;
  for (const { text, loc } of lines) {
    if (loc && (expected?.file !== loc.file || expected.line !== loc.line)) {
      out.push(`#line ${loc.line} ${JSON.stringify(loc.file)}`);
      expected = { file: loc.file, line: loc.line };
    }
    out.push(text);
    if (expected) expected.line += 1;
  }
  if (expected) out.push(`#line ${HERE} ${JSON.stringify(file)}`);
  return out;
};

/** Puts the numbers of their own lines into `#line` directives that lead back to the generated file. */
export const resolveLines = (text: string): string =>
  text
    .split('\n')
    .map((line, index) => line.replace(HERE, String(index + 2)))
    .join('\n');
