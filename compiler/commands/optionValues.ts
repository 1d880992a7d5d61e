/** How the values of options are read, and the options that commands share. */
import { type Command, InvalidArgumentError } from 'commander';

/** A whole number of at least 1. */
export const count = (text: string): number => {
  const value = Number(text);
  // Number also reads '', '0x10' and '1e3'.
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  }
  return value;
};
/** A size in pixels, as in `1920x1080`. */
export const dimensions = (text: string): { width: number; height: number } => {
  const [width = 0, height = 0] = /^\d{1,5}x\d{1,5}$/.test(text) ? text.split('x').map(Number) : [];
  if (![width, height].every(size => size >= 1 && size <= 65535)) {
    throw new InvalidArgumentError('Expected WIDTHxHEIGHT in pixels, each 1 to 65535, as in 1920x1080.');
  }
  return { width, height };
};
/** A number, as in `0.5`. */
export const decimal = (text: string): number => {
  // Number also reads '' and '0x10'.
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw new InvalidArgumentError('Expected a number, as in 0.5.');
  }
  return Number(text);
};
const decimals = (text: string): number[] => text.split(',').map(part => decimal(part.trim()));
/** Words between commas, collected. */
export const listed = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...text.split(',').map(part => part.trim()),
];
/** `name=value`, the value as JSON; a word that is no JSON stands for itself. */
export const setting = (
  text: string,
  before: Record<string, unknown> | undefined,
): Record<string, unknown> => {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new InvalidArgumentError(`Expected NAME=JSON, as in matrix='{"dstToSrc":[1,0,0,0,1,0]}'.`);
  }
  const value = text.slice(at + 1);
  let parsed: unknown = value;
  try {
    parsed = JSON.parse(value);
  } catch {
    if (/^[[{"]/.test(value)) {
      throw new InvalidArgumentError(`Expected JSON after ${text.slice(0, at)}= but received ${value}`);
    }
  }
  return { ...before, [text.slice(0, at)]: parsed };
};

/** `name=path`, collected; a name that comes again has a file for each input. */
export const image = (
  text: string,
  before: Readonly<Record<string, readonly string[]>> | undefined,
): Record<string, readonly string[]> => {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError('Expected NAME=PATH, as in background=street.png.');
  }
  const name = text.slice(0, at);
  const others = before && Object.hasOwn(before, name) ? before[name] : [];
  return { ...before, [name]: [...(others ?? []), text.slice(at + 1)] };
};

/** Which frames of a video, in the words of `run` and `serve`. */
export type SamplingWords = {
  from?: number;
  to?: number;
  step?: number;
  every?: number;
  fps?: number;
  times?: number[];
  indices?: number[];
  count?: number;
  spread?: 'uniform' | 'random';
  seed?: number;
  keyFrames?: true;
};
/** Adds the sampling words to a command. @param whose Which video's they are. */
export const withSampling = (command: Command, whose: 'a' | 'each'): Command => {
  const over = whose === 'a' ? 'the' : whose;
  return command
    .option('--from <seconds>', `of ${whose} video: the first moment`, decimal)
    .option('--to <seconds>', 'the end, which is no longer in it', decimal)
    .option('--step <n>', 'every n-th frame', count)
    .option('--every <seconds>', 'one frame per period of this many seconds', decimal)
    .option('--fps <rate>', 'this many frames for each second', decimal)
    .option('--times <seconds,...>', 'the frames shown at these moments, ascending', decimals)
    .option('--indices <n,...>', 'the frames with these numbers, from 0, ascending', decimals)
    .option('--count <n>', `this many frames, evenly over ${over} video`, count)
    .option('--spread <way>', 'of --count: uniform, or random by --seed')
    .option('--seed <n>', 'of --spread random: a whole number', decimal)
    .option('--key-frames', 'key frames alone');
};
/** The sampling words that were given. */
export const chosenFrames = (words: SamplingWords): SamplingWords => {
  const { from, to, step, every, fps, times, indices, count, spread, seed, keyFrames } = words;
  const choice = { from, to, step, every, fps, times, indices, count, spread, seed, keyFrames };
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
};
