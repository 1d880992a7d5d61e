/** Which results of a pipeline one kernel can write: those to which the same stages lead, but for point operators. */
import type { Apart } from '../ir/plan.js';
import { cellsOf, countsOf, MOST_COUNTS } from '../ir/reduce.js';
import type { ForkIr, PointStage, ReduceIr, SinkIr, Stage } from '../ir/types.js';
import { hasBlocks } from './block.js';

/** Results that one kernel writes. */
export type Group = {
  /** What leads to all of them, after the stages that lead to every result of the pipeline. */
  readonly stages: readonly Stage[];
  readonly sinks: readonly [SinkIr, ...SinkIr[]];
  /** Why they are apart from the others, where there are others. */
  readonly apart?: Apart;
};
/** A pipeline's results in groups. */
export type Grouped = {
  /** The stages that lead to every result: the pipeline's own, and what all of its results begin with. */
  readonly trunk: readonly Stage[];
  readonly groups: readonly Group[];
};

/** Whether a stage leaves every pixel where it is. */
export const isPoint = (stage: Stage): stage is PointStage => stage.role === 'point';

/**
 * The results of a pipeline by the stage that moves pixels last: of those for which it is the same, every pixel of one lies where the
 * pixel of the others does. A format in which pixels share samples is written block by block, and stays alone.
 */
export const groupResults = ({ stages, outputs }: Pick<ForkIr, 'stages' | 'outputs'>): Grouped => {
  const paths = withEqualShared(outputs.map(output => output.stages));
  const common = commonLength(paths);
  const trunk = [...stages, ...paths[0]!.slice(0, common)];
  const groups = new Map<object | string, number[]>();
  /** Reductions go by themselves: a kernel of theirs runs in tiles. */
  const reducing = new Map<object | string, Reducing>();
  for (const [n, { name, sink, reduce }] of outputs.entries()) {
    // No result is called ''.
    const own = hasBlocks(sink) ? name : (movesLast(paths[n]!.slice(common)) ?? '');
    const key = reduce ? reducingBy(reducing, own, reduce) : own;
    groups.set(key, [...(groups.get(key) ?? []), n]);
  }
  const grouped = [...groups.values()].map((members): Group => {
    const own = members.map(n => paths[n]!.slice(common));
    const length = commonLength(own);
    const sinks = members.map((member, n): SinkIr => {
      const { name, sink, reduce } = outputs[member]!;
      const points = own[n]!.slice(length).filter(isPoint);
      const common = { output: name, points, format: sink, ...(reduce ? { reduce } : {}) };
      return { name: members.length === 1 ? '' : name, ...common };
    });
    const [first, ...others] = sinks;
    const apart = groups.size > 1 ? { apart: whyApart(own[0]!, first!) } : {};
    return { stages: own[0]!.slice(0, length), sinks: [first!, ...others], ...apart };
  });
  return { trunk, groups: grouped };
};

/** A kernel that reduces, and how many counts it has. */
type Reducing = { counts: number };
/** A block has the counts of its kernel's reductions; a grid's cells have blocks of their own. */
const reducingBy = (
  known: Map<object | string, Reducing>,
  own: object | string,
  reduce: ReduceIr,
): Reducing => {
  if (cellsOf(reduce) > 1) {
    return { counts: 0 };
  }
  const last = known.get(own);
  const counts = countsOf(reduce);
  if (last && last.counts + counts <= MOST_COUNTS) {
    last.counts += counts;
    return last;
  }
  const made = { counts };
  known.set(own, made);
  return made;
};

const movesLast = (stages: readonly Stage[]): Stage | undefined => stages.findLast(stage => !isPoint(stage));

const whyApart = (stages: readonly Stage[], { format, reduce }: SinkIr): Apart => {
  if (reduce) {
    return { why: 'reduction' };
  }
  if (hasBlocks(format)) {
    return { why: 'samples', format: format.name };
  }
  const moves = movesLast(stages);
  return moves ? { why: 'geometry', stage: moves.name } : { why: 'unmoved' };
};

/** Paths in which equal stages behind equal beginnings are one object: the same operator with the same settled values. */
const withEqualShared = (paths: readonly (readonly Stage[])[]): readonly (readonly Stage[])[] => {
  const known = new Map<string, Stage>();
  return paths.map(stages => {
    let path = '';
    return stages.map(stage => {
      path += `${textOf(stage)}\n`;
      const same = known.get(path) ?? stage;
      known.set(path, same);
      return same;
    });
  });
};

/** A stage without its name and its places in the author's file. */
const textOf = (stage: Stage): string =>
  JSON.stringify({ ...stage, name: '' }, (key, value: unknown) => (key === 'loc' ? undefined : value));

/** How many stages all paths begin with; maps of one resampling stay together. */
const commonLength = (paths: readonly (readonly Stage[])[]): number => {
  const [first = [], ...others] = paths;
  let length = first.findIndex((stage, n) => others.some(path => path[n] !== stage));
  if (length < 0) {
    length = first.length;
  }
  while (paths.some(path => path[length]?.role === 'chainedMap')) {
    length--;
  }
  return length;
};
