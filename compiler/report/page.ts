/** `cuweave explain --html`: an explanation as one page, with generated code beside the specs that it comes from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { packageFile } from '../package.js';
import { render } from '../render.js';
import { type ExplainedKernel, type Explanation, whyCut } from './explain.js';
import { few, megabytes, total } from './figures.js';

/** Texts of authors stand in the page: names, comments, code. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`);

type Line = { readonly number: number; readonly text: string; readonly from: string };

/**
 * The lines of generated code, each with the place of the spec that it was made of, or ''. Its `#line` directives say which.
 * @param length Lines of a spec; 0 for a page that is not one.
 */
const linesOf = (code: string, length: (file: string) => number): readonly Line[] => {
  const lines: Line[] = [];
  let place: { readonly file: string; line: number } | undefined;
  for (const text of code.split('\n')) {
    const [, line, file] = /^#line (\d+) "(.*)"$/.exec(text) ?? [];
    if (line !== undefined && file !== undefined) {
      place = length(file) > 0 ? { file, line: Number(line) } : undefined;
      continue;
    }
    // An author's function ends at an empty line. Braces that close it may lie behind the end of the spec.
    if (text === '' || (place && place.line > length(place.file))) {
      place = undefined;
    }
    const from = place ? `${place.file}:${place.line++}` : '';
    lines.push({ number: lines.length + 1, text: escaped(text), from: escaped(from) });
  }
  return lines;
};

const isInside = (folder: string, path: string): boolean => {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
};

/**
 * The folder by which a page names specs: the working folder, if the entries lie in it. Else the nearest one above all of them that has a
 * package.json; where there is no such folder, the nearest one.
 * @param entries Absolute paths.
 */
export const pageRoot = (working: string, entries: readonly string[]): string => {
  const holdsAll = (folder: string): boolean => entries.every(entry => isInside(folder, entry));
  if (holdsAll(working)) {
    return working;
  }
  const above: string[] = [];
  for (let at = dirname(entries[0]!); above.at(-1) !== at; at = dirname(at)) {
    above.push(at);
  }
  const common = above.filter(holdsAll);
  return common.find(folder => existsSync(join(folder, 'package.json'))) ?? common[0]!;
};

/**
 * The text of a spec, by its name in `#line`: relative to the project, or one of the package's operators. Undefined for other names, and
 * for those that lead out of both.
 */
const sourceText = (root: string, file: string): string | undefined => {
  const found = [root, packageFile('.')]
    .map(folder => ({ folder, path: join(folder, file) }))
    .find(({ folder, path }) => {
      return isInside(folder, path) && /\.m?ts$/.test(path) && existsSync(path);
    });
  return found && readFileSync(found.path, 'utf8');
};

const kernelView = (kernel: ExplainedKernel, [source, sink]: readonly [string, string]) => ({
  name: escaped(kernel.name),
  source: escaped(source),
  sink: escaped(sink),
  read: megabytes(kernel.traffic.read),
  written: megabytes(kernel.traffic.written),
  operators: kernel.notes.map(({ stage, rule, why }) => {
    const runs = kernel.operators.find(one => one.stage === stage);
    return {
      stage: escaped(stage),
      rule: escaped(rule),
      why: escaped(why),
      runs: runs?.runs === undefined ? '–' : few(runs.runs),
      atEdges: runs?.atEdges === undefined ? '' : ` (${few(runs.atEdges)} at the border)`,
      operations: runs?.operations === undefined ? '–' : few(runs.operations),
    };
  }),
  compiled: kernel.compiled
    ? `${kernel.compiled.arch}: ${kernel.compiled.registers} registers, ${kernel.compiled.spilled} bytes spilled, ${kernel.compiled.codeSize} bytes of machine code, ${kernel.compiled.seconds.toFixed(1)} s to compile`
    : escaped(`not compiled for a GPU: ${kernel.notCompiled ?? 'nothing was asked for'}`),
});

/** The first and the last member of a chain such as `nv12 > yuvToRgb > rgb_nchw_f16`. */
const endsOf = (chain: string): readonly [string, string] => {
  const parts = chain.split(' > ');
  return [parts[0] ?? '', parts.slice(1).at(-1) ?? ''];
};

const pipelineView = (of: Explanation, root: string) => {
  const texts = new Map<string, string>();
  const length = (file: string): number => {
    const text = texts.get(file) ?? sourceText(root, file);
    if (text !== undefined) {
      texts.set(file, text);
    }
    return text?.split('\n').length ?? 0;
  };
  const codes = [
    { title: 'CUDA', id: `${of.name}-cuda`, lines: linesOf(of.code?.cuda ?? '', length) },
    { title: 'host C++', id: `${of.name}-host`, lines: linesOf(of.code?.host ?? '', length) },
  ];
  const moved = of.kernels.reduce((sum, { traffic }) => sum + total(traffic), 0);
  const unfused = of.unfused.reduce((sum, step) => sum + total(step), 0);
  const bar = (bytes: number): string => ((100 * bytes) / Math.max(moved, unfused, 1)).toFixed(1);
  return {
    name: escaped(of.name),
    place: escaped(of.place),
    chain: escaped(of.chain),
    size: `${of.size.width}×${of.size.height}`,
    kernels: of.kernels.map(kernel => kernelView(kernel, endsOf(kernel.chain))),
    cuts: of.cuts.map(cut => ({
      after: escaped(cut.after),
      forced: escaped(whyCut(cut.forced, cut.format)),
      bytes: megabytes(cut.written),
    })),
    traffic: [
      { title: 'as planned', bytes: megabytes(moved), width: bar(moved) },
      {
        title: 'one kernel per operator, float32 between them',
        bytes: megabytes(unfused),
        width: bar(unfused),
      },
    ],
    open: of.open.map(escaped).join(', ') || 'nothing',
    codes,
    sources: [...texts].sort().map(([file, text]) => ({
      file: escaped(file),
      lines: text.split('\n').map((line, n) => ({
        number: n + 1,
        at: escaped(`${file}:${n + 1}`),
        text: escaped(line),
      })),
    })),
  };
};

/**
 * One HTML page of explanations that were made with `code`. It loads nothing: styles and the script that links lines stand in it.
 * @param root The project's folder: specs are named relative to it.
 */
export const explanationPage = (
  explanations: readonly Explanation[],
  { root, version }: { readonly root: string; readonly version: string },
): string =>
  render('explain.html', {
    version: escaped(version),
    title: escaped(explanations.map(({ name }) => name).join(', ')),
    pipelines: explanations.map(one => pipelineView(one, root)),
  });
