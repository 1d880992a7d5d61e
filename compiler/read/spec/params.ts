import { type Bounds, type NumberKind, paramFields } from '../../../ops/spec.js';
import type { Code } from '../../diagnostics/index.js';
import type { ParamField } from '../../ir/types.js';
import type { Args } from '../body/types.js';
import {
  type Bag,
  checkOption,
  describeActual,
  isBag,
  isF32,
  isI32,
  own,
  plainArrays,
} from './paramValues.js';
import type { KernelParam } from './signatures.js';

/** Says what is wrong with an option; the place is found by its name. */
export type RefuseOption = (option: string | undefined, code: Code, args: Args) => void;
export type Settled = {
  readonly fields: readonly ParamField[];
  readonly kernel: readonly KernelParam[];
  /** What is settled at build time. */
  readonly choices: Choices;
};
/** Words, numbers and truth values by the names of their parameters. */
export type Choices = Readonly<Record<string, Choice>>;
type Choice = string | number | boolean;

/** A name that is safe in generated code, as a field of an object, and in messages. */
export const isPlainName = (name: unknown): name is string =>
  typeof name === 'string' &&
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) &&
  name.length <= 60 &&
  !name.startsWith('__') &&
  !(name in Object.prototype);

const kinds = new Set<unknown>([...Object.keys(paramFields), 'choice']);
const isKind = (kind: unknown): kind is NumberKind | 'choice' => kinds.has(kind);
const scopes: readonly unknown[] = ['call', 'channel', 'image', 'structure'];
const isScope = (per: unknown): per is ParamField['per'] | 'structure' => scopes.includes(per);
/** Whether a parameter is an image: compiler/read/spec/images.ts reads it. */
export const isImage = (param: unknown): param is Bag =>
  isBag(param) && param.param === 'image' && param.per === 'pixel';

/** Whether a parameter is what an image comes to: compiler/read/spec/reduce/measures.ts reads it. */
export const isMeasure = (param: unknown): param is Bag =>
  isBag(param) && param.param === 'measured' && param.per === 'pixel';

/**
 * @param taken Options of the stage that are not parameters: `filter` and `border` of a map.
 * @returns undefined after a diagnostic.
 */
export const settleParams = (
  opName: string,
  params: Bag,
  options: Bag,
  channels: number,
  taken: readonly string[],
  refuse: RefuseOption,
): Settled | undefined => {
  const fields: ParamField[] = [];
  const kernel: KernelParam[] = [];
  let good = true;
  const known = [...Object.keys(params), ...taken];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const list = known.length > 0 ? known.join(', ') : 'none';
      refuse(name, 'CW2004', { option: name.slice(0, 40), op: opName, known: list });
      good = false;
    }
  }
  const choices: Record<string, Choice> = {};
  // How many weights there are follows from the choices, so these come first.
  const isChoice = (name: string): boolean => {
    const param = params[name];
    return isBag(param) && param.per === 'structure';
  };
  const names = Object.keys(params).filter(name => !isImage(params[name]) && !isMeasure(params[name]));
  for (const name of [...names.filter(isChoice), ...names.filter(name => !isChoice(name))]) {
    const given = { op: opName, option: own(options, name), channels, choices };
    const settled = settleParam(name, params[name], given, taken, refuse);
    if (!settled) {
      good = false;
    } else if ('choice' in settled) {
      const { choice } = settled;
      choices[name] = choice;
      kernel.push(typeof choice === 'string' ? { name, choice } : { name, constant: choice });
    } else {
      const { kind, per, lanes } = settled;
      fields.push(settled);
      kernel.push({
        name,
        kind,
        perChannel: per === 'channel',
        ...(isWeights(kind) ? { count: lanes } : {}),
      });
    }
  }
  return good ? { fields, kernel, choices } : undefined;
};

const boundsOf = (given: unknown): Bounds | undefined => {
  const limits = isBag(given)
    ? Object.entries(given).filter(([name, limit]) => boundNames.includes(name) && isF32(limit))
    : [];
  return limits.length > 0 ? Object.fromEntries(limits) : undefined;
};
const boundNames = ['least', 'most', 'above', 'not'];

/** Why a parameter cannot have a name. */
const nameProblem = (name: string, taken: readonly string[]): string => {
  if (taken.includes(name)) {
    return taken.length === 1
      ? `${taken[0]} is an option of every stencil`
      : `${taken.join(' and ')} are options of every map`;
  }
  if (name in Object.prototype) {
    return 'every object of JavaScript has a property of this name';
  }
  if (name.startsWith('__')) {
    return 'names that begin with __ belong to C++';
  }
  return name.length > 60
    ? `it has ${name.length} characters, and 60 are allowed`
    : 'it may hold the letters a to z and A to Z, digits and _, and not begin with a digit';
};

/** Whether a parameter may have the name; says why not. @param taken Options of the stage that are not parameters. */
export const mayBeNamed = (name: string, taken: readonly string[], refuse: RefuseOption): boolean => {
  if (isPlainName(name) && !taken.includes(name)) {
    return true;
  }
  refuse(undefined, 'CW2011', { name: name.slice(0, 40), cause: nameProblem(name, taken) });
  return false;
};

/** What is known where a parameter is settled: its option, the pixel's channels, and the choices before it. */
type Given = {
  readonly op: string;
  readonly option: unknown;
  readonly channels: number;
  readonly choices: Choices;
};

const settleParam = (
  name: string,
  param: unknown,
  { op, option, channels, choices }: Given,
  taken: readonly string[],
  refuse: RefuseOption,
): ParamField | { readonly choice: Choice } | undefined => {
  if (!mayBeNamed(name, taken, refuse)) {
    return undefined;
  }
  const kind = isBag(param) ? param.param : undefined;
  const per = isBag(param) ? param.per : undefined;
  if (!isBag(param) || !isKind(kind) || !isScope(per)) {
    refuse(undefined, 'CW2012', { name, actual: describeActual(param) });
    return undefined;
  }
  const value = plainArrays(option === undefined ? own(param, 'default') : option);
  if (kind === 'choice' || per === 'structure') {
    return settleChoice(name, param, value, refuse);
  }
  const each = isWeights(kind) ? weightCount(op, name, param, choices, refuse) : paramFields[kind].lanes;
  if (each === undefined) {
    return undefined;
  }
  const lanes = (per === 'channel' ? channels : 1) * each;
  const bounds = boundsOf(own(param, 'bounds'));
  const steps = own(param, 'steps');
  if (steps !== undefined && !(isI32(steps) && Number(steps) >= 1 && Number(steps) <= MAX_STEPS)) {
    const actual = describeActual(steps);
    refuse(undefined, 'CW2021', { what: `the steps of ${name}`, op, least: 1, most: MAX_STEPS, actual });
    return undefined;
  }
  const field = {
    name,
    kind,
    per,
    lanes,
    ...(bounds ? { bounds } : {}),
    ...(typeof steps === 'number' ? { steps } : {}),
  } as const;
  if (value === undefined) {
    return { ...field, value: { open: name } };
  }
  if (isBag(value) && Object.hasOwn(value, 'open')) {
    if (!isPlainName(value.open)) {
      refuse(name, 'CW2013', { actual: describeActual(value.open) });
      return undefined;
    }
    return { ...field, value: { open: value.open } };
  }
  const problem = checkOption(field, value, channels);
  if (problem) {
    refuse(name, problem.code, problem.args);
    return undefined;
  }
  // A side or a margin that is the same for all images needs no place in the descriptor of each.
  const scope = kind === 'i32' && per === 'image' && typeof value === 'number' ? 'call' : per;
  return { ...field, per: scope, value: { settled: structuredClone(value) } };
};

/** What whole weights sum to at most; the runtime holds manifests to the same. */
const MAX_STEPS = 65_536;

const isWeights = (kind: NumberKind): kind is 'weights' | 'gaussian' =>
  kind === 'weights' || kind === 'gaussian';

/** How many weights a parameter has: what its function says of the choices. */
const weightCount = (
  op: string,
  name: string,
  param: Bag,
  choices: Choices,
  refuse: RefuseOption,
): number | undefined => {
  const most = paramFields[param.param as 'weights' | 'gaussian'].lanes;
  const count = numberOf(param.count, choices);
  if (count === undefined || count < 1 || count > most) {
    const what = `the number of weights ${name}`;
    const actual = describeCount(param.count, choices);
    refuse(undefined, 'CW2021', { what, op, least: 1, most, actual });
    return undefined;
  }
  return count;
};

/** A whole number that is given as such, or as a function of the choices. */
export const numberOf = (given: unknown, choices: Choices): number | undefined => {
  const value = settledBy(given, choices);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
};
/** Describes it for a message. */
export const describeCount = (given: unknown, choices: Choices): string =>
  describeActual(settledBy(given, choices));
const settledBy = (given: unknown, choices: Choices): unknown => {
  if (typeof given !== 'function') {
    return given;
  }
  try {
    return given({ ...choices }) as unknown;
  } catch (error) {
    return `an error: ${error instanceof Error ? error.message : String(error)}`.slice(0, 100);
  }
};

const settleChoice = (
  name: string,
  param: Bag,
  value: unknown,
  refuse: RefuseOption,
): { readonly choice: Choice } | undefined => {
  const choices: readonly unknown[] = Array.isArray(param.choices) ? param.choices : [];
  if (['string', 'number', 'boolean'].includes(typeof value) && choices.includes(value)) {
    return { choice: value as Choice };
  }
  const shown = choices.map(describeActual).join(', ');
  refuse(name, 'CW2007', { name, choices: shown, actual: describeActual(value) });
  return undefined;
};
