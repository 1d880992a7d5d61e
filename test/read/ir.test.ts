/** The operators of cuweave/ops in the IR: five as text, of the others what matters. */
import { beforeAll, expect, test } from 'vitest';
import type { Expr, PipelineIr, Stage } from '../../compiler/ir/types.js';
import { dumpStage } from '../support/dumpIr.js';
import { anySpec, oneResult, runSpecs } from '../support/specFiles.js';

const text = anySpec(`
/** From a decoder to a network. */
export const fromDecoder = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  warpAffine({ filter: linear, border: constant(114) }),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f16'),
);
export const fromFile = pipeline(
  rgb8(),
  crop(),
  flip({ direction: 'both' }),
  flip({ direction: 'vertical' }),
  resize({ filter: nearest, border: replicate, height: open('rows') }),
  convertTo('u8'),
  convertTo('u16', { scale: 257 }),
  convertTo('f16'),
  convertTo('f32', { offset: 1 }),
  nhwc('u8'),
);
export const analog = pipeline(yuv444p(), ops.analogYuvToRgb(), nhwc('f32'));
export const grays = pipeline(
  nchw('f32', { colour: 'gray' }),
  warpAffine({ filter: linear, border: constant([7]) }),
  normalize({ mean: 0, std: [2] }),
  nchw('f32'),
);
`);

let pipelines: readonly PipelineIr[];
beforeAll(async () => {
  const { specs, textOf } = await runSpecs({ 'specs.ts': text });
  expect(textOf('specs.ts')).toBe('');
  pipelines = oneResult(specs);
});

const pipelineOf = (name: string): PipelineIr => {
  const found = pipelines.find(pipeline => pipeline.name === name);
  if (!found) {
    throw new Error(`no pipeline ${name}`);
  }
  return found;
};
const stageOf = (pipeline: string, stage: string): Stage => {
  const found = pipelineOf(pipeline).stages.find(({ name }) => name === stage);
  if (!found) {
    throw new Error(`no stage ${stage}`);
  }
  return found;
};
/** Every expression of a stage's main function and its helpers. */
const expressionsOf = (stage: Stage): readonly Expr[] => {
  const found: Expr[] = [];
  JSON.stringify([stage.apply.helpers, stage.apply.fn], (_, value: Expr) => {
    if (typeof value === 'object' && value !== null && 'type' in value && 'loc' in value && 'kind' in value) {
      found.push(value);
    }
    return value;
  });
  return found;
};

test('pipelines come in the order of the file', () => {
  expect(pipelines.map(({ name }) => name)).toEqual(['fromDecoder', 'fromFile', 'analog', 'grays']);
});

test('yuvToRgb', () => {
  expect(dumpStage(stageOf('fromDecoder', 'yuvToRgb'))).toMatchInlineSnapshot(`
    "point yuvToRgb yuv → rgb
    param colour: yuvToRgb×7 per image = {"matrix":"bt709","range":"limited"}
    yuvToRgb(px: f32×3): f32×3
      const y: f32 = px[0]
      const u: f32 = px[1]
      const v: f32 = px[2]
      const luma: f32 = ($colour.2 * (y - $colour.0))
      const cb: f32 = (u - $colour.1)
      const cr: f32 = (v - $colour.1)
      return [(luma + ($colour.3 * cr)), ((luma + ($colour.4 * cb)) + ($colour.5 * cr)), (luma + ($colour.6 * cb))]
    "
  `);
});

test('warpAffine with linear and a constant border', () => {
  expect(dumpStage(stageOf('fromDecoder', 'warpAffine'))).toMatchInlineSnapshot(`
    "map warpAffine
    param matrix: mat2x3×6 per image = open matrix
    param width: i32×1 per call = 0
    param height: i32×1 per call = 0
    warpAffine(at: f32×2): f32×2
      const x: f32 = at[0]
      const y: f32 = at[1]
      return [((($matrix.0 * x) + ($matrix.1 * y)) + $matrix.2), ((($matrix.3 * x) + ($matrix.4 * y)) + $matrix.5)]
    warpAffineSize(): i32×2
      return [(($width.0 > 0) ? $width.0 : src.width), (($height.0 > 0) ? $height.0 : src.height)]
    filter linearChannel(a: f32, wx: f32, b: f32, c: f32, d: f32, wy: f32): f32
      const upper: f32 = (a + (wx * (b - a)))
      const lower: f32 = (c + (wx * (d - c)))
      return (upper + (wy * (lower - upper)))
    linear(at: f32×2): f32×3
      const x: f32 = at[0]
      const y: f32 = at[1]
      const left: f32 = floor(x)
      const top: f32 = floor(y)
      const wx: f32 = (x - left)
      const wy: f32 = (y - top)
      const x0: i32 = i32(left)
      const y0: i32 = i32(top)
      const a: f32×3 = tap(x0, y0)
      const b: f32×3 = tap((x0 + 1), y0)
      const c: f32×3 = tap(x0, (y0 + 1))
      const d: f32×3 = tap((x0 + 1), (y0 + 1))
      return [linearChannel(a[0], wx, b[0], c[0], d[0], wy), linearChannel(a[1], wx, b[1], c[1], d[1], wy), linearChannel(a[2], wx, b[2], c[2], d[2], wy)]
    border [114, 114, 114]
    "
  `);
});

test('normalize', () => {
  expect(dumpStage(stageOf('fromDecoder', 'normalize'))).toMatchInlineSnapshot(`
    "point normalize rgb → rgb
    param mean: f32×3 per channel = [0.485,0.456,0.406]
    param std: f32×3 per channel = [0.229,0.224,0.225]
    param scale: f32×1 per call = 0.00392156862745098
    normalize(px: f32×3): f32×3
      return [(((px[0] * $scale.0) - $mean.0) / $std.0), (((px[1] * $scale.0) - $mean.1) / $std.1), (((px[2] * $scale.0) - $mean.2) / $std.2)]
    "
  `);
});

test('resize with nearest and replicate', () => {
  expect(dumpStage(stageOf('fromFile', 'resize'))).toMatchInlineSnapshot(`
    "map resize
    param width: i32×1 per image = open width
    param height: i32×1 per image = open rows
    resize(at: f32×2): f32×2
      const x: f32 = at[0]
      const y: f32 = at[1]
      return [(((x + 0.5) * (f32(src.width) / f32(dst.width))) - 0.5), (((y + 0.5) * (f32(src.height) / f32(dst.height))) - 0.5)]
    resizeSize(): i32×2
      return [$width.0, $height.0]
    filter nearest(at: f32×2): f32×3
      const x: f32 = at[0]
      const y: f32 = at[1]
      return tap(i32(floor((x + 0.5))), i32(floor((y + 0.5))))
    border replicate(i: i32, size: i32): i32
      return min(max(i, 0), (size - 1))
    "
  `);
});

test('convertTo u8', () => {
  expect(dumpStage(stageOf('fromFile', 'convertTo'))).toMatchInlineSnapshot(`
    "point convertTo rgb → rgb
    param scale: f32×1 per call = 1
    param offset: f32×1 per call = 0
    convertToChannel(v: f32, scale: f32, offset: f32): f32
      const scaled: f32 = ((v * scale) + offset)
      return ((scaled > 0.0) ? roundHalfEven(min(scaled, 255.0)) : 0.0)
    convertTo(px: f32×3): f32×3
      return [convertToChannel(px[0], $scale.0, $offset.0), convertToChannel(px[1], $scale.0, $offset.0), convertToChannel(px[2], $scale.0, $offset.0)]
    "
  `);
});

test('stages have names of their own', () => {
  expect(pipelineOf('fromFile').stages.map(({ name }) => name)).toEqual([
    'crop',
    'flip',
    'flip2',
    'resize',
    'convertTo',
    'convertTo2',
    'convertTo3',
    'convertTo4',
  ]);
});

test('a settled choice leaves one branch, and no comparison', () => {
  const maths = (name: string): readonly string[] =>
    expressionsOf(stageOf('fromFile', name)).flatMap(expr => (expr.kind === 'math' ? expr.fn : []));
  expect(new Set(maths('convertTo'))).toEqual(new Set(['roundHalfEven', 'min']));
  expect(new Set(maths('convertTo3'))).toEqual(new Set(['roundToF16']));
  expect(maths('convertTo4')).toEqual([]);
  expect(expressionsOf(stageOf('fromFile', 'convertTo4')).filter(({ kind }) => kind === 'select')).toEqual(
    [],
  );
  expect(stageOf('fromFile', 'convertTo').params.map(({ name }) => name)).toEqual(['scale', 'offset']);
});

test('convertTo u16 clamps to 65535', () => {
  const literals = expressionsOf(stageOf('fromFile', 'convertTo2')).flatMap(expr =>
    expr.kind === 'literal' ? expr.value : [],
  );
  expect(literals).toContain(65535);
  expect(literals).not.toContain(255);
});

test('a flip reads one size, by its direction', () => {
  const sizes = (name: string): readonly string[] =>
    expressionsOf(stageOf('fromFile', name)).flatMap(expr => (expr.kind === 'size' ? expr.axis : []));
  expect(sizes('flip')).toEqual(['width', 'height']);
  expect(sizes('flip2')).toEqual(['height']);
});

test('an index map counts in i32, a map in f32', () => {
  const crop = stageOf('fromFile', 'crop');
  expect(crop.apply.fn.returns).toEqual({ scalar: 'i32', length: 2 });
  expect(expressionsOf(crop).every(({ type }) => type.scalar === 'i32')).toBe(true);
  expect(stageOf('fromFile', 'resize').apply.fn.returns).toEqual({ scalar: 'f32', length: 2 });
});

test('crop takes its size from the rectangle', () => {
  const crop = stageOf('fromFile', 'crop');
  expect(crop.role === 'indexMap' && crop.size?.fn.body).toMatchObject([
    {
      kind: 'return',
      value: {
        items: [
          { param: 'rect', lane: 2 },
          { param: 'rect', lane: 3 },
        ],
      },
    },
  ]);
  expect(crop.params).toMatchObject([{ name: 'rect', per: 'image', lanes: 4, value: { open: 'rect' } }]);
});

test('analogYuvToRgb has its constants in f32', () => {
  const stage = stageOf('analog', 'analogYuvToRgb');
  const literals = expressionsOf(stage).flatMap(expr => (expr.kind === 'literal' ? expr.value : []));
  expect(new Set(literals)).toEqual(new Set([128, ...[1.14, 0.396, 0.581, 2.029].map(Math.fround)]));
  expect(stage).toMatchObject({ role: 'point', from: 'yuv', to: 'rgb', params: [] });
});

test('an open parameter may have a name of its own', () => {
  expect(stageOf('fromFile', 'resize').params.map(({ name, value }) => [name, value])).toEqual([
    ['width', { open: 'width' }],
    ['height', { open: 'rows' }],
  ]);
});

test('one channel, and values per channel', () => {
  const normalize = stageOf('grays', 'normalize');
  expect(normalize.apply.fn.returns).toEqual({ scalar: 'f32', length: 1 });
  expect(normalize.params).toMatchObject([
    { name: 'mean', lanes: 1, value: { settled: 0 } },
    { name: 'std', lanes: 1, value: { settled: [2] } },
    { name: 'scale', lanes: 1, value: { settled: 1 / 255 } },
  ]);
  const warp = stageOf('grays', 'warpAffine');
  expect(warp.role === 'map' && warp.border).toEqual({ kind: 'constant', value: [7] });
});

test('a sink for any colour model takes the one that comes', () => {
  expect(pipelineOf('grays').sink).toMatchObject({ name: 'gray_nchw_f32', colour: 'gray' });
  expect(pipelineOf('fromDecoder').sink).toMatchObject({ name: 'rgb_nchw_f16', colour: 'rgb' });
});

test('the words about an option come along', () => {
  const [matrix] = stageOf('fromDecoder', 'warpAffine').params;
  expect(matrix.doc).toMatch(/^`\{ dstToSrc/);
  expect(pipelineOf('fromDecoder').doc).toBe('From a decoder to a network.');
});

test('the IR is plain data, with a place on every node', () => {
  expect(JSON.parse(JSON.stringify(pipelines))).toEqual(pipelines);
  const places = pipelines.flatMap(({ stages }) => stages.flatMap(expressionsOf)).map(({ loc }) => loc);
  expect(places.length).toBeGreaterThan(300);
  expect(places.filter(({ file, line }) => !file.endsWith('.ts') || line < 1)).toEqual([]);
  expect(stageOf('fromDecoder', 'normalize').loc).toMatchObject({ file: 'specs.ts', line: 12, column: 3 });
});
