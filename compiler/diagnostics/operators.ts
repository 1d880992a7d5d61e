/** CW2xxx: operators, their parameters and options. */
export const operatorDiagnostics = {
  CW2001: {
    title: 'A declaration that was not found',
    message: 'The call of `{maker}` that declares this was not found in the source.',
    hint: 'declare it as `const name = {maker}({ … })` in a TypeScript file of the project, imported from cuweave/ops',
    why: 'The compiler reads the source of what was declared, so it must find it.',
  },
  CW2003: {
    title: 'A function that cannot be read',
    message: 'Expected a function for `{name}` but received {actual}.',
    hint: 'write `{name}: (…) => …`, or the name of a function whose source is in this project',
    why: "The compiler reads a function's source; what JavaScript makes of others, as `bind` does, has none.",
  },
  CW2004: {
    title: 'An unknown option',
    message: 'There is no option {option} on {op}.',
    hint: 'known are: {known}',
    why: 'A misspelt option would be a default silently.',
  },
  CW2005: {
    title: 'A value that does not fit',
    message: 'Expected {what} for {path} but received {actual}.',
    hint: 'give a value, or leave the option out to be asked at the call',
    why: 'Values are checked where they are written.',
  },
  CW2006: {
    title: 'Values per channel',
    message: 'Expected one number or {channels} for {path} but received {actual}.',
    hint: 'give one number for all channels, or one per channel',
    why: 'The pixels have as many channels here.',
  },
  CW2007: {
    title: 'Not one of the choices',
    message: 'Expected one of {choices} for {name} but received {actual}.',
    hint: 'a choice is settled when the pipeline is declared, and cannot be left open',
    why: 'The kernel holds the code of one choice.',
  },
  CW2008: {
    title: 'Sampling that is not said',
    message: 'Expected a {option} for {op} but received nothing.',
    hint: 'write `{op}({ …, {example} })`, with the name imported from cuweave/ops',
    why: 'How a point between pixels is read, and what lies outside, changes the result; neither is guessed.',
  },
  CW2009: {
    title: 'Sampling of another kind',
    message: 'Expected {expected} for {option} but received {actual}.',
    hint: 'import one from cuweave/ops, or declare one with `filter` or `indexBorder`',
    why: 'Filters and borders are functions of the kernel language.',
  },
  CW2010: {
    title: "An operator's name",
    message: 'Expected letters, digits and _ for the name of an operator but received {actual}.',
    hint: 'leave `name` out to take the name of the constant',
    why: 'It becomes the name of a function in generated code.',
  },
  CW2011: {
    title: "A parameter's name",
    message: 'A parameter cannot have the name {name}: {cause}.',
    hint: 'give the parameter another name',
    why: 'It becomes a field in generated code.',
  },
  CW2012: {
    title: 'Not a type of parameter',
    message: 'Expected a type such as f32 for the parameter {name} but received {actual}.',
    hint: 'use f32, i32, vec2, mat2x3, mat3x3, angle, mat3x4, primariesChange, camera, distortion, fisheye, rect, rects, table, weights, gaussian, yuvCoding, yuvEncoding, perChannel, perImage, perPixel, oneOf or withDefault',
    why: 'The compiler lays parameters out by their types.',
  },
  CW2013: {
    title: 'The name of an open parameter',
    message: 'Expected letters, digits and _ for the name in `open(…)` but received {actual}.',
    hint: "write `open('turn')`",
    why: 'It becomes an option of the pipeline.',
  },
  CW2014: {
    title: 'A map without a direction',
    message:
      'Expected { dstToSrc: [{count} numbers] } or { srcToDst: [{count} numbers] } for {path} but received {actual}.',
    hint: 'say which way the matrix maps; OpenCV gives srcToDst, its WARP_INVERSE_MAP takes dstToSrc',
    why: 'A matrix in the wrong direction gives an image, and the wrong one.',
  },
  CW2020: {
    title: 'A constant of a filter',
    message:
      'Expected a number or a word, under a name of its own, for the constant {name} of a filter but received {actual}.',
    hint: 'write `constants: { a: -0.5 }`; `scale` and `size` are what every filter has',
    why: 'The kernel holds constants as they are.',
  },
  CW2021: {
    title: 'A number that is out of range',
    message: 'Expected a whole number from {least} to {most} for {what} of {op} but received {actual}.',
    hint: 'write a number, or a function of choices that are settled, as in `({ size }) => (size - 1) / 2` beside `size: oneOf(3, 5, 7)`',
    why: 'The kernel is printed for it.',
  },
  CW2022: {
    title: 'A stencil that reaches beyond its radius',
    message: 'The place of a tap goes from {low} to {high} here, and the radius of {op} is {radius}.',
    hint: 'raise the radius, or keep the place within it; a loop from -radius to radius does',
    why: 'What a stencil reads is brought together for many pixels at once, as far as its radius says.',
  },
  CW2023: {
    title: 'A tap whose place is not known',
    message: 'Where a tap of {op} lies does not follow from numbers and loop counters.',
    hint: 'take both places of `tap(dx, dy)` from literals, settled choices and counters of loops, with +, -, * and Math.min or Math.max',
    why: 'The compiler must see that no tap lies beyond the radius.',
  },
  CW2030: {
    title: 'An image without a format',
    message: 'Expected the format of an image of {colour} for {name} but received {actual}.',
    hint: "write `{name}: rgb8()`, or with operators behind it `{name}: [nv12(), yuvToRgb()]`; the caller gives the image itself; `open('other', rgb8())` gives it another name",
    why: 'The kernel reads every pixel of it, so it must know how they are stored.',
  },
  CW2031: {
    title: 'An image of another colour model',
    message: 'Expected an image of {colour} for {name} but received one of {actual}.',
    hint: "take another format, or convert: `{name}: [nv12(), yuvToRgb()]`; nhwc(…) and nchw(…) take { colour: '{colour}' }",
    why: 'The numbers of another colour model mean something else.',
  },
  CW2032: {
    title: 'An image where none can be read',
    message: 'The parameter {name} is an image, and an indexMapOp takes none.',
    hint: 'declare the operator as a mapOp with `filter: nearest`, or read the image in a pointOp',
    why: 'Exact maps are composed before anything is read.',
  },
  CW2033: {
    title: 'Something that an image does not go through',
    message: 'Expected point operators behind the format of the image {name} but received {actual}.',
    hint: 'write `{name}: [nv12(), yuvToRgb()]`; crop or resize the image in a pipeline of its own',
    why: 'The image is read at one place for each pixel.',
  },
  CW2040: {
    title: 'A reduction that is not whole',
    message: 'Expected {what} but received {actual}.',
    hint: 'write `reduceOp({ from, init: [0], step, merge, result: "f64" })`, or `binsOp({ from, bins: 256, bin })`',
    why: 'The memory of its result and of what lies between blocks is laid out when the kernel is built.',
  },
  CW2041: {
    title: 'A parameter that is no reduction',
    message: 'Expected a reduction for {name} but received {actual}.',
    hint: 'write `{name}: meanStd()`, or `{name}: [rgbToGray(), mean()]` for what pixels go through before',
    why: 'The operator reads what the pixels that enter it come to.',
  },
  CW2042: {
    title: 'Something that pixels do not go through before they are reduced',
    message: 'Expected point operators and exact maps before the reduction of {name} but received {actual}.',
    hint: 'write `{name}: [rgbToGray(), mean()]`; resize in the pipeline, before the operator',
    why: 'Pixels are reduced by one kernel, together with what leads to the operator.',
  },
  CW2043: {
    title: 'A reduction that an operator does not read',
    message: 'Expected a reduction to f32 for {name} but received one to {actual}.',
    hint: "declare it with `result: 'f32'`, and `finish` if it counts",
    why: 'Operators compute in f32.',
  },
  CW2044: {
    title: 'A map that reads what an image comes to',
    message: 'Expected no measured() parameter in a map but received {name}.',
    hint: 'read it in a point operator before or behind the map',
    why: 'The size of a map is computed where the call is made, before any pixel is.',
  },
} as const;

/** CW3xxx: pipelines. */
export const pipelineDiagnostics = {
  CW3001: {
    title: 'No pipeline',
    message: 'The file exports no pipeline.',
    hint: 'write `export const preprocess = pipeline(nv12(), …, nchw("f32"))`',
    why: 'A build makes a function of each exported pipeline.',
  },
  CW3002: {
    title: "A pipeline's name",
    message: 'Expected a name of letters, digits and _ for a pipeline but received {actual}.',
    hint: 'export it as a named constant of at most 60 letters that does not end in _host',
    why: 'It becomes the name of functions in C and in JavaScript; NAME_host is the one for the CPU.',
  },
  CW3003: {
    title: 'A pipeline without a source',
    message: 'Expected a format at the head of the pipeline but received {actual}.',
    hint: 'begin with nv12(), rgb8(), …',
    why: 'The format says how pixels are read.',
  },
  CW3004: {
    title: 'A pipeline without a sink',
    message:
      'Expected a format that can be written, or a reduction, at the end of the pipeline but received {actual}.',
    hint: 'end with nchw("f32"), nhwc("u8"), mean(), …',
    why: 'The format says how pixels are written.',
  },
  CW3005: {
    title: 'Pixels that an operator does not take',
    message: 'Expected {takes} for {op} but received {actual}.',
    hint: 'convert first, for instance with yuvToRgb(), or move the operator',
    why: 'The numbers of another colour model mean something else.',
  },
  CW3006: {
    title: 'Pixels that a sink does not hold',
    message: 'Expected {holds} for the sink {format} but received {actual}.',
    hint: 'convert before the end, or take a sink for any colour model: nchw(…), nhwc(…)',
    why: 'The numbers of another colour model mean something else.',
  },
  CW3007: {
    title: 'Something that is no stage',
    message: 'Expected an operator between source and sink but received {actual}.',
    hint: 'call the operator: `normalize({ … })`; formats stand at the head and at the end, reductions at the end',
    why: 'A pipeline is a source, operators and a sink.',
  },
  CW3008: {
    title: 'Two open parameters with one name',
    message: '{first} and {second} both leave {name} open{how}.',
    hint: "give one of them a name of its own, for {second}: `{param}: open('other'{format})`",
    why: 'The caller gives one value for each name. Several operators may read one image, if all of them read it in the same format.',
  },
  CW3009: {
    title: 'Two pipelines with one name',
    message: 'The pipeline {name} is exported by {other}, too.',
    hint: 'rename one of them',
    why: 'Both would become the same function.',
  },
  CW3010: {
    title: 'A format that is not whole',
    message: 'A format of the pipeline cannot be used: {problem}.',
    hint: 'use the formats of cuweave/ops',
    why: 'Loads and stores are printed from it.',
  },
  CW3011: {
    title: 'Results that cannot be named',
    message:
      'Expected one result or more, with names of letters, digits and _, for outputs() but received {actual}.',
    hint: "write outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })",
    why: 'Each becomes a property of what the call returns, and part of the name of a function in C.',
  },
  CW3012: {
    title: 'A pipeline as the default export',
    message: 'The default export is a pipeline, and has no name.',
    hint: 'write `export const preprocess = pipeline(…)` instead of `export default pipeline(…)`',
    why: 'A build makes a function of each exported pipeline, and the function takes its name.',
  },
  CW3013: {
    title: 'A full range of several depths at once',
    message: '{op} makes a full range for results of {bits} bits.',
    hint: 'give each result an encoder of its own, behind the others: `outputs({ a: [rgbToYuv({ … }), nv12()], b: [rgbToYuv({ … }), p010()] })`',
    why: 'Codes of a full range of n bits end at 2^n − 1, so their scale depends on n (ITU-T H.273). A limited range has one scale for all.',
  },
  CW3014: {
    title: 'An image that one of several results asks for',
    message: 'The result {name} has a stored(…) of its own, and results share images.',
    hint: "put stored(…) before outputs(), or give {name} a pipeline of its own: `pipeline(rgb8(), erode({ size: 3 }), stored('u8'), …)`",
    why: 'The compiler decides for all results together which images they read.',
  },
  CW3020: {
    title: 'A filter that reads the scale, under a map that has none',
    message: '{filter} reads as many pixels as an output pixel covers, and {op} does not say how many.',
    hint: 'take a filter that samples at a point, such as linear; or shrink with a resize in a pipeline of its own',
    why: 'Under a map that turns or bends, an output pixel covers another shape everywhere.',
  },
  CW3021: {
    title: 'Something that resample does not take',
    message: 'Expected one or more maps in `resample([…])` but received {actual}.',
    hint: 'write `resample([letterbox({ … }), warpAffine()], { filter: linear, border: constant(0) })`; crops and flips stand before it or after it',
    why: 'The points of each map lie between pixels, and the map before it goes on from there.',
  },
  CW3022: {
    title: 'A map that samples inside of resample',
    message: 'Expected no {option} for a map in `resample([…])`.',
    hint: 'say filter and border once: `resample([…], { filter, border })`',
    why: 'Its maps are sampled together, once.',
  },
  CW3023: {
    title: 'A map that reads an image, before another one in resample',
    message:
      '{op} reads an image at its output pixel, and in `resample([…])` another map goes on from there.',
    hint: 'put {op} last, or sample twice: two stages, each with a filter and a border',
    why: 'Another map asks for points between the pixels of the image.',
  },
  CW3024: {
    title: 'A filter by a table, under a map that is no plain resize',
    message:
      '{filter} has weights for a size before and one after, and {op} is no plain resize: edges do not lie on edges, or its size function returns from inside a loop.',
    hint: "resize with it, with align: 'edges', and place, crop or turn the result: `resize({ …, filter: pillow({ resample: 'bicubic' }) }), padTo({ … })`",
    why: 'The library it equals has these weights for a resize, and for nothing else.',
  },
  CW3025: {
    title: 'A filter of bytes, of an image that holds none',
    message: '{filter} filters bytes, and the image before {op} is {format}, which holds {dtype}.',
    hint: "bring the pixels to 0..255 and store them so: `scaleOffset({ scale: 255, offset: 0 }), stored('u8'), resize({ … })`; or take an antialiased filter, such as antialiasedCubic, which computes in f32",
    why: 'It rounds all that enters to whole numbers of 0..255: of numbers of 0..1 nothing would be left.',
  },
  CW3102: {
    title: 'A fused pipeline that does not fit one kernel',
    message:
      '{reason}: an image of {format} would be written after {after} and read again, {bytes} bytes for each of its pixels, and the pipeline is fused().',
    hint: 'leave out fused(); two maps may be sampled once: `resample([…], { filter, border })`',
    why: 'An intermediate image is written and read again, and fused() says that there must be none.',
  },
  CW3103: {
    title: 'More parameters than a kernel takes',
    message:
      'Expected at most {most} bytes of parameters for one image but received {bytes}. The largest are {largest}.',
    hint: 'make two pipelines of it; tables that follow each other may be one table, and `table` is one for all channels where `perChannel(table)` is one for each',
    why: 'CUDA passes so much to a kernel and no more. The CPU is held to the same, so that whatever is built runs on both.',
  },
} as const;

/** CW9xxx: files and modules. */
export const loadingDiagnostics = {
  CW9001: {
    title: 'An entry that cannot be read',
    message: 'Expected a TypeScript file but received {actual}.',
    hint: 'give the path of a .ts file, relative to the project',
    why: 'Pipelines are read from TypeScript.',
  },
  CW9002: {
    title: 'A module that fails',
    message: 'The module failed while it was loaded: {message}',
    hint: 'pipelines are made when their module is loaded, so it must run without its application',
    why: 'The compiler runs the module for the values in it.',
  },
  CW9003: {
    title: 'No entry',
    message: 'Expected at least one TypeScript file but received none.',
    hint: 'cuweave build src/pipelines.ts',
    why: 'There is nothing to build.',
  },
  CW9004: {
    title: 'A file that nests too deep',
    message: 'The file nests too deep to be read.',
    hint: 'name parts of long expressions with `const`',
    why: 'TypeScript follows nesting with its stack.',
  },
  CW9005: {
    title: 'A tsconfig.json that cannot be used',
    message: 'The tsconfig.json of the specs cannot be used: {message}',
    hint: 'mend it; the one that holds is the nearest in the folder of the first entry or above',
    why: 'Its paths, libraries and types are those of the specs.',
  },
} as const;
