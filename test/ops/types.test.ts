/** What the editor accepts and refuses. `npm run check` is the judge; each refusal stands on the line it is reported on. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as ops from '../../ops/index.js';
import {
  analogYuvToRgb,
  constant,
  convertTo,
  crop,
  flip,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  open,
  pipeline,
  replicate,
  resize,
  rgb8,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

describe('a pipeline', () => {
  it('keeps its parts in order', () => {
    const made = pipeline(
      nv12(),
      yuvToRgb({ matrix: 'bt709', range: 'limited' }),
      warpAffine({ filter: linear, border: constant(0) }),
      normalize(imagenet),
      nchw('f16'),
    );
    expectTypeOf(made).toEqualTypeOf<ops.Pipeline<'rgb'>>();
    expect(made.source.name).toBe('nv12');
    expect(made.stages.map(({ op }) => op.role)).toEqual(['point', 'map', 'point']);
    expect(made.sink.dtype).toBe('f16');
  });

  it('may be long', () => {
    const made = pipeline(
      nv12(),
      crop(),
      flip({ direction: 'both' }),
      yuvToRgb(),
      convertTo('u8'),
      crop({ rect: open('second') }),
      normalize({ mean: 0, std: 1 }),
      flip({ direction: 'vertical' }),
      warpAffine({ filter: linear, border: replicate }),
      convertTo('f16'),
      crop({ rect: open('third') }),
      normalize({ mean: [0, 0, 0], std: 1 }),
      flip({ direction: 'horizontal' }),
      nhwc('f32'),
    );
    expect(made.stages).toHaveLength(12);
  });

  it('without operators is a copy', () => {
    expect(pipeline(nv12(), nhwc('u8')).stages).toEqual([]);
  });

  it('refuses what does not fit, at the argument that is wrong', () => {
    const refused = (): void => {
      pipeline(
        nv12(),
        // @ts-expect-error it takes rgb, and the pixels are yuv here
        normalize(imagenet),
        nchw('f32'),
      );
      pipeline(
        nv12(),
        yuvToRgb(),
        // @ts-expect-error it takes yuv, and the pixels are rgb here
        analogYuvToRgb(),
        nchw('f32'),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error four means for three channels
        normalize({ mean: [0, 0, 0, 0], std: [1, 1, 1, 1] }),
        nchw('f32'),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error three means and four deviations
        normalize({ mean: [0, 0, 0], std: [1, 1, 1, 1] }),
        nchw('f32'),
      );
      pipeline(
        nv12(),
        yuvToRgb(),
        // @ts-expect-error a format belongs at the head or at the end
        rgb8(),
        nchw('f32'),
      );
      pipeline(
        nv12(),
        // @ts-expect-error a pipeline ends with a format
        yuvToRgb(),
      );
      pipeline(
        nv12(),
        // @ts-expect-error this format can be read, and not written: how chroma is read is a source's choice
        nv12({ chroma: 'linear' }),
      );
      pipeline(
        nv12(),
        yuvToRgb(),
        // @ts-expect-error this format holds yuv, and the pixels are rgb here
        nv12(),
      );
      // @ts-expect-error no such filter
      nv12({ chroma: 'cubic' });
      // @ts-expect-error no such siting
      ops.yuyv({ chroma: 'linear', siting: 'right' });
      // @ts-expect-error its chroma is not subsampled
      ops.yuv444p({ chroma: 'linear' });
      pipeline(
        nv12(),
        // @ts-expect-error this format holds rgb, and the pixels are yuv here
        rgb8(),
      );
      pipeline(
        // @ts-expect-error a pipeline begins with a format
        yuvToRgb(),
        nchw('f32'),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error not a stage: call the operator
        normalize,
        nchw('f32'),
      );
      // @ts-expect-error expected at least one argument
      pipeline();
    };
    expect(refused).toBeTypeOf('function');
  });
});

describe('options', () => {
  it('refuse other names, kinds and words', () => {
    const refused = (): void => {
      // @ts-expect-error a border is no filter
      resize({ width: 8, height: 8, filter: replicate, border: replicate });
      // @ts-expect-error a filter is no border
      resize({ width: 8, height: 8, filter: linear, border: linear });
      // @ts-expect-error no such option
      resize({ width: 8, height: 8, filtr: linear });
      // @ts-expect-error no such option
      normalize({ mean: 0, std: 1, sdt: 1 });
      // @ts-expect-error one word of three
      flip({ direction: 'sideways' });
      // @ts-expect-error the direction of the matrix is named
      warpAffine({ matrix: [1, 0, 0, 0, 1, 0] });
      // @ts-expect-error six numbers
      warpAffine({ matrix: { dstToSrc: [1, 0, 0, 0, 1] } });
      // @ts-expect-error a known standard
      yuvToRgb({ matrix: 'bt470' });
      // @ts-expect-error a storage type that pixels take
      convertTo('i32');
      // @ts-expect-error a storage type of a tensor
      nchw('i32');
      // @ts-expect-error the default has the type of the parameter
      ops.withDefault(ops.f32, 'one');
    };
    expect(refused).toBeTypeOf('function');
  });

  it('may be left open, and those per image may be lists', () => {
    expect(warpAffine({ matrix: open('turn') }).options).toEqual({ matrix: { open: 'turn' } });
    const rect = { x: 0, y: 0, width: 2, height: 2 };
    expect(crop({ rect: [rect, rect] }).options).toEqual({ rect: [rect, rect] });
    expect(crop().options).toEqual({});
  });
});

describe('declarations', () => {
  it('give the function of an operator the types of its parameters', () => {
    ops.pointOp({
      from: ['rgb'],
      to: 'gray',
      params: { weights: ops.perChannel(ops.f32), turn: ops.vec2, mode: ops.oneOf('sum', 'mean') },
      apply: (px, { weights, turn, mode }) => {
        expectTypeOf(px).toEqualTypeOf<ops.Pixel<3>>();
        expectTypeOf(weights).toEqualTypeOf<readonly number[]>();
        expectTypeOf(turn).toEqualTypeOf<readonly [number, number]>();
        expectTypeOf(mode).toEqualTypeOf<'sum' | 'mean'>();
        return [px[0] * weights[0]];
      },
    });
    ops.indexMapOp({
      params: { rect: ops.perImage(ops.rect) },
      apply: (at, { rect }, { src, dst }) => {
        expectTypeOf(rect).toEqualTypeOf<ops.Rect>();
        expectTypeOf(at).toEqualTypeOf<ops.Index>();
        return [at[0] + rect.x, at[1] + src.height - dst.height];
      },
    });
    const plain = ops.pointOp({ from: ['rgb'], apply: px => px.map(v => v / 2) });
    expectTypeOf(plain()).toEqualTypeOf<ops.Stage<'rgb', 'same'>>();
    const wrong = (): void => {
      // @ts-expect-error it has no parameters
      plain({ gain: 2 });
      // @ts-expect-error nor does its function see one
      ops.pointOp({ from: ['rgb'], apply: (px, { gain }) => px.map(v => v * gain) });
      // @ts-expect-error one channel was promised, and three come
      ops.pointOp({ from: ['rgb'], to: 'gray', params: {}, apply: px => px });
      ops.pointOp({
        from: ['rgb'],
        params: {},
        // @ts-expect-error RGB has no fourth channel
        apply: px => [px[0], px[1], px[3]],
      });
    };
    expect(wrong).toBeTypeOf('function');
  });

  it('give stages the colours that they take and give', () => {
    expectTypeOf(yuvToRgb()).toEqualTypeOf<ops.Stage<'yuv', 'rgb'>>();
    expectTypeOf(normalize(imagenet)).toEqualTypeOf<ops.Stage<'rgb', 'same'>>();
    expectTypeOf(normalize({ mean: 0, std: 1 })).toEqualTypeOf<ops.Stage<'rgb' | 'rgba' | 'gray', 'same'>>();
    expectTypeOf(nv12()).toEqualTypeOf<ops.Format<'yuv', 'both'>>();
    expectTypeOf(nv12({ chroma: 'linear' })).toEqualTypeOf<ops.Format<'yuv', 'source'>>();
  });
});
