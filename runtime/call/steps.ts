import type {
  ManifestFormat,
  ManifestImage,
  ManifestParam,
  ManifestPipeline,
  ManifestSink,
  ManifestStep,
} from '../../native/manifest.js';

/** The kernels of a pipeline, in the order in which they run; the manifest writes one alone without its step. */
export const stepsOf = (entry: ManifestPipeline): readonly ManifestStep[] =>
  'steps' in entry ? entry.steps : [{ kernel: entry }];

/** What a pipeline takes. The first step has nothing else to read. */
export const sourceOf = (entry: ManifestPipeline): ManifestFormat => stepsOf(entry)[0]!.kernel.source;

/** One result of a pipeline: its name, or '' where there is one without a name, and the sink of a step that it is. */
export type Result = {
  readonly name: string;
  readonly step: number;
  readonly sink: ManifestSink;
};

/** What a pipeline gives, in the author's order. */
export const resultsOf = (entry: ManifestPipeline): readonly Result[] => {
  const written = stepsOf(entry).flatMap(({ kernel }, step) =>
    kernel.sinks.flatMap(sink => (sink.output === undefined ? [] : [{ name: sink.output, step, sink }])),
  );
  if (!('results' in entry)) {
    return written;
  }
  const place = ({ name }: Result): number => entry.results.indexOf(name);
  return written.sort((a, b) => place(a) - place(b));
};

/** The images that operators read beside the source, of all kernels; those of stages that results share come up once for each. */
export const openImagesOf = (entry: ManifestPipeline): readonly ManifestImage[] =>
  stepsOf(entry).flatMap(({ kernel }) => kernel.images ?? []);

/** The parameters that are left open, of all kernels; stages that results share come up once for each. */
export const openParamsOf = (
  entry: ManifestPipeline,
): readonly (ManifestParam & { readonly open: string })[] =>
  stepsOf(entry).flatMap(({ kernel }) =>
    kernel.params.flatMap(param => (param.open === undefined ? [] : [{ ...param, open: param.open }])),
  );
