/** The IR as short text, for snapshots: close to TypeScript, with the types of variables. */
import type {
  BorderRef,
  Expr,
  Fn,
  OpFunction,
  PipelineIr,
  Stage,
  Stmt,
  Type,
} from '../../compiler/ir/types.js';

const showType = ({ scalar, length }: Type): string => (length === 0 ? scalar : `${scalar}×${length}`);

/** One expression, fully parenthesised. */
export const dumpExpr = (expr: Expr): string => {
  switch (expr.kind) {
    case 'literal':
      return expr.type.scalar === 'f32' && Number.isInteger(expr.value)
        ? `${expr.value}.0`
        : String(expr.value);
    case 'local':
      return expr.name;
    case 'param':
      return `$${expr.param}.${expr.lane}`;
    case 'entry':
      return `$${expr.param}[${expr.first} + ${dumpExpr(expr.at)}]`;
    case 'uniform':
      return `uniform.${expr.name}`;
    case 'size':
      return `${expr.of}.${expr.axis}`;
    case 'unary':
      return `${expr.op}${dumpExpr(expr.operand)}`;
    case 'binary':
      return `(${dumpExpr(expr.left)} ${expr.op} ${dumpExpr(expr.right)})`;
    case 'select':
      return `(${dumpExpr(expr.test)} ? ${dumpExpr(expr.then)} : ${dumpExpr(expr.else)})`;
    case 'math':
    case 'call':
      return `${expr.fn}(${expr.args.map(dumpExpr).join(', ')})`;
    case 'cast':
      return `${showType(expr.type)}(${dumpExpr(expr.value)})`;
    case 'quotient':
      return `(${dumpExpr(expr.value)} / ${dumpExpr(expr.by)}, reciprocal ${dumpExpr(expr.reciprocal)})`;
    case 'window':
      return `window.${expr.part}(${[expr.at, expr.n].flatMap(index => (index ? dumpExpr(index) : [])).join(', ')})`;
    case 'tap':
      return `tap(${dumpExpr(expr.x)}, ${dumpExpr(expr.y)})`;
    case 'tuple':
      return `[${expr.items.map(dumpExpr).join(', ')}]`;
    case 'index':
      return `${dumpExpr(expr.tuple)}[${expr.index}]`;
  }
};

const dumpStmt = (stmt: Stmt, indent: string): string => {
  const block = (body: readonly Stmt[]): string => body.map(inner => dumpStmt(inner, `${indent}  `)).join('');
  switch (stmt.kind) {
    case 'let':
      return `${indent}${stmt.mutable ? 'let' : 'const'} ${stmt.name}: ${showType(stmt.type)} = ${dumpExpr(stmt.init)}\n`;
    case 'assign':
      return `${indent}${stmt.name} = ${dumpExpr(stmt.value)}\n`;
    case 'return':
      return `${indent}return ${dumpExpr(stmt.value)}\n`;
    case 'if':
      return `${indent}if ${dumpExpr(stmt.test)}\n${block(stmt.then)}${stmt.else.length > 0 ? `${indent}else\n${block(stmt.else)}` : ''}`;
    case 'for':
      return `${indent}for ${stmt.name} = ${dumpExpr(stmt.from)} to ${dumpExpr(stmt.to)} step ${stmt.step}\n${block(stmt.body)}`;
  }
};

const dumpFn = (fn: Fn): string => {
  const args = fn.args.map(({ name, type }) => `${name}: ${showType(type)}`).join(', ');
  return `${fn.name}(${args}): ${showType(fn.returns)}\n${fn.body.map(stmt => dumpStmt(stmt, '  ')).join('')}`;
};

/** A function with its helpers, callees first. */
export const dumpFunction = ({ fn, helpers }: OpFunction): string => [...helpers, fn].map(dumpFn).join('');

const dumpBorder = (border: BorderRef): string =>
  border.kind === 'constant'
    ? `border [${border.value.join(', ')}]\n`
    : `border ${dumpFunction(border.apply)}`;

/** A stage: its parameters, then its functions. */
export const dumpStage = (stage: Stage): string => {
  const params = stage.params.map(
    ({ name, kind, per, lanes, value }) =>
      `param ${name}: ${kind}×${lanes} per ${per} = ${'settled' in value ? JSON.stringify(value.settled) : Object.entries(value).flat().join(' ')}\n`,
  );
  const colours = stage.role === 'point' ? ` ${stage.from} → ${stage.to}` : '';
  const size = stage.role !== 'point' && stage.size ? dumpFunction(stage.size) : '';
  const sampling =
    stage.role === 'map' ? `filter ${dumpFunction(stage.filter.apply)}${dumpBorder(stage.border)}` : '';
  return `${stage.role} ${stage.name}${colours}\n${params.join('')}${dumpFunction(stage.apply)}${size}${sampling}`;
};

/** A whole pipeline. */
export const dump = ({ name, source, stages, sink }: PipelineIr): string =>
  `pipeline ${name}: ${source.name} → ${sink.name}\n${stages.map(dumpStage).join('')}`;
