/** What is known of the author's modules once they have been loaded. */
import type { ts } from 'ts-morph';

/** The function-like nodes that the reader reads. */
export type FunctionNode =
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.FunctionDeclaration
  | ts.MethodDeclaration;

export type Loaded = {
  /** A module's exports. */
  readonly modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The innermost call that gave the value: an operator's declaration. */
  readonly madeBy: (value: unknown) => ts.CallExpression | undefined;
  /** The outermost call that gave it: where it was placed. */
  readonly placedBy: (value: unknown) => ts.CallExpression | undefined;
  /** The source of a function, or undefined where that is not TypeScript of the program. */
  readonly sourceOf: (value: unknown) => FunctionNode | undefined;
  /** What a variable or an import of a module holds now, or undefined where the module has none of the name. */
  readonly variable: (file: ts.SourceFile, name: string) => { readonly value: unknown } | undefined;
  readonly errors: readonly LoadError[];
  /** Every file that was run. */
  readonly files: readonly string[];
};
export type LoadError = { readonly file: string; readonly line?: number; readonly message: string };
