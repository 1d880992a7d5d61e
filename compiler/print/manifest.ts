import {
  ABI_VERSION,
  type Manifest,
  type ManifestFormat,
  type ManifestPipeline,
} from '../../native/manifest.js';
import type { Kernel, PlacedPlane } from '../ir/plan.js';
import type { Format } from '../ir/types.js';

/** The manifest's entry of a pipeline. */
export const manifestEntry = (kernel: Kernel): ManifestPipeline => {
  const { pipeline, layout } = kernel;
  return {
    name: pipeline.name,
    doc: pipeline.doc,
    hash: kernel.hash,
    chain: kernel.chain,
    source: format(pipeline.source, layout.source),
    sink: format(pipeline.sink, layout.sink),
    geometry: kernel.geometry.map((stage, n) => ({
      stage: stage.name,
      role: stage.role === 'chainedMap' ? 'map' : stage.role,
      resizes: stage.size !== undefined,
      ...filterLimit(kernel.geometry.slice(0, n + 1), kernel.geometry[n + 1]),
    })),
    params: layout.params.flatMap(({ stage, block, fields }) =>
      fields.map(({ name, kind, per, lanes, offset, value }) => ({
        stage,
        name,
        kind,
        per,
        lanes,
        block,
        offset,
        ...value,
      })),
    ),
    args: { size: layout.argsSize },
    image: { size: layout.imageSize, sizes: layout.sizes },
  };
};

type Geometry = Kernel['geometry'];
/** The limit of the filter, at the last of the maps that it samples together. */
const filterLimit = (
  before: Geometry,
  next: Geometry[number] | undefined,
): { filter?: string; maxScale?: number } => {
  const stage = before.findLast(({ role }) => role !== 'chainedMap');
  if (before.at(-1)?.role === 'indexMap' || next?.role === 'chainedMap') return {};
  if (stage?.role !== 'map' || !stage.scale || stage.filter.maxScale === undefined) return {};
  return { filter: stage.filter.name, maxScale: stage.filter.maxScale };
};

const format = (
  { name, dtype, colour, layout, channels, code }: Format,
  planes: readonly PlacedPlane[],
): ManifestFormat => ({
  name,
  dtype,
  colour,
  ...(layout ? { layout } : {}),
  ...(code ? { code } : {}),
  channels,
  planes: planes.map(({ name, channels, subsampling, pointer, pitch }) => ({
    name,
    channels,
    subsampling,
    pointer,
    pitch,
  })),
});

/** The whole manifest. */
export const manifestOf = (
  kernels: readonly Kernel[],
  build: Pick<Manifest, 'cuweave' | 'library' | 'archs' | 'strict'>,
): Manifest => ({ abi: ABI_VERSION, ...build, pipelines: kernels.map(manifestEntry) });
