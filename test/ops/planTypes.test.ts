/** What the editor accepts and refuses of several results and of pipelines at the head. `npm run check` is the judge. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Fork,
  fused,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  outputs,
  type Pipeline,
  pipeline,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  rgbToHsv,
  yuvToRgb,
} from '../../ops/index.js';

const small = resize({ width: 8, height: 8, filter: linear, border: replicate });

describe('several results', () => {
  it('keep their parts in order, and their names in the type', () => {
    const made = pipeline(
      nv12(),
      yuvToRgb(),
      outputs({ small: [small, nchw('f16')], full: [normalize({ mean: [0, 0, 0], std: 1 }), nchw('f32')] }),
    );
    expectTypeOf(made).toEqualTypeOf<Fork<'small' | 'full'>>();
    expectTypeOf(fused(made)).toEqualTypeOf<Fork<'small' | 'full'>>();
    expect(Object.keys(made.outputs)).toEqual(['small', 'full']);
    expect(made.outputs.small.stages).toEqual([small]);
    expect(made.outputs.full.sink).toMatchObject({ dtype: 'f32' });
    expect(made.stages).toHaveLength(1);
  });

  it('are checked like the end of a pipeline', () => {
    const refused = (): void => {
      pipeline(
        nv12(),
        // @ts-expect-error full: it takes rgb and others, and the pixels are yuv here
        outputs({ small: [yuvToRgb(), nchw('f16')], full: [normalize({ mean: 0, std: 1 }), nchw('f32')] }),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error gray: this format holds rgb, and the pixels are gray here
        outputs({ gray: [rgbToGray(), rgb8()] }),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error four means for three channels
        outputs({ full: [normalize({ mean: [0, 0, 0, 0], std: 1 }), nchw('f32')] }),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error a result ends with a format
        outputs({ full: [small] }),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error outputs belong at the end
        outputs({ full: [nchw('f32')] }),
        nchw('f32'),
      );
      pipeline(
        rgb8(),
        // @ts-expect-error outputs belong at the end of a pipeline, once
        outputs({ full: [outputs({ inner: [nchw('f32')] })] }),
      );
      // @ts-expect-error a result has a format at least
      outputs({ none: [] });
    };
    expect(refused).toBeTypeOf('function');
  });
});

describe('a pipeline at the head', () => {
  it('gives its result’s pixels', () => {
    const first = pipeline(nv12(), yuvToRgb(), rgbToGray(), nchw('u8'));
    expectTypeOf(first).toEqualTypeOf<Pipeline<'gray'>>();
    const second = pipeline(first, small, nhwc('f32'));
    expectTypeOf(second).toEqualTypeOf<Pipeline<'gray'>>();
    expect([second.head, second.source, second.stages]).toEqual([first, first.source, [small]]);
    expectTypeOf(pipeline(rgb8(), rgb8())).toEqualTypeOf<Pipeline<'rgb'>>();
    expectTypeOf(pipeline(rgb8(), rgbToHsv(), nhwc('f32'))).toEqualTypeOf<Pipeline<'hsv'>>();
  });

  it('is refused where it does not fit', () => {
    const refused = (): void => {
      const gray = pipeline(rgb8(), rgbToGray(), nhwc('u8'));
      const several = pipeline(rgb8(), outputs({ full: [nchw('f32')] }));
      // @ts-expect-error it takes rgb, and the pixels are gray here
      pipeline(gray, rgbToGray(), nchw('f32'));
      // @ts-expect-error a pipeline begins with a format, or with a pipeline of one result
      pipeline(several, nchw('f32'));
      // @ts-expect-error a pipeline belongs at the head
      pipeline(rgb8(), gray, nchw('f32'));
      // @ts-expect-error fused takes a pipeline
      fused(rgb8());
    };
    expect(refused).toBeTypeOf('function');
  });
});
