/** What the templates of the typed ESM bindings are filled with. */
import type { Plan } from '../ir/plan.js';
import { type ForkIr, type Format, type ParamField, type PipelineIr, stagesOf } from '../ir/types.js';
import { FunctionNames } from './fn.js';
import { jsPrelude } from './js.js';
import { type JsFunctionView, type NamedFunction, sizeFunctions } from './oracle.js';

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
  /** The type of what it gives for one image; empty where that is a tensor. */
  readonly result: string;
  readonly options: readonly { readonly name: string; readonly type: string; readonly doc: string }[];
};

const valueTypes: Readonly<Record<ParamField['kind'], string>> = {
  f32: 'number',
  i32: 'number',
  vec2: 'readonly [number, number]',
  mat2x3: 'Affine',
  mat3x3: 'Projective',
  angle: 'number',
  mat3x4: 'Mat3x4',
  primaries: 'PrimariesChange',
  camera: 'Camera',
  distortion: 'Distortion',
  fisheye: 'Fisheye',
  rect: 'Rect',
  rects: 'readonly Rect[]',
  table: 'Table',
  yuvToRgb: 'YuvCoding',
  rgbToYuv: 'YuvEncoding',
};

/** The parameters that a caller gives, in the pipeline's order. */
export const openParams = (
  pipeline: PipelineIr | ForkIr,
): readonly { stage: string; field: ParamField; open: string }[] =>
  stagesOf(pipeline).flatMap(stage =>
    stage.params.flatMap(field =>
      'open' in field.value ? [{ stage: stage.name, field, open: field.value.open }] : [],
    ),
  );

const typeOf = (field: ParamField): string => {
  const type = valueTypes[field.kind];
  if (field.per === 'channel') return `${type} | readonly ${type}[]`;
  return field.per === 'image' ? `PerImage<${type}>` : type;
};

/** What the bindings' files import, declare or read themselves. */
const ownNames = [
  ...'readFileSync definePipeline directory manifest URL JSON Math Float32Array Uint32Array'.split(' '),
  ...'PerImage Pipeline Image Tensor f single cw'.split(' '),
  ...Object.values(valueTypes),
];

/** The bindings of a build, in which no name stands twice. */
export const bindingViews = (plans: readonly Plan[]): readonly BindingView[] => {
  const names = new FunctionNames(ownNames);
  // First of all, so that pipelines keep their names.
  const locals = new Map(plans.map(plan => [plan, names.take(plan.name)]));
  return plans.map(plan => bindingView(plan, locals.get(plan)!, names));
};

/** Results whose planes are not one tensor are images. */
const resultType = (pipeline: PipelineIr | ForkIr): string => {
  const typeOfSink = ({ layout }: Format): string => (layout === undefined ? 'Image' : 'Tensor');
  if (!('outputs' in pipeline)) return pipeline.sink.layout === undefined ? 'Image' : '';
  const members = pipeline.outputs.map(({ name, sink }) => `readonly ${name}: ${typeOfSink(sink)}`);
  return `{ ${members.join('; ')} }`;
};

const bindingView = (
  { name, pipeline, chain, kernels }: Plan,
  local: string,
  names: FunctionNames,
): BindingView => {
  // Of stages that branches have alike, one is in a kernel.
  const built = new Set(kernels.flatMap(kernel => kernel.pipeline.stages.map(stage => stage.name)));
  const stages = stagesOf(pipeline).filter(stage => built.has(stage.name));
  const { functions, sizes, scales } = sizeFunctions(stages, name, names);
  const doc = pipeline.doc.trim();
  return {
    name,
    local,
    renamed: local !== name,
    doc: [...(doc ? doc.split('\n') : []), ...(doc ? [''] : []), chain].map(comment),
    functions,
    sizes,
    scales,
    result: resultType(pipeline),
    options: openParams(pipeline).map(({ stage, field, open }) => ({
      name: JSON.stringify(open),
      type: typeOf(field),
      doc: comment([`${stage}.${field.name}`, field.doc].filter(Boolean).join(': ').replace(/\s+/g, ' ')),
    })),
  };
};

// Text from the author must not end the comment it stands in.
const comment = (text: string): string => text.replace(/\*\//g, '*\\/');

/** The functions that size functions call. */
export const bindingPrelude = jsPrelude;
