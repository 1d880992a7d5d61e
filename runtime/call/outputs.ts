/** What is known of results that are images: their signal. */
import type { ManifestSink, ManifestStep } from '../../native/manifest.js';
import type { YuvEncoding } from '../../ops/spec.js';
import { codeBits } from '../device/formats.js';
import type { BoundImage } from '../device/placed.js';
import type { ColourDescription } from '../device/videoColour.js';
import { valueOfImage } from './params.js';

/**
 * @internal What the YUV of a step's sink means: the description of the call's image, where its signal is passed on, or
 * what an operator was given. Undefined where the pipeline does not say.
 * @param inputs The images of the call.
 * @param n Which of them.
 * @param options As the caller gave them.
 */
export const signalOf = (
  steps: readonly ManifestStep[],
  step: number,
  { signal, code }: ManifestSink,
  inputs: readonly BoundImage[],
  n: number,
  options: Readonly<Record<string, unknown>>,
): ColourDescription | undefined => {
  const { kernel, reads } = steps[step]!;
  const bits = codeBits({ code });
  if (signal === undefined) {
    return undefined;
  }
  if (signal === 'source') {
    if (reads === undefined) {
      return passedOn(inputs[n]!, bits);
    }
    const between = steps[reads]!.kernel.sinks.find(({ output }) => output === undefined);
    return between && signalOf(steps, reads, { ...between, code }, inputs, n, options);
  }
  const param = kernel.params.find(({ stage, kind }) => stage === signal.stage && kind === 'rgbToYuv');
  if (param === undefined) {
    return undefined;
  }
  const given = param.open === undefined ? param.settled : options[param.open];
  const { matrix, range } = valueOfImage(param, given, n, inputs.length, param.name).value as YuvEncoding;
  return { matrix, range, source: 'pipeline' };
};

/** A signal that is passed on keeps its codes' scale, and with it its bits, whatever the sink has room for. */
const passedOn = ({ colour, bitDepth }: BoundImage, bits: number): ColourDescription | undefined =>
  bitDepth === bits && colour?.bitDepth === undefined ? colour : { source: 'pipeline', ...colour, bitDepth };
