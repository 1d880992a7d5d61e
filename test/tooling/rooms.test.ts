/** Who may import whom: data flows from ops through the compiler to the runtime, and nothing flows back. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { openProject, repositoryFiles, root } from './source.js';

type Import = {
  readonly file: string;
  /** A path in the repository for a relative import, else the package's name. */
  readonly target: string;
  readonly relative: boolean;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
};

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const importsOf = (file: string, source: SourceFile): readonly Import[] => {
  const make = (specifier: string, dynamic: boolean, typeOnly: boolean): Import => {
    const relative = specifier.startsWith('.');
    const target = relative
      ? normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts')
      : packageOf(specifier);
    return { file, target, relative, dynamic, typeOnly };
  };
  const found = [...source.getImportDeclarations(), ...source.getExportDeclarations()].flatMap(
    declaration => {
      const specifier = declaration.getModuleSpecifierValue();
      return specifier === undefined ? [] : [make(specifier, false, declaration.isTypeOnly())];
    },
  );
  const calls = source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap(call => {
    if (call.getExpression().getKind() !== SyntaxKind.ImportKeyword) {
      return [];
    }
    const argument = call.getArguments()[0]?.asKind(SyntaxKind.StringLiteral);
    return argument ? [make(argument.getLiteralValue(), true, false)] : [];
  });
  return [...found, ...calls];
};

const files = repositoryFiles();
const project = openProject();
const imports = files
  .filter(file => /\.(ts|js|mjs)$/.test(file) && !file.startsWith('test/'))
  .flatMap(file => importsOf(file, project.addSourceFileAtPath(`${root}/${file}`)));

const room = (path: string): string => path.split('/')[0];
const broken = (rule: (one: Import) => boolean): readonly string[] =>
  imports.filter(rule).map(({ file, target }) => `${file} imports ${target}`);

describe('rooms', () => {
  it('has found the imports', () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  it('ops imports nothing but ops', () => {
    expect(broken(({ file, target }) => room(file) === 'ops' && room(target) !== 'ops')).toEqual([]);
  });

  // What both sides of the addon have to agree on: the argument block, and where the built addon lies.
  const contract = ['native/manifest.ts', 'native/location.ts', 'native/resamplingCost.ts'];

  // Commands that run pipelines stand in one room, which alone imports the runtime; the command line loads it when asked.
  it('the compiler imports ops and the contract; the runtime only in commands/running', () => {
    const running = 'compiler/commands/running/';
    expect(
      broken(({ file, target, relative, dynamic }) => {
        if (room(file) !== 'compiler' || !relative) {
          return false;
        }
        if (room(target) === 'runtime') {
          return !file.startsWith(running) && !(file.startsWith('compiler/commands/') && dynamic);
        }
        if (target.startsWith(running) && !file.startsWith(running)) {
          return !(file === 'compiler/commands/main.ts' && dynamic);
        }
        return !['compiler', 'ops'].includes(room(target)) && !contract.includes(target);
      }),
    ).toEqual([]);
  });

  it.each([
    ['compiler/ir', ['compiler/ir']],
    ['compiler/pass', ['compiler/pass', 'compiler/ir']],
    ['compiler/read', ['compiler/read', 'compiler/ir', 'compiler/diagnostics']],
    ['compiler/print', ['compiler/print', 'compiler/pass', 'compiler/ir']],
    ['compiler/print/expr', ['compiler/print/expr', 'compiler/ir']],
    ['runtime/device', ['runtime/device']],
    ['runtime/files', ['runtime/files', 'runtime/device']],
    ['runtime/geometry', ['runtime/geometry']],
    ['runtime/call', ['runtime/call', 'runtime/device', 'runtime/geometry']],
    ['runtime/ring', ['runtime/ring', 'runtime/device']],
    ['runtime/video', ['runtime/video', 'runtime/files', 'runtime/device']],
  ] as const)('%s imports of its neighbours only %s', (from, allowed) => {
    const within = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
    expect(
      broken(
        ({ file, target, relative }) =>
          relative &&
          within(file, from) &&
          room(target) === room(from) &&
          // What stands directly in a top folder (errors, options, package) is everybody's.
          target.split('/').length > 2 &&
          !(from === 'compiler/pass' && target === 'compiler/diagnostics/index.ts') &&
          !allowed.some(folder => within(target, folder)),
      ),
    ).toEqual([]);
  });

  it('the runtime imports of the rest only the contract and the data of ops: formats, colours, vocabulary, rounding', () => {
    const allowed = [
      ...contract,
      'ops/formats/formats.ts',
      'ops/colour/colour.ts',
      'ops/internal.ts',
      'ops/math.ts',
      'ops/spec.ts',
    ];
    expect(
      broken(
        ({ file, target, relative }) =>
          room(file) === 'runtime' && relative && room(target) !== 'runtime' && !allowed.includes(target),
      ),
    ).toEqual([]);
  });

  it('the vocabulary has one name for all others', () => {
    const inside = (path: string): boolean => path.startsWith('ops/spec/');
    expect(
      broken(
        ({ file, target }) =>
          inside(target) && !inside(file) && !['ops/internal.ts', 'ops/spec.ts'].includes(file),
      ),
    ).toEqual([]);
  });

  it('native sees no more of TypeScript than the vocabulary', () => {
    expect(
      broken(({ file, target, relative }) => room(file) === 'native' && relative && target !== 'ops/spec.ts'),
    ).toEqual([]);
  });

  it.each([
    ['ts-morph', (file: string) => file.startsWith('compiler/read/')],
    ['jiti', (file: string) => file.startsWith('compiler/read/')],
    ['handlebars', (file: string) => file === 'compiler/render.ts'],
  ] as const)('only its room imports %s', (name, allowed) => {
    expect(broken(({ file, target }) => target === name && !allowed(file))).toEqual([]);
  });

  it('examples and benchmarks use the public entry points', () => {
    const outside = ['examples', 'bench'];
    const inner = ['ops', 'compiler', 'runtime', 'native'];
    expect(
      broken(
        ({ file, target, relative }) =>
          outside.includes(room(file)) && relative && inner.includes(room(target)),
      ),
    ).toEqual([]);
  });

  it('every package that is imported is declared', () => {
    const { name, ...manifest } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const shipped = ['ops', 'compiler', 'runtime', 'native'];
    const known = new Set([...Object.keys(dependencies), ...Object.keys(manifest.devDependencies), name]);
    expect(
      broken(({ file, target, relative }) => {
        if (relative || target.startsWith('node:')) {
          return false;
        }
        return shipped.includes(room(file)) ? !(target in dependencies) : !known.has(target);
      }),
    ).toEqual([]);
  });
});

/** Files that import one another, directly or through others. */
const circles = (edges: readonly Import[]): readonly (readonly string[])[] => {
  const next = new Map<string, string[]>();
  for (const { file, target } of edges) {
    next.set(file, [...(next.get(file) ?? []), target]);
  }
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(next.get(from) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (!seen.has(file)) {
        seen.add(file);
        open.push(...(next.get(file) ?? []));
      }
    }
    return seen;
  };
  const reach = new Map([...next.keys()].map(file => [file, reachable(file)]));
  const found = [...next.keys()].map(file =>
    [...next.keys()].filter(other => reach.get(file)?.has(other) && reach.get(other)?.has(file)).sort(),
  );
  return [...new Map(found.filter(({ length }) => length > 1).map(one => [one.join(), one])).values()];
};

describe('folders', () => {
  const source = files.filter(file => /^(compiler|runtime|ops|native\/src|bench)\//.test(file));

  it('hold 20 files at most', () => {
    const counts = new Map<string, number>();
    for (const file of source) {
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  });

  it('import in circles only where the thing itself is recursive', () => {
    // The vocabulary's types name one another; a device makes streams, which capture graphs; an expression holds
    // calls, whose functions hold statements, which hold expressions.
    const recursive = [
      /^ops\/spec\//,
      /^runtime\/device\/(device|graph|placed|stream)\.ts$/,
      /^compiler\/read\/body\//,
    ];
    const code = imports.filter(({ file, relative }) => relative && !file.startsWith('bench/'));
    expect(
      circles(code).filter(circle => !recursive.some(pattern => circle.every(file => pattern.test(file)))),
    ).toEqual([]);
  });
});

describe('the repository', () => {
  // Written in pieces, so that this file does not find itself.
  const places = ['work', 'farm', 'tmp', 'home', 'root'].join('|');
  const patterns = [
    new RegExp(String.raw`(^|[^.\w])/(${places})/`),
    new RegExp(String.raw`\.\./sha${'red'}\b`),
    /https?:\/\/[a-z.-]*(npm|deb)[a-z.-]*\.org/,
    /registry\.[a-z-]+\.[a-z]+/,
  ];
  const binary = /\.(bin|png|jpe?g|mp4|mkv|h26[45]|webm)$/;

  it('names no path of one machine and no package registry', () => {
    const findings = files
      .filter(file => !binary.test(file))
      .flatMap(file => {
        const lines = readFileSync(`${root}/${file}`, 'utf8').split('\n');
        return lines.flatMap((line, at) =>
          patterns.some(pattern => pattern.test(line))
            ? [`${file}:${at + 1}: ${line.trim().slice(0, 100)}`]
            : [],
        );
      });
    expect(findings).toEqual([]);
  });

  it('holds no large files', () => {
    const large = files.filter(file => statSync(`${root}/${file}`).size > 512 * 1024);
    expect(large).toEqual([]);
  });
});
