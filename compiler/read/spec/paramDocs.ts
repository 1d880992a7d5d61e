/** What the author says of an operator's options: `@param options.NAME`. */
import { ts } from 'ts-morph';
import { nameIn, symbolOf } from '../body/symbols.js';
import type { Session } from '../session.js';

/** The words about each option, from the comments of the operator and of what was called to place it. */
export const paramDocs = (
  session: Session,
  declaration: ts.CallExpression,
  placed: ts.CallExpression | undefined,
): ReadonlyMap<string, string> => {
  const docs = new Map<string, string>();
  const nodes = [placed && calledBy(session, placed), variableOf(declaration)];
  for (const tag of nodes.flatMap(node => (node ? ts.getJSDocTags(node) : []))) {
    const name = ts.isJSDocParameterTag(tag) ? /^options\.(\w+)$/.exec(tag.name.getText()) : null;
    const text = (ts.getTextOfJSDocComment(tag.comment) ?? '').replace(/\s+/g, ' ').trim();
    if (name && text !== '' && !docs.has(name[1])) {
      docs.set(name[1], text);
    }
  }
  return docs;
};

const variableOf = (call: ts.CallExpression): ts.Node | undefined =>
  ts.isVariableDeclaration(call.parent) ? call.parent : undefined;

const calledBy = (session: Session, call: ts.CallExpression): ts.Node | undefined =>
  symbolOf(session, nameIn(call.expression))?.valueDeclaration;
