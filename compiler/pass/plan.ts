import { createHash } from 'node:crypto';
import type { Diagnostic } from '../errors.js';
import type { Hoisted, Kernel, Plan } from '../ir/plan.js';
import type { PipelineIr, Stage } from '../ir/types.js';
import { cName } from '../print/names.js';
import { fuse } from './fuse.js';
import { layOut } from './layout.js';
import { schedule } from './schedule.js';
import { hoistUniform } from './uniform.js';

/** From a pipeline's meaning to what is built of it, or to why it cannot be. */
export const plan = (pipeline: PipelineIr): { plan?: Plan; diagnostics: readonly Diagnostic[] } => {
  const { fused, diagnostics } = fuse(pipeline);
  if (!fused) return { diagnostics };
  const layout = layOut(pipeline);
  const whole = { ...fused, name: pipeline.name, pipeline, hoisted: hoistedOf(pipeline) };
  const kernel: Kernel = {
    ...whole,
    layout,
    schedule: schedule(whole, layout),
    hash: structureHash(pipeline),
    chain: chainOf(pipeline),
  };
  return { plan: { pipeline, kernels: [kernel] }, diagnostics };
};

const hoistedOf = ({ stages }: PipelineIr): readonly Hoisted[] =>
  stages.flatMap(({ name, apply }) => {
    const { fn, values } = hoistUniform(apply.fn, n => `uniform_${cName(name)}_${n}`);
    return values.length > 0 ? [{ stage: name, fn, values }] : [];
  });

/** The pipeline in a line, with what shapes the code: `nv12 > yuvToRgb > warpAffine (linear, constant) > rgb_nchw_f16`. */
const chainOf = ({ source, stages, sink }: PipelineIr): string =>
  [source.name, ...stages.flatMap((stage, n) => label(stage, stages.slice(n + 1))), sink.name].join(' > ');
const label = (stage: Stage, following: readonly Stage[]): readonly string[] => {
  if (stage.role === 'chainedMap') return [];
  if (stage.role !== 'map') return [stage.name];
  const others = following.findIndex(({ role }) => role !== 'chainedMap');
  const chained = following.slice(0, others < 0 ? undefined : others).map(({ name }) => name);
  const sampling = `${stage.filter.name}, ${stage.border.kind === 'index' ? stage.border.name : 'constant'}`;
  return chained.length > 0
    ? [`resample ([${[stage.name, ...chained].join(', ')}], ${sampling})`]
    : [`${stage.name} (${sampling})`];
};

/** Values, documentation and places are no part of a kernel's structure. */
const structureHash = (pipeline: PipelineIr): string => {
  const skip = new Set(['loc', 'doc', 'settled']);
  const text = JSON.stringify(pipeline, (key, value: unknown) => {
    if (skip.has(key)) return undefined;
    // The constant of a border is a value; how many numbers it has is structure.
    if (key === 'border' && isConstant(value)) return { kind: 'constant', lanes: value.value.length };
    return value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};
const isConstant = (value: unknown): value is { kind: 'constant'; value: readonly number[] } =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'constant';
