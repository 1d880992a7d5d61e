/** Every public export says what it is. */
import {
  type GetAccessorDeclaration,
  type MethodDeclaration,
  Node,
  type PropertyDeclaration,
  Scope,
  type SourceFile,
  SyntaxKind,
} from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { openProject, root } from './source.js';

const hasText = (node: Node): boolean => {
  // The doc comment of `const x = …` hangs on the statement.
  const holder = Node.isVariableDeclaration(node) ? node.getVariableStatement() : node;
  if (!holder || !Node.isJSDocable(holder)) {
    return false;
  }
  return holder.getJsDocs().some(doc => doc.getDescription().trim() !== '' || doc.getTags().length > 0);
};

const isPublic = (member: MethodDeclaration | PropertyDeclaration | GetAccessorDeclaration): boolean =>
  member.getScope() === Scope.Public &&
  !/^[_#]/.test(member.getName()) &&
  !member.getJsDocs().some(doc => doc.getText().includes('@internal'));

/** Public methods, properties and getters of a class that have no doc comment; what overrides needs no second one. */
const bareMembers = (node: Node): readonly string[] => {
  if (!Node.isClassDeclaration(node)) {
    return [];
  }
  const members = [...node.getMethods(), ...node.getProperties(), ...node.getGetAccessors()];
  return members
    .filter(member => isPublic(member) && !member.hasModifier(SyntaxKind.OverrideKeyword) && !hasText(member))
    .map(member => `${node.getName()}.${member.getName()}`);
};

const bareExports = (file: SourceFile): readonly string[] =>
  [...file.getExportedDeclarations()].flatMap(([name, declarations]) => {
    const ours = declarations.filter(node => !node.getSourceFile().isInNodeModules());
    const place = (node: Node): string => node.getSourceFile().getFilePath().slice(root.length);
    return [
      ...(ours.length === 0 || ours.some(hasText) ? [] : [`${name} (${place(ours[0])})`]),
      ...ours.flatMap(node => bareMembers(node).map(member => `${member} (${place(node)})`)),
    ];
  });

describe('public exports have doc comments', () => {
  it.each(['ops/index.ts', 'runtime/index.ts', 'compiler/index.ts'])('%s', path => {
    const file = openProject().addSourceFileAtPath(`${root}/${path}`);
    expect(file.getExportedDeclarations().size).toBeGreaterThan(0);
    expect(bareExports(file)).toEqual([]);
  });

  it('finds a missing one', () => {
    const file = openProject().createSourceFile(
      `${root}/ops/unwritten.ts`,
      `export const bare = 1;
       /** Said. */
       export const said = 2;
       /** A class. */
       export class Thing { open(): void {} private shut(): void {}
       /** Said. */
       told = 1; _own = 2; }
       export type Shape = { a: number };`,
    );
    expect(bareExports(file).map(line => line.split(' ')[0])).toEqual(['bare', 'Thing.open', 'Shape']);
  });
});
