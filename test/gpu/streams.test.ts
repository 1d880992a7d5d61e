/** Pipelines on several streams: ordered by events, and by what they touch. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, Image, openDevice, type Stream, type Tensor } from '../../runtime/index.js';
import { buildCalls, type Calls } from './build.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

const [width, height] = [320, 240];

describe.skipIf(!status.usable)(`pipelines on streams of a GPU${title}`, () => {
  let calls: Calls;
  let device: Device;
  let first: Stream;
  let second: Stream;
  beforeAll(async () => {
    calls = await buildCalls();
    device = openDevice('cuda');
    [first, second] = [device.createStream(), device.createStream()];
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    for (const held of [first, second, device]) {
      held.dispose();
    }
  });

  const picture = (seed: number, length = width * height * 3): Uint8Array =>
    Uint8Array.from({ length }, (_, n) => (n * 31 + seed * 17) % 251);
  const upload = (data: Uint8Array, size = { width, height }): Image =>
    Image.fromHost(device, { format: 'rgb8', ...size, planes: [{ data }] }, { stream: first });
  /** Whether the values are those of `brighter` after `planar`. */
  const expectBrighter = async (tensor: Tensor, data: Uint8Array): Promise<void> => {
    const actual = (await tensor.toHost({ stream: second })).data;
    // Whole arrays: an assertion for each value would take seconds.
    expect(
      Buffer.compare(
        new Uint8Array(actual.buffer),
        new Uint8Array(Float32Array.from(data, v => v * 2 + 1).buffer),
      ),
    ).toBe(0);
  };

  it('a stream of another library, by its handle; the legacy default stream, too', async () => {
    for (const handle of [first.handle, 0n]) {
      const wrapped = device.wrapStream(handle);
      expect(wrapped.handle).toBe(handle);
      expect(wrapped.record().handle).toBeGreaterThan(0n);
      for (let n = 0; n < 10; n++) {
        const data = picture(n);
        const image = Image.fromHost(
          device,
          { format: 'rgb8', width, height, planes: [{ data }] },
          { stream: wrapped },
        );
        const middle = calls.planar(image, {}, { stream: wrapped });
        const planes = [0, 1, 2].map(plane => ({
          pointer: middle.pointer + BigInt(plane * width * height),
          pitch: width,
        }));
        const spec = { format: 'rgb_nchw_u8', width, height, planes, keepAlive: middle };
        const view = Image.wrap(device, { ...spec, stream: wrapped });
        const result = calls.brighter(view, {}, { stream: second });
        await expectBrighter(result, data);
        for (const one of [image, view, middle, result]) {
          one.dispose();
        }
      }
      wrapped.dispose();
    }
    await first.synchronize();
    await second.synchronize();
  });

  it('an event orders what knows nothing of one another', async () => {
    for (let n = 0; n < 10; n++) {
      const data = picture(n);
      const image = upload(data);
      const middle = calls.planar(image, {}, { stream: first });
      second.waitFor(first.record());
      // Of memory that is wrapped nobody knows who writes it: without the event this would run too early.
      const view = Image.wrap(device, {
        format: 'rgb_nchw_u8',
        width,
        height,
        planes: [0, 1, 2].map(plane => ({
          pointer: middle.pointer + BigInt(plane * width * height),
          pitch: width,
        })),
      });
      const result = calls.brighter(view, {}, { stream: second });
      await expectBrighter(result, data);
      for (const held of [image, middle, view, result]) {
        held.dispose();
      }
    }
  });

  it('a tensor that is used on another stream waits for its work, and its memory for its readers', async () => {
    const checks = Array.from({ length: 20 }, (_, n) => {
      const data = picture(n);
      const image = upload(data);
      const middle = calls.planar(image, {}, { stream: first });
      image.dispose();
      const result = calls.brighter(middle, {}, { stream: second });
      // Its memory is another's as soon as the second stream has read it, and no sooner.
      middle.dispose();
      const check = expectBrighter(result, data);
      result.dispose();
      return check;
    });
    await Promise.all(checks);
  });

  it('gives a tensor for each image', async () => {
    const sizes = Array.from({ length: 21 }, (_, n) => ({
      width: 1 + ((n * 7) % 45),
      height: 1 + ((n * 5) % 11),
    }));
    const data = sizes.map((size, n) => picture(n, size.width * size.height * 3));
    const images = sizes.map((size, n) => upload(data[n], size));
    const middles = calls.planar.runEach(images, {}, { stream: first });
    expect(middles.map(({ shape }) => shape)).toEqual(sizes.map(size => [3, size.height, size.width]));
    const results = middles.map(middle => calls.brighter(middle, {}, { stream: second }));
    for (const held of [...images, ...middles]) {
      held.dispose();
    }
    await Promise.all(results.map((result, n) => expectBrighter(result, data[n])));
    for (const result of results) {
      result.dispose();
    }
  });
});
