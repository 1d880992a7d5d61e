import { createHash } from 'node:crypto';
import { makeDiagnostic } from '../diagnostics/index.js';
import { type Diagnostic, InternalError } from '../errors.js';
import { cName } from '../ir/names.js';
import { type Cut, type Halves, type Hoisted, type Kernel, type Plan, whyTwice } from '../ir/plan.js';
import { reduces } from '../ir/reduce.js';
import {
  type ForkIr,
  type Format,
  type ImageParam,
  type KernelIr,
  type PipelineIr,
  type Stage,
  stagesOf,
  withImageStages,
} from '../ir/types.js';
import { fuse } from './fuse.js';
import { halve } from './halve.js';
import { launchBytes, launchParts, PARAMETER_SPACE } from './launch.js';
import { layOut } from './layout.js';
import { pairsOf } from './pair.js';
import { schedule } from './schedule.js';
import { split } from './split.js';
import { takeApart } from './tables.js';
import { hoistUniform } from './uniform.js';

/**
 * From a pipeline's meaning to what is built of it, or to why it cannot be.
 * @param taken Names that its kernels must not have: those of all pipelines, and of the kernels planned before.
 */
export const plan = (
  pipeline: PipelineIr | ForkIr,
  taken: Set<string> = new Set([pipeline.name]),
): { plan?: Plan; diagnostics: readonly Diagnostic[] } => {
  const free = (wanted: string): string => freeName(wanted, taken);
  const { pipeline: apart, wrong } = takeApart(pipeline);
  if (wrong) {
    const { name: op, filter, loc } = wrong.map;
    const args = { filter: filter.name, op };
    const chain = [`pipeline ${pipeline.name}`];
    const { format } = wrong;
    const found = format
      ? makeDiagnostic('CW3025', { ...args, format: format.name, dtype: format.dtype }, loc, chain)
      : makeDiagnostic('CW3024', args, loc, chain);
    return { diagnostics: [found] };
  }
  const { pieces, cuts, results } = split(apart, free);
  const diagnostics = pipeline.fused ? cuts.map(cut => notFused(apart, cut)) : [];
  if (diagnostics.length > 0) {
    return { diagnostics };
  }
  const kernels = pieces.map(piece => kernelOf(piece.pipeline));
  const tooLarge = kernels.filter(kernel => !isLaunchable(kernel));
  if (tooLarge.length > 0) {
    return { diagnostics: tooLarge.map(kernel => notLaunchable(pipeline, kernel)) };
  }
  const stages = new Set(withImageStages(stagesOf(apart)).map(({ name }) => name));
  const steps = pieces.map(({ step }) => step);
  const halves = kernels.map(kernel => (pipeline.fused ? undefined : halvesOf(kernel, stages, free)));
  const pairs = pairsOf(kernels, steps, halves, () => free(`${pipeline.name}_pair`));
  const paired = new Set(pairs.flatMap(pair => pair.steps));
  const [first, ...rest] = kernels.map((kernel, n) => ({ ...kernel, isPaired: paired.has(n) }));
  const made: Plan = {
    name: pipeline.name,
    pipeline,
    chain: 'outputs' in pipeline ? forkOf(pipeline) : chainOf(pipeline),
    hash: structureHash(pipeline),
    kernels: [first!, ...rest],
    steps,
    halves,
    pairs,
    cuts,
    ...(results ? { results } : {}),
  };
  return { plan: made, diagnostics };
};

// `cuweave_NAME_host` is the name of another function.
const freeName = (wanted: string, taken: Set<string>): string => {
  let name = wanted;
  while (taken.has(name) || name.endsWith('_host')) {
    name += '_';
  }
  taken.add(name);
  return name;
};

const kernelOf = (pipeline: KernelIr): Kernel => {
  const layout = layOut(pipeline);
  const whole = { ...fuse(pipeline), name: pipeline.name, pipeline, hoisted: hoistedOf(pipeline) };
  return {
    ...whole,
    layout,
    schedule: schedule(whole, layout),
    isPaired: false,
    hash: structureHash(structureOf(pipeline)),
    chain: kernelChain(pipeline),
  };
};

const halvesOf = (
  whole: Kernel,
  stages: ReadonlySet<string>,
  free: (wanted: string) => string,
): Halves | undefined => {
  const { pipeline } = whole;
  // A stencil's two passes are one kernel where a thread has a window for them.
  const isWhole =
    whole.schedule.strip !== undefined ||
    reduces(pipeline) ||
    pipeline.stages.some(({ measures }) => measures);
  const [across, down] = (isWhole ? undefined : halve(pipeline, stages)) ?? [];
  const map = pipeline.stages.find(stage => stage.role === 'map');
  if (!across || !down || !map?.filter.halves) {
    return undefined;
  }
  const named = (half: KernelIr, suffix: string): Kernel =>
    kernelOf({ ...half, doc: '', name: free(`${pipeline.name}_${suffix}`) });
  const kernels = [named(across, 'across'), named(down, 'down')] as const;
  return kernels.every(isLaunchable) ? { kernels, radius: map.filter.halves.radius } : undefined;
};

const notFused = (pipeline: PipelineIr | ForkIr, { forced, after, format, bytes }: Cut): Diagnostic => {
  if (forced.why === 'shared') {
    throw new InternalError('a cut that nothing forces in a fused pipeline');
  }
  const whyStored = {
    author: `stored('${format.dtype}') asks for an image`,
    table: 'the filter behind it reads each of its pixels several times',
    head: `${format.name} keeps less than a rounding of each pixel`,
  };
  const reason = forced.why === 'resampling' ? whyTwice(forced) : whyStored[forced.by ?? 'head'];
  const at = forced.why === 'resampling' ? forced.second : after;
  const loc = stagesOf(pipeline).find(({ name }) => name === at)?.loc ?? pipeline.loc;
  const args = { reason, after, format: format.name, bytes: 2 * bytes };
  return makeDiagnostic('CW3102', args, loc, [`pipeline ${pipeline.name}`]);
};

const isLaunchable = ({ schedule: { capacities } }: Kernel): boolean => capacities.length > 0;
const notLaunchable = (pipeline: PipelineIr | ForkIr, kernel: Kernel): Diagnostic => {
  const parts = launchParts(kernel);
  const shown = parts.slice(0, 3).map(({ what, bytes }) => `${what} (${bytes} bytes)`);
  const more = parts.length > shown.length ? ` and ${parts.length - shown.length} more` : '';
  const args = {
    most: PARAMETER_SPACE,
    bytes: launchBytes(kernel),
    largest: `${shown.join(', ')}${more}`,
  };
  const chain = [`pipeline ${pipeline.name}`];
  return makeDiagnostic(
    'CW3103',
    args,
    pipeline.loc,
    kernel.name === pipeline.name ? chain : [`kernel ${kernel.name}`, ...chain],
  );
};

const hoistedOf = ({ stages }: KernelIr): readonly Hoisted[] =>
  withImageStages(stages).flatMap(({ name, apply }) => {
    const { fn, values } = hoistUniform(apply, n => `uniform_${cName(name)}_${n}`);
    return values.length > 0 ? [{ stage: name, fn, values }] : [];
  });

/** The pipeline in a line, with what shapes the code: `nv12 > yuvToRgb > warpAffine (linear, constant) > rgb_nchw_f16`. */
const chainOf = ({ source, stages, sink }: Pick<PipelineIr, 'source' | 'stages' | 'sink'>): string =>
  [sourceLabel(source), ...labels(stages), sink.name].join(' > ');
const forkOf = ({
  source,
  stages,
  outputs,
}: Pick<ForkIr, 'source' | 'stages'> & {
  readonly outputs: readonly Omit<ForkIr['outputs'][number], 'loc'>[];
}): string => {
  const results = outputs.map(
    ({ name, stages: own, sink }) => `${name}: ${[...labels(own), sink.name].join(' > ')}`,
  );
  return [sourceLabel(source), ...labels(stages), `{ ${results.join('; ')} }`].join(' > ');
};
/** The same of a kernel. What leads to several of its sinks, and not to all, stands with each of them. */
const kernelChain = ({ source, stages, sinks }: KernelIr): string => {
  const [{ name, format: sink }] = sinks;
  if (name === '') {
    return chainOf({ source, stages, sink });
  }
  const own = new Set<Stage>(sinks.flatMap(({ points }) => points));
  return forkOf({
    source,
    stages: stages.filter(stage => !own.has(stage)),
    outputs: sinks.map(({ name, points, format }) => ({ name, stages: points, sink: format })),
  });
};
const sourceLabel = ({ name, chroma }: Format): string =>
  chroma ? `${name} (chroma ${chroma.filter}, ${chroma.siting})` : name;
const labels = (stages: readonly Stage[]): readonly string[] =>
  stages.flatMap((stage, n) => label(stage, stages.slice(n + 1)));
const label = (stage: Stage, following: readonly Stage[]): readonly string[] => {
  if (stage.role === 'chainedMap') {
    return [];
  }
  if (stage.role !== 'map') {
    return [`${stage.name}${imagesLabel(stage.images)}`];
  }
  const others = following.findIndex(({ role }) => role !== 'chainedMap');
  const chained = following.slice(0, others < 0 ? undefined : others).map(({ name }) => name);
  const border = stage.border.kind === 'index' ? stage.border.name : 'constant';
  if (stage.radius !== undefined) {
    return [`${stage.name} (${border})`];
  }
  const sampling = stage.filter.table ? stage.filter.name : `${stage.filter.name}, ${border}`;
  return chained.length > 0
    ? [`resample ([${[stage.name, ...chained].join(', ')}], ${sampling})`]
    : [`${stage.name} (${sampling}${imagesLabel(stage.images, ', ', '')})`];
};
/** `(background rgb8, mask gray8)`. */
const imagesLabel = (images: readonly ImageParam[] = [], open = ' (', close = ')'): string => {
  const named = images.map(({ open: name, format, points }) =>
    [`${name} ${sourceLabel(format)}`, ...labels(points)].join(' > '),
  );
  return named.length > 0 ? `${open}${named.join(', ')}${close}` : '';
};

/** What shapes a kernel's code. */
const structureOf = ({ name, source, stages, sinks }: KernelIr): object => {
  const common = { name, source, stages };
  const [{ format, reduce }] = sinks;
  return sinks.length === 1
    ? { ...common, sink: format, ...(reduce ? { reduce } : {}) }
    : { ...common, sinks };
};

/** Values and what is said of them, documentation, places and promises are no part of a structure. */
const structureHash = (pipeline: object): string => {
  const skip = new Set(['loc', 'doc', 'settled', 'bounds', 'bitDepth', 'fused']);
  const text = JSON.stringify(pipeline, (key, value: unknown) => {
    if (skip.has(key)) {
      return undefined;
    }
    // The constant of a border is a value; how many numbers it has is structure.
    if (key === 'border' && isConstant(value)) {
      return { kind: 'constant', lanes: value.value.length };
    }
    return value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};
const isConstant = (value: unknown): value is { kind: 'constant'; value: readonly number[] } =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'constant';
