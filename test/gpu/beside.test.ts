/** Images as options on a GPU: launches of many, order between streams, and what is on another device. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cudaStatus,
  type Device,
  Image,
  openDevice,
  type Pipeline,
  type Tensor,
} from '../../runtime/index.js';
import { buildFolder, buildForCuda } from '../support/executions.js';
import { random } from '../support/random.js';

type Call = Pipeline<Record<string, unknown>>;
const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
const [width, height] = [67, 33];

describe.skipIf(!status.usable)(`images beside the source on CUDA${title}`, () => {
  let built: Readonly<Record<'over' | 'moved' | 'both', Call>>;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    const out = buildFolder('besideStrict');
    await buildForCuda('test/support/besidePipelines.ts', out, { strict: true, sizes: 'all' });
    built = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    for (const device of [cuda, host]) {
      expect(device.memory().live).toBe(0);
      device.dispose();
    }
  });

  const bytes = (seed: number, length: number): Uint8Array => {
    const numbers = random(seed);
    return Uint8Array.from({ length }, () => numbers.int(0, 255));
  };
  const picture = (
    device: Device,
    format: 'rgb8' | 'gray8',
    seed: number,
    size = { width, height },
  ): Image => {
    const channels = format === 'rgb8' ? 3 : 1;
    const planes = [{ data: bytes(seed, channels * size.width * size.height) }];
    return Image.fromHost(device, { format, ...size, planes });
  };
  const dataOf = async (tensor: Tensor): Promise<Buffer> =>
    Buffer.from((await tensor.toHost()).data as unknown as Uint8Array);

  // More than one launch takes: the descriptors of all have their own images.
  it.each([1, 17, 400])('%i images give the bytes of the host', async count => {
    const run = async (device: Device): Promise<Buffer> => {
      const each = (format: 'rgb8' | 'gray8', first: number): Image[] =>
        Array.from({ length: count }, (_, n) => picture(device, format, first + n));
      const [images, background, mask] = [each('rgb8', 0), each('rgb8', 1000), each('gray8', 2000)];
      const result = built.over(images, { background, mask });
      const data = await dataOf(result);
      for (const held of [...images, ...background, ...mask, result]) {
        held.dispose();
      }
      return data;
    };
    expect((await run(cuda)).equals(await run(host))).toBe(true);
  });

  it('every kernel of several has its own', async () => {
    const run = async (device: Device): Promise<readonly Buffer[]> => {
      const small = { width: 2, height: 2 };
      const image = picture(device, 'rgb8', 1);
      const given = {
        background: picture(device, 'rgb8', 2),
        first: picture(device, 'gray8', 3),
        paper: picture(device, 'rgb8', 4, small),
        second: picture(device, 'gray8', 5, small),
      };
      const results = built.both(image, given) as never as Record<'small' | 'full', Tensor>;
      const data = [await dataOf(results.small), await dataOf(results.full)];
      for (const held of [image, ...Object.values(given), ...Object.values(results)]) {
        held.dispose();
      }
      return data;
    };
    const [actual, expected] = [await run(cuda), await run(host)];
    expect(actual.map((data, n) => data.equals(expected[n]!))).toEqual([true, true]);
  });

  it('what another stream writes is waited for, and may be given back while it is read', async () => {
    const [first, second] = [cuda.createStream(), cuda.createStream()];
    const input = picture(cuda, 'rgb8', 9);
    const opaque = Image.fromHost(cuda, {
      format: 'gray8',
      width,
      height,
      planes: [{ data: new Uint8Array(width * height) }],
    });
    for (let n = 0; n < 20; n++) {
      const data = bytes(n, 3 * width * height);
      const background = Image.fromHost(
        cuda,
        { format: 'rgb8', width, height, planes: [{ data }] },
        { stream: first },
      );
      const result = built.over(input, { background, mask: opaque }, { stream: second });
      background.dispose();
      expect((await dataOf(result)).equals(Buffer.from(data))).toBe(true);
      result.dispose();
    }
    for (const held of [input, opaque, first, second]) {
      held.dispose();
    }
  });

  it('refuses an image of another device', () => {
    const [input, background, mask] = [
      picture(cuda, 'rgb8', 1),
      picture(cuda, 'rgb8', 2),
      picture(host, 'gray8', 3),
    ];
    expect(() => built.over(input, { background, mask })).toThrow(
      `Expected something on ${cuda} for options.mask but received something on ${host}.`,
    );
    for (const held of [input, background, mask]) {
      held.dispose();
    }
  });
});
