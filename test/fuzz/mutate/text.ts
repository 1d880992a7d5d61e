/** Changes of text: of JSON by its values, of TypeScript by its words. */
import type { Random } from '../../support/random.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const oddValues: readonly Json[] = [
  null,
  true,
  0,
  1,
  -1,
  2 ** 31,
  2 ** 53,
  1e308,
  0.5,
  '',
  'x',
  '../x',
  '\0',
  'u8',
  'f32',
  '__proto__',
  [],
  {},
  [[]],
  'x'.repeat(10_000),
];

type Place = { readonly holder: Json[] | { [name: string]: Json }; readonly key: string };

const placesOf = (value: Json, found: Place[] = []): Place[] => {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      found.push({ holder: value, key });
      placesOf((value as { [name: string]: Json })[key], found);
    }
  }
  return found;
};

/** Changes one value of a JSON text. */
export const changeJson = (random: Random, text: string): string => {
  const root = JSON.parse(text) as Json;
  const places = placesOf(root);
  if (places.length === 0) {
    return text;
  }
  const { holder, key } = random.pick(places);
  const values = holder as { [name: string]: Json };
  const old = values[key];
  switch (random.int(0, 4)) {
    case 0:
      values[key] = random.pick(oddValues);
      break;
    case 1:
      if (Array.isArray(holder)) {
        holder.splice(Number(key), 1);
      } else {
        delete values[key];
      }
      break;
    case 2: {
      const other = random.pick(places);
      values[key] = structuredClone((other.holder as { [name: string]: Json })[other.key]);
      break;
    }
    case 3:
      if (Array.isArray(holder)) {
        holder.push(structuredClone(old));
      } else {
        values[`${key}${random.pick(['', 's', '_'])}`] = random.pick(oddValues);
      }
      break;
    default:
      values[key] =
        typeof old === 'number'
          ? random.pick([old + 1, old - 1, -old, old * 2, old + 4, 2 ** 31 - 1])
          : random.pick(oddValues);
  }
  return JSON.stringify(root);
};

const words = /[A-Za-z_]\w*|\d+(?:\.\d+)?|'[^'\n]*'|[^\s\w]/g;
const oddWords = [
  'undefined',
  'null',
  'NaN',
  '0',
  '-1',
  '1e400',
  '2 ** 31',
  '[]',
  '{}',
  '()',
  'this',
  'await 0',
  'throw 0',
  'new Map()',
  "'x'",
  '`x`',
  '...[]',
  '1n',
  'px',
  'Math.random()',
  'while (true) {}',
  '/x/',
  'import.meta',
  'arguments',
  'yield',
  '}',
  '(',
];

/** Changes a word of a program. */
export const changeWords = (random: Random, text: string): string => {
  const found = [...text.matchAll(words)];
  if (found.length === 0) {
    return text;
  }
  const { index, 0: word } = random.pick(found);
  const [before, after] = [text.slice(0, index), text.slice(index + word.length)];
  switch (random.int(0, 3)) {
    case 0:
      return before + after;
    case 1:
      return `${before}${random.pick(found)[0]}${after}`;
    case 2:
      return `${before}${word} ${word}${after}`;
    default:
      return `${before}${random.pick(oddWords)}${after}`;
  }
};
