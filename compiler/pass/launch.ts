/** What one launch takes of parameters: those of the call, and as many images as fit beside them. */
import type { FusedKernel, Kernel, Layout } from '../ir/plan.js';
import { ARGS_HEAD, align8, inputsOf } from './layout.js';

/** Bytes of parameters that one launch takes: 32,764 from CUDA 12.1 on (compute capability 7.0 and newer). */
export const PARAMETER_SPACE = 32764;
/** The bytes of it that say how all images of the launch lie. */
const FLAGS = 8;
/** A launch copies the whole parameter block, so a block that is just large enough launches faster. */
const SMALLER_BATCHES = [16, 64];
/** Bytes of a plane: its pointer and its pitch. */
const PLANE = 16;
/** Bytes of an image's size, and of a number that is computed once per image. */
const SIZE = 8;
const UNIFORM = 4;
/** Bytes of what leads to a table of windows: two pointers, how its weights lie, and the axis. */
const WINDOWS = 32;

/** How many images a launch takes, for each of its sizes; empty where not even one fits. */
export const capacitiesOf = (kernel: FusedKernel, layout: Layout): readonly number[] => {
  const most = Math.floor((PARAMETER_SPACE - callBytes(layout)) / imageBytes(kernel, layout));
  return most < 1 ? [] : [...SMALLER_BATCHES.filter(images => images < most), most];
};

/** Bytes of a launch of one image. */
export const launchBytes = (kernel: Kernel): number =>
  callBytes(kernel.layout) + imageBytes(kernel, kernel.layout);

/** What takes them, largest first, `table of lut`, 3072: all but what rounds the whole up. */
export const launchParts = ({
  layout,
  pipeline,
  geometry,
  hoisted,
  resample,
}: Kernel): readonly { readonly what: string; readonly bytes: number }[] =>
  [
    ...layout.params.flatMap(({ stage, fields }) =>
      fields.map(({ name, lanes }) => ({ what: `${name} of ${stage}`, bytes: 4 * lanes })),
    ),
    ...hoisted.map(({ stage, values }) => ({
      what: `numbers computed beforehand for ${stage}`,
      bytes: UNIFORM * values.length,
    })),
    ...(resample?.stage.filter.table
      ? [{ what: `the table of ${resample.stage.name}`, bytes: WINDOWS }]
      : []),
    { what: pipeline.source.name, bytes: PLANE * layout.source.length },
    ...inputsOf(layout).map(([{ stage, image, planes }]) => ({
      what: `${image.name} of ${stage}`,
      bytes: PLANE * planes.length,
    })),
    ...pipeline.sinks.map(({ output = '', format }, n) => ({
      what: output === '' ? format.name : `the result ${output}`,
      bytes: PLANE * layout.sinks[n]!.length,
    })),
    { what: 'sizes', bytes: SIZE * (1 + geometry.length) },
    { what: 'what every launch has', bytes: ARGS_HEAD + FLAGS },
  ].sort((a, b) => b.bytes - a.bytes);

/** Bytes of what a launch has once. */
export const callBytes = ({ argsSize }: Layout): number => argsSize + FLAGS;
/** An image's descriptor, with the numbers behind it that are computed once per image. */
export const imageBytes = (
  { hoisted, resample }: Pick<FusedKernel, 'hoisted' | 'resample'>,
  { imageSize }: Layout,
): number => {
  const uniforms = hoisted.reduce((sum, { values }) => sum + values.length, 0);
  return imageSize + align8(UNIFORM * uniforms) + (resample?.stage.filter.table ? WINDOWS : 0);
};
