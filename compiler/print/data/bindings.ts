/** What the templates of the typed ESM bindings are filled with. */
import { type Plan, partedMaps } from '../../ir/plan.js';
import {
  type ForkIr,
  type ImageParam,
  type OutputIr,
  type ParamField,
  type PipelineIr,
  stagesOf,
  withMeasureStages,
} from '../../ir/types.js';
import { FunctionNames } from '../expr/fn.js';
import { jsPrelude } from '../expr/js.js';
import { type JsFunctionView, type NamedFunction, sizeFunctions } from '../host/oracle.js';

/** One exported pipeline. */
export type BindingView = {
  readonly name: string;
  /** Its name inside the file: another one where the file has that word for something else. */
  readonly local: string;
  readonly renamed: boolean;
  readonly doc: readonly string[];
  readonly functions: readonly JsFunctionView[];
  readonly sizes: readonly NamedFunction[];
  readonly scales: readonly NamedFunction[];
  readonly points: readonly NamedFunction[];
  /** The type of what it gives for one image; empty where that is a tensor. */
  readonly result: string;
  /** Whether some of the options are images. */
  readonly takesImages: boolean;
  readonly options: readonly { readonly name: string; readonly type: string; readonly doc: string }[];
};

const valueTypes: Readonly<Record<ParamField['kind'], string>> = {
  f32: 'number',
  i32: 'number',
  vec2: 'readonly [number, number] | TypedNumbers',
  mat2x3: 'Affine',
  mat3x3: 'Projective',
  angle: 'number',
  mat3x4: 'Mat3x4 | TypedNumbers',
  primaries: 'PrimariesChange',
  camera: 'Camera',
  distortion: 'Distortion',
  fisheye: 'Fisheye',
  rect: 'Rect',
  rects: 'readonly Rect[]',
  table: 'Table | TypedNumbers',
  weights: 'Table | TypedNumbers',
  gaussian: 'number',
  orientation: 'Orientation',
  yuvToRgb: 'YuvCoding',
  rgbToYuv: 'YuvEncoding',
};

/** The parameters that a caller gives, in the pipeline's order. */
export const openParams = (
  pipeline: PipelineIr | ForkIr,
): readonly { stage: string; field: ParamField; open: string }[] =>
  withMeasureStages(stagesOf(pipeline)).flatMap(stage =>
    stage.params.flatMap(field =>
      'open' in field.value ? [{ stage: stage.name, field, open: field.value.open }] : [],
    ),
  );

/** The images that a caller gives beside the source, each with the first stage that reads it. */
export const openImages = (
  pipeline: PipelineIr | ForkIr,
): readonly { stage: string; image: ImageParam }[] => {
  const all = stagesOf(pipeline).flatMap(({ name, images = [] }) =>
    images.map(image => ({ stage: name, image })),
  );
  return all.filter(({ image: { open } }, n) => all.findIndex(({ image }) => image.open === open) === n);
};

const typeOf = (field: ParamField): string => {
  const type = valueTypes[field.kind];
  if (field.per === 'channel') {
    return type === 'number' ? 'number | Numbers' : `${type} | readonly (${type})[]`;
  }
  const each = type === 'number' ? ' | TypedNumbers' : '';
  return field.per === 'image' ? `PerImage<${type}>${each}` : type;
};

/** What the bindings' files import, declare or read themselves. */
const ownNames = [
  ...'readManifest definePipeline directory manifest URL JSON Math Float32Array Uint32Array'.split(' '),
  ...'PerImage Pipeline PipelineInput Image Patches Tensor f single cw'.split(' '),
  ...Object.values(valueTypes),
  ...'Mat3x4 Numbers Table TypedNumbers'.split(' '),
];

/** The bindings of a build, in which no name stands twice. */
export const bindingViews = (plans: readonly Plan[]): readonly BindingView[] => {
  const names = new FunctionNames(ownNames);
  // First of all, so that pipelines keep their names.
  const locals = new Map(plans.map(plan => [plan, names.take(plan.name)]));
  return plans.map(plan => bindingView(plan, locals.get(plan)!, names));
};

/** Results whose planes are not one tensor are images, or the tokens of patches; those of reductions are tensors. */
const resultType = (pipeline: PipelineIr | ForkIr): string => {
  const typeOf = ({ sink, reduce }: Pick<OutputIr, 'sink' | 'reduce'>): string => {
    if (sink.tokens) {
      return 'Patches';
    }
    return sink.layout === undefined && !reduce ? 'Image' : 'Tensor';
  };
  if (!('outputs' in pipeline)) {
    const type = typeOf(pipeline);
    return type === 'Tensor' ? '' : type;
  }
  const members = pipeline.outputs.map(output => `readonly ${output.name}: ${typeOf(output)}`);
  return `{ ${members.join('; ')} }`;
};

const bindingView = (plan: Plan, local: string, names: FunctionNames): BindingView => {
  const { name, pipeline, chain, kernels } = plan;
  // Stages that branches have alike are one stage in a kernel.
  const built = new Set(kernels.flatMap(kernel => kernel.pipeline.stages.map(stage => stage.name)));
  const stages = withMeasureStages(stagesOf(pipeline)).filter(stage => built.has(stage.name));
  const placed = [
    ...new Map(kernels.flatMap(({ geometry }) => geometry.map(stage => [stage.name, stage]))).values(),
  ];
  const printed = sizeFunctions([...stages, ...partedMaps(plan)], name, names, true, placed);
  const { functions, sizes, scales, points } = printed;
  const doc = pipeline.doc.trim();
  const images = openImages(pipeline);
  return {
    name,
    local,
    renamed: local !== name,
    doc: [...(doc ? doc.split('\n') : []), ...(doc ? [''] : []), chain].map(comment),
    functions,
    sizes,
    scales,
    points,
    result: resultType(pipeline),
    takesImages: images.length > 0,
    options: [
      ...images.map(({ stage, image }) => ({
        name: JSON.stringify(image.open),
        type: 'PipelineInput',
        doc: optionDoc(stage, image, `${image.format.name}, for all images or one for each`),
      })),
      ...openParams(pipeline).map(({ stage, field, open }) => ({
        name: JSON.stringify(open),
        type: typeOf(field),
        doc: optionDoc(stage, field),
      })),
    ],
  };
};

const optionDoc = (
  stage: string,
  { name, doc }: { readonly name: string; readonly doc?: string },
  what = '',
): string =>
  comment(
    [`${stage}.${name}`, [what, doc].filter(Boolean).join('. ')]
      .filter(Boolean)
      .join(': ')
      .replace(/\s+/g, ' '),
  );

// Text from the author must not end the comment it stands in.
const comment = (text: string): string => text.replace(/\*\//g, '*\\/');

/** The functions that size functions call. */
export const bindingPrelude = jsPrelude;
