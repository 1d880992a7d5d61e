/** What the runtime refuses, and in which words. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { definePipeline } from '../../runtime/call/pipeline.js';
import {
  type Device,
  Image,
  ImageBatch,
  openDevice,
  type PipelineInput,
  randomResizedCrop,
  Tensor,
  VideoDecoder,
} from '../../runtime/index.js';
import { buildHandmade, type Handmade, handmadeManifest, handmadeSizes } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
});
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

/** The messages of what the cases throw, one a line; a case that throws nothing says so. */
const refusals = (cases: Readonly<Record<string, () => unknown>>): string =>
  Object.entries(cases)
    .map(([name, run]) => {
      try {
        run();
        return `${name}: accepted`;
      } catch (error) {
        const { name: kind, message } = error as Error;
        return `${name}: ${kind}: ${message.replaceAll(made.directory, '<folder>')}`;
      }
    })
    .join('\n');
const wrong = (value: unknown): never => value as never;

const rgb = (width = 4, height = 3): Image =>
  Image.fromHost(device, {
    format: 'rgb8',
    width,
    height,
    planes: [{ data: new Uint8Array(width * height * 3) }],
  });
const nv12 = (): Image =>
  Image.fromHost(device, {
    format: 'nv12',
    width: 3,
    height: 3,
    planes: [{ data: new Uint8Array(9) }, { data: new Uint8Array(8) }],
  });
const rect = { x: 0, y: 0, width: 4, height: 3 };
const options = { rect, gain: 1 };

it('refuses names that nothing reads', async () => {
  const spec = { shape: [1, 2, 2], dtype: 'u8', layout: 'HWC' } as const;
  const data = new Uint8Array(36);
  const shape = { format: 'rgb8', width: 4, height: 3 };
  const fromHost = (change: object, of: object = {}) =>
    Image.fromHost(device, { ...shape, planes: [{ data, ...of }], ...change });
  const decode = (given: object) => new VideoDecoder(wrong(given));
  const stream = device.createStream();
  expect(
    refusals({
      'tensor.empty': () => Tensor.empty(device, { ...spec, ...{ strides: [4, 2, 1] } }),
      'tensor.empty options': () => Tensor.empty(device, spec, wrong({ straem: stream })),
      'tensor.fromHost': () => Tensor.fromHost(device, data, { ...spec, ...{ dtpye: 'u8' } }),
      'tensor.fromHost options': () =>
        Tensor.fromHost(device, data.subarray(32), spec, wrong({ Stream: stream })),
      'tensor.wrap': () => Tensor.wrap(device, { ...spec, pointer: 4096n, ...{ stride: [4, 2, 1] } }),
      'tensor.copyTo': () =>
        Tensor.empty(device, spec).copyTo(Tensor.empty(device, spec), wrong({ straem: stream })),
      'image.empty': () => Image.empty(device, { ...shape, ...{ planes: [] } }),
      'image.empty options': () => Image.empty(device, shape, wrong({ straem: stream })),
      'image.fromHost': () => fromHost({ colours: { matrix: 'bt709' } }),
      'image.fromHost plane': () => fromHost({}, { ptich: 20 }),
      'image.fromHost colour': () => fromHost({ colour: { matrix: 'bt709', fullRange: true } }),
      'image.wrap': () => Image.wrap(device, { ...shape, planes: [], ...{ keepalive: data } }),
      'image.wrap plane': () =>
        Image.wrap(device, { ...shape, planes: [{ pointer: 4096n, pitch: 12, ...{ offset: 4 } }] }),
      'image.clone': () => rgb().clone(wrong({ straem: stream })),
      'no stream': () => rgb().clone({ stream: wrong('fast') }),
      'no options': () => rgb().clone(wrong(null)),
      call: () => made.cropped(rgb(), options, wrong({ straem: stream })),
      'a stream for a call': () => made.cropped(rgb(), options, wrong(stream)),
      randomResizedCrop: () => randomResizedCrop([], wrong({ seed: 1, ratio: [1, 2] })),
      decoder: () => decode({ device, codec: 'avc', lowlatency: true }),
      'decoder without options': () => decode(wrong(undefined)),
    }),
  ).toMatchInlineSnapshot(`
    "tensor.empty: ArgumentError: Expected a known name for spec but received 'strides'. Known: shape, dtype, layout.
    tensor.empty options: ArgumentError: Expected a known name for options but received 'straem'. Known: stream.
    tensor.fromHost: ArgumentError: Expected a known name for spec but received 'dtpye'. Known: shape, dtype, layout, data.
    tensor.fromHost options: ArgumentError: Expected a known name for options but received 'Stream'. Known: stream.
    tensor.wrap: ArgumentError: Expected a known name for spec but received 'stride'. Known: shape, dtype, layout, pointer, strides, keepAlive, stream.
    tensor.copyTo: ArgumentError: Expected a known name for options but received 'straem'. Known: stream.
    image.empty: ArgumentError: Expected a known name for image but received 'planes'. Known: format, width, height, colour, orientation.
    image.empty options: ArgumentError: Expected a known name for options but received 'straem'. Known: stream.
    image.fromHost: ArgumentError: Expected a known name for image but received 'colours'. Known: format, width, height, colour, orientation, planes, data.
    image.fromHost plane: ArgumentError: Expected a known name for planes[0] but received 'ptich'. Known: data, pitch, offset.
    image.fromHost colour: ArgumentError: Expected a known name for colour but received 'fullRange'. Known: matrix, range, bitDepth, primaries, transfer, source.
    image.wrap: ArgumentError: Expected a known name for image but received 'keepalive'. Known: format, width, height, colour, orientation, planes, keepAlive, stream.
    image.wrap plane: ArgumentError: Expected a known name for planes[0] but received 'offset'. Known: pointer, pitch.
    image.clone: ArgumentError: Expected a known name for options but received 'straem'. Known: stream.
    no stream: ArgumentError: Expected a Stream for options.stream but received 'fast'.
    no options: ArgumentError: Expected an object for options but received null.
    call: ArgumentError: Expected a known name for call but received 'straem'. Known: stream.
    a stream for a call: ArgumentError: Expected a plain object for call but received a Stream.
    randomResizedCrop: ArgumentError: Expected a known name for options but received 'ratio'. Known: seed, area, aspect.
    decoder: ArgumentError: Expected a known name for options but received 'lowlatency'. Known: device, codec, description, lowLatency, held.
    decoder without options: ArgumentError: Expected an object for options but received undefined."
  `);
  stream.dispose();
  await expect(
    Tensor.empty(device, spec).toHost(wrong({ straem: 1 })),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected a known name for options but received 'straem'. Known: stream, into, signal.]`,
  );
  await expect(rgb().toHost(wrong({ into: data }))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected a known name for options but received 'into'. Known: stream, signal.]`,
  );
  expect(() => fromHost({}, { ptich: 20 })).toThrow(expect.objectContaining({ path: 'planes[0].ptich' }));
});

it('takes what the runtime itself gives as a description', async () => {
  const [image, tensor] = [rgb(), Tensor.empty(device, { shape: [1, 2, 2], dtype: 'u8', layout: 'HWC' })];
  const [picture, host] = [await image.toHost(), await tensor.toHost()];
  expect(Image.fromHost(device, picture).planes[0].pitch).toBe(12);
  expect(Image.empty(device, image).width).toBe(4);
  expect(Image.wrap(device, image).planes).toEqual(image.planes);
  expect(Tensor.fromHost(device, host.data, host).shape).toEqual([1, 2, 2]);
  expect(Tensor.empty(device, tensor).shape).toEqual([1, 2, 2]);
});

it('refuses devices that are not there', () => {
  expect(
    refusals({
      'unknown name': () => openDevice(wrong('gpu')),
      'no number': () => openDevice(wrong('cuda:x')),
    }),
  ).toMatchInlineSnapshot(`
    "unknown name: ArgumentError: Expected 'cuda', 'cuda:<number>' or 'cpu' for which but received 'gpu'.
    no number: ArgumentError: Expected 'cuda', 'cuda:<number>' or 'cpu' for which but received 'cuda:x'."
  `);
});

it('refuses tensors that do not fit together', () => {
  const spec = { shape: [2, 3, 4], dtype: 'f32', layout: 'CHW' } as const;
  const data = new Float32Array(24);
  expect(
    refusals({
      'no spec': () => Tensor.empty(device, wrong(undefined)),
      layout: () => Tensor.empty(device, { ...spec, layout: wrong('WHC') }),
      dtype: () => Tensor.empty(device, { ...spec, dtype: wrong('f128') }),
      'inherited name': () => Tensor.empty(device, { ...spec, dtype: wrong('constructor') }),
      'axes missing': () => Tensor.empty(device, { ...spec, shape: [2, 3] }),
      'empty axis': () => Tensor.empty(device, { ...spec, shape: [2, 0, 4] }),
      'too large': () => Tensor.empty(device, { ...spec, shape: [2 ** 30, 2 ** 30, 1] }),
      'no room': () => Tensor.empty(device, { ...spec, shape: [2 ** 15, 2 ** 15, 2 ** 14] }),
      'other array': () => Tensor.fromHost(device, new Uint8Array(24), spec),
      'no array': () => Tensor.fromHost(device, wrong([1, 2]), spec),
      'floats for integers': () => Tensor.fromHost(device, data, { ...spec, dtype: 'i32' }),
      'halves as floats': () => Tensor.fromHost(device, data, { ...spec, dtype: 'f16' }),
      'bfloat16 as floats': () => Tensor.fromHost(device, data, { ...spec, dtype: 'bf16' }),
      'too few values': () => Tensor.fromHost(device, data.subarray(1), spec),
      'no address': () => Tensor.wrap(device, { ...spec, pointer: wrong(4096) }),
      'address not aligned': () => Tensor.wrap(device, { ...spec, pointer: 4097n }),
      strides: () => Tensor.wrap(device, { ...spec, pointer: 4096n, strides: [12, -4, 1] }),
    }).replace(/with .* free of .* MiB/, 'with … free of …'),
  ).toMatchInlineSnapshot(`
    "no spec: ArgumentError: Expected { shape, dtype, layout } for spec but received undefined.
    layout: ArgumentError: Expected NHWC, NCHW, HWC, CHW or any for spec.layout but received 'WHC'.
    dtype: ArgumentError: Expected one of u8, u16, i32, f16, bf16, f32, f64, i64 for spec.dtype but received 'f128'.
    inherited name: ArgumentError: Expected one of u8, u16, i32, f16, bf16, f32, f64, i64 for spec.dtype but received 'constructor'.
    axes missing: ArgumentError: Expected 3 sizes (CHW) for spec.shape but received [2, 3].
    empty axis: ArgumentError: Expected a whole number from 1 to 2147483647 for spec.shape[1] but received 0.
    too large: ArgumentError: Expected at most 2^46 values for spec.shape but received [1073741824, 1073741824, 1].
    no room: OutOfMemoryError: Out of memory: 67108864.0 MiB were asked for with … free of …. Dispose tensors and images that are done with, or give fewer images at a time.
    other array: ArgumentError: Expected a Float32Array for data but received Uint8Array of 24 bytes.
    no array: ArgumentError: Expected a typed array of f32 for data but received [1, 2].
    floats for integers: ArgumentError: Expected an Int32Array for data but received Float32Array of 96 bytes.
    halves as floats: ArgumentError: Expected a Uint16Array for data but received Float32Array of 96 bytes. It holds the bits of the halves.
    bfloat16 as floats: ArgumentError: Expected a Uint16Array for data but received Float32Array of 96 bytes. It holds the bits of the bfloat16 numbers, the upper halves of f32.
    too few values: ArgumentError: Expected 24 values ([2, 3, 4]) for data but received 23.
    no address: ArgumentError: Expected an address below 2^53 as a bigint for spec.pointer but received 4096.
    address not aligned: ArgumentError: Expected an address that is a multiple of 4 for spec.pointer but received 4097n.
    strides: ArgumentError: Expected a whole number from 1 to 1099511627776 for spec.strides[1] but received -4."
  `);
});

it('refuses images that do not fit together', () => {
  const spec = { format: 'nv12', width: 5, height: 3 };
  const y = { data: new Uint8Array(15) };
  const uv = { data: new Uint8Array(12) };
  const make = (change: object) => () => Image.fromHost(device, { ...spec, planes: [y, uv], ...change });
  expect(
    refusals({
      fitting: make({}),
      'no spec': () => Image.fromHost(device, wrong(null)),
      format: make({ format: 'nv99' }),
      'bytes for 10 bits': make({ format: 'p010' }),
      'inherited name': make({ format: 'toString' }),
      width: make({ width: 0 }),
      height: make({ height: 70000 }),
      'plane missing': make({ planes: [y] }),
      'no plane': make({ planes: [y, null] }),
      'short luma': make({ planes: [{ data: new Uint8Array(14) }, uv] }),
      'short chroma': make({ planes: [y, { data: new Uint8Array(11) }] }),
      'short by its pitch': make({ planes: [{ data: new Uint8Array(15), pitch: 6 }, uv] }),
      'pitch too small': make({ planes: [{ data: new Uint8Array(99), pitch: 4 }, uv] }),
      offset: make({ planes: [{ data: new Uint8Array(15), offset: 1 }, uv] }),
      'negative offset': make({ planes: [{ data: new Uint8Array(15), offset: -1 }, uv] }),
      'other array': make({ planes: [{ data: new Float32Array(15) }, uv] }),
      'no address': () => Image.wrap(device, { ...spec, planes: [wrong({ pitch: 5 }), wrong({ pitch: 6 })] }),
      'batch of others': () => new ImageBatch([wrong({})]),
    }),
  ).toMatchInlineSnapshot(`
    "fitting: accepted
    no spec: ArgumentError: Expected { format, width, height, planes } for image but received null.
    format: ArgumentError: Expected a format such as 'nv12', 'rgb8' or, for a tensor's, 'rgb_nchw_f32' for format but received 'nv99'. Known: nv12, nv21, i420, yv12, nv16, yuv422p, yuyv, uyvy, nv24, yuv444p, yuv444p16, p010, p012, p016, rgb8, bgr8, rgba8, bgra8, rgb16, gray8, gray16. Tensors: gray, yuv, rgb, rgba, hsv, yCrCb, lab, linear, premultiplied, xy, then nhwc or nchw, then u8, u16, f16, bf16 or f32.
    bytes for 10 bits: ArgumentError: Expected a Uint16Array for planes[0].data but received Uint8Array of 15 bytes.
    inherited name: ArgumentError: Expected a format such as 'nv12', 'rgb8' or, for a tensor's, 'rgb_nchw_f32' for format but received 'toString'. Known: nv12, nv21, i420, yv12, nv16, yuv422p, yuyv, uyvy, nv24, yuv444p, yuv444p16, p010, p012, p016, rgb8, bgr8, rgba8, bgra8, rgb16, gray8, gray16. Tensors: gray, yuv, rgb, rgba, hsv, yCrCb, lab, linear, premultiplied, xy, then nhwc or nchw, then u8, u16, f16, bf16 or f32.
    width: ArgumentError: Expected a whole number from 1 to 65535 for width but received 0.
    height: ArgumentError: Expected a whole number from 1 to 65535 for height but received 70000.
    plane missing: ArgumentError: Expected 2 planes (y, uv) for planes but received 1.
    no plane: ArgumentError: Expected an object for planes[1] but received null.
    short luma: ArgumentError: Expected at least 15 bytes (3 rows of 5 bytes, 5 apart) for planes[0].data but received 14.
    short chroma: ArgumentError: Expected at least 12 bytes (2 rows of 6 bytes, 6 apart) for planes[1].data but received 11.
    short by its pitch: ArgumentError: Expected at least 17 bytes (3 rows of 5 bytes, 6 apart) for planes[0].data but received 15.
    pitch too small: ArgumentError: Expected a whole number from 5 to 2147483647 for planes[0].pitch but received 4.
    offset: ArgumentError: Expected at least 16 bytes (3 rows of 5 bytes, 5 apart, from byte 1) for planes[0].data but received 15.
    negative offset: ArgumentError: Expected a whole number from 0 to 9007199254740991 for planes[0].offset but received -1.
    other array: ArgumentError: Expected a Uint8Array for planes[0].data but received Float32Array of 60 bytes.
    no address: ArgumentError: Expected an address below 2^53 as a bigint for planes[0].pointer but received undefined.
    batch of others: ArgumentError: Expected an Image for images[0] but received {}."
  `);
});

it('refuses inputs that the pipeline does not take', () => {
  const call = (input: unknown) => () => made.cropped(input as PipelineInput, options);
  const tensor = (shape: number[], layout: 'NHWC' | 'CHW' | 'NCHW', dtype: 'u8' | 'u16' = 'u8') =>
    Tensor.empty(device, { shape, layout, dtype });
  const strided = Tensor.wrap(device, {
    shape: [1, 3, 4, 3],
    layout: 'NHWC',
    dtype: 'u8',
    pointer: 4096n,
    strides: [36, 12, 4, 1],
  });
  expect(
    refusals({
      nothing: call(undefined),
      'no image': call([]),
      'something else': call([{}]),
      'other format': call(nv12()),
      'other format in a list': call([rgb(), nv12()]),
      'other layout': call(tensor([1, 3, 3, 4], 'NCHW')),
      'other dtype': call(tensor([1, 3, 4, 3], 'NHWC', 'u16')),
      'other channels': call(tensor([1, 3, 4, 4], 'NHWC')),
      'rows that are not dense': call(strided),
      'tensor for nv12': () => made.slow(tensor([1, 3, 3, 1], 'NHWC'), wrong({})),
      'outputs of several sizes': () =>
        made.cropped([rgb(), rgb()], { gain: 1, rect: [rect, { ...rect, width: 2 }] }),
    }),
  ).toMatchInlineSnapshot(`
    "nothing: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received undefined.
    no image: ArgumentError: Expected 1 to 65535 images for input but received 0.
    something else: ArgumentError: Expected an Image for input[0] but received {}.
    other format: ArgumentError: Expected rgb8 (rgb, u8) for input.format but received nv12.
    other format in a list: ArgumentError: Expected rgb8 (rgb, u8) for input[1].format but received nv12.
    other layout: ArgumentError: Expected NHWC or HWC for input.layout but received NCHW.
    other dtype: ArgumentError: Expected u8 for input.dtype but received u16.
    other channels: ArgumentError: Expected 3 (the channels of rgb8) for input.shape[3] but received 4.
    rows that are not dense: ArgumentError: Expected dense rows that do not overlap for input.strides but received [36, 12, 4, 1].
    tensor for nv12: ArgumentError: Expected images for input but received a Tensor. The format nv12 is not one tensor: its planes differ in size.
    outputs of several sizes: ArgumentError: Expected outputs of one size for input but received images whose outputs are 4×3 (image 0) and 2×3 (image 1). Use cropped.runEach, which gives a tensor for each image."
  `);
});

it('refuses options that the pipeline does not have, and names the path of those that do not fit', () => {
  const call =
    (given: unknown, input: PipelineInput = rgb()) =>
    () =>
      made.cropped(input, wrong(given));
  expect(
    refusals({
      none: call(undefined),
      'no object': call('gain'),
      unknown: call({ ...options, gian: 2 }),
      'inherited name': call({ ...options, constructor: 2 }),
      missing: call({ rect }),
      'one of two': call({ ...options, rect: [rect, { ...rect, x: 1 }] }, [rgb(), rgb()]),
      'too few': call({ ...options, rect: [rect] }, [rgb(), rgb()]),
      matrix: () => made.slow(nv12(), { matrix: [{ dstToSrc: [1, 0, 0] }], pause: 0, code: 0 }),
      colours: () => made.slow(nv12(), { matrix: { dstToSrc: [1, 0, 0, 0, 1, 0] }, pause: 0, code: 0 }),
      stream: () => made.cropped(rgb(), options, wrong({ stream: 'fast' })),
    }),
  ).toMatchInlineSnapshot(`
    "none: ArgumentError: Expected a value for options.gain but received none. The pipeline leaves scale.gain to the caller.
    no object: ArgumentError: Expected an object for options but received 'gain'.
    unknown: ArgumentError: Expected an option of cropped for options but received 'gian'. Known: rect, gain.
    inherited name: ArgumentError: Expected an option of cropped for options but received 'constructor'. Known: rect, gain.
    missing: ArgumentError: Expected a value for options.gain but received none. The pipeline leaves scale.gain to the caller.
    one of two: ArgumentError: Expected a rectangle inside the image of 4×3 for options.rect[1] but received { x: 1, y: 0, width: 4, height: 3 }.
    too few: ArgumentError: Expected one value, or an array of 2 (one per image) for options.rect but received an array of 1.
    matrix: ArgumentError: Expected six numbers, row by row for options.matrix[0].dstToSrc but received [1, 0, 0].
    colours: ArgumentError: Expected an image that says its colours for colours.colour.matrix but received 'auto' and an image without them. Give one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc' in the pipeline, or colour: { matrix, range, source } with the image.
    stream: ArgumentError: Expected a Stream for call.stream but received 'fast'."
  `);
});

it('refuses outputs that do not fit', () => {
  const out = (shape: number[], layout: 'NCHW' | 'NHWC' = 'NCHW', dtype: 'f32' | 'f16' = 'f32') =>
    Tensor.empty(device, { shape, layout, dtype });
  const call = (output: unknown) => () => made.cropped.runInto(wrong(output), rgb(), options);
  const data = new Uint8Array(device.allocateHost(2000));
  const image = Image.fromHost(device, { format: 'rgb8', width: 4, height: 3, planes: [{ data }] });
  const floats = new Float32Array(data.buffer);
  const overlapping = Image.fromHost(device, {
    format: 'rgb_nchw_f32',
    width: 4,
    height: 3,
    planes: [0, 100, 200].map(offset => ({ data: floats, offset })),
  });
  expect(
    refusals({
      layout: call(out([1, 3, 4, 3], 'NHWC')),
      dtype: call(out([1, 3, 3, 4], 'NCHW', 'f16')),
      size: call(out([1, 3, 4, 4])),
      count: call(out([2, 3, 3, 4])),
      format: call(rgb()),
      overlap: () => made.cropped.runInto(overlapping, image, options),
    }),
  ).toMatchInlineSnapshot(`
    "layout: ArgumentError: Expected NCHW or CHW for output.layout but received NHWC.
    dtype: ArgumentError: Expected f32 for output.dtype but received f16.
    size: ArgumentError: Expected 4×3 for the size of output but received 4×4.
    count: ArgumentError: Expected 1 (as many as input) for the number of outputs but received 2.
    format: ArgumentError: Expected rgb_nchw_f32 (rgb, f32) for output.format but received rgb8.
    overlap: ArgumentError: Expected memory apart from the input for output but received some of the same memory."
  `);
});

it('refuses images whose channels lie elsewhere', () => {
  const planes = (format: string, ...lengths: number[]) =>
    Image.fromHost(device, {
      format,
      width: 4,
      height: 3,
      planes: lengths.map(length => ({ data: new Uint8Array(length) })),
    });
  expect(
    refusals({
      'blue first': () => made.cropped(planes('bgr8', 36), options),
      'V first': () => made.slow(planes('nv21', 12, 8), { matrix: wrong(1), pause: 0, code: 0 }),
    }),
  ).toMatchInlineSnapshot(`
    "blue first: ArgumentError: Expected rgb8 (rgb, u8) for input.format but received bgr8.
    V first: ArgumentError: Expected nv12 (yuv, u8) for input.format but received nv21."
  `);
});

it('refuses sizes that no image has', () => {
  const huge = definePipeline({
    directory: made.directory,
    manifest: handmadeManifest,
    name: 'cropped',
    sizes: { crop: () => [70000, 3] },
  });
  expect(refusals({ huge: () => huge(rgb(), options) })).toMatchInlineSnapshot(
    `"huge: ArgumentError: Expected 1 to 65535 pixels each way for the size after crop but received 70000×3 from an image of 4×3. It follows from options.rect."`,
  );
});

it('refuses what is disposed', async () => {
  const own = openDevice('cpu');
  const stream = own.createStream();
  const spec = { shape: [1, 2, 2], dtype: 'u8', layout: 'HWC' } as const;
  const tensor = Tensor.empty(own, spec);
  const image = rgb();
  tensor.dispose();
  tensor.dispose();
  image.dispose();
  image.dispose();
  stream.dispose();
  stream.dispose();
  own.stream.dispose();
  await own.synchronize();
  const text = refusals({
    tensor: () => tensor.pointer,
    image: () => made.cropped(image, options),
    stream: () => stream.record(),
    'stream of a call': () => made.cropped(rgb(), options, { stream }),
  });
  own.dispose();
  own.dispose();
  const after = refusals({
    'stream of a disposed device': () => own.stream.record(),
    'new stream': () => own.createStream(),
    'new tensor': () => Tensor.empty(own, spec),
  });
  expect(`${text}\n${after}`).toMatchInlineSnapshot(`
    "tensor: DisposedError: The tensor [1, 2, 2] is disposed.
    image: DisposedError: The rgb8 image of 4×3 is disposed.
    stream: DisposedError: The stream is disposed.
    stream of a call: DisposedError: The stream is disposed.
    stream of a disposed device: DisposedError: The device cpu is disposed.
    new stream: DisposedError: The device cpu is disposed.
    new tensor: DisposedError: The device cpu is disposed."
  `);
  await expect(tensor.toHost()).rejects.toThrowError('The tensor [1, 2, 2] is disposed.');
  expect(own.memory()).toEqual({ live: 0 });
});

it('refuses libraries that are missing, damaged or of another version', () => {
  const define =
    (change: object, name = 'cropped', directory = made.directory) =>
    () =>
      definePipeline({
        directory,
        manifest: { ...handmadeManifest, ...change },
        name,
        sizes: handmadeSizes,
      });
  const call = (change: object) => () => define(change)()(rgb(), options);
  const [entry] = handmadeManifest.pipelines;
  expect(
    refusals({
      'other ABI': define({ abi: 9 }),
      'other name': define({}, 'toString'),
      'missing file': call({ library: 'other.so' }),
      'path in the name': call({ library: '../pipelines.so' }),
      'missing function': () =>
        definePipeline({
          directory: made.directory,
          manifest: { ...handmadeManifest, pipelines: [{ ...entry, name: 'absent' }] },
          name: 'absent',
          sizes: handmadeSizes,
        })(rgb(), options),
    }),
  ).toMatchInlineSnapshot(`
    "other ABI: LibraryError: The pipelines were built by cuweave '0.0.0' with ABI 9, and this version has ABI 4. Run cuweave build again.
    other name: LibraryError: There is no pipeline 'toString' in the manifest; it has cropped, slow. Run cuweave build again.
    missing file: LibraryError: The pipelines' library is missing: there is no <folder>/other.so. Run cuweave build again.
    path in the name: LibraryError: The pipelines' manifest names '../pipelines.so' as its library, which is no file name. Run cuweave build again.
    missing function: LibraryError: The pipelines' library cannot be loaded: no function cuweave_absent_host in <folder>/pipelines.so. Run cuweave build again. It must be built on the kind of machine that it runs on."
  `);
});
