/** What an editor shows of an operator's options: its language service is asked as an editor asks it. */
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';
import { packageFile } from '../../compiler/package.js';

const text = `import * as ops from '../../ops/index.js';
ops.resize({ width: 224, height: 224, filter: ops.linear, border: ops.replicate });
ops.letterbox({ border: ops.constant(114), height: 8 });
ops.normalize({ mean: [0.5, 0.5, 0.5], std: 1 });
ops.crop({ rect: { x: 0, y: 0, width: 1, height: 1 } });
ops.pad({ left: 1, border: ops.replicate });
ops.convertTo('f32', { scale: 1 / 255 });
ops.channelReorder({ order: [2, 1, 0] });
ops.composite({ background: ops.rgb8() });
ops.resample([ops.rotate()], { filter: ops.area, border: ops.replicate });
ops.nv12({ chroma: 'linear' });
const own = ops.pointOp({
  from: ['rgb'],
  params: {
    /** How much light there is. */
    gain: ops.f32,
  },
  apply: (px, { gain }) => px.map(v => v * gain),
});
own({ gain: 2 });
`;

let service: ts.LanguageService;
const file = packageFile('test', 'ops', 'hovered.ts');
beforeAll(() => {
  const read = (path: string): string | undefined =>
    path === file ? text : existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  service = ts.createLanguageService({
    getCompilationSettings: () => ({
      strict: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: [],
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: path => {
      const found = read(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => packageFile('.'),
    getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
    fileExists: path => path === file || ts.sys.fileExists(path),
    readFile: read,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
  });
});

/** The documentation at an option of a call. */
const shown = (operator: string, option: string): string => {
  const call = text.indexOf(`${operator}(`, operator === 'own' ? text.indexOf('own({') : 0);
  const info = service.getQuickInfoAtPosition(file, text.indexOf(`${option}:`, call));
  return ts.displayPartsToString(info?.documentation).replace(/\s+/g, ' ');
};

it.each([
  ['resize', 'width', "The output's width in pixels, at least 1; per image."],
  ['resize', 'filter', 'How a point between pixels is read: `linear`'],
  ['letterbox', 'border', 'What lies outside the image: `constant(value)`'],
  ['letterbox', 'height', "The output's height in pixels, at least 1; per image."],
  ['normalize', 'mean', 'One number, or one per channel, in units of v · scale.'],
  ['crop', 'rect', '`{ x, y, width, height }` in pixels, inside the image'],
  ['pad', 'left', 'Pixels on the left, per image; default 0.'],
  ['convertTo', 'scale', 'Multiplies first; default 1.'],
  ['channelReorder', 'order', 'As many places as the pixels have channels'],
  ['composite', 'background', "The background's format"],
  ['resample', 'filter', 'How a point of the source is read.'],
  ['nv12', 'chroma', "`'nearest'`, or `'linear'`: interpolated"],
  ['own', 'gain', 'How much light there is.'],
])('%s({ %s }) is explained where it is written', (operator, option, words) => {
  expect(shown(operator, option)).toContain(words);
});

it('what is written is good TypeScript', () => {
  const found = [...service.getSemanticDiagnostics(file), ...service.getSyntacticDiagnostics(file)];
  expect(found.map(({ messageText }) => messageText)).toEqual([]);
});
