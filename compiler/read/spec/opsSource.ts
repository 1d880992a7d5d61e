/** What the sources of cuweave's own operators say of them: comments, signatures, roles. For docs/ops.md. */
import {
  type JSDocableNode,
  Node,
  Project,
  SyntaxKind,
  type Type,
  ts,
  type VariableDeclaration,
} from 'ts-morph';
import { type PackageFiles, packageFiles } from '../packageFiles.js';

/** The call that declares it; `constant` and formats are plain functions. */
export type Maker = 'pointOp' | 'mapOp' | 'indexMapOp' | 'filter' | 'border' | 'format';
/** One export of `cuweave/ops` that may stand in a pipeline. */
export type OpSource = {
  readonly name: string;
  readonly maker: Maker;
  /** How it is called, where it is a function of its own: `convertTo(dtype, { scale?, offset? })`. */
  readonly signatures: readonly string[];
  /** The types of the options of such a function, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** The type arguments of what it gives: `Stage<'yuv', 'rgb'>`, `Format<'yuv', 'source'>`. */
  readonly models: readonly string[];
  readonly text: string;
  /** `@param` comments by name, `options.` left out. */
  readonly params: ReadonlyMap<string, string>;
};

/** The exports in alphabetical order, and the comment of the type `Colour`. */
export const readOpsSource = (): { readonly ops: readonly OpSource[]; readonly colours: string } => {
  const files = packageFiles();
  const project = new Project({
    compilerOptions: {
      strict: true,
      types: [],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
    skipAddingFilesFromTsConfig: true,
  });
  const exported = project.addSourceFileAtPath(files.ops).getExportedDeclarations();
  const ops = [...exported].flatMap(([name, [node]]) => {
    const maker = Node.isVariableDeclaration(node) ? makerOf(files, name, node) : undefined;
    return maker && Node.isVariableDeclaration(node) ? [sourceOf(name, node, maker)] : [];
  });
  const colours = exported.get('Colour')?.find(Node.isTypeAliasDeclaration);
  return {
    ops: ops.sort((a, b) => (a.name < b.name ? -1 : 1)),
    colours: colours ? docOf(colours).text : '',
  };
};

const makers: Readonly<Record<string, Maker>> = {
  pointOp: 'pointOp',
  mapOp: 'mapOp',
  indexMapOp: 'indexMapOp',
  filter: 'filter',
  separableFilter: 'filter',
  indexBorder: 'border',
};

const makerOf = (files: PackageFiles, name: string, node: VariableDeclaration): Maker | undefined => {
  const file = node.getSourceFile();
  const [given] = node.getType().getCallSignatures();
  const result = given?.getReturnType();
  if (typeNameOf(result) === 'Format') {
    return 'format';
  }
  if (typeNameOf(result) === 'Border' && name === 'constant') {
    return 'border';
  }
  if (typeNameOf(result) === 'Stage' && name === 'resample') {
    return 'mapOp';
  }
  if (files.isSpec(file.getFilePath()) || file.getFilePath() === files.math) {
    return undefined;
  }
  // A function that places an operator stands in one file with it.
  const inside = node.getInitializerIfKind(SyntaxKind.CallExpression)?.getExpression().getText() ?? '';
  if (makers[inside]) {
    return makers[inside];
  }
  const calls = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .map(call => call.getExpression().getText());
  const maker = calls.find(callee => callee in makers);
  return maker === undefined ? undefined : makers[maker];
};

const typeNameOf = (type: Type | undefined): string | undefined =>
  type?.getAliasSymbol()?.getName() ?? type?.getSymbol()?.getName();

const sourceOf = (name: string, node: VariableDeclaration, maker: Maker): OpSource => {
  const statement = node.getVariableStatementOrThrow();
  const { text, params } = docOf(statement);
  const plain = node.getInitializerIfKind(SyntaxKind.CallExpression) === undefined;
  const signatures = plain ? node.getType().getCallSignatures() : [];
  const types = new Map<string, string>();
  const shown = signatures.map(signature => {
    const list = signature.getParameters().map(parameter => {
      const declaration = parameter.getValueDeclarationOrThrow();
      const type = declaration.getType();
      const fields = type.isObject() && !type.isArray() && !type.isTuple() ? type.getProperties() : [];
      if (fields.length === 0) {
        const written = Node.isParameterDeclaration(declaration) ? declaration.getTypeNode()?.getText() : '';
        if (written) {
          types.set(parameter.getName(), written);
        }
        return parameter.getName();
      }
      const inner = fields.map(field => {
        const at = field.getValueDeclaration();
        const written = Node.isPropertySignature(at) ? at.getTypeNode()?.getText() : undefined;
        if (written) {
          types.set(field.getName(), written);
        }
        return `${field.getName()}${field.isOptional() ? '?' : ''}`;
      });
      return `{ ${inner.join(', ')} }`;
    });
    return `${name}(${list.join(', ')})`;
  });
  const result = signatures.at(-1)?.getReturnType();
  // What a map's stage lacks is no colour model.
  const isMap = typeNameOf(result) === 'MapStage';
  const models = (isMap ? [] : (result?.getAliasTypeArguments() ?? [])).map(type =>
    type.getText(node).replace(/import\([^)]*\)\./g, ''),
  );
  return { name, maker, signatures: [...new Set(shown)], types, models, text, params };
};

const docOf = (node: JSDocableNode): { text: string; params: ReadonlyMap<string, string> } => {
  const [doc] = node.getJsDocs().slice(-1);
  const params = new Map<string, string>();
  for (const tag of doc?.getTags() ?? []) {
    if (!Node.isJSDocParameterTag(tag)) {
      continue;
    }
    const name = tag
      .getNameNode()
      .getText()
      .replace(/^options\./, '');
    params.set(name, plainText(tag.getCommentText() ?? '').replace(/\s+/g, ' '));
  }
  return { text: plainText(doc?.getDescription() ?? ''), params };
};

const plainText = (text: string): string =>
  text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\r/g, '')
    .trim();
