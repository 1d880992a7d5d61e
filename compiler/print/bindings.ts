/** What the templates of the typed ESM bindings are filled with. */
import type { Kernel } from '../ir/plan.js';
import type { ParamField } from '../ir/types.js';
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
  yuvToRgb: 'YuvCoding',
  rgbToYuv: 'YuvEncoding',
};

/** The parameters that a caller gives, in the pipeline's order. */
export const openParams = (kernel: Kernel): readonly { stage: string; field: ParamField; open: string }[] =>
  kernel.pipeline.stages.flatMap(stage =>
    stage.params.flatMap(field =>
      'open' in field.value ? [{ stage: stage.name, field, open: field.value.open }] : [],
    ),
  );

const typeOf = (field: ParamField): string => {
  const type = valueTypes[field.kind];
  if (field.per === 'channel') return 'number | readonly number[]';
  return field.per === 'image' ? `PerImage<${type}>` : type;
};

/** What the bindings' files import, declare or read themselves. */
const ownNames = [
  ...'readFileSync definePipeline directory manifest URL JSON Math Float32Array Uint32Array'.split(' '),
  ...'PerImage Pipeline f single cw'.split(' '),
  ...Object.values(valueTypes),
];

/** The bindings of a build, in which no name stands twice. */
export const bindingViews = (kernels: readonly Kernel[]): readonly BindingView[] => {
  const names = new FunctionNames(ownNames);
  // First of all, so that pipelines keep their names.
  const locals = new Map(kernels.map(kernel => [kernel, names.take(kernel.name)]));
  return kernels.map(kernel => bindingView(kernel, locals.get(kernel)!, names));
};

const bindingView = (kernel: Kernel, local: string, names: FunctionNames): BindingView => {
  const { functions, sizes, scales } = sizeFunctions(kernel.pipeline.stages, kernel.name, names);
  const doc = kernel.pipeline.doc.trim();
  return {
    name: kernel.name,
    local,
    renamed: local !== kernel.name,
    doc: [...(doc ? doc.split('\n') : []), ...(doc ? [''] : []), kernel.chain].map(comment),
    functions,
    sizes,
    scales,
    options: openParams(kernel).map(({ stage, field, open }) => ({
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
