/** Names bound by parameters and by `const` and `let`: plain, or taking tuples and records apart. */
import { ts } from 'ts-morph';
import { isSimple, itemOf, materialise } from './coerce.js';
import { declareLocal, refuse, use, wrapOuter } from './scope.js';
import type { Scope, Value } from './types.js';
import { describe, isExpr, poison } from './values.js';

/** `alias`: the name stands for the value; `const` and `let` write a variable. */
export type BindMode = 'alias' | 'const' | 'let';

export const symbolOf = (scope: Scope, name: ts.Node): ts.Symbol | undefined =>
  scope.reader.session.checker.getSymbolAtLocation(name);

/** Binds a name or pattern to a value. */
export const bind = (scope: Scope, name: ts.BindingName, value: Value, mode: BindMode): void => {
  if (ts.isIdentifier(name)) {
    bindName(scope, name, value, mode);
  } else if (ts.isArrayBindingPattern(name)) {
    bindItems(scope, name, value, mode);
  } else {
    bindFields(scope, name, value, mode);
  }
};

const bindName = (scope: Scope, name: ts.Identifier, value: Value, mode: BindMode): void => {
  const symbol = symbolOf(scope, name);
  if (!symbol) {
    return;
  }
  if (mode === 'alias' || (mode === 'const' && isBuildTime(value))) {
    scope.bindings.set(symbol, value);
    return;
  }
  const expr = materialise(scope, use(scope, value), name);
  scope.bindings.set(symbol, expr ? declareLocal(scope, name, name.text, expr, mode === 'let') : poison);
  if (expr && mode === 'let') {
    scope.mutable.add(symbol);
  }
};

/** Needs no variable: it is known now, or is a parameter's whole tuple. */
const isBuildTime = (value: Value): boolean =>
  value.kind === 'list'
    ? value.items.length > 0 && value.items.every(item => isBuildTime(item) || item.kind === 'param')
    : (!isExpr(value) || value.kind === 'literal') && (value.kind !== 'record' || value.what !== 'an object');

const bindItems = (scope: Scope, pattern: ts.ArrayBindingPattern, given: Value, mode: BindMode): void => {
  const items = tupleItems(scope, given, pattern);
  pattern.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) {
      return;
    }
    if (element.dotDotDotToken || element.initializer) {
      refuse(scope, element, 'CW1026', { what: element.initializer ? 'a default' : '`...`' });
    }
    const known = items !== undefined && !element.dotDotDotToken && !element.initializer;
    if (known && index >= items.length) {
      refuse(scope, element, 'CW1023', { index, length: items.length });
    }
    const item = known ? (items[index] ?? poison) : poison;
    bind(scope, element.name, item, item.kind === 'poison' ? 'alias' : mode);
  });
};

/** A tuple's items, each simple enough to be used many times; undefined after a diagnostic. */
export const tupleItems = (scope: Scope, value: Value, node: ts.Node): readonly Value[] | undefined => {
  if (value.kind === 'list') {
    return value.items;
  }
  if (value.kind === 'outer') {
    const inner = scope.parent && tupleItems(scope.parent, value.value, node);
    return inner?.map(wrapOuter);
  }
  if (isExpr(value) && value.type.length > 0) {
    const whole = isSimple(value) ? value : declareLocal(scope, node, 'whole', value, false);
    return Array.from({ length: value.type.length }, (_, index) => itemOf(scope, whole, index, node));
  }
  if (value.kind !== 'poison') {
    refuse(scope, node, 'CW1027', { actual: describe(value) });
  }
  return undefined;
};

const bindFields = (scope: Scope, pattern: ts.ObjectBindingPattern, given: Value, mode: BindMode): void => {
  const value = use(scope, given);
  if (value.kind !== 'record' && value.kind !== 'poison') {
    refuse(scope, pattern, 'CW1036', { name: pattern.getText().slice(0, 40), what: describe(value) });
  }
  for (const element of pattern.elements) {
    if (element.dotDotDotToken || element.initializer) {
      refuse(scope, element, 'CW1026', { what: element.initializer ? 'a default' : '`...`' });
    }
    const key = element.propertyName ?? element.name;
    const name = ts.isIdentifier(key) || ts.isStringLiteral(key) ? key.text : undefined;
    let field: Value = poison;
    if (value.kind === 'record' && !element.dotDotDotToken && !element.initializer) {
      const found = name === undefined ? undefined : value.fields.get(name);
      field = found ?? refuse(scope, element, 'CW1036', { name: name ?? key.getText(), what: value.what });
    }
    // Fields of parameters are named already, as parameters.
    bind(scope, element.name, field, mode === 'let' ? 'let' : 'alias');
  }
};

/** A field of a record, or undefined. */
export const fieldOf = (value: Value, name: string): Value | undefined => {
  if (value.kind === 'outer') {
    const field = fieldOf(value.value, name);
    return field && wrapOuter(field);
  }
  return value.kind === 'record' ? value.fields.get(name) : undefined;
};
