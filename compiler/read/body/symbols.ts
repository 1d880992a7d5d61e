/** Which declaration a name in the author's files stands for. */
import { ts } from 'ts-morph';
import type { Session } from '../session.js';

/** The symbol behind an import. */
export const behindImport = (
  { checker }: Pick<Session, 'checker'>,
  symbol: ts.Symbol | undefined,
): ts.Symbol | undefined =>
  symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** What a name stands for. */
export const symbolOf = (session: Pick<Session, 'checker'>, name: ts.Node): ts.Symbol | undefined =>
  behindImport(session, session.checker.getSymbolAtLocation(name));

/** Whether a name stands for all of a file: `import * as name`. */
export const isFile = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.valueDeclaration !== undefined &&
  ts.isSourceFile(symbol.valueDeclaration) &&
  !symbol.valueDeclaration.fileName.endsWith('.json');

/** The name by which something is called: `linear` in `ops.linear`. */
export const nameIn = (callee: ts.Expression): ts.Expression =>
  ts.isPropertyAccessExpression(callee) ? callee.name : callee;

/** Whether JavaScript itself, or Node, has it. */
export const isOfJavaScript = (symbol: ts.Symbol | undefined): boolean =>
  (symbol?.declarations ?? []).every(declaration =>
    /\/node_modules\/(typescript\/lib|@types\/node)\//.test(declaration.getSourceFile().fileName),
  );

/** Whether it is declared in the vocabulary. */
export const isOfSpec = ({ files }: Pick<Session, 'files'>, symbol: ts.Symbol | undefined): boolean => {
  const declaration = symbol?.valueDeclaration;
  return declaration !== undefined && files.isSpec(declaration.getSourceFile().fileName);
};
