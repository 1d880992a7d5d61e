/** What the templates of the Python module and its stubs are filled with. */
import { cName } from '../../ir/names.js';
import { type Plan, partedMaps } from '../../ir/plan.js';
import { type OpFunction, type ParamField, type Stage, stagesOf } from '../../ir/types.js';
import { openImages, openParams } from '../data/bindings.js';
import { manifestEntry } from '../data/manifest.js';
import { FunctionNames } from '../expr/fn.js';
import { pythonFunction } from './functions.js';
import { pythonLiteral, pythonName } from './words.js';

/** One pipeline of the module. */
export type PythonView = {
  /** The name that the module exports. */
  readonly name: string;
  readonly doc: readonly string[];
  /** The manifest's entry as a literal. */
  readonly entry: string;
  /** The printed functions, one after the other. */
  readonly functions: readonly { readonly lines: readonly string[] }[];
  readonly sizes: string;
  readonly scales: string;
  readonly options: readonly {
    readonly name: string;
    readonly type: string;
    readonly doc: string;
    readonly isOptional: boolean;
  }[];
  /** The types of what it gives. */
  readonly result: string;
  readonly lists: string;
  readonly outputSize: string;
  /** Named tuples of its results. */
  readonly tuples: readonly { readonly name: string; readonly fields: readonly TupleField[] }[];
  /** Whether the call takes these itself, where no option has the name. */
  readonly takesColour: boolean;
  readonly takesOrientation: boolean;
};
type TupleField = { readonly name: string; readonly type: string };

/** Names that the templates have. */
const ownNames = [
  'cw os requires register_torch ring Library ArgumentError CudaError CuweaveError ForkError LibraryError RingError range None True False',
  'Ring Batch Frame Iterator Any Mapping NamedTuple Optional Sequence Tuple TypedDict Union List Pipeline Size Array Images Colour Orientation Affine Rect',
  'Projective PrimariesChange Camera Distortion Fisheye YuvCoding YuvEncoding Numbers',
].flatMap(names => names.split(' '));
/** What a call takes beside options; an option of the name gets an underscore. templates/python/pipeline.py has the same. */
const callNames = ['out', 'stream'];
const argumentName = (name: string): string => (callNames.includes(name) ? `${name}_` : pythonName(name));

const valueTypes: Readonly<Record<ParamField['kind'], string>> = {
  f32: 'float',
  i32: 'int',
  vec2: 'Numbers',
  mat2x3: 'Affine',
  mat3x3: 'Projective',
  angle: 'float',
  mat3x4: 'Numbers',
  primaries: 'PrimariesChange',
  camera: 'Camera',
  distortion: 'Distortion',
  fisheye: 'Fisheye',
  rect: 'Rect',
  rects: 'Sequence[Rect]',
  table: 'Numbers',
  weights: 'Numbers',
  gaussian: 'float',
  orientation: 'Orientation',
  yuvToRgb: 'YuvCoding',
  rgbToYuv: 'YuvEncoding',
};

const typeOf = ({ kind, per }: ParamField): string => {
  const type = valueTypes[kind];
  if (per === 'channel') {
    return kind === 'table' ? 'Union[Numbers, Sequence[Numbers]]' : `Union[${type}, Numbers]`;
  }
  return per === 'image' ? `Union[${type}, Sequence[${type}]]` : type;
};

/** The pipelines of a build, in which no name stands twice. */
export const pythonViews = (plans: readonly Plan[]): readonly PythonView[] => {
  const names = new FunctionNames(ownNames);
  // First of all, so that pipelines keep their names.
  const locals = new Map(plans.map(plan => [plan, names.take(pythonName(plan.name))]));
  return plans.map(plan => pythonView(plan, locals.get(plan)!, names));
};

const pythonView = (plan: Plan, name: string, names: FunctionNames): PythonView => {
  const { pipeline, chain, kernels } = plan;
  const built = new Set(kernels.flatMap(kernel => kernel.pipeline.stages.map(stage => stage.name)));
  const stages = stagesOf(pipeline).filter(stage => built.has(stage.name));
  const { functions, sizes, scales } = stageFunctions([...stages, ...partedMaps(plan)], name, names);
  const taken = openImages(pipeline);
  const images = taken.map(({ stage, image }) => ({
    name: image.open,
    type: 'Images',
    doc: docOf(stage, image.name, `${image.format.name}, for all images or one for each`, image.doc),
    isOptional: false,
  }));
  const colours = taken
    .filter(({ image }) => image.format.colour === 'yuv')
    .map(({ image }) => ({
      name: `${image.open}_colour`,
      type: 'Union[None, Colour, List[Optional[Colour]]]',
      doc: `What ${image.open} means`,
      isOptional: true,
    }));
  const params = openParams(pipeline).map(({ stage, field, open }) => ({
    name: open,
    type: typeOf(field),
    doc: docOf(stage, field.name, field.doc),
    isOptional: false,
  }));
  const open = [...images, ...params, ...colours];
  const options = open
    .filter((option, n) => open.findIndex(other => other.name === option.name) === n)
    .map(option => ({ ...option, name: argumentName(option.name) }));
  const results = 'outputs' in pipeline ? pipeline.outputs.map(output => pythonName(output.name)) : [];
  const tuple = (suffix: string, type: string) => ({
    name: `_${name}_${suffix}`,
    fields: results.map(result => ({ name: result, type })),
  });
  const isNamed = results.length > 0;
  const has = (option: string): boolean => open.some(other => other.name === option);
  const doc = pipeline.doc.trim();
  return {
    name,
    doc: [...(doc ? [...doc.split('\n'), ''] : []), chain].map(line => docText(line)),
    entry: pythonLiteral(manifestEntry(plan), 3, 4),
    functions,
    sizes,
    scales,
    options,
    result: isNamed ? `_${name}_results` : 'Array',
    lists: isNamed ? `_${name}_lists` : 'List[Array]',
    outputSize: isNamed ? `_${name}_sizes` : 'Size',
    tuples: isNamed ? [tuple('results', 'Array'), tuple('lists', 'List[Array]'), tuple('sizes', 'Size')] : [],
    takesColour: !has('colour'),
    takesOrientation: !has('orientation'),
  };
};

/** The author's words, which must not end the text that they stand in. */
const docText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const docOf = (stage: string, name: string, ...texts: readonly (string | undefined)[]): string =>
  [`${stage}.${name}`, ...texts].filter(Boolean).join('. ').replace(/\s+/g, ' ');

/** The functions that give output sizes and scales, helpers first, and literals that name them by stage. */
const stageFunctions = (stages: readonly Stage[], pipeline: string, names: FunctionNames) => {
  const functions: { readonly lines: readonly string[] }[] = [];
  const add = (stage: string, apply: OpFunction, suffix: string, args: readonly string[]): string => {
    const { rename, fresh } = names.helpers(apply, 'python');
    for (const { fn, name } of fresh) {
      functions.push({ lines: pythonFunction(fn, name, [], rename) });
    }
    const name = names.take(`_${pipeline}_${cName(stage)}_${suffix}`);
    functions.push({ lines: pythonFunction(apply.fn, name, args, rename) });
    return `${JSON.stringify(stage)}: ${name}`;
  };
  const sizes: string[] = [];
  const scales: string[] = [];
  for (const stage of stages) {
    if (stage.role === 'point') {
      continue;
    }
    if (stage.size) {
      sizes.push(add(stage.name, stage.size, 'size', ['p', 'src']));
    }
    if (stage.role !== 'indexMap' && stage.scale) {
      scales.push(add(stage.name, stage.scale, 'scale', ['p', 'src', 'dst']));
    }
  }
  const literal = (entries: readonly string[]): string => `{${entries.join(', ')}}`;
  return { functions, sizes: literal(sizes), scales: literal(scales) };
};
