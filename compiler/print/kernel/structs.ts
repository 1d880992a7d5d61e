/** The C structs of a pipeline's argument block, as text. */
import { paramFields } from '../../../ops/spec.js';
import type { Kernel, PlacedField } from '../../ir/plan.js';
import { reduces } from '../../ir/reduce.js';
import { inputsOf, isArray } from '../../pass/layout.js';
import { planeMember } from './planes.js';
import { readersText } from './readers.js';
import { namedSinks } from './sinks.js';

/** The C structs of a pipeline's argument block; the header and every generated source print them alike. */
export type StructsView = {
  readonly pipeline: string;
  /** One struct for each stage that has parameters. */
  readonly params: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly image: readonly { readonly member: string; readonly comment: string }[];
  readonly args: readonly { readonly member: string; readonly comment: string }[];
  readonly imageSize: number;
  readonly argsSize: number;
};

/** The C name of a pipeline's struct: `cuweave_preprocess_image`. */
export const structName = (pipeline: string, part: string): string => `cuweave_${pipeline}_${part}`;

/** The structs of a pipeline. */
export const structsView = ({ name, pipeline, layout, geometry }: Kernel): StructsView => {
  const planes = (planes: typeof layout.source, side: string, constant: string) => ({
    pointers: planes.map(plane => ({
      member: `${constant}void* ${planeMember(side, plane.name)};`,
      comment: '',
    })),
    pitches: planes.map(plane => ({
      member: `int64_t ${planeMember(side, plane.name)}_pitch;`,
      comment: '',
    })),
  });
  const source = planes(layout.source, 'src', 'const ');
  const sinks = namedSinks(pipeline.sinks).map(({ side }, n) => planes(layout.sinks[n]!, side, ''));
  const images = inputsOf(layout).map((readers, n) => {
    const [{ image, planes: own }] = readers;
    const { pointers, pitches } = planes(own, `in${n}`, 'const ');
    const comment = `${readersText(readers)}: ${image.format.name}`;
    return {
      pointers: pointers.map(({ member }, p) => ({ member, comment: p === 0 ? comment : '' })),
      pitches,
    };
  });
  const params = (block: 'args' | 'image') =>
    layout.params
      .filter(placed => placed.block === block)
      .map(placed => ({
        member: `struct ${structName(name, placed.member)} ${placed.member};`,
        comment: '',
      }));
  const work = reduces(pipeline) ? 1 : 0;
  const sizes = [
    'the source',
    ...geometry.map(stage => `after ${stage.name}`),
    ...(work ? ['rows of tiles, 32 · width by how many'] : []),
  ].join(', ');
  return {
    pipeline: name,
    params: layout.params.map(placed => ({
      name: structName(name, placed.member),
      members: placed.fields.map(member),
    })),
    image: [
      ...source.pointers,
      ...sinks.flatMap(({ pointers }) => pointers),
      ...images.flatMap(({ pointers }) => pointers),
      ...layout.measures.map(({ stage, name, member }) => ({
        member: `const float* ${member};`,
        comment: `${stage}'s ${name}`,
      })),
      ...source.pitches.map(({ member }, n) => ({ member, comment: n === 0 ? 'bytes from row to row' : '' })),
      ...sinks.flatMap(({ pitches }) => pitches),
      ...images.flatMap(({ pitches }) => pitches),
      { member: `cuweaveSize size[${geometry.length + 1 + work}];`, comment: `pixels: ${sizes}` },
      ...params('image'),
    ],
    args: [
      { member: 'uint32_t size;', comment: `sizeof this struct: ${layout.argsSize}` },
      { member: 'int32_t count;', comment: 'images' },
      { member: `const struct ${structName(name, 'image')}* images;`, comment: 'in host memory' },
      ...params('args'),
    ],
    imageSize: layout.imageSize,
    argsSize: layout.argsSize,
  };
};

const member = (field: PlacedField): string => {
  const { scalar, fields } = paramFields[field.kind];
  const type = scalar === 'f32' ? 'float' : 'int32_t';
  if (fields.length > 0) {
    return `struct { ${type} ${fields.join(', ')}; } ${field.member};`;
  }
  return `${type} ${field.member}${isArray(field) ? `[${field.lanes}]` : ''};`;
};
