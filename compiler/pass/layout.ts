import { paramFields } from '../../ops/spec.js';
import { freeName, memberName, stageName } from '../ir/names.js';
import type {
  Layout,
  PlacedField,
  PlacedImage,
  PlacedMeasure,
  PlacedParams,
  PlacedPlane,
} from '../ir/plan.js';
import { reduceStages, reduces } from '../ir/reduce.js';
import { type Format, type KernelIr, type ParamField, type Stage, withImageStages } from '../ir/types.js';

/** Bytes of `{ uint32_t size; int32_t count; const image* images; }`, the head of every call's block. */
export const ARGS_HEAD = 16;
/** The next multiple of 8. */
export const align8 = (bytes: number): number => (bytes + 7) & ~7;

/**
 * Gives every pointer, pitch, size and parameter its byte offset. Members are in falling order of alignment, so that
 * the structs have no padding but at their end; C, C++, CUDA and JavaScript read the same offsets.
 */
export const layOut = (pipeline: KernelIr): Layout => {
  let image = 0;
  const take = (bytes: number): number => {
    image += bytes;
    return image - bytes;
  };
  const pointers = (format: Format) => format.planes.map(plane => ({ ...plane, pointer: take(8) }));
  const sources = pointers(pipeline.source);
  const written = pipeline.sinks.map(({ format }) => pointers(format));
  const read = imagesOf(pipeline.stages);
  const formats = new Map(read.map(({ image }) => [image.open, image.format]));
  const opened = [...formats.keys()];
  const inputs = [...formats.values()].map(pointers);
  const measures = pipeline.stages
    .flatMap(({ name: stage, measures: own = [] }) => own.map(({ name }) => ({ stage, name })))
    .map((measure, n): PlacedMeasure => ({ ...measure, member: `measured_${n}`, pointer: take(8) }));
  const pitched = (planes: typeof sources): PlacedPlane[] =>
    planes.map(plane => ({ ...plane, pitch: take(8) }));
  const source = pitched(sources);
  const sinks = written.map(pitched);
  const inputPlanes = inputs.map(pitched);
  const images = read.map(placed => {
    const input = opened.indexOf(placed.image.open);
    return { ...placed, input, planes: inputPlanes[input]! };
  });
  const geometric = pipeline.stages.filter(stage => stage.role !== 'point').length;
  // The last size of a kernel that reduces is that of its tiles: how rows are handed to threads.
  const sizes = take(8 * (geometric + 1 + (reduces(pipeline) ? 1 : 0)));

  let args = ARGS_HEAD;
  const params: PlacedParams[] = [];
  const stages = [...withImageStages(pipeline.stages), ...reduceStages(pipeline)];
  const members = new Set(stages.map(({ name }) => stageName(name)));
  for (const stage of stages) {
    const member = stageName(stage.name);
    for (const block of ['args', 'image'] as const) {
      const fields = stageFields(stage).filter(field => blockOf(field) === block);
      if (fields.length === 0) {
        continue;
      }
      const offset = block === 'image' ? image : args;
      const placed = placeFields(fields, offset);
      if (block === 'image') {
        image += placed.size;
      } else {
        args += placed.size;
      }
      // Where the call has one under the stage's name already.
      const isSecond = params.at(-1)?.stage === stage.name;
      params.push({
        stage: stage.name,
        member: isSecond ? freeName(`${member}_each`, members) : member,
        block,
        offset,
        fields: placed.fields,
      });
    }
  }
  return { source, sinks, images, measures, sizes, params, argsSize: align8(args), imageSize: align8(image) };
};

/** Every image that stages read beside their own, with the number of its size: a map's is as large as its output. */
export const imagesOf = (stages: readonly Stage[]): readonly Omit<PlacedImage, 'input' | 'planes'>[] => {
  let number = 0;
  return stages.flatMap(stage => {
    if (stage.role !== 'point') {
      number++;
    }
    return (stage.images ?? []).map(image => ({ stage: stage.name, image, at: number }));
  });
};

/** The readers of each image beside the source, by its number. */
export const inputsOf = ({ images }: Layout): readonly (readonly [PlacedImage, ...PlacedImage[]])[] => {
  const inputs: [PlacedImage, ...PlacedImage[]][] = [];
  for (const placed of images) {
    const known = inputs[placed.input];
    if (known) {
      known.push(placed);
    } else {
      inputs.push([placed]);
    }
  }
  return inputs;
};

/** A stage's own parameters, and its border's constant. */
export const stageFields = (stage: Stage): readonly ParamField[] => {
  if (stage.role !== 'map' || stage.border.kind !== 'constant') {
    return stage.params;
  }
  const { value } = stage.border;
  return [
    ...stage.params,
    { name: 'border', kind: 'f32', per: 'channel', lanes: value.length, value: { settled: value } },
  ];
};

/** Where a parameter lies: what may differ from image to image, in the image's descriptor. */
export const blockOf = ({ per }: ParamField): PlacedParams['block'] => (per === 'image' ? 'image' : 'args');

const placeFields = (fields: readonly ParamField[], start: number) => {
  let size = 0;
  const placed = fields.map((field): PlacedField => {
    const offset = start + size;
    size += 4 * field.lanes;
    return { ...field, member: memberName(field.name), offset };
  });
  return { fields: placed, size };
};

/** How generated C spells one number of a parameter, after `p.`. */
export const lanePath = (field: ParamField, lane: number): string => {
  const names: readonly string[] = paramFields[field.kind].fields;
  if (names.length > 0) {
    return `${memberName(field.name)}.${names[lane]}`;
  }
  return isArray(field) ? `${memberName(field.name)}[${lane}]` : memberName(field.name);
};
/** Whether a parameter is an array in C: more than one number without names, or one per channel. */
export const isArray = (field: ParamField): boolean =>
  paramFields[field.kind].fields.length === 0 &&
  (field.per === 'channel' || field.lanes > 1 || field.kind === 'weights' || field.kind === 'gaussian');
