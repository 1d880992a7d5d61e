/** Things that are not what they are given as, and attempts to change what was checked. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  Device,
  Event,
  Image,
  ImageBatch,
  nvdecCapabilities,
  openDevice,
  Stream,
  Tensor,
  VideoDecoder,
  VideoFrame,
  VideoReader,
} from '../../../runtime/index.js';
import { buildHandmade, type Handmade } from '../../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
}, 120_000);
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

const wrong = (value: unknown): never => value as never;
const spec = { shape: [2, 2, 3], dtype: 'u8', layout: 'HWC' } as const;
const rgb = (data: Uint8Array = new Uint8Array(12)): Image =>
  Image.fromHost(device, { format: 'rgb8', width: 2, height: 2, planes: [{ data }] });
const options = { rect: { x: 0, y: 0, width: 2, height: 2 }, gain: 1 };

/** What each call throws, one a line. */
const refusals = async (cases: Readonly<Record<string, () => unknown>>): Promise<string> => {
  const lines = Object.entries(cases).map(async ([name, call]) => {
    try {
      await call();
      return `${name}: accepted`;
    } catch (error) {
      return `${name}: ${error}`;
    }
  });
  return (await Promise.all(lines)).join('\n');
};

it('refuses devices that are none', async () => {
  for (const device of [{}, null, 'cpu', { kind: 'cpu', stream: {} }, Object.create(openDevice('cpu'))]) {
    const text = await refusals({
      'Tensor.empty': () => Tensor.empty(wrong(device), spec),
      'Tensor.fromHost': () => Tensor.fromHost(wrong(device), new Uint8Array(12), spec),
      'Tensor.wrap': () => Tensor.wrap(wrong(device), { ...spec, pointer: 256n }),
      'Image.empty': () => Image.empty(wrong(device), { format: 'rgb8', width: 2, height: 2 }),
      'Image.fromHost': () =>
        Image.fromHost(wrong(device), { format: 'rgb8', width: 2, height: 2, planes: [] }),
      'Image.wrap': () => Image.wrap(wrong(device), { format: 'rgb8', width: 2, height: 2, planes: [] }),
      'VideoReader.open': () => VideoReader.open('clip.mp4', { device: wrong(device) }),
      VideoDecoder: () => new VideoDecoder({ device: wrong(device), codec: 'avc' }),
      nvdecCapabilities: () => nvdecCapabilities(wrong(device)),
    });
    expect(text.split('\n').filter(line => !/: ArgumentError: Expected a Device for /.test(line))).toEqual(
      [],
    );
  }
  expect(await refusals({ device: () => Tensor.empty(wrong({ kind: 'cpu' }), spec) })).toMatchInlineSnapshot(
    `"device: ArgumentError: Expected a Device for device but received { kind }. openDevice() gives one."`,
  );
});

it('refuses images, tensors, streams and events that are none', async () => {
  const [image, tensor] = [rgb(), Tensor.empty(device, spec)];
  const like = {
    nothing: undefined,
    object: { width: 2, height: 2, format: 'rgb8' },
    prototype: Object.create(Image.prototype),
    child: Object.create(image),
    proxy: new Proxy(image, {}),
    'tensor prototype': Object.create(Tensor.prototype),
    'child of a batch': Object.create(new ImageBatch([image])),
    hole: new Array(1),
    'object in array': [{}],
    'array-like': { length: 1, 0: image },
  };
  expect(
    await refusals({
      ...Object.fromEntries(
        Object.entries(like).map(([name, value]) => [name, () => made.cropped(wrong(value), options)]),
      ),
      'image that inherits as a description': () => Image.fromHost(device, wrong(Object.create(image))),
      'tensor that inherits as a description': () => Tensor.wrap(device, wrong(Object.create(tensor))),
      'tensor that inherits as a plane': () =>
        Image.wrap(device, { format: 'rgb8', width: 2, height: 2, planes: [wrong(Object.create(tensor))] }),
      'reader that inherits as options': () =>
        VideoReader.open('clip.mp4', wrong(Object.create(VideoReader.prototype))),
      'into a like': () => made.cropped.runInto(wrong(Object.create(tensor)), image, options),
      'stream like': () => made.cropped(image, options, { stream: wrong(Object.create(device.stream)) }),
      'stream of tensor': () => tensor.toHost({ stream: wrong({}) }),
      'copy to': () => tensor.copyTo(wrong({ shape: spec.shape })),
      batch: () => new ImageBatch([wrong(Object.create(Image.prototype))]),
      'batch of none': () => new ImageBatch(wrong(undefined)),
      'batch of an image': () => new ImageBatch(wrong(image)),
      'wait for': () => device.stream.waitFor(wrong({})),
      since: () => device.stream.record().since(wrong(undefined)),
      'since a like': () => device.stream.record().since(wrong(Object.create(Event.prototype))),
    }),
  ).toMatchInlineSnapshot(`
    "nothing: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received undefined.
    object: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received { width, height, format }.
    prototype: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received an Image.
    child: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received an Image.
    proxy: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received an Image.
    tensor prototype: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received a Tensor.
    child of a batch: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received an ImageBatch.
    hole: ArgumentError: Expected an Image for input[0] but received undefined.
    object in array: ArgumentError: Expected an Image for input[0] but received {}.
    array-like: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for input but received { 0, length }.
    image that inherits as a description: ArgumentError: Expected a plain object for image but received an Image.
    tensor that inherits as a description: ArgumentError: Expected a plain object for spec but received a Tensor.
    tensor that inherits as a plane: ArgumentError: Expected a plain object for planes[0] but received a Tensor.
    reader that inherits as options: ArgumentError: Expected a plain object for options but received a VideoReader.
    into a like: ArgumentError: Expected an Image, an array of them, an ImageBatch or a Tensor for output but received a Tensor.
    stream like: ArgumentError: Expected a Stream for call.stream but received a Stream.
    stream of tensor: ArgumentError: Expected a Stream for options.stream but received {}.
    copy to: ArgumentError: Expected a Tensor for target but received { shape }.
    batch: ArgumentError: Expected an Image for images[0] but received an Image.
    batch of none: ArgumentError: Expected an array of images for images but received undefined.
    batch of an image: ArgumentError: Expected an array of images for images but received an Image.
    wait for: ArgumentError: Expected an Event for event but received {}. stream.record() gives one.
    since: ArgumentError: Expected an Event for start but received undefined. stream.record() gives one.
    since a like: ArgumentError: Expected an Event for start but received an Event. stream.record() gives one."
  `);
});

it('is made by its functions only', async () => {
  const { planes } = rgb();
  expect(
    await refusals({
      image: () => new (wrong(Image) as new (...of: unknown[]) => unknown)(device, rgb(), planes),
      tensor: () => new (wrong(Tensor) as new (...of: unknown[]) => unknown)(device, {}, spec, [6, 3, 1], 12),
      frame: () =>
        new (wrong(VideoFrame) as new (...of: unknown[]) => unknown)(device, { image: rgb() }, planes, false),
      stream: () => new (wrong(Stream) as new (...of: unknown[]) => unknown)(device, {}),
      device: () => new (wrong(Device) as new (...of: unknown[]) => unknown)({}),
      event: () => new (wrong(Event) as new (...of: unknown[]) => unknown)(device, {}),
    }),
  ).toMatchInlineSnapshot(`
    "image: ArgumentError: new Image() is cuweave's own. Use Image.empty, Image.fromHost or Image.wrap.
    tensor: ArgumentError: new Tensor() is cuweave's own. Use Tensor.empty, Tensor.fromHost or Tensor.wrap.
    frame: ArgumentError: new VideoFrame() is cuweave's own. Use Image.empty, Image.fromHost or Image.wrap.
    stream: ArgumentError: new Stream() is cuweave's own. device.createStream() gives one.
    device: ArgumentError: new Device() is cuweave's own. openDevice() gives one.
    event: ArgumentError: new Event() is cuweave's own. stream.record() gives one."
  `);
});

it('keeps sizes, strides and formats as they were checked', async () => {
  const [image, tensor] = [rgb(), Tensor.empty(device, spec)];
  const attempts: Record<string, () => unknown> = {};
  for (const [thing, names] of [
    [image, ['width', 'height', 'format', 'device', 'colour', 'planes', '_format', '_placed']],
    [tensor, ['shape', 'strides', 'dtype', 'layout', 'device', 'byteLength', '_memory']],
  ] as const) {
    for (const name of names) {
      attempts[`${thing.constructor.name}.${name} =`] = () => Reflect.set(thing, name, 70_000);
      attempts[`define ${thing.constructor.name}.${name}`] = () =>
        Reflect.defineProperty(thing, name, { value: 70_000 });
    }
  }
  attempts['shape[0] ='] = () => Reflect.set(tensor.shape, 0, 70_000);
  attempts['strides[0] ='] = () => Reflect.set(tensor.strides, 0, 70_000);
  expect(Object.entries(attempts).filter(([, change]) => change() !== false)).toEqual([]);
  expect((await tensor.toHost()).data.length).toBe(12);
});

it('reads a description once', () => {
  const changing = (first: number, then: number): PropertyDescriptor => {
    let asked = 0;
    return { enumerable: true, get: () => (asked++ === 0 ? first : then) };
  };
  const given = { format: 'rgb8', height: 2, planes: [{ data: new Uint8Array(12) }] };
  const image = Image.fromHost(device, wrong(Object.defineProperty(given, 'width', changing(2, 60_000))));
  expect(image.width).toBe(2);
  const sizes = Object.defineProperty([2, 2, 3], 0, changing(2, 60_000));
  expect(Tensor.empty(device, { ...spec, shape: sizes }).shape).toEqual([2, 2, 3]);
});

it("asks the engine for an array's length", async () => {
  const lie = (array: Uint8Array): Uint8Array =>
    Object.defineProperties(array, {
      length: { value: 12 },
      byteLength: { value: 12 },
      BYTES_PER_ELEMENT: { value: 1 },
    });
  const short = (): Uint8Array => lie(new Uint8Array(3));
  const shared = (): Uint8Array => lie(new Uint8Array(new SharedArrayBuffer(3)));
  const pinned = (): Uint8Array => lie(new Uint8Array(device.allocateHost(3)));
  const tensor = Tensor.empty(device, spec);
  expect(
    await refusals({
      image: () => rgb(short()),
      'shared image': () => rgb(shared()),
      'image of allocateHost': () => rgb(pinned()),
      tensor: () => Tensor.fromHost(device, short(), spec),
      into: () => tensor.toHost({ into: short() }),
      'shared into': () => tensor.toHost({ into: shared() }),
      proxy: () => rgb(new Proxy(new Uint8Array(12), {})),
      'another class': () => rgb(wrong(Object.setPrototypeOf(new Float64Array(12), Uint8Array.prototype))),
      DataView: () => rgb(wrong(new DataView(new ArrayBuffer(12)))),
    }),
  ).toMatchInlineSnapshot(`
    "image: ArgumentError: Expected at least 12 bytes (2 rows of 6 bytes, 6 apart) for planes[0].data but received 3.
    shared image: ArgumentError: Expected at least 12 bytes (2 rows of 6 bytes, 6 apart) for planes[0].data but received 3.
    image of allocateHost: ArgumentError: Expected at least 12 bytes (2 rows of 6 bytes, 6 apart) for planes[0].data but received 3.
    tensor: ArgumentError: Expected 12 values ([2, 2, 3]) for data but received 3.
    into: ArgumentError: Expected 12 values for options.into but received 3.
    shared into: ArgumentError: Expected 12 values for options.into but received 3.
    proxy: ArgumentError: Expected a typed array of u8 for planes[0].data but received an Uint8Array.
    another class: ArgumentError: Expected a Uint8Array for planes[0].data but received Uint8Array of 96 bytes.
    DataView: ArgumentError: Expected a typed array of u8 for planes[0].data but received DataView of 12 bytes."
  `);
});

it('takes options whose arrays lie about themselves', async () => {
  const longer = Object.defineProperty(new Float32Array(2), 'length', { value: 6 });
  const image = Image.fromHost(device, {
    format: 'nv12',
    width: 2,
    height: 2,
    planes: [{ data: new Uint8Array(4) }, { data: new Uint8Array(2) }],
    colour: { matrix: 'bt601', range: 'full', source: 'stream' },
  });
  expect(
    await refusals({
      matrix: () => made.slow(image, { matrix: { dstToSrc: wrong(longer) }, pause: 0, code: 0 }),
      'array of no length': () =>
        made.slow(image, { matrix: wrong({ length: Number.NaN }), pause: 0, code: 0 }),
      'per image': () => made.cropped(rgb(), { ...options, rect: wrong(new Array(2)) }),
      'too many': () => made.cropped(rgb(), { ...options, rect: wrong(new Array(70_000)) }),
    }),
  ).toMatchInlineSnapshot(`
    "matrix: ArgumentError: Expected 6 numbers for options.matrix but received 2.
    array of no length: ArgumentError: Expected { dstToSrc: [6 numbers] } or { srcToDst: [6 numbers] } for options.matrix but received { length }.
    per image: ArgumentError: Expected { x, y, width, height } for options.rect[0] but received undefined.
    too many: ArgumentError: Expected up to 65535 values for options.rect but received an array of 70000."
  `);
});
