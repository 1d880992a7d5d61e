import {
  type Border,
  bounded,
  f32,
  type ImageSource,
  type Open,
  type OpenImage,
  oneOf,
  stencilOp,
} from '../spec.js';
import { besideGray, besideRgb, withoutGray, withoutRgb } from './guide.js';
import { blurSize, radiusOf } from './sizes.js';

/** The mean of the pixels in a disc, by weights that follow from the channels of the guide. */
const guidedMean = stencilOp({
  from: ['rgba'],
  radius: radiusOf,
  params: {
    guide: oneOf('gray', 'rgb'),
    size: blurSize,
    sigmaColor: bounded(f32, { above: 0 }),
    sigmaSpace: bounded(f32, { above: 0 }),
  },
  apply: (tap, { guide, size, sigmaColor, sigmaSpace }) => {
    const radius = (size - 1) / 2;
    const byColour = -0.5 / (sigmaColor * sigmaColor);
    const bySpace = -0.5 / (sigmaSpace * sigmaSpace);
    const own = tap(0, 0);
    let sum = own.map(() => 0);
    let total = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (dx * dx + dy * dy <= radius * radius) {
          const px = tap(dx, dy);
          const parts = px.map((v, c) => Math.abs(v - own[c]!));
          const apart = guide === 'gray' ? parts[3]! : parts[0]! + parts[1]! + parts[2]!;
          const weight = Math.exp(apart * apart * byColour + (dx * dx + dy * dy) * bySpace);
          sum = sum.map((v, c) => v + weight * px[c]!);
          total = total + weight;
        }
      }
    }
    return sum.map(v => v / total);
  },
});

/** The options of both; the guide has the colour model `C`. */
type JointOptions<C extends 'gray' | 'rgb'> = {
  /**
   * The guide's format: `gray8()` is the default of `jointBilateral`, `rgb8()` that of `jointBilateralGray`; or one with operators behind it, such as
   * `[nv12(), yuvToRgb()]`. The caller gives the image, of the size that the pixels have there.
   */
  readonly guide?: ImageSource<C> | OpenImage<ImageSource<C>>;
  /** Width and height of the window that holds the disc, in pixels: OpenCV's `d`. */
  readonly size: 3 | 5 | 7 | 9 | 11 | 13 | 15 | 17 | 19 | 21 | 23 | 25 | 27 | 29 | 31;
  /** Standard deviation of the guide's differences, above 0, in the units of its pixels. */
  readonly sigmaColor?: f32 | Open;
  /** Standard deviation of distances, above 0, in pixels. */
  readonly sigmaSpace?: f32 | Open;
  /** What lies outside of both images: `reflect101` as OpenCV, `replicate` … */
  readonly border: Border;
};

/** The options of the operator that sees the guide, and those of the stencil. */
const split = <C extends 'gray' | 'rgb'>({ guide, ...window }: JointOptions<C>) => ({
  beside: (guide === undefined ? {} : { guide }) as never,
  window,
});

/**
 * Blurs colours, and keeps the edges of another picture, the guide: that of a flash photo, say. The result is the mean of the pixels at most (size − 1) / 2
 * away, weighted by exp(−d² / 2σₛ²), d their distance, times exp(−e² / 2σ_c²), e the difference of the guide's value there from its value at the pixel itself.
 * It is three stages, which fuse into one kernel: `pipeline(rgb8(), ...jointBilateral({ … }), nchw('f32'))`. The guide is an option of the call, `guide`,
 * of the image's size. Equals OpenCV's `ximgproc.jointBilateralFilter` (with `border: reflect101`) in f32, nothing rounded. Source: OpenCV contrib,
 * modules/ximgproc/src/joint_bilateral_filter.cpp; G. Petschnigg et al., Digital photography with flash and no-flash image pairs (2004).
 */
export const jointBilateral = (options: JointOptions<'gray'>) => {
  const { beside, window } = split(options);
  return [besideGray(beside), guidedMean({ ...window, guide: 'gray' }), withoutGray()] as const;
};

/**
 * Blurs an image of one channel, a depth map, say, and keeps the edges of a picture in colours. As `jointBilateral`, with e the sum of the three channels'
 * differences: `pipeline(nhwc('f32', { colour: 'gray' }), ...jointBilateralGray({ … }), nchw('f32'))`. For a guide of one channel, turn it into colours by
 * `[gray8(), grayToRgb()]` and take three times the `sigmaColor`.
 */
export const jointBilateralGray = (options: JointOptions<'rgb'>) => {
  const { beside, window } = split(options);
  return [besideRgb(beside), guidedMean({ ...window, guide: 'rgb' }), withoutRgb()] as const;
};
