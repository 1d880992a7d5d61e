/** Parameters of an operator that are what an image comes to: the reductions that a pipeline says for them, and what pixels go through before. */
import type { Colour } from '../../../../ops/spec.js';
import { resultLength } from '../../../ir/reduce.js';
import type { MeasureParam, PipelineIr, Stage } from '../../../ir/types.js';
import { isMeasure, mayBeNamed, type RefuseOption } from '../params.js';
import { type Bag, describeActual, isBag } from '../paramValues.js';
import type { KernelParam } from '../signatures.js';

/** What they are read with. */
export type MeasureReading = {
  /** The colour model of the pixels that enter the stage. */
  readonly colour: Colour;
  /** Options of the stage that are not parameters. */
  readonly taken: readonly string[];
  /** Whether the stage is a point operator: a map leads to pixels before there are any. */
  readonly isPoint: boolean;
  readonly refuse: RefuseOption;
  /** Read what stands before the end, and the end; they report what is wrong. */
  readonly readBefore: (
    value: unknown,
    colour: Colour,
  ) => { readonly stage?: Stage; readonly colour: Colour };
  readonly readEnd: (value: unknown, colour: Colour) => Pick<PipelineIr, 'sink' | 'reduce'> | undefined;
};

/** The reductions of an operator's parameters, and how its function sees them; undefined after a diagnostic. */
export const readMeasures = (
  params: Bag,
  options: Bag,
  reading: MeasureReading,
): { readonly measures: readonly MeasureParam[]; readonly kernel: readonly KernelParam[] } | undefined => {
  const names = Object.keys(params).filter(name => isMeasure(params[name]));
  const measures = names.flatMap(name => readMeasure(name, params[name] as Bag, options, reading) ?? []);
  return measures.length === names.length
    ? {
        measures,
        kernel: measures.map(({ name, reduce }) => ({ name, measured: resultLength(reduce) })),
      }
    : undefined;
};

const readMeasure = (
  name: string,
  param: Bag,
  options: Bag,
  { colour, taken, isPoint, refuse, readBefore, readEnd }: MeasureReading,
): MeasureParam | undefined => {
  if (!mayBeNamed(name, taken, refuse)) {
    return undefined;
  }
  if (!isPoint) {
    refuse(undefined, 'CW2044', { name });
    return undefined;
  }
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  const given = option ?? param.default;
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  const end = all.at(-1);
  if (!isBag(end) || end.kind !== 'reduction') {
    refuse(name, 'CW2041', { name, actual: given === undefined ? 'nothing' : describeActual(end) });
    return undefined;
  }
  const stages: Stage[] = [];
  let before = colour;
  for (const value of all.slice(0, -1)) {
    const isStage = isBag(value) && value.kind === 'stage' && isBag(value.op);
    if (!isStage || !['point', 'indexMap'].includes(String((value.op as Bag).role))) {
      refuse(name, 'CW2042', { name, actual: isStage ? 'another operator' : describeActual(value) });
      return undefined;
    }
    const read = readBefore(value, before);
    if (!read.stage) {
      return undefined;
    }
    stages.push(read.stage);
    before = read.colour;
  }
  const { sink, reduce } = readEnd(end, before) ?? {};
  if (!sink || !reduce) {
    return undefined;
  }
  if (reduce.dtype !== 'f32') {
    refuse(name, 'CW2043', { name, actual: reduce.dtype });
    return undefined;
  }
  return { name, stages, reduce, format: sink };
};
