/** What the templates of the typed ESM bindings are filled with. */
import type { Kernel } from '../ir/plan.js';
import type { ParamField } from '../ir/types.js';
import { jsPrelude } from './js.js';
import { type JsFunctionView, sizeFunctions } from './oracle.js';

/** One exported pipeline. */
export type BindingView = {
  readonly name: string;
  readonly doc: readonly string[];
  readonly functions: readonly JsFunctionView[];
  readonly sizes: readonly { readonly stage: string; readonly name: string }[];
  readonly options: readonly { readonly name: string; readonly type: string; readonly doc: string }[];
};

const valueTypes: Readonly<Record<ParamField['kind'], string>> = {
  f32: 'number',
  i32: 'number',
  vec2: 'readonly [number, number]',
  mat2x3: 'Affine',
  mat3x3: 'Projective',
  angle: 'number',
  rect: 'Rect',
  yuvToRgb: 'YuvCoding',
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

/** A pipeline's binding. */
export const bindingView = (kernel: Kernel): BindingView => {
  const { functions, sizes } = sizeFunctions(kernel.pipeline.stages, kernel.name);
  const doc = kernel.pipeline.doc.trim();
  return {
    name: kernel.name,
    doc: [...(doc ? doc.split('\n') : []), ...(doc ? [''] : []), kernel.chain].map(comment),
    functions,
    sizes,
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
