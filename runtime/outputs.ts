/** Results that are images: of pipelines whose sink's planes are not one tensor. */
import type { ManifestPipeline } from '../native/manifest.js';
import type { YuvEncoding } from '../ops/spec.js';
import { Image } from './image.js';
import type { BoundImage } from './inputs.js';
import { valueOfImage } from './params.js';
import type { Stream } from './stream.js';
import type { ColourDescription } from './videoColour.js';

type Size = { readonly width: number; readonly height: number };

/**
 * @internal Images for the results of a call, their values not set.
 * @param inputs The images of the call; a YUV signal that the pipeline passes on keeps their description.
 * @param options As the caller gave them.
 */
export const emptyResults = (
  pipeline: ManifestPipeline,
  inputs: readonly BoundImage[],
  sizes: readonly Size[],
  options: Readonly<Record<string, unknown>>,
  stream: Stream,
): Image[] => {
  const images: Image[] = [];
  try {
    for (const [n, { width, height }] of sizes.entries()) {
      const colour = colourOf(pipeline, inputs[n], n, inputs.length, options);
      const spec = { format: pipeline.sink.name, width, height, ...(colour ? { colour } : {}) };
      images.push(Image.empty(stream.device, spec, { stream }));
    }
  } catch (error) {
    for (const image of images) image.dispose();
    throw error;
  }
  return images;
};

const colourOf = (
  { signal, params }: ManifestPipeline,
  input: BoundImage,
  n: number,
  count: number,
  options: Readonly<Record<string, unknown>>,
): ColourDescription | undefined => {
  if (signal === undefined) return undefined;
  if (signal === 'source') return input.colour;
  const param = params.find(({ stage, kind }) => stage === signal.stage && kind === 'rgbToYuv');
  if (param === undefined) return undefined;
  const given = param.open === undefined ? param.settled : options[param.open];
  const { matrix, range } = valueOfImage(param, given, n, count, param.name).value as YuvEncoding;
  return { matrix, range, source: 'pipeline' };
};
