/**
 * How a GPU's thread reads the taps of a small filter whose point lies inside with all of them: neighbours in a row lie side by
 * side in memory, so that their addresses differ by numbers that the compiler knows.
 */
import type { Kernel } from '../../ir/plan.js';
import { dtypeBytes, type Format } from '../../ir/types.js';
import { hasBlocks } from '../../pass/block.js';
import { isStencil } from '../../pass/stencil/strip.js';
import { inRun, isPacked, laneAt, load, planeMember, storedTypes } from '../kernel/planes.js';
import { samples } from '../kernel/samples.js';

/** The text of a struct that holds the window of one point. */
export type WindowView = {
  /**
   * The first tap's place, and for each plane a pointer there or what is read of it already. Subsampled planes have none, since
   * neighbouring pixels may share a sample.
   */
  readonly members: readonly string[];
  /** How these begin. */
  readonly starts: readonly string[];
  /** Statements that find the samples of subsampled planes at (x, y). */
  readonly samples: readonly string[];
  /** The channels of the pixel at (column, row) of the window. */
  readonly values: readonly string[];
  /** Whether a row of taps is read in words, or a sample in one access. */
  readonly words: boolean;
  /** Planes whose samples are read in one access each, where they lie on multiples of their size. */
  readonly packed: readonly PackedPlane[];
};

/** A plane whose values are moved together, several at a time, if it is aligned. */
export type PackedPlane = {
  readonly type: string;
  readonly count: number;
  readonly pointer: string;
  readonly pitch: string;
};

/** As many taps each way as registers hold without a thought. */
const MOST_TAPS = 2;
/** A row of taps with at least this number of channels is read in words, and with fewer value by value. */
const FEWEST_CHANNELS = 3;
/** The most bytes of a row that is read in words. */
const MOST_BYTES = 16;

/** The window of a kernel's filter, or undefined where taps are read one by one. */
export const windowView = (kernel: Kernel): WindowView | undefined => {
  const { pipeline, before, schedule } = kernel;
  const { reach } = schedule;
  // Interpolated chroma has taps of its own, and a stencil's pixels share theirs.
  if (isStencil(kernel) || !reach?.isFixed || before.length > 0 || pipeline.source.chroma) {
    return undefined;
  }
  const [columns, rows] = [reach.x, reach.y].map(({ low, high }) => high - low + 1) as [number, number];
  if (columns > MOST_TAPS || rows > MOST_TAPS) {
    return undefined;
  }
  const { source } = pipeline;
  const type = storedTypes[source.dtype];
  const kinds = source.planes.map(plane => kindOf(source, plane, columns));
  const members = source.planes.flatMap(({ name, channels }, n) => {
    const own = planeMember('src', name);
    const at = (row: number): string =>
      `valuesAt<${type}, ${channels}>(image.${own}, image.${own}_pitch, left, ${row === 0 ? 'top' : `top + ${row}`})`;
    if (kinds[n] === 'pointer') {
      return [{ member: `const ${type}* const ${own};`, start: `${own}(${at(0)})` }];
    }
    if (kinds[n] === 'sample') {
      return [];
    }
    const count = columns * channels;
    const runs = Array.from({ length: rows }, (_, row) => `gatherRun<${type}, ${count}>(${at(row)})`);
    return [
      {
        member: `const Run<${type}, wholeWords<${type}>(${count})> ${own}[${rows}];`,
        start: `${own}{${runs.join(', ')}}`,
      },
    ];
  });
  const values = source.channels.map(channel => {
    const number = channel.plane;
    const { name, channels } = source.planes[number]!;
    const own = planeMember('src', name);
    if (kinds[number] === 'sample') {
      return load(source, own, laneAt(channel, 'x'));
    }
    const column = inRun('column', channels, laneAt(channel, 'x'));
    return kinds[number] === 'words'
      ? load(source, `${own}[row]`, column)
      : load(source, `below(${own}, image.${own}_pitch, row)`, column);
  });
  const taken = samples(source, 'src').filter((_, n) => kinds[n] === 'sample');
  // The kernel of a sink with blocks has no way for planes that are not aligned.
  const isAlone = !pipeline.sinks.some(({ format }) => hasBlocks(format));
  const inOneAccess = ({ channels }: { channels: number }): boolean =>
    isAlone && isPacked(channels, source.dtype);
  return {
    members: [
      '// The first of the pixels that are read. How far the others are from it is known while compiling.',
      'const int left, top;',
      ...members.map(({ member }) => member),
    ],
    starts: [
      `left(${first('x', reach.x.low)}), top(${first('y', reach.y.low)})`,
      ...members.map(({ start }) => start),
    ],
    samples: taken.map(sample => {
      const { name, type, channels, pointer, pitch, x, y } = sample;
      const place = `valuesAt<${type}, ${channels}>(image.${pointer}, image.${pitch}, ${x}, ${y})`;
      return inOneAccess(sample)
        ? `const Run<${type}, ${channels}> ${name} = loadSample<aligned, ${type}, ${channels}>(${place});`
        : `const ${type}* const ${name} = ${place};`;
    }),
    values,
    words: kinds.includes('words') || taken.some(inOneAccess),
    packed: taken
      .filter(inOneAccess)
      .map(({ type, channels, pointer, pitch }) => ({ type, count: channels, pointer, pitch })),
  };
};

const kindOf = (
  { dtype }: Format,
  { channels, subsampling }: Format['planes'][number],
  columns: number,
): 'words' | 'pointer' | 'sample' => {
  if (subsampling.some(factor => factor !== 1)) {
    return 'sample';
  }
  const bytes = columns * channels * dtypeBytes[dtype];
  return dtypeBytes[dtype] < 4 && channels >= FEWEST_CHANNELS && bytes <= MOST_BYTES ? 'words' : 'pointer';
};

const first = (axis: 'x' | 'y', low: number): string => {
  const floor = `toI32(floorf(at.${axis}))`;
  return low === 0 ? floor : `add(${floor}, ${low})`;
};
