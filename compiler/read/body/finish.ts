/** The last look at a function: returns take their type, variables that never change are const, unused ones go. */
import { type Expr, type Stmt, type Type, tuple } from '../../ir/types.js';
import { makeIf } from './branches.js';
import { coerce } from './coerce.js';
import { fieldOf } from './patterns.js';
import { collect, refuse, use } from './scope.js';
import type { PendingReturn, Scope, Value } from './types.js';

/** The finished statements, or undefined after a diagnostic. */
export const finishBody = (scope: Scope, returns: Type): readonly Stmt[] | undefined => {
  const settled = settleReturns(scope, scope.out, returns);
  if (!settled) {
    return undefined;
  }
  const assigned = new Set<string>();
  visit(settled, stmt => {
    if (stmt.kind === 'assign') {
      assigned.add(stmt.name);
    }
  });
  return prune(constify(settled, assigned), new Set(assigned));
};

const settleReturns = (scope: Scope, stmts: readonly Stmt[], returns: Type): Stmt[] | undefined => {
  const out: Stmt[] = [];
  for (const stmt of stmts) {
    const pending = scope.returns.get(stmt);
    if (pending) {
      const { result, out: before } = collect(scope, () => returnValue(scope, pending, returns));
      if (!result) {
        return undefined;
      }
      out.push(...before, { kind: 'return', value: result, loc: stmt.loc });
    } else if (stmt.kind === 'if') {
      const then = settleReturns(scope, stmt.then, returns);
      const other = settleReturns(scope, stmt.else, returns);
      if (!then || !other) {
        return undefined;
      }
      out.push(makeIf(stmt.test, then, other, stmt.loc));
    } else if (stmt.kind === 'for') {
      const body = settleReturns(scope, stmt.body, returns);
      if (!body) {
        return undefined;
      }
      out.push({ ...stmt, body });
    } else {
      out.push(stmt);
    }
    // Nothing runs after a return.
    if (stmt.kind === 'return') {
      break;
    }
  }
  return out;
};

const returnValue = (scope: Scope, pending: PendingReturn, returns: Type): Expr | undefined => {
  const { value, node } = pending;
  if (!scope.isSize) {
    return coerce(scope, value, returns, node);
  }
  const size = (name: string): Value | undefined => {
    const field = fieldOf(value, name);
    return field && use(scope, field);
  };
  const width = size('width');
  const height = size('height');
  if (!width || !height) {
    if (value.kind !== 'poison') {
      refuse(scope, node, 'CW1032');
    }
    return undefined;
  }
  return coerce(scope, { kind: 'list', items: [width, height] }, tuple('i32', 2), node);
};

/** Every statement, inner ones too. */
const visit = (stmts: readonly Stmt[], see: (stmt: Stmt) => void): void => {
  for (const stmt of stmts) {
    see(stmt);
    if (stmt.kind === 'if') {
      visit(stmt.then, see);
      visit(stmt.else, see);
    } else if (stmt.kind === 'for') {
      visit(stmt.body, see);
    }
  }
};

const constify = (stmts: readonly Stmt[], assigned: ReadonlySet<string>): readonly Stmt[] =>
  stmts.map(stmt => {
    switch (stmt.kind) {
      case 'let':
        return { ...stmt, mutable: assigned.has(stmt.name) };
      case 'if':
        return makeIf(stmt.test, constify(stmt.then, assigned), constify(stmt.else, assigned), stmt.loc);
      case 'for':
        return { ...stmt, body: constify(stmt.body, assigned) };
      default:
        return stmt;
    }
  });

// Backwards: a variable is declared before it is used. Expressions have no effects, so nothing is lost.
const prune = (stmts: readonly Stmt[], used: Set<string>): readonly Stmt[] => {
  const kept: Stmt[] = [];
  for (const stmt of [...stmts].reverse()) {
    if (stmt.kind === 'let' && !used.has(stmt.name)) {
      continue;
    }
    if (stmt.kind === 'if') {
      const then = prune(stmt.then, used);
      const other = prune(stmt.else, used);
      if (then.length + other.length === 0) {
        continue;
      }
      note(stmt.test, used);
      kept.push(makeIf(stmt.test, then, other, stmt.loc));
    } else if (stmt.kind === 'for') {
      const body = prune(stmt.body, used);
      if (body.length === 0) {
        continue;
      }
      note(stmt.from, used);
      note(stmt.to, used);
      kept.push({ ...stmt, body });
    } else {
      note(stmt.kind === 'let' ? stmt.init : stmt.value, used);
      kept.push(stmt);
    }
  }
  return kept.reverse();
};

const note = (expr: Expr, used: Set<string>): void => {
  switch (expr.kind) {
    case 'local':
      used.add(expr.name);
      break;
    case 'unary':
      note(expr.operand, used);
      break;
    case 'binary':
      note(expr.left, used);
      note(expr.right, used);
      break;
    case 'select':
      note(expr.test, used);
      note(expr.then, used);
      note(expr.else, used);
      break;
    case 'math':
    case 'call':
      for (const arg of expr.args) {
        note(arg, used);
      }
      break;
    case 'cast':
      note(expr.value, used);
      break;
    case 'tap':
      note(expr.x, used);
      note(expr.y, used);
      break;
    case 'tuple':
      for (const item of expr.items) {
        note(item, used);
      }
      break;
    case 'index':
      note(expr.tuple, used);
      break;
    case 'entry':
      note(expr.at, used);
      break;
    default:
      break;
  }
};
