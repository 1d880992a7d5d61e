/**
 * A module's text before it is run, changed so that what it makes leads back to the text: each call reports its value, each
 * function carries its place, and the variables of the module can be read once it has been loaded. Nothing else about the
 * module changes. The result follows from the file alone.
 */
import { createHash } from 'node:crypto';
import { ts } from 'ts-morph';
import { packageRoot } from '../../package.js';
import { toPosix } from '../packageFiles.js';

/** The functions that changed modules call: they stand in the global object. */
export const callHook = '__cuweaveCall__';
export const moduleHook = '__cuweaveModule__';

/** A stretch of a file, as it stands in the text of a changed module. */
export const siteOf = (node: ts.Node): string => {
  const file = node.getSourceFile();
  return `${fileId(file.fileName)}:${node.getStart(file)}:${node.getEnd()}`;
};

const fileIds = new Map<string, string>();
const ownFolder = `${toPosix(packageRoot)}/`;
/** A short name for a file. Where cuweave is installed has no part in the names of its own files. */
export const fileId = (fileName: string): string => {
  const known = fileIds.get(fileName);
  const named = fileName.startsWith(ownFolder) ? fileName.slice(ownFolder.length) : fileName;
  const id = known ?? createHash('sha256').update(named).digest('hex').slice(0, 16);
  fileIds.set(fileName, id);
  return id;
};

const marker = /["']cuweave:([0-9a-f]{16}:\d+:\d+)["']/g;
/** The sites of the functions in a function's text, its own among them. */
export const markedSites = (text: string): readonly string[] =>
  [...text.matchAll(marker)].flatMap(([, site]) => site ?? []);

/** The node that a site names, if the file has it. */
export const nodeAt = <N extends ts.Node>(
  file: ts.SourceFile,
  site: string,
  is: (node: ts.Node) => node is N,
): N | undefined => {
  const [, start = 0, end = 0] = site.split(':').map(Number);
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node; node = open.pop()) {
    if (is(node) && node.getEnd() === end && node.getStart(file) === start) {
      return node;
    }
    ts.forEachChild(node, child => {
      if (child.pos <= start && child.end >= end) {
        open.push(child);
      }
    });
  }
  return undefined;
};

type Edit = { readonly at: number; readonly text: string; readonly until?: number; readonly closes?: true };

/**
 * @param resolve The file that an import stands for, where the loader must take this one and no other.
 */
export const instrument = (
  file: ts.SourceFile,
  resolve: (specifier: ts.StringLiteralLike) => string | undefined,
): string => {
  const edits: Edit[] = [];
  const values = new Set<string>();
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node; node = open.pop()) {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) {
      continue;
    }
    if (ts.isCallExpression(node) && canWrap(node)) {
      edits.push(
        { at: node.getStart(file), text: `${callHook}("${siteOf(node)}",` },
        { at: node.getEnd(), text: ')', closes: true },
      );
    }
    edits.push(...functionEdits(file, node), ...importEdits(file, node, resolve));
    if (ts.isIdentifier(node) && isValueName(node)) {
      values.add(node.text);
    }
    const children: ts.Node[] = [];
    ts.forEachChild(node, child => {
      children.push(child);
    });
    // Outer calls come first, so at one place their prefix stands further left.
    open.push(...children.reverse());
  }
  const names = moduleNames(file, values).map(name => `${JSON.stringify(name)}:()=>${name}`);
  return `${applied(file.text, edits)}\n;${moduleHook}("${fileId(file.fileName)}",{${names.join(',')}});`;
};

const applied = (source: string, edits: readonly Edit[]): string => {
  // At one place, what ends comes before what begins; what is inside ends first, and begins last.
  const rank = ({ closes }: Edit, order: number): number => (closes ? -order : edits.length + order);
  const ordered = edits
    .map((edit, order) => ({ ...edit, rank: rank(edit, order) }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank);
  let text = '';
  let from = 0;
  for (const { at, text: added, until = at } of ordered) {
    text += source.slice(from, at) + added;
    from = until;
  }
  return text + source.slice(from);
};

const canWrap = (node: ts.CallExpression): boolean => {
  const kind = node.expression.kind;
  const chained = (node.flags & ts.NodeFlags.OptionalChain) !== 0;
  return !chained && kind !== ts.SyntaxKind.SuperKeyword && kind !== ts.SyntaxKind.ImportKeyword;
};

// A directive has no effect, and stays in the text that a function gives of itself.
const functionEdits = (file: ts.SourceFile, node: ts.Node): readonly Edit[] => {
  if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) {
    return [];
  }
  const { body } = node as ts.FunctionLikeDeclaration & { readonly body: ts.ConciseBody };
  const mark = `"cuweave:${siteOf(node)}";`;
  return ts.isBlock(body)
    ? [{ at: body.getStart(file) + 1, text: mark }]
    : [
        { at: body.getStart(file), text: `{${mark}return (` },
        { at: body.getEnd(), text: ')}', closes: true },
      ];
};

const importEdits = (
  file: ts.SourceFile,
  node: ts.Node,
  resolve: (specifier: ts.StringLiteralLike) => string | undefined,
): readonly Edit[] => {
  const specifier =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : undefined;
  const target = specifier && ts.isStringLiteralLike(specifier) ? resolve(specifier) : undefined;
  return specifier && target !== undefined
    ? [{ at: specifier.getStart(file), text: JSON.stringify(target), until: specifier.getEnd() }]
    : [];
};

/** Whether a name may stand for a value here; an import that no value needs is not loaded. */
const isValueName = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.expression === node;
  }
  if (ts.isBindingElement(parent)) {
    return parent.propertyName !== node;
  }
  const declares =
    ts.isImportClause(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isNamespaceImport(parent) ||
    ts.isExportSpecifier(parent);
  return (
    !declares && !('name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent))
  );
};

/** The names of the module's own scope that stand for values. */
const moduleNames = (file: ts.SourceFile, values: ReadonlySet<string>): readonly string[] => {
  const names = file.statements.flatMap(statement => {
    if (ts.isImportDeclaration(statement)) {
      return importedNames(statement).filter(name => values.has(name));
    }
    const ambient =
      ts.canHaveModifiers(statement) &&
      statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
    if (ambient) {
      return [];
    }
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
    }
    const declares =
      (ts.isFunctionDeclaration(statement) && statement.body) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      (ts.isModuleDeclaration(statement) && hasValues(statement));
    return declares && statement.name && ts.isIdentifier(statement.name) ? [statement.name.text] : [];
  });
  return [...new Set(names)];
};

const importedNames = ({ importClause }: ts.ImportDeclaration): readonly string[] => {
  if (!importClause || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) {
    return [];
  }
  const { name, namedBindings } = importClause;
  const bound =
    namedBindings && ts.isNamespaceImport(namedBindings)
      ? [namedBindings.name]
      : (namedBindings?.elements ?? []).filter(({ isTypeOnly }) => !isTypeOnly).map(element => element.name);
  return [...(name ? [name] : []), ...bound].map(({ text }) => text);
};

const boundNames = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap(element => (ts.isBindingElement(element) ? boundNames(element.name) : []));

/** Whether a namespace is more than types, so that it exists when the module runs. */
const hasValues = ({ body }: ts.ModuleDeclaration): boolean => {
  if (!body || !ts.isModuleBlock(body)) {
    return body !== undefined && ts.isModuleDeclaration(body) && hasValues(body);
  }
  return body.statements.some(
    statement =>
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !(ts.isModuleDeclaration(statement) && !hasValues(statement)),
  );
};
