/** Parameters of an operator that are images: the formats that a pipeline says for them, and what their pixels go through first. */
import { type Colour, channelCount, type Format } from '../../../ops/spec.js';
import type { ImageParam, PointStage, Stage } from '../../ir/types.js';
import { formatProblem, isGoodFormat, toSource } from './formats.js';
import { isImage, isPlainName, mayBeNamed, type RefuseOption } from './params.js';
import { type Bag, describeActual, isBag } from './paramValues.js';
import type { KernelParam } from './signatures.js';

/** What the images of a stage are read with. */
export type ImageReading = {
  /** The colour model of the pixels that enter the stage. */
  readonly colour: Colour;
  /** Options of the stage that are not parameters. */
  readonly taken: readonly string[];
  /** Whether the stage's role has a place to read images at. */
  readonly hasPlace: boolean;
  readonly refuse: RefuseOption;
  /** Reads an operator on the image's pixels; it reports what is wrong. */
  readonly readPoint: (value: unknown, colour: Colour) => { readonly stage?: Stage; readonly colour: Colour };
};

/** The images of an operator, and how its function sees them; undefined after a diagnostic. */
export const readImages = (
  params: Bag,
  options: Bag,
  reading: ImageReading,
): { readonly images: readonly ImageParam[]; readonly kernel: readonly KernelParam[] } | undefined => {
  const names = Object.keys(params).filter(name => isImage(params[name]));
  const images = names.map(name => readImage(name, params[name] as Bag, options, reading));
  const good = images.filter(image => image !== undefined);
  return good.length === images.length
    ? { images: good, kernel: good.map(image => ({ name: image.name, channels: channelsOf(image) })) }
    : undefined;
};

const channelsOf = ({ format, points }: ImageParam): number =>
  channelCount[points.at(-1)?.to ?? format.colour];

const readImage = (
  name: string,
  param: Bag,
  options: Bag,
  { colour, taken, hasPlace, refuse, readPoint }: ImageReading,
): ImageParam | undefined => {
  if (!mayBeNamed(name, taken, refuse)) {
    return undefined;
  }
  if (!hasPlace) {
    refuse(undefined, 'CW2032', { name });
    return undefined;
  }
  const wanted = param.colour === 'same' ? colour : param.colour;
  if (!isColour(wanted)) {
    refuse(undefined, 'CW2012', { name, actual: `an image of ${describeActual(param.colour)}` });
    return undefined;
  }
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  const named = isBag(option) && Object.hasOwn(option, 'open') ? option : undefined;
  if (named && !isPlainName(named.open)) {
    refuse(name, 'CW2013', { actual: describeActual(named.open) });
    return undefined;
  }
  const given = (named ? named.image : option) ?? param.default;
  const [format, ...operators] = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (!isBag(format) || format.kind !== 'format') {
    refuse(name, 'CW2030', {
      name,
      colour: wanted,
      actual: format === undefined ? 'nothing' : describeActual(format),
    });
    return undefined;
  }
  if (isGoodFormat(format) && format.tokens) {
    refuse(name, 'CW3010', { problem: `${format.name} can only be written` });
    return undefined;
  }
  if (!isGoodFormat(format)) {
    refuse(name, 'CW3010', { problem: formatProblem(format) ?? '' });
    return undefined;
  }
  const points = readPoints(name, format, operators, refuse, readPoint);
  const actual = points && (points.at(-1)?.to ?? format.colour);
  if (points && actual !== wanted) {
    refuse(name, 'CW2031', { name, colour: wanted, actual: String(actual) });
    return undefined;
  }
  return points && { name, open: named ? String(named.open) : name, format: toSource(format), points };
};

const readPoints = (
  name: string,
  format: Format,
  operators: readonly unknown[],
  refuse: RefuseOption,
  readPoint: ImageReading['readPoint'],
): readonly PointStage[] | undefined => {
  const points: PointStage[] = [];
  let { colour }: { colour: Colour } = format;
  for (const value of operators) {
    if (!isBag(value) || value.kind !== 'stage' || !isBag(value.op) || value.op.role !== 'point') {
      const isOther = isBag(value) && value.kind === 'stage';
      refuse(name, 'CW2033', { name, actual: isOther ? 'another operator' : describeActual(value) });
      return undefined;
    }
    const read = readPoint(value, colour);
    if (read.stage?.role !== 'point') {
      return undefined;
    }
    points.push(read.stage);
    ({ colour } = read);
  }
  return points;
};

const isColour = (value: unknown): value is Colour =>
  typeof value === 'string' && Object.hasOwn(channelCount, value);
