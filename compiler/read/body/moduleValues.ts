/** What a module holds once it has been loaded, as the reader of functions works with it: plain data and functions. */
import { types } from 'node:util';
import type { ts } from 'ts-morph';
import { bool } from '../../ir/types.js';
import { locOf } from './scope.js';
import type { Scope, Value } from './types.js';
import { literal } from './values.js';

/** No table of a kernel nests as deep; what contains itself does. */
const deepest = 8;

/** @param name Under which the functions in it are printed. */
export const fromModule = (scope: Scope, value: unknown, name: string, node: ts.Node, depth = 0): Value => {
  switch (typeof value) {
    case 'number':
      return { kind: 'number', value };
    case 'boolean':
      return literal(value, bool, locOf(scope, node));
    case 'string':
      return { kind: 'text', value };
    case 'function': {
      const source = scope.reader.loaded.sourceOf(value);
      return source
        ? { kind: 'function', node: source, name }
        : isClass(value)
          ? record(scope, value, name, node, depth)
          : foreign('a function whose source is not TypeScript of this project');
    }
    case 'object':
      if (value === null) {
        return foreign('null');
      }
      if (types.isProxy(value)) {
        return foreign('a Proxy');
      }
      if (depth > deepest) {
        return foreign('nested too deep');
      }
      return Array.isArray(value) || isNumbers(value)
        ? list(scope, value, name, node, depth)
        : record(scope, value, name, node, depth);
    default:
      return foreign(value === undefined ? 'undefined' : `a ${typeof value}`);
  }
};

const foreign = (what: string): Value => ({ kind: 'foreign', what });

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));

type Numbers = { readonly length: number; readonly [index: number]: unknown };
const isNumbers = (value: object): value is Numbers =>
  types.isTypedArray(value) && !types.isBigInt64Array(value) && !types.isBigUint64Array(value);

// What is inside is looked at when it is asked for: an object may hold much that no kernel reads.
const list = (
  scope: Scope,
  value: readonly unknown[] | Numbers,
  name: string,
  node: ts.Node,
  depth: number,
): Value => {
  let items: readonly Value[] | undefined;
  return {
    kind: 'list',
    get items() {
      items ??= Array.from({ length: value.length }, (_, index) =>
        fromProperty(scope, value, String(index), name, node, depth),
      );
      return items;
    },
  };
};

const record = (scope: Scope, value: object, name: string, node: ts.Node, depth: number): Value => {
  let fields: ReadonlyMap<string, Value> | undefined;
  return {
    kind: 'record',
    what: `the object ${name}`,
    get fields() {
      fields ??= new Map(
        propertyNames(value).map(key => [key, fromProperty(scope, value, key, key, node, depth)]),
      );
      return fields;
    },
  };
};

/** The names of an object's properties, those that it has from its class included. */
const propertyNames = (value: object): readonly string[] => {
  const names = new Set(Object.getOwnPropertyNames(value));
  let from: object | null = Object.getPrototypeOf(value);
  while (from && from !== Object.prototype && from !== Function.prototype && !types.isProxy(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      names.add(name);
    }
    from = Object.getPrototypeOf(from);
  }
  return [...names];
};

const fromProperty = (
  scope: Scope,
  value: object,
  key: string,
  name: string,
  node: ts.Node,
  depth: number,
): Value => {
  let holder: object | null = value;
  let property = Object.getOwnPropertyDescriptor(holder, key);
  while (!property && holder) {
    holder = Object.getPrototypeOf(holder);
    property = holder ? Object.getOwnPropertyDescriptor(holder, key) : undefined;
  }
  // A getter may give another value each time.
  return property && !('value' in property)
    ? foreign(`what \`get ${key}\` computes`)
    : fromModule(scope, property?.value, name, node, depth + 1);
};
