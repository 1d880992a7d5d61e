/** The functions of a kernel's reductions as text, and how the code around them calls these. */

import { cName } from '../../ir/names.js';
import type { Kernel } from '../../ir/plan.js';
import { type ReduceSink, reductionsOf } from '../../ir/reduce.js';
import { f32, isPositioned, type ReduceIr, tuple } from '../../ir/types.js';
import type { FunctionNames } from '../expr/fn.js';
import type { Language } from '../expr/language.js';
import type { Access } from './access.js';
import type { PrintedOperators } from './operators.js';

/** A reduction of a kernel. */
export type PrintedReduction = {
  readonly reduce: ReduceIr;
  /** Its sink among those of the kernel. */
  readonly sink: ReduceSink;
  /** A name of its own, for what is declared for it. */
  readonly name: string;
  /** For each group: what `step` gives for `acc` and `px`, or the bin of `px`. */
  readonly steps: readonly string[];
  /** What the accumulators `a` and `b` come to. */
  readonly merged: string;
  /** What is stored, of `acc` or of the counts `bins` at `i`. */
  readonly finished: string;
  /** The accumulator before any pixel. */
  readonly first: string;
};

export const printReductions = (
  kernel: Kernel,
  language: Language,
  access: Access,
  names: FunctionNames,
  { add }: PrintedOperators,
): readonly PrintedReduction[] => {
  const number = kernel.geometry.length;
  const at = language.tuple([access.column, 'y'], tuple('i32', 2));
  return reductionsOf(kernel.pipeline).map((sink): PrintedReduction => {
    const { reduce } = sink;
    const { stage, groups } = reduce;
    const title = `reduction ${stage.name}`;
    const own = (what: string): string => `${stage.name}_${what}`;
    const channels = stage.apply.fn.args.find(({ name }) => name === pixelArg(reduce))?.type.length ?? 1;
    const pixel = tuple('f32', sinkChannels(reduce, channels));
    const px = (group: number): string =>
      groups === 1 && pixel.length === channels
        ? 'px'
        : language.tuple([language.index('px', group, pixel)], tuple('f32', 1));
    const step = add(stage.apply, own(reduce.kind === 'fold' ? 'step' : 'bin'), title, stage, number);
    const acc = reduce.kind === 'fold' ? ['acc'] : [];
    const asks = isPositioned({ ...stage, images: acc.map(() => undefined as never) });
    const steps = Array.from({ length: groups }, (_, group) =>
      step(...acc, px(group), ...(asks ? [at] : [])),
    );
    const finish = reduce.finish && add(reduce.finish, own('finish'), title, stage, number);
    const common = { reduce, sink, name: names.take(cName(own('reduction'))), steps };
    if (reduce.kind === 'bins') {
      return { ...common, merged: '', first: '', finished: finish ? finish('bins', 'i') : 'bins[i]' };
    }
    const merge = add(reduce.merge, own('merge'), title, stage, number);
    const init = reduce.init.map(value => language.literal(Math.fround(value), 'f32'));
    return {
      ...common,
      merged: merge('a', 'b'),
      first: language.tuple(init, { ...f32, length: init.length }),
      finished: finish ? finish('acc') : 'acc',
    };
  });
};

/** The name of the argument that is the pixel, or its channel. */
const pixelArg = (reduce: ReduceIr): string =>
  reduce.stage.apply.fn.args[reduce.kind === 'fold' ? 1 : 0]!.name;
const sinkChannels = ({ groups }: ReduceIr, channels: number): number => Math.max(groups, channels);
