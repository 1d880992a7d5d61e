/** docs/ops.md, and what it needs: comments on every operator and on every option. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { opsDoc } from '../../compiler/docs/opsDoc.js';
import { readOpsSource } from '../../compiler/read/spec/opsSource.js';
import * as ops from '../../ops/index.js';

const { ops: sources } = readOpsSource();
const page = opsDoc();

test('docs/ops.md is up to date', () => {
  // Mend it with: npm run docs
  expect(readFileSync(new URL('../../docs/ops.md', import.meta.url), 'utf8')).toBe(page);
});

test('it has everything that may stand in a pipeline', () => {
  const vocabulary = new Set([
    ...[
      'f32',
      'i32',
      'f64',
      'idiv',
      'lookup',
      'roundHalfEven',
      'roundToBf16',
      'roundToF16',
      'open',
      'pipeline',
      'outputs',
      'fused',
      'stored',
    ],
    ...[
      'pointOp',
      'mapOp',
      'indexMapOp',
      'stencilOp',
      'separableStencil',
      'reduceOp',
      'binsOp',
      'measured',
      'filter',
      'separableFilter',
      'tableFilter',
      'indexBorder',
      'perChannel',
      'perImage',
      'perPixel',
      'oneOf',
      'withDefault',
      'bounded',
      'weights',
      'gaussian',
    ],
  ]);
  const placed = Object.entries(ops).flatMap(([name, value]) =>
    !vocabulary.has(name) && (typeof value === 'function' || 'kind' in value) ? [name] : [],
  );
  expect(sources.map(({ name }) => name)).toEqual(placed.sort());
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(headings.sort()).toEqual(placed);
});

test('every operator, filter, border and format says what it does', () => {
  expect(sources.filter(({ text }) => text.length < 20).map(({ name }) => name)).toEqual([]);
});

test('every option is explained, and no other', () => {
  const declared = (name: string): readonly string[] | undefined => {
    const value = (ops as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'function' && 'params' in value ? Object.keys(value.params as object) : undefined;
  };
  for (const { name, params, types, maker } of sources) {
    const samplings: Readonly<Record<string, readonly string[]>> = {
      mapOp: ['filter', 'border'],
      stencilOp: ['border'],
    };
    const sampling = declared(name) ? (samplings[maker] ?? []) : [];
    const options = [...(declared(name) ?? types.keys()), ...sampling];
    if (maker === 'format' || maker === 'border') {
      continue;
    }
    expect([name, [...params.keys()].sort()]).toEqual([name, options.sort()]);
    expect([...params.values()].every(text => /\.$|…$/.test(text))).toBe(true);
  }
});

test('every point operator names a peer that it equals, or its standard', () => {
  const peer =
    /OpenCV|CV-CUDA|torchvision|PyTorch|Pillow|kornia|ffmpeg|albumentations|torchcodec|ITU-T H\.273/;
  const bare = sources.filter(({ maker, text }) => maker === 'pointOp' && !peer.test(text));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

test('signatures, models and defaults come from the declarations', () => {
  const entry = (name: string): string => page.split(`### ${name}\n`)[1]?.split('\n### ')[0] ?? '';
  expect(entry('normalize')).toContain('`normalize({ mean, std, scale? })`');
  expect(entry('normalize')).toContain('| `scale` | number | `1/255` |');
  expect(entry('warpAffine')).toContain('`warpAffine({ matrix, width?, height?, filter, border })`');
  expect(entry('convertTo')).toContain('`convertTo(dtype, { scale?, offset? })`');
  expect(page).toContain('| [`yuvToRgb`](#yuvtorgb) | yuv → rgb |');
  expect(page).toContain('| [`nv12`](#nv12) | yuv |');
  expect(page).toContain('| [`clamp`](#clamp) | any |');
});
