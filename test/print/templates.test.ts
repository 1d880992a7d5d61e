/**
 * Every member that a template names is in the view that fills it. Handlebars' strict mode throws for a misspelt value,
 * but not for a misspelt `#if` or `#each`, which would print nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pythonFiles } from '../../compiler/build/python.js';
import {
  bindingSources,
  cudaSource,
  headerSource,
  hostSource,
  interfaceSource,
  oracleSource,
  packageSources,
  pairSource,
} from '../../compiler/generate.js';
import { packageFile } from '../../compiler/package.js';
import type { Explanation } from '../../compiler/report/explain.js';
import { explanationPage } from '../../compiler/report/page.js';
import { root } from '../support/executions.js';
import { plansIn } from '../support/plans.js';

const views = vi.hoisted(() => new Map<string, object[]>());
vi.mock('../../compiler/render.js', () => ({
  render: (name: string, view: object): string => {
    views.set(name, [...(views.get(name) ?? []), view]);
    return '';
  },
}));

const folder = packageFile('templates');
const templatesIn = (directory: string): string[] =>
  readdirSync(directory).flatMap(file => (file.endsWith('.hbs') ? [file.replace(/\.hbs$/, '')] : []));
const parse = (file: string): hbs.AST.Program =>
  Handlebars.parse(readFileSync(join(folder, `${file}.hbs`), 'utf8'));

type Members = Readonly<Record<string, unknown>>;
/** What a name may stand for: the same place in every view. The last is `this`, those before it are `../`. */
type Scopes = readonly (readonly unknown[])[];

/** The members that a template names and no view has. */
const missingIn = (template: string, filled: readonly unknown[]): string[] => {
  const missing: string[] = [];
  const lookUp = (path: hbs.AST.PathExpression, scopes: Scopes, file: string): readonly unknown[] => {
    if (path.data) {
      return [];
    }
    let values = scopes[scopes.length - 1 - path.depth] ?? [];
    for (const part of path.parts) {
      const having = values.filter(
        (value): value is Members => typeof value === 'object' && value !== null && part in value,
      );
      if (having.length === 0) {
        missing.push(`${file}:${path.loc.start.line} ${path.original}`);
      }
      values = having.map(value => value[part]);
    }
    return values;
  };
  const walk = (program: hbs.AST.Program, scopes: Scopes, file: string): void => {
    for (const statement of program.body) {
      if (statement.type === 'MustacheStatement') {
        const { path } = statement as hbs.AST.MustacheStatement;
        if (path.type === 'PathExpression') {
          lookUp(path as hbs.AST.PathExpression, scopes, file);
        }
      } else if (statement.type === 'BlockStatement') {
        const { path, params, program: body, inverse } = statement as hbs.AST.BlockStatement;
        const values = lookUp(params[0] as hbs.AST.PathExpression, scopes, file);
        const each = path.type === 'PathExpression' && (path as hbs.AST.PathExpression).original === 'each';
        walk(body, each ? [...scopes, values.flatMap(value => value as readonly unknown[])] : scopes, file);
        if (inverse) {
          walk(inverse, scopes, file);
        }
      } else if (statement.type === 'PartialStatement') {
        const { name, params, hash } = statement as hbs.AST.PartialStatement;
        const given = params[0] as hbs.AST.PathExpression | undefined;
        const values = given ? lookUp(given, scopes, file) : (scopes.at(-1) ?? []);
        const added = (hash?.pairs ?? []).map(({ key, value }) => {
          if (value.type === 'PathExpression') {
            lookUp(value as hbs.AST.PathExpression, scopes, file);
          }
          return [key, ''];
        });
        const context = values.map(value => ({ ...(value as object), ...Object.fromEntries(added) }));
        const partial = (name as hbs.AST.PathExpression).original;
        walk(parse(join('partials', partial)), [context], partial);
      }
    }
  };
  walk(parse(template), [filled], template);
  return [...new Set(missing)];
};

/** Partials that kernels of images fill as well, where more of them is asked for: no test's reduction asks for all. */
const sharedWith = (template: string): readonly string[] =>
  template.startsWith('reduce') ? ['body', 'fetchRun', 'fetchApart', 'fetchLocated', 'function'] : [];

/** By hand, since nothing is printed here that could be explained. */
const explanation = {
  name: 'one',
  place: 'one.ts:1',
  chain: 'rgb8 > clamp > rgb8',
  size: { width: 1, height: 1 },
  kernels: [
    {
      name: 'one',
      chain: 'rgb8 > clamp > rgb8',
      notes: [{ stage: 'clamp', rule: 'point in register', why: 'once' }],
      operators: [],
      traffic: { step: 'one', read: 3, written: 3 },
      imagesPerLaunch: [1],
    },
  ],
  cuts: [{ after: 'clamp', forced: { why: 'stored', by: 'author' }, format: { dtype: 'u8' }, written: 3 }],
  unfused: [{ step: 'clamp', read: 3, written: 3 }],
  open: [],
  code: { cuda: '#line 1 "ops/tone/clamp.ts"\nx', host: '' },
} as never as Explanation;

describe('templates', () => {
  const templates = templatesIn(folder);
  beforeAll(async () => {
    const plans = await plansIn('test/support/pipelines.ts');
    const reducing = await plansIn('test/support/reducePipelines.ts');
    for (const kernel of [...plans, ...reducing].flatMap(({ kernels }) => kernels)) {
      cudaSource(kernel, 'a.cu');
      hostSource(kernel, 'a.cpp');
      oracleSource(kernel);
    }
    for (const plan of plans) {
      for (const pair of plan.pairs) {
        pairSource(plan, pair, 'a.cu');
      }
    }
    headerSource(plans, 'pipelines.so');
    interfaceSource(plans, true);
    packageSources(plans, { name: 'prep', soname: 'libprep.so.1', isStatic: true, hasCuda: true });
    bindingSources([...plans, { ...plans[0]!, name: 'manifest' }]);
    explanationPage([explanation], { root, version: '' });
    pythonFiles(plans, { library: 'a.so', libraryBytes: 1, librarySha256: '', archs: [] }, '1.0.0');
  });

  it('are all filled by something', () => {
    expect([...views.keys()].sort()).toEqual(templates.sort());
  });

  it.each(templates)('%s names only members of its view', name => {
    const missing = missingIn(name, views.get(name)!);
    expect(missing.filter(at => !sharedWith(name).some(partial => at.startsWith(`${partial}:`)))).toEqual([]);
  });

  it('would find a misspelt one', () => {
    const kernel = views.get('kernel.cu')!.map(view => ({ ...view, functions: undefined, structs: {} }));
    expect(missingIn('kernel.cu', kernel)).toContain('structs:1 params');
    expect(missingIn('kernel.cu', [{}])).toContain('kernel.cu:1 header');
  });
});
