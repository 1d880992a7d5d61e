/** What the sources of cuweave's own operators say of them: comments, signatures, roles. For docs/ops.md. */
import {
  type CallExpression,
  type JSDocableNode,
  Node,
  Project,
  SyntaxKind,
  type Type,
  ts,
  type VariableDeclaration,
} from 'ts-morph';
import { type PackageFiles, packageFiles } from '../packageFiles.js';
import { memberDocs } from './paramDocs.js';

/** The call that declares it; `constant` and formats are plain functions. */
export type Maker =
  | 'pointOp'
  | 'mapOp'
  | 'indexMapOp'
  | 'stencilOp'
  | 'reduction'
  | 'filter'
  | 'border'
  | 'format';
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
  /** Comments by name: those on options, and `@param` of other arguments. */
  readonly params: ReadonlyMap<string, string>;
};

/** The exports in alphabetical order, the comment of the type `Colour`, and those on the options of formats with subsampled chroma. */
export const readOpsSource = (): {
  readonly ops: readonly OpSource[];
  readonly colours: string;
  readonly chroma: ReadonlyMap<string, string>;
} => {
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
  const checker = project.getTypeChecker().compilerObject;
  const membersOf = (type: Type | undefined): ReadonlyMap<string, string> =>
    new Map(memberDocs(checker, type?.compilerType).map(([name, text]) => [name, oneLine(text)]));
  const aliasOf = (name: string): Type | undefined =>
    exported.get(name)?.find(Node.isTypeAliasDeclaration)?.getType();
  const sampling = { mapOp: membersOf(aliasOf('Sampling')), stencilOp: membersOf(aliasOf('Bordered')) };
  const ops = [...exported].flatMap(([name, [node]]) => {
    const maker = Node.isVariableDeclaration(node) ? makerOf(files, name, node) : undefined;
    return maker && Node.isVariableDeclaration(node)
      ? [sourceOf(name, node, maker, membersOf, sampling)]
      : [];
  });
  const colours = exported.get('Colour')?.find(Node.isTypeAliasDeclaration);
  return {
    ops: ops.sort((a, b) => (a.name < b.name ? -1 : 1)),
    colours: colours ? docOf(colours).text : '',
    chroma: membersOf(aliasOf('ChromaOptions')),
  };
};

const makers: Readonly<Record<string, Maker>> = {
  pointOp: 'pointOp',
  mapOp: 'mapOp',
  indexMapOp: 'indexMapOp',
  stencilOp: 'stencilOp',
  separableStencil: 'stencilOp',
  reduceOp: 'reduction',
  binsOp: 'reduction',
  filter: 'filter',
  separableFilter: 'filter',
  tableFilter: 'filter',
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
  const maker = calls.includes('pointOp') ? 'pointOp' : calls.find(callee => callee in makers);
  return maker === undefined ? undefined : makers[maker];
};

const typeNameOf = (type: Type | undefined): string | undefined =>
  type?.getAliasSymbol()?.getName() ?? type?.getSymbol()?.getName();

const sourceOf = (
  name: string,
  node: VariableDeclaration,
  maker: Maker,
  membersOf: (type: Type | undefined) => ReadonlyMap<string, string>,
  /** The options that operators of a kind have beside their own. */
  sampling: Readonly<Partial<Record<Maker, ReadonlyMap<string, string>>>>,
): OpSource => {
  const statement = node.getVariableStatementOrThrow();
  const call = node.getInitializerIfKind(SyntaxKind.CallExpression);
  const plain = call === undefined;
  const { text, params: described } = docOf(statement);
  const params = new Map([
    ...described,
    ...(call ? membersOf(paramsOf(call)) : []),
    ...(call ? (sampling[maker] ?? []) : []),
  ]);
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
      const comments = membersOf(type);
      const inner = fields.map(field => {
        const at = field.getValueDeclaration();
        const comment = comments.get(field.getName());
        // What several share is documented with their type.
        if (comment && at?.getSourceFile() === node.getSourceFile()) {
          params.set(field.getName(), comment);
        }
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
  const isMap = ['MapStage', 'NeighbourStage'].includes(typeNameOf(result) ?? '');
  const models = (isMap ? [] : modelsOf(result)).map(type =>
    type.getText(node).replace(/import\([^)]*\)\./g, ''),
  );
  return { name, maker, signatures: [...new Set(shown)], types, models, text, params };
};

/** The colour models before and after a stage; of several, before the first and after the last. */
const modelsOf = (result: Type | undefined): readonly Type[] => {
  if (!result?.isTuple()) {
    return result?.getAliasTypeArguments() ?? [];
  }
  const stages = result.getTupleElements();
  const [before] = stages[0]?.getAliasTypeArguments() ?? [];
  const [, after] = stages.at(-1)?.getAliasTypeArguments() ?? [];
  return before && after ? [before, after] : [];
};

/** The type of what stands as `params` in an operator's declaration. */
const paramsOf = (call: CallExpression): Type | undefined =>
  call.getArguments()[0]?.getType().getProperty('params')?.getTypeAtLocation(call);

const docOf = (node: JSDocableNode): { text: string; params: ReadonlyMap<string, string> } => {
  const [doc] = node.getJsDocs().slice(-1);
  const params = new Map<string, string>();
  for (const tag of doc?.getTags() ?? []) {
    if (!Node.isJSDocParameterTag(tag)) {
      continue;
    }
    params.set(tag.getNameNode().getText(), oneLine(tag.getCommentText() ?? ''));
  }
  return { text: plainText(doc?.getDescription() ?? ''), params };
};

const oneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ');
const plainText = (text: string): string =>
  text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\r/g, '')
    .trim();
