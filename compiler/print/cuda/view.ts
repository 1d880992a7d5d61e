/** What the templates of C++ and CUDA are filled with: plain objects whose members are ready-made text. */
import { channelCount } from '../../../ops/spec.js';
import { memberName } from '../../ir/names.js';
import type { Kernel, PlacedParams, Tile } from '../../ir/plan.js';
import { reduces } from '../../ir/reduce.js';
import { tuple } from '../../ir/types.js';
import { hasBlocks, movesRuns } from '../../pass/block.js';
import { blockOf, lanePath } from '../../pass/layout.js';
import { isStencil } from '../../pass/stencil/strip.js';
import { type RowsOfTable, rowsOfTable } from '../../pass/tables.js';
import { c, cType, cUnfused } from '../expr/c.js';
import { withLineDirectives } from '../expr/lines.js';
import type { Access } from '../kernel/access.js';
import { kernelName, type PrintedKernel, type PrintedNeighbours, printKernel } from '../kernel/kernel.js';
import type { PrintedFunction } from '../kernel/operators.js';
import { load, planeMember, repeats, type Sample, save } from '../kernel/planes.js';
import { printedRank, type RankView, rankView } from '../kernel/rank.js';
import { readersText } from '../kernel/readers.js';
import {
  type PixelsView,
  pixelsView,
  places,
  samples,
  type TilePlane,
  tilePlaces,
  tilePlanes,
} from '../kernel/samples.js';
import { namedSinks } from '../kernel/sinks.js';
import { type StructsView, structName, structsView } from '../kernel/structs.js';
import { type BlocksView, blocksView } from './blocks.js';
import type { GatherView } from './gather.js';
import { reduceView } from './reduceView.js';
import { type StagingView, stagingView } from './staging.js';
import { distances, type StripView, stripView } from './strip.js';
import { gatheredLines, type InsideView, insideType, insideView } from './taps.js';
import type { PackedPlane, WindowView } from './window.js';

/** How the pixel of one sink is written. */
type StoreView = {
  /** The result that it is, where there are several. */
  readonly result: string;
  /** The type of its pixel, and the function that writes one. */
  readonly type: string;
  readonly store: string;
  /** Its pixel among those of all sinks: `px.picture`, and `.picture`; `px` and nothing where it is the only one. */
  readonly pixel: string;
  readonly member: string;
  readonly samples: readonly Sample[];
  readonly stores: readonly string[];
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
  /** The same for those that say where pixels lead: a launcher may ask for the first of them. */
  readonly inlineForBoth: string;
  readonly functions: readonly FunctionView[];
  readonly filter?: FunctionView;
  readonly filters: readonly FunctionView[];
  /** The type of the points that a filter is asked for. */
  readonly point: string;
  /** Set where neighbouring pixels share what a stencil reads, and how a thread of a GPU goes about it. */
  readonly neighbours?: PrintedNeighbours;
  readonly strip?: StripView;
  /** Its comparisons, where it only ranks bytes. */
  readonly rank?: RankView;
  /** How far it reads, where the host computes it along lines. */
  readonly lines?: Pick<StripView, 'left' | 'right' | 'above' | 'below'>;
  /** What is computed once per image; the kernel's image is the caller's with these behind it. */
  readonly uniforms: readonly { readonly member: string; readonly value: string }[];
  /** Whether there is anything behind the caller's image. */
  readonly derived: boolean;
  /** Of a filter by a table: how its windows are asked for. */
  readonly windows?: WindowsView;
  /** How the host makes rows of it. */
  readonly tableRows?: TableRowsView;
  /** The source's plane from which a GPU's thread reads the filter's bytes in words; '' where they are computed first. */
  readonly table: string;
  readonly fetchedChannels: number;
  readonly sourcePixel: string;
  readonly fetchedPixel: string;
  readonly sinkPixel: string;
  /** Members of the type `Pixels`, where there are several sinks. */
  readonly pixels: readonly { readonly type: string; readonly member: string }[];
  /** Names of the fetched pixel's channels. */
  readonly fetchedLanes: readonly string[];
  readonly source: PixelsView;
  /** Images beside the source. */
  readonly inputs: readonly InputView[];
  readonly sinks: readonly StoreView[];
  /** Set where pixels share samples of the sink: they are computed and written together. */
  readonly blocks?: BlocksView;
  readonly tap: readonly string[];
  /** The statements that find the point to which an output pixel leads. */
  readonly locate: readonly string[];
  /** How taps are read where none lies outside; the test for that; and from the taps to the pixel. */
  readonly inside?: InsideView;
  readonly isInside: string;
  readonly sampleInside: readonly string[];
  /** How the host reads such taps for many points at once; else pixels are fetched one by one. */
  readonly gathered?: GatherView & { readonly lines: readonly string[] };
  /** How they are sampled where all of them lie outside, if that is known without a look at them. */
  readonly beyond?: PrintedKernel['beyond'];
  /** Whether taps take their place in the window as a type. */
  readonly placed: boolean;
  /** The operators that may follow the filter, in words. */
  readonly postponed: string;
  /** How a block reads such taps from shared memory. */
  readonly staging?: StagingView & { readonly lines: readonly string[]; readonly fetch: readonly string[] };
  /** Whether the source needs native/kernel/runs.h. */
  readonly needsRuns: boolean;
  /** How members of structs begin that are functions. */
  readonly member: string;
  readonly fetch: readonly string[];
  readonly finish: readonly string[];
  /** Whether `finish` takes the output's position. */
  readonly positioned: boolean;
  /** Where the sink's size is in `image.size`. */
  readonly last: number;
  readonly block: {
    readonly x: number;
    readonly y: number;
    readonly threads: number;
    /** Its `__launch_bounds__`. */
    readonly bounds: string;
    /** Its place among all blocks. */
    readonly index: string;
    /** The name of the kernel that reads its taps from shared memory. */
    readonly staged: string;
  };
  /** Whether its blocks are a function of their own, for a pair of kernels. */
  readonly paired: boolean;
  /** What a launcher finds out beside the blocks: the member's name, and what it says; no name where there is one way. */
  readonly work: WorkView;
  readonly tile: {
    readonly width: number;
    readonly height: number;
    /** What one block covers. */
    readonly blockWidth: number;
    readonly blockHeight: number;
    /** Whether a thread's values of a row are moved together. */
    readonly runs: boolean;
    /** Whether a launcher finds out how rows are aligned. */
    readonly isFlagged: boolean;
    /** The planes whose rows a strip has in shared memory. */
    readonly stageable: readonly Pick<TilePlane, 'pointer' | 'pitch'>[];
    /** Whether a thread's pixels, one below the other, are fetched together where none of their taps lies outside. */
    readonly grouped: boolean;
    /** Whether there is a function for a pixel alone. */
    readonly single: boolean;
    /** Whether their taps' samples are read in one access each, where the planes are aligned. */
    readonly packed: boolean;
    /** Else pixels are fetched one by one. */
    readonly readsRuns: boolean;
    /** All planes that are read or written in runs, or read in whole samples. */
    readonly planes: readonly PackedPlane[];
    readonly source: readonly TilePlane[];
    readonly values: readonly string[];
    readonly sink: readonly TilePlane[];
    readonly stores: readonly string[];
  };
  readonly capacities: readonly { readonly images: number; readonly last: boolean }[];
};
/** The window's name in windows.h, whether it is the first pass, and the sizes of the image and of the result. */
type WindowsView = {
  readonly kind: string;
  readonly isFirst: string;
  readonly from: string;
  readonly to: string;
};
type TableRowsView = {
  /** The source's plane whose bytes are the filter's; none where they are computed first. */
  readonly source: string;
  /** Whether columns of the output are others of the filter's, and how many these are. */
  readonly moved: boolean;
  readonly columns: string;
};
/** Which of two ways a launch takes. */
export type WorkView = { readonly flag: 'staged' | 'aligned' | ''; readonly title: string };
/** The function that reads one beside the source. */
type InputView = PixelsView & { readonly name: string; readonly title: string; readonly pixel: string };
type FunctionView = Omit<PrintedFunction, 'lines'> & {
  readonly inline: string;
  readonly lines: readonly string[];
  /** Whether it reads through whatever gives it taps. */
  readonly taps: boolean;
};

const paramsOf = ({ layout }: Kernel, stage: string): readonly PlacedParams[] =>
  layout.params.filter(placed => placed.stage === stage);

const access = (kernel: Kernel, target: Target): Access => ({
  column: target.column,
  ...(target.isDevice ? { mapLanguage: cUnfused } : {}),
  imageArg: 'const Image& image',
  windowsArg: 'const Windows& windows',
  params: (stage, field) => {
    const { block, member } = paramsOf(kernel, stage).find(placed => placed.block === blockOf(field))!;
    return `${block}.${member}`;
  },
  structs: stage =>
    paramsOf(kernel, stage).map(({ block, member }, n) => {
      const name = n === 0 ? 'p' : 'own';
      return {
        name,
        declared: `const ${structName(kernel.name, member)}& ${name}`,
        value: `${block}.${member}`,
        holds: field => blockOf(field) === block,
      };
    }),
  lane: (struct, field, lane) => `${struct}.${lanePath(field, lane)}`,
  array: (struct, field) => `${struct}.${memberName(field.name)}`,
  readImage: (reader, _, { x, y }) => `${reader}(image, ${x}, ${y})`,
  context: 'image, args',
  countsArg: 'const int32_t* const bins',
  measuredArg: name => `const float* const ${name}`,
  measured: (stage, param) =>
    `image.${kernel.layout.measures.find(({ stage: own, name }) => own === stage && name === param)!.member}`,
  tapsArg: 'const Taps& taps',
  anywhere: 'Anywhere{image, args}',
  ...(kernel.schedule.reach ? { inside: `${insideType(target.window, false)}(image, args, at)` } : {}),
  ...(printedRank(kernel, target.isDevice) ? { isRanked: true } : {}),
  ...(target.isDevice && kernel.schedule.strip?.fold ? { fold: kernel.schedule.strip.fold } : {}),
  ...(sharesRows(kernel, target)
    ? { sharesRows: true, unroll: target.isDevice ? '#pragma unroll' : '#pragma GCC unroll 64' }
    : {}),
  place: ({ column, row }) => `Place<${column}, ${row}>()`,
  sizeArg: name => `const cuweaveSize ${name}`,
  arg: (type, name) => c.declare(type, name, false),
  finite: point => `cw::finite(${point})`,
  within: (position, size) => `cw::within(${position}, ${size})`,
  // One branch, not four.
  all: tests => tests.map(test => `(${test})`).join(' & '),
  ...(target.gather
    ? { beyond: { taps: 'Beyond{image, args}', any: tests => tests.map(test => `(${test})`).join(' | ') } }
    : {}),
  ...(target.isDevice && kernel.schedule.staging
    ? { staged: { taps: 'taps', anywhere: 'StagedAnywhere{taps}' } }
    : {}),
  pixels: values => `Pixels{${values.join(', ')}}`,
  outside: (x, y, size) =>
    `(unsigned)${x} >= (unsigned)${size}.width || (unsigned)${y} >= (unsigned)${size}.height`,
});

/** Whether pixels of a stencil share what they read of rows: in the registers of a GPU's thread, or in lines of the host. */
const sharesRows = ({ schedule }: Kernel, { isDevice }: Target): boolean =>
  isDevice ? schedule.strip !== undefined : schedule.lines === true;

/** The table of the kernel's filter, if it has one. */
const windowsOf = ({ resample }: Kernel): { readonly windows?: WindowsView } => {
  const table = resample?.stage.filter.table;
  if (!resample || !table) {
    return {};
  }
  const [from, to] = [0, 1].map(more => `size[${resample.number + more}]`);
  const isFirst = String(table.pass === 'first');
  return { windows: { kind: `Window::${table.window}`, isFirst, from: from!, to: to! } };
};

/** How the host filters whole rows, where a kernel's table allows it. */
const tableRowsOf = (kernel: Kernel): { readonly tableRows?: TableRowsView } => {
  const rows = rowsOfTable(kernel);
  if (!rows) {
    return {};
  }
  return {
    tableRows: {
      source: planeOfTable(rows),
      moved: kernel.after.length > 0,
      columns: `size[${kernel.resample!.number + 1}].width`,
    },
  };
};
const planeOfTable = ({ plane }: Partial<RowsOfTable>): string =>
  plane === undefined ? '' : planeMember('src', plane);

/** What a source file is printed for. */
export type Target = {
  readonly isDevice: boolean;
  readonly inline: string;
  readonly member: string;
  readonly column: string;
  readonly file: string;
  readonly version: string;
  readonly window?: WindowView | undefined;
  readonly gather?: GatherView | undefined;
};

/** A source file for the host or for CUDA. */
export const kernelView = (kernel: Kernel, target: Target): KernelView => {
  const { window } = target;
  const packed = window?.packed ?? [];
  const printed = printKernel(kernel, c, access(kernel, target));
  const { source } = kernel.pipeline;
  const sinks = namedSinks(kernel.pipeline.sinks);
  /** A sink with blocks is alone. */
  const sink = sinks[0]!.format;
  const lanes = ['x', 'y', 'z', 'w'];
  const { block, tile, capacities, reach } = kernel.schedule;
  const point = isStencil(kernel) ? 'i32x2' : 'f32x2';
  const staging = target.isDevice ? stagingView(kernel) : undefined;
  const strip = target.isDevice ? stripView(kernel, sinks) : undefined;
  const rank = rankView(kernel, target.isDevice);
  const inlineForBoth = staging ? 'static __host__ __device__ __forceinline__' : target.inline;
  const view = ({ lines, ...rest }: PrintedFunction): FunctionView => ({
    ...rest,
    // What reads through whatever gives it taps is not the launcher's.
    inline: rest.taps ? target.inline : inlineForBoth,
    lines: withLineDirectives(lines, target.file),
  });
  const runs = movesRuns(tile, sink);
  const grouped = printed.insideTap.length > 0 && tile.width === 1 && (tile.height > 1 || packed.length > 0);
  const sourceRuns = tile.readsRuns ? tilePlanes(source, 'src', tile) : [];
  const sinkRuns = sinks.flatMap(({ format, side }) => tilePlanes(format, side, tile));
  return {
    pipeline: kernel.name,
    space: kernelName(kernel),
    header: [
      `${target.file}, generated by cuweave ${target.version} from ${kernel.pipeline.loc.file}. Do not edit; run: cuweave build`,
      kernel.chain,
      `schedule: blocks of ${block[0]}×${block[1]}, ${tileText(tile)} per thread${
        staging ? `, or tiles of ${staging.width}×${staging.height} from shared memory` : ''
      }; structure ${kernel.hash}`,
    ],
    structs: structsView(kernel),
    inline: target.inline,
    inlineForBoth,
    functions: printed.functions.map(view),
    ...(printed.filter ? { filter: view(printed.filter) } : {}),
    filters: printed.filters.map(view),
    point,
    ...(printed.neighbours ? { neighbours: printed.neighbours } : {}),
    ...(strip ? { strip } : {}),
    ...(rank ? { rank } : {}),
    ...(!target.isDevice && kernel.schedule.lines && reach ? { lines: distances(reach) } : {}),
    uniforms: printed.uniforms,
    ...windowsOf(kernel),
    ...(target.isDevice ? {} : tableRowsOf(kernel)),
    table: target.isDevice ? planeOfTable(rowsOfTable(kernel) ?? {}) : '',
    fetchedChannels: printed.fetchedChannels,
    derived: printed.uniforms.length > 0 || kernel.resample?.stage.filter.table !== undefined,
    sourcePixel: printed.sourcePixel,
    fetchedPixel: printed.fetchedPixel,
    sinkPixel: printed.sinkPixel,
    pixels: printed.pixels,
    fetchedLanes: lanes.slice(0, printed.fetchedChannels),
    source: pixelsView(source, 'src', 'image.size[0]'),
    inputs: printed.readers.map(({ name, placed }) => {
      const [{ image, input, at }] = placed;
      return {
        ...pixelsView(image.format, `in${input}`, `image.size[${at}]`),
        name,
        title: readersText(placed),
        pixel: cType(tuple('f32', channelCount[image.format.colour])),
      };
    }),
    sinks: sinks.map(({ format, side, member, pixel, store }, n) => ({
      result: kernel.pipeline.sinks[n]!.name,
      type: printed.pixels[n]?.type ?? printed.sinkPixel,
      store,
      pixel,
      member: member && `.${member}`,
      samples: samples(format, side),
      stores: places(format, side).flatMap(({ plane, index }, channel) =>
        repeats(format, format.planes[format.channels[channel]!.plane]!.channels).map(by =>
          save(format, `px.${lanes[channel]}`, `${plane}[${by === 0 ? index : `${index} + ${by}`}]`),
        ),
      ),
    })),
    ...(hasBlocks(sink) ? { blocks: blocksView(sink) } : {}),
    tap: printed.tap,
    ...(printed.insideTap.length > 0 ? { inside: insideView(printed, window, point) } : {}),
    ...(target.gather
      ? {
          gathered: { ...target.gather, lines: gatheredLines(printed, target.gather) },
          ...(printed.beyond ? { beyond: printed.beyond } : {}),
        }
      : {}),
    ...(staging ? { staging: { ...staging, lines: printed.insideTap, fetch: printed.stagedFetch } } : {}),
    placed: kernel.schedule.reach?.isFixed === true,
    locate: printed.locate,
    isInside: printed.isInside,
    sampleInside: printed.sampleInside,
    postponed: kernel.postponed.map(({ name }) => name).join(', '),
    needsRuns: runs || window?.words === true || strip !== undefined,
    member: target.member,
    fetch: printed.fetch,
    finish: printed.finish,
    positioned: printed.positioned,
    last: kernel.geometry.length,
    tile: {
      width: tile.width,
      height: tile.height,
      blockWidth: block[0] * tile.width,
      blockHeight: block[1] * tile.height,
      runs,
      isFlagged: workView(kernel).flag === 'aligned',
      stageable: strip?.ring ? strip.source : [],
      grouped,
      single: !grouped || staging !== undefined,
      packed: packed.length > 0,
      readsRuns: tile.readsRuns,
      planes: packed.length > 0 ? packed : runs ? [...sourceRuns, ...sinkRuns] : [],
      source: sourceRuns,
      values: tile.readsRuns
        ? tilePlaces(source, 'src').map(({ run, index }) => load(source, run, index))
        : [],
      sink: sinkRuns,
      stores: sinks.flatMap(({ format, side, pixel }) =>
        tilePlaces(format, side).map(({ run, index }, channel) =>
          save(format, `${pixel}.${lanes[channel]}`, `${run}, ${index}`),
        ),
      ),
    },
    block: {
      x: block[0],
      y: block[1],
      threads: block[0] * block[1],
      bounds: launchBounds(kernel),
      index: kernel.isPaired ? 'block' : 'blockIdx',
      staged: `${kernelName(kernel)}_staged`,
    },
    paired: kernel.isPaired,
    work: workView(kernel),
    capacities: capacities.map((images, n) => ({ images, last: n === capacities.length - 1 })),
    ...(reduces(kernel.pipeline)
      ? { ...reduceView(kernel, printed.reductions, !target.isDevice), sinks: [] }
      : {}),
  };
};

/** Two blocks to a multiprocessor are enough for a chroma filter: to have eight, nvcc would rather spill than use more registers. */
export const launchBounds = ({ pipeline, schedule: { block } }: Kernel): string =>
  `${block[0] * block[1]}${pipeline.source.chroma ? ', 2' : ''}`;

/** No kernel has both ways: only such as resample are staged, and these write pixel by pixel. */
export const workView = ({ pipeline, schedule: { staging, strip, tile } }: Kernel): WorkView => {
  if (staging) {
    return { flag: 'staged', title: 'whether taps come from shared memory' };
  }
  if (strip?.ring) {
    return { flag: 'aligned', title: 'whether rows can be copied, and runs moved together' };
  }
  if (movesRuns(tile, pipeline.sinks[0].format)) {
    return { flag: 'aligned', title: 'whether runs can be moved together' };
  }
  return { flag: '', title: '' };
};

const tileText = ({ width, height, readsRuns }: Tile): string => {
  const pixels = width * height === 1 ? '1 pixel' : `${width}×${height} pixels`;
  return readsRuns ? `${pixels}, read in runs,` : pixels;
};
