import {
  ABI_VERSION,
  type Manifest,
  type ManifestFormat,
  type ManifestKernel,
  type ManifestPipeline,
  type ManifestReduce,
  type ManifestSink,
  type ManifestStep,
  manifestDigest,
} from '../../../native/manifest.js';
import { type Halves, isOneKernel, type Kernel, type PlacedPlane, type Plan } from '../../ir/plan.js';
import { cellsOf, counterCount, partialBytes } from '../../ir/reduce.js';
import type { Format, KernelIr, ReduceIr, SinkIr } from '../../ir/types.js';

/** The manifest's entry of a pipeline. */
export const manifestEntry = (plan: Plan): ManifestPipeline => {
  const { pipeline, chain, hash, kernels, steps, halves, pairs } = plan;
  if (isOneKernel(plan)) {
    return kernelEntry(kernels[0]);
  }
  const { name, doc } = pipeline;
  const entries = kernels.map((kernel, n) => ({
    kernel: kernelEntry(kernel),
    ...steps[n],
    ...halvesEntry(halves[n]),
  }));
  const results = 'outputs' in pipeline ? pipeline.outputs.map(output => output.name) : [''];
  return {
    name,
    doc,
    hash,
    chain,
    results,
    steps: entries,
    ...(pairs.length > 0 ? { pairs } : {}),
  };
};

const halvesEntry = (halves: Halves | undefined): Pick<ManifestStep, 'halves'> => {
  if (!halves) {
    return {};
  }
  const [across, down] = halves.kernels;
  return { halves: { kernels: [kernelEntry(across), kernelEntry(down)], radius: halves.radius } };
};

/** One kernel's part of the manifest. */
export const kernelEntry = (kernel: Kernel): ManifestKernel => {
  const { pipeline, layout } = kernel;
  return {
    name: pipeline.name,
    doc: pipeline.doc,
    hash: kernel.hash,
    chain: kernel.chain,
    source: format(pipeline.source, layout.source),
    sinks: pipeline.sinks.map((sink, n) => sinkEntry(pipeline, sink, layout.sinks[n]!)),
    ...(layout.images.length > 0
      ? {
          images: layout.images.map(({ stage, image, at, planes }) => ({
            stage,
            name: image.name,
            open: image.open,
            format: format(image.format, planes),
            at,
          })),
        }
      : {}),
    ...(layout.measures.length > 0
      ? { measures: layout.measures.map(({ stage, name, pointer }) => ({ stage, name, pointer })) }
      : {}),
    geometry: kernel.geometry.map((stage, n) => ({
      stage: stage.name,
      role: stage.role === 'chainedMap' ? 'map' : stage.role,
      resizes: stage.size !== undefined,
      ...filterLimit(kernel.geometry.slice(0, n + 1), kernel.geometry[n + 1]),
    })),
    params: layout.params.flatMap(({ stage, block, fields }) =>
      fields.map(({ name, kind, per, lanes, offset, bounds, bitDepth, steps, value }) => ({
        stage,
        name,
        kind,
        per,
        lanes,
        block,
        offset,
        ...(bounds === undefined ? {} : { bounds }),
        ...(bitDepth === undefined ? {} : { bitDepth }),
        ...(steps === undefined ? {} : { steps }),
        ...value,
        ...imageOf(layout.images, stage),
      })),
    ),
    args: { size: layout.argsSize },
    image: { size: layout.imageSize, sizes: layout.sizes },
  };
};

/** The image whose pixels the stage works on, if that is not the source. */
const imageOf = (images: Kernel['layout']['images'], stage: string): { readonly image?: number } => {
  const image = images.findIndex(placed => placed.image.points.some(({ name }) => name === stage));
  return image < 0 ? {} : { image };
};
const sinkEntry = (pipeline: KernelIr, sink: SinkIr, planes: readonly PlacedPlane[]): ManifestSink => ({
  ...(sink.output === undefined ? {} : { output: sink.output }),
  ...format(sink.format, planes),
  ...(sink.reduce ? { reduce: reduceEntry(sink.reduce) } : signalOf(pipeline, sink)),
});

const reduceEntry = (reduce: ReduceIr): ManifestReduce => ({
  dtype: reduce.dtype,
  shape: reduce.shape,
  partial: partialBytes(reduce),
  counters: counterCount(reduce),
  ...(reduce.kind === 'bins' && cellsOf(reduce) > 1 ? { grid: reduce.grid } : {}),
});

/** Says whose matrix and range the sink's YUV has. */
const signalOf = (
  { source, stages, sinks }: KernelIr,
  { points, format: { colour } }: SinkIr,
): Pick<ManifestSink, 'signal'> => {
  const own = new Set<unknown>(points);
  const others = new Set<unknown>(sinks.flatMap(sink => sink.points).filter(stage => !own.has(stage)));
  let signal: ManifestSink['signal'] = source.colour === 'yuv' ? 'source' : undefined;
  for (const stage of stages) {
    if (others.has(stage)) {
      continue;
    }
    if (stage.role !== 'point' || stage.from === stage.to) {
      continue;
    }
    signal = stage.params.some(({ kind }) => kind === 'rgbToYuv') ? { stage: stage.name } : undefined;
  }
  return colour === 'yuv' && signal ? { signal } : {};
};

type Geometry = Kernel['geometry'];
/** The limit of the filter, at the last of the maps that it samples together. */
const filterLimit = (
  before: Geometry,
  next: Geometry[number] | undefined,
): { filter?: string; maxScale?: number } => {
  const stage = before.findLast(({ role }) => role !== 'chainedMap');
  if (before.at(-1)?.role === 'indexMap' || next?.role === 'chainedMap') {
    return {};
  }
  if (stage?.role !== 'map' || !stage.scale || stage.filter.maxScale === undefined) {
    return {};
  }
  return { filter: stage.filter.name, maxScale: stage.filter.maxScale };
};

const format = (
  { name, dtype, colour, layout, channels, code, tokens }: Format,
  planes: readonly PlacedPlane[],
): ManifestFormat => ({
  name,
  dtype,
  colour,
  ...(layout ? { layout } : {}),
  ...(code ? { code } : {}),
  ...(tokens ? { tokens } : {}),
  channels,
  planes: planes.map(({ name, channels, subsampling, pointer, pitch }) => ({
    name,
    channels,
    subsampling,
    pointer,
    pitch,
  })),
});

/** The part of a manifest that describes the whole build. */
export type BuildEntry = Pick<Manifest, 'library' | 'libraryBytes' | 'librarySha256' | 'archs' | 'strict'>;

/** The whole manifest. */
export const manifestOf = (plans: readonly Plan[], cuweave: string, build: BuildEntry): Manifest => {
  const manifest: Manifest = { abi: ABI_VERSION, cuweave, ...build, pipelines: plans.map(manifestEntry) };
  return { ...manifest, digest: manifestDigest(manifest) };
};
