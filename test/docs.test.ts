/** The documentation holds: its code has the types it should have, and its links lead somewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Project, type SourceFile, SyntaxKind, ts } from 'ts-morph';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindingSources } from '../compiler/generate.js';
import { plansOf } from '../compiler/specs.js';
import * as ops from '../ops/index.js';
import * as runtime from '../runtime/index.js';
import { openProject, repositoryFiles, root } from './tooling/source.js';

const pages = repositoryFiles().filter(file => file.endsWith('.md') && existsSync(join(root, file)));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

// What a fragment may use without saying where it comes from.
const given = [
  ...Object.keys(ops).map(name => `const ${name}: typeof import('cuweave/ops').${name};`),
  // Node has an Event of its own, which is left as it is.
  ...Object.keys(runtime)
    .filter(name => name !== 'Event')
    .map(name => `const ${name}: typeof import('cuweave').${name};`),
  'type f32 = number;',
  'type i32 = number;',
  "const device: import('cuweave').Device;",
  "const image: import('cuweave').Image;",
  "const images: readonly import('cuweave').Image[];",
  "const tensor: import('cuweave').Tensor;",
  "const host: import('cuweave').HostTensor;",
  'const matrix: { readonly dstToSrc: readonly [number, number, number, number, number, number] };',
  "const expect: typeof import('vitest').expect;",
];

type Block = { readonly page: string; readonly line: number; readonly code: string };
/** The blocks of a page in these languages, with the line that they begin on. */
const blocksOf = (page: string, languages: string): readonly Block[] => {
  const text = read(page);
  return [...text.matchAll(new RegExp(`^\`\`\`(?:${languages})\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(found => ({
    page,
    line: text.slice(0, found.index).split('\n').length + 1,
    code: found[1],
  }));
};

/** A block goes on where the ones before it on the page left off: it sees what they export, and what was built. */
const withEarlier = (code: string, earlier: readonly string[]): string => {
  const own = new Set(
    [...code.matchAll(/\b(?:const|import) (?:\{([^}]*)\}|(\w+))/g)].flatMap(([, names, name]) =>
      names === undefined ? [name] : names.split(',').map(part => part.trim()),
    ),
  );
  const sources = [
    ...earlier.map((text, n) => ({ from: `./block${n}.js`, names: text.matchAll(/^export const (\w+)/gm) })),
    { from: './build/index.js', names: bindings.matchAll(/^export declare const (\w+)/gm) },
  ];
  const imports = sources.flatMap(({ from, names }) =>
    [...names].flatMap(([, name]) => {
      if (own.has(name) || !new RegExp(`\\b${name}\\b`).test(code)) {
        return [];
      }
      own.add(name);
      return [`import { ${name} } from '${from}';`];
    }),
  );
  return `${code}\nexport {};\n${imports.join('\n')}\n`;
};

let project: Project;
let bindings = '';
beforeAll(async () => {
  bindings = bindingSources(await plansOf({ root, entries: ['examples/pipelines.ts'] })).dts;
  project = openProject();
  project.compilerOptions.set({ noUnusedLocals: false, noUnusedParameters: false });
  project.createSourceFile(
    join(root, 'docs/check/given.d.ts'),
    `export {};\ndeclare global {\n${given.join('\n')}\n}\n`,
  );
});

/** A page's blocks as files of the project. */
const filesOf = (blocks: readonly Block[]): readonly SourceFile[] => {
  const folder = join(root, 'docs/check', blocks[0].page.replaceAll(/\W/g, '_'));
  project.createSourceFile(join(folder, 'build/index.d.ts'), bindings, { overwrite: true });
  return blocks.map(({ code }, n) =>
    project.createSourceFile(
      join(folder, `block${n}.ts`),
      withEarlier(
        code,
        blocks.slice(0, n).map(block => block.code),
      ),
      { overwrite: true },
    ),
  );
};

/** What a page's blocks use of cuweave without that they, or blocks before them, import it. */
const notImported = (blocks: readonly Block[]): readonly string[] => {
  const imported = new Set<string>();
  return filesOf(blocks).flatMap((file, n) => {
    for (const declaration of file.getImportDeclarations()) {
      for (const named of declaration.getNamedImports()) {
        imported.add(named.getName());
      }
    }
    const used = file
      .getDescendantsOfKind(SyntaxKind.Identifier)
      .filter(name => name.getText() in ops || name.getText() in runtime)
      .filter(name => name.getSymbol()?.getDeclarations()[0]?.getSourceFile().getBaseName() === 'given.d.ts')
      .map(name => name.getText());
    return [...new Set(used)]
      .filter(name => !imported.has(name))
      .map(name => `${blocks[n].page}:${blocks[n].line}: ${name}`);
  });
};

/** What the type checker says about a page's blocks. */
const findings = (blocks: readonly Block[]): readonly string[] =>
  filesOf(blocks).flatMap((file, n) =>
    file.getPreEmitDiagnostics().map(diagnostic => {
      const line = blocks[n].line + (diagnostic.getLineNumber() ?? 1) - 1;
      const text = ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, ' ');
      return `${blocks[n].page}:${line}: ${text}`;
    }),
  );

// Its code is wrong on purpose, and tested where the messages are.
const checked = pages.filter(page => page !== 'docs/diagnostics.md' && blocksOf(page, 'ts|js').length > 0);

describe('code in the documentation', () => {
  it('is found', () => {
    expect(checked).toEqual(expect.arrayContaining(['README.md', 'docs/authoring.md', 'docs/runtime.md']));
  });

  it.each(checked)('has the right types: %s', page => {
    // The cookbook's programs are run by test/cookbook.test.ts, with the pipelines of their own.
    expect(findings(blocksOf(page, page === 'docs/cookbook.md' ? 'ts' : 'ts|js'))).toEqual([]);
  });

  it.each(['README.md', 'docs/authoring.md'])('imports what it uses: %s', page => {
    expect(notImported(blocksOf(page, 'ts|js'))).toEqual([]);
  });

  it('is really checked', () => {
    const wrong = { page: 'wrong.md', line: 7, code: 'device.kind;\nconst n: number = device.name;\n' };
    expect(findings([wrong])).toEqual(["wrong.md:8: Type 'string' is not assignable to type 'number'."]);
  });
});

/** GitHub's name of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

describe('links in the documentation', () => {
  it.each(pages.filter(page => !page.startsWith('templates/')))('lead somewhere: %s', page => {
    const text = read(page).replaceAll(/^```[\s\S]*?^```/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
      found => found[1] ?? found[2],
    );
    const broken = links
      .filter(link => !/^[a-z]+:/.test(link))
      .filter(link => {
        const [path, anchor] = link.split('#');
        const target = path === '' ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(target)) {
          return true;
        }
        if (anchor === undefined) {
          return false;
        }
        const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)];
        return !headings.some(([, heading]) => anchorOf(heading) === anchor);
      });
    expect(broken).toEqual([]);
  });
});

describe('pages of docs', () => {
  const inDocs = pages.filter(page => /^docs\/\w+\.md$/.test(page));
  const paragraphs = (page: string): readonly string[] => read(page).trim().split(/\n\n+/);

  it.each(inDocs)('say their purpose first and lead on at the end: %s', page => {
    expect(paragraphs(page)[1]).toMatch(/^This page /);
    expect(paragraphs(page).at(-1)).toMatch(/^Next: .*\]\(/);
  });

  it('are in docs/index.md, each once', () => {
    const listed = [...read('docs/index.md').matchAll(/^\| .*?\]\((\w+\.md)\)/gm)].map(([, page]) => page);
    const others = inDocs.map(page => page.slice('docs/'.length)).filter(page => page !== 'index.md');
    expect([...listed].sort()).toEqual([...others].sort());
  });
});
