/** Formats come from the author's module: what the compiler relies on is checked. */
import { channelCount, type Format, type Plane } from '../../../ops/spec.js';
import { isPlainName } from './params.js';
import { describeActual, isBag } from './paramValues.js';

const dtypes: readonly unknown[] = ['u8', 'u16', 'i32', 'f16', 'bf16', 'f32'];
const layouts: readonly unknown[] = [undefined, 'NHWC', 'NCHW'];

/** The format of a source: one that adapts as a sink is what it says. */
export const toSource = ({ adapts: _, ...format }: Format): Format => structuredClone(format);
export const isGoodFormat = (value: unknown): value is Format => formatProblem(value) === undefined;

/** What is wrong with a format, or undefined. */
export const formatProblem = (value: unknown): string | undefined => {
  if (!isBag(value) || value.kind !== 'format') {
    return `${describeActual(value)} is no format`;
  }
  const { name, dtype, colour, layout, planes, channels, role, code, chroma, tokens } = value;
  if (!isPlainName(name)) {
    return `its name is ${describeActual(name)}`;
  }
  if (!dtypes.includes(dtype)) {
    return `its dtype is ${describeActual(dtype)}`;
  }
  if (typeof colour !== 'string' || !Object.hasOwn(channelCount, colour)) {
    return `its colour model is ${describeActual(colour)}`;
  }
  if (!layouts.includes(layout)) {
    return `its layout is ${describeActual(layout)}`;
  }
  if (role !== 'source' && role !== 'both') {
    return `its role is ${describeActual(role)}`;
  }
  if (!isCode(code, dtype)) {
    return `its code is ${describeActual(code)}`;
  }
  const wanted: number = Object.entries(channelCount).find(([model]) => model === colour)?.[1] ?? 0;
  return (
    planesProblem(planes, role) ??
    channelsProblem(channels, wanted, planes) ??
    chromaProblem(chroma, planes, role) ??
    tokensProblem(tokens, planes)
  );
};

// Written into the source: whole numbers that fit the u16.
const isCode = (code: unknown, dtype: unknown): boolean => {
  if (code === undefined) {
    return true;
  }
  const whole = (value: unknown, least: number): boolean => Number.isInteger(value) && Number(value) >= least;
  return (
    isBag(code) &&
    dtype === 'u16' &&
    whole(code.bits, 9) &&
    whole(code.shift, 0) &&
    (code.range === undefined || code.range === 'full') &&
    Number(code.bits) + Number(code.shift) <= 16
  );
};

// Written into the source, too.
const tokensProblem = (tokens: unknown, planes: unknown): string | undefined => {
  if (tokens === undefined) {
    return undefined;
  }
  const whole = (value: unknown, most: number): boolean =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
  const fits =
    isBag(tokens) &&
    (tokens.isTile === undefined || tokens.isTile === true) &&
    whole(tokens.patch, tokens.isTile ? 4096 : 64) &&
    whole(tokens.merge, 8) &&
    whole(tokens.temporal, 8) &&
    (tokens.frames === 'repeated' || tokens.frames === 'paired') &&
    (tokens.order === 'chw' || tokens.order === 'hwc') &&
    Array.isArray(planes) &&
    planes.every((plane: Plane) => String(plane.subsampling) === '1,1');
  return fits ? undefined : `its tokens are ${describeActual(tokens)}`;
};

const sitings: readonly unknown[] = ['left', 'centre', 'topLeft'];
const chromaProblem = (chroma: unknown, planes: unknown, role: unknown): string | undefined => {
  if (chroma === undefined) {
    return undefined;
  }
  if (!isBag(chroma) || chroma.filter !== 'linear') {
    return `its chroma is read by ${describeActual(isBag(chroma) ? chroma.filter : chroma)}, which is neither 'nearest' nor 'linear'`;
  }
  if (!sitings.includes(chroma.siting)) {
    return `its chroma is sited ${describeActual(chroma.siting)}, which is neither 'left' nor 'centre' nor 'topLeft'`;
  }
  const isShared = (plane: unknown): boolean =>
    isPlane(plane) && String((plane as Plane).subsampling) !== '1,1';
  return role === 'source' && Array.isArray(planes) && planes.some(isShared)
    ? undefined
    : 'its chroma is interpolated, which is for a source whose chroma is subsampled';
};

const planesProblem = (planes: unknown, role: unknown): string | undefined => {
  if (!Array.isArray(planes) || planes.length === 0 || planes.length > 4) {
    return 'it has no planes';
  }
  const names = new Set(planes.map((plane: unknown) => (isBag(plane) ? plane.name : undefined)));
  const bad = planes.find((plane: unknown) => !isPlane(plane));
  if (bad !== undefined) {
    return `it has a plane ${describeActual(bad)}`;
  }
  if (names.size !== planes.length) {
    return 'two of its planes have one name';
  }
  const shared = new Set(
    planes.map((plane: Plane) => String(plane.subsampling)).filter(subsampling => subsampling !== '1,1'),
  );
  return role === 'both' && shared.size > 1 ? 'two of its planes are subsampled differently' : undefined;
};

const isPlane = (plane: unknown): boolean =>
  isBag(plane) &&
  isPlainName(plane.name) &&
  [1, 2, 3, 4].some(count => count === plane.channels) &&
  Array.isArray(plane.subsampling) &&
  plane.subsampling.length === 2 &&
  plane.subsampling.every(factor => factor === 1 || factor === 2);

const channelsProblem = (channels: unknown, wanted: number, planes: unknown): string | undefined => {
  if (!Array.isArray(channels) || channels.length !== wanted) {
    return `it does not name ${wanted} channels`;
  }
  const inside = channels.every((channel: unknown) => {
    const plane: unknown =
      isBag(channel) && Array.isArray(planes) ? planes[Number(channel.plane)] : undefined;
    const { lane, next = undefined } = isBag(channel) ? channel : {};
    const isLane = (value: unknown): boolean =>
      isBag(plane) && Number.isInteger(value) && Number(value) >= 0 && Number(value) < Number(plane.channels);
    // Written into the source, too.
    const isNext = (): boolean =>
      typeof next === 'number' &&
      isBag(plane) &&
      String(plane.subsampling) === '2,1' &&
      isLane(Number(lane) + next);
    return typeof lane === 'number' && isLane(lane) && (next === undefined || isNext());
  });
  return inside ? undefined : 'one of its channels is in no plane';
};
