/** Reads the author's comments on an operator's options: one on each in `params`, or `@param options.NAME` on the operator. */
import { ts } from 'ts-morph';
import { nameIn, symbolOf } from '../body/symbols.js';
import type { Session } from '../session.js';

/** The words about each option, from the comments of the operator and of what was called to place it. */
export const paramDocs = (
  session: Session,
  declaration: ts.CallExpression,
  placed: ts.CallExpression | undefined,
): ReadonlyMap<string, string> => {
  const called = placed && calledBy(session, placed);
  const texts = [
    ...optionsOf(session, called).flatMap(type => memberDocs(session.checker, type)),
    ...tagsOf(called),
    ...memberDocs(session.checker, paramsOf(session, declaration)),
    ...tagsOf(variableOf(declaration)),
  ];
  const docs = new Map<string, string>();
  for (const [name, text] of texts) {
    const line = text.replace(/\s+/g, ' ').trim();
    if (line !== '' && !docs.has(name)) {
      docs.set(name, line);
    }
  }
  return docs;
};

type Text = readonly [name: string, text: string];

/** The comments on the members of a type. */
export const memberDocs = (checker: ts.TypeChecker, type: ts.Type | undefined): readonly Text[] =>
  (type?.getProperties() ?? []).map(member => [
    member.getName(),
    ts.displayPartsToString(member.getDocumentationComment(checker)),
  ]);

/** The type of what stands as `params` in an operator's declaration. */
const paramsOf = ({ checker }: Session, { arguments: [def] }: ts.CallExpression): ts.Type | undefined => {
  const params = def && checker.getTypeAtLocation(def).getProperty('params');
  return params && checker.getTypeOfSymbolAtLocation(params, def);
};

/** The types of a function's parameters, if it is one that places an operator. */
const optionsOf = ({ checker }: Session, called: ts.Node | undefined): readonly ts.Type[] =>
  called && ts.isVariableDeclaration(called) && called.initializer && ts.isArrowFunction(called.initializer)
    ? called.initializer.parameters.flatMap(({ type }) =>
        type && ts.isTypeLiteralNode(type) ? [checker.getTypeAtLocation(type)] : [],
      )
    : [];

const tagsOf = (node: ts.Node | undefined): readonly Text[] =>
  (node ? ts.getJSDocTags(node) : []).flatMap((tag): readonly Text[] => {
    const [, name] = ts.isJSDocParameterTag(tag) ? (/^options\.(\w+)$/.exec(tag.name.getText()) ?? []) : [];
    return name ? [[name, ts.getTextOfJSDocComment(tag.comment) ?? '']] : [];
  });

const variableOf = (call: ts.CallExpression): ts.Node | undefined =>
  ts.isVariableDeclaration(call.parent) ? call.parent : undefined;

const calledBy = (session: Session, call: ts.CallExpression): ts.Node | undefined =>
  symbolOf(session, nameIn(call.expression))?.valueDeclaration;
