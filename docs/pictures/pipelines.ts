/** The operators that docs/pictures/*.svg show, one for each tile; the tile's caption is the text that stands between source and sink. */
import {
  adaptiveThreshold,
  antialiasedLanczos,
  antialiasedLinear,
  area,
  autoContrast,
  bilateral,
  blurRegions,
  boxBlur,
  brightnessContrast,
  centerCrop,
  clahe,
  colorTwist,
  constant,
  cubic,
  dilate,
  equalize,
  erode,
  flip,
  gamma,
  gaussianBlur,
  grayWorld,
  invert,
  lanczos4,
  letterbox,
  linear,
  median,
  morphGradient,
  nearest,
  nhwc,
  nv12,
  otsuThreshold,
  pad,
  pipeline,
  posterize,
  reflect,
  reflect101,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  rotate,
  rotate90,
  sobelMagnitude,
  solarize,
  threshold,
  unsharpMask,
  warpAffine,
  warpPerspective,
  wrap,
} from 'cuweave/ops';

// Point operators.
export const lighter = pipeline(rgb8(), gamma({ exponent: 0.5 }), nhwc('u8'));
export const starker = pipeline(rgb8(), brightnessContrast({ contrast: 2, centre: 128 }), nhwc('u8'));
export const negative = pipeline(rgb8(), invert(), nhwc('u8'));
export const coarse = pipeline(rgb8(), posterize({ bits: 2 }), nhwc('u8'));
export const solar = pipeline(rgb8(), solarize({ level: 128 }), nhwc('u8'));
export const sepia = pipeline(
  rgb8(),
  colorTwist({ matrix: [0.393, 0.769, 0.189, 0, 0.349, 0.686, 0.168, 0, 0.272, 0.534, 0.131, 0] }),
  nhwc('u8'),
);
export const gray = pipeline(rgb8(), rgbToGray(), nhwc('u8'));
export const above = pipeline(rgb8(), threshold({ kind: 'binary', level: 128 }), nhwc('u8'));
export const twoLevels = pipeline(rgb8(), rgbToGray(), otsuThreshold(), nhwc('u8'));
export const stretched = pipeline(rgb8(), autoContrast(), nhwc('u8'));
export const spread = pipeline(rgb8(), equalize(), nhwc('u8'));
export const local = pipeline(rgb8(), rgbToGray(), clahe({ clipLimit: 4, tiles: [4, 3] }), nhwc('u8'));
export const balanced = pipeline(rgb8(), grayWorld(), nhwc('u8'));

// Geometry.
export const middle = pipeline(rgb8(), centerCrop({ width: 80, height: 80 }), nhwc('u8'));
export const small = pipeline(
  rgb8(),
  resize({ width: 80, height: 60, filter: antialiasedLinear }),
  nhwc('u8'),
);
export const boxed = pipeline(
  rgb8(),
  letterbox({ width: 120, height: 120, filter: antialiasedLinear, border: constant(114) }),
  nhwc('u8'),
);
export const mirrored = pipeline(rgb8(), flip({ direction: 'horizontal' }), nhwc('u8'));
export const quarter = pipeline(rgb8(), rotate90({ clockwise: '90' }), nhwc('u8'));
export const turned = pipeline(
  rgb8(),
  rotate({ degrees: 20, filter: linear, border: constant(0) }),
  nhwc('u8'),
);
export const sheared = pipeline(
  rgb8(),
  warpAffine({ matrix: { srcToDst: [0.8, 0.3, 0, 0, 0.9, 6] }, filter: linear, border: constant(0) }),
  nhwc('u8'),
);
export const receding = pipeline(
  rgb8(),
  warpPerspective({
    matrix: { srcToDst: [1, -0.35, 28, 0, 0.75, 18, 0, -0.0042, 1.2] },
    filter: linear,
    border: constant(0),
  }),
  nhwc('u8'),
);

// Stencils.
export const boxed7 = pipeline(rgb8(), boxBlur({ size: 7, border: replicate }), nhwc('u8'));
export const soft = pipeline(rgb8(), gaussianBlur({ size: 11, sigma: 2, border: replicate }), nhwc('u8'));
export const sharp = pipeline(
  rgb8(),
  unsharpMask({ size: 9, sigma: 1.5, amount: 2, border: replicate }),
  nhwc('u8'),
);
export const hidden = pipeline(
  rgb8(),
  blurRegions({ size: 15, regions: [{ x: 114, y: 96, width: 40, height: 20 }], border: replicate }),
  nhwc('u8'),
);
export const cleaned = pipeline(rgb8(), median({ size: 3, border: replicate }), nhwc('u8'));
export const smooth = pipeline(
  rgb8(),
  bilateral({ size: 9, sigmaColor: 60, sigmaSpace: 4, border: replicate }),
  nhwc('u8'),
);
export const thinned = pipeline(rgb8(), erode({ size: 3 }), nhwc('u8'));
export const grown = pipeline(rgb8(), dilate({ size: 3 }), nhwc('u8'));
export const steep = pipeline(rgb8(), rgbToGray(), sobelMagnitude({ border: replicate }), nhwc('u8'));
export const outline = pipeline(rgb8(), morphGradient({ size: 3, border: replicate }), nhwc('u8'));
export const ink = pipeline(
  rgb8(),
  rgbToGray(),
  adaptiveThreshold({ size: 9, offset: 6, border: replicate }),
  nhwc('u8'),
);

// Filters: rings of 160² to 60², and a piece of the scene, 26 × 20, to 156 × 120.
export const ringsNearest = pipeline(
  rgb8(),
  resize({ width: 60, height: 60, filter: nearest, border: replicate }),
  nhwc('u8'),
);
export const ringsLinear = pipeline(
  rgb8(),
  resize({ width: 60, height: 60, filter: linear, border: replicate }),
  nhwc('u8'),
);
export const ringsArea = pipeline(rgb8(), resize({ width: 60, height: 60, filter: area }), nhwc('u8'));
export const ringsTriangle = pipeline(
  rgb8(),
  resize({ width: 60, height: 60, filter: antialiasedLinear }),
  nhwc('u8'),
);
export const ringsLanczos = pipeline(
  rgb8(),
  resize({ width: 60, height: 60, filter: antialiasedLanczos }),
  nhwc('u8'),
);
export const largeNearest = pipeline(
  rgb8(),
  resize({ width: 156, height: 120, filter: nearest, border: replicate }),
  nhwc('u8'),
);
export const largeLinear = pipeline(
  rgb8(),
  resize({ width: 156, height: 120, filter: linear, border: replicate }),
  nhwc('u8'),
);
export const largeCubic = pipeline(
  rgb8(),
  resize({ width: 156, height: 120, filter: cubic, border: replicate }),
  nhwc('u8'),
);
export const largeLanczos = pipeline(
  rgb8(),
  resize({ width: 156, height: 120, filter: lanczos4, border: replicate }),
  nhwc('u8'),
);

// Borders: a piece of the scene, 64 × 48, with pixels around it.
export const aroundConstant = pipeline(
  rgb8(),
  pad({ left: 48, top: 36, right: 48, bottom: 36, border: constant(114) }),
  nhwc('u8'),
);
export const aroundReplicate = pipeline(
  rgb8(),
  pad({ left: 48, top: 36, right: 48, bottom: 36, border: replicate }),
  nhwc('u8'),
);
export const aroundReflect = pipeline(
  rgb8(),
  pad({ left: 48, top: 36, right: 48, bottom: 36, border: reflect }),
  nhwc('u8'),
);
export const aroundReflect101 = pipeline(
  rgb8(),
  pad({ left: 48, top: 36, right: 48, bottom: 36, border: reflect101 }),
  nhwc('u8'),
);
export const aroundWrap = pipeline(
  rgb8(),
  pad({ left: 48, top: 36, right: 48, bottom: 36, border: wrap }),
  nhwc('u8'),
);

// How chroma is read: YUV as it comes, so that the numbers tell which samples a pixel mixes.
export const chromaNearest = pipeline(nv12({ chroma: 'nearest' }), nhwc('f32'));
export const chromaLeft = pipeline(nv12({ chroma: 'linear', siting: 'left' }), nhwc('f32'));
export const chromaCentre = pipeline(nv12({ chroma: 'linear', siting: 'centre' }), nhwc('f32'));
export const chromaTopLeft = pipeline(nv12({ chroma: 'linear', siting: 'topLeft' }), nhwc('f32'));
