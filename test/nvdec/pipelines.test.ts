/** Pipelines read NVDEC's surfaces where they are: right pixels, right colours, nothing copied. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import type { LumaMatrix, YuvEncoding } from '../../ops/spec.js';
import { type Device, Image, openDevice, type Pipeline, VideoReader } from '../../runtime/index.js';
import { buildCalls, type Calls } from '../gpu/build.js';
import { type DecodeClipName, decodeClipPath } from '../media/decodeClips.js';
import { nvdec } from './clips.js';

describe.skipIf(!nvdec.usable)(`pipelines on NVDEC's surfaces${nvdec.title}`, () => {
  let device: Device;
  let calls: Calls;
  beforeAll(async () => {
    calls = await buildCalls();
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  const pipelineFor = (format: string): Pipeline<Record<never, never>> =>
    calls[`${format}Auto` as 'nv12Auto' | 'p010Auto' | 'yuv444pAuto' | 'yuv444p16Auto'];

  it.each([
    'full709',
    'limited601',
    'hdr2020',
    'avcCrop',
    'avc1080',
    'vp9Odd',
    'hevc444',
    'hevc44410',
  ] as const)('%s: as the formula says of the decoded planes', async (name: DecodeClipName) => {
    const reader = await VideoReader.open(decodeClipPath(name), { device, decoder: 'nvdec' });
    for await (const frame of reader.frames({ to: 0.1 })) {
      const tensor = pipelineFor(frame.format)(frame);
      const [rgb, host] = await Promise.all([tensor.toHost(), frame.toHost()]);
      tensor.dispose();
      const { width, height } = frame;
      const deep = frame.format.endsWith('16') || frame.format === 'p010';
      const [y, u, v] =
        host.planes.length === 3
          ? host.planes.map(({ data }) => data)
          : [host.planes[0].data, host.planes[1].data, host.planes[1].data];
      const half = host.planes.length === 2;
      const { matrix, range } = frame.colour as YuvEncoding;
      const { yOffset, cOffset, yScale, rv, gu, gv, bu } = yuvToRgbCoefficients(matrix as LumaMatrix, range);
      const scale = deep ? 1 / 256 : 1;
      let worst = 0;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = half ? (row >> 1) * 2 * Math.ceil(width / 2) + 2 * (column >> 1) : row * width + column;
          const luma = yScale * (Number(y[row * width + column]) * scale - yOffset);
          const [cb, cr] = [Number(u[at]) * scale - cOffset, Number(v[half ? at + 1 : at]) * scale - cOffset];
          const expected = [luma + rv * cr, luma + gu * cb + gv * cr, luma + bu * cb];
          for (const [channel, value] of expected.entries()) {
            const actual = Number(rgb.data[(channel * height + row) * width + column]);
            worst = Math.max(worst, Math.abs(actual - value));
          }
        }
      }
      // Values of up to 600 in f32, a few operations each.
      expect(worst).toBeLessThan(2e-3);
    }
    reader.dispose();
  });

  it('a batch of surfaces gives what uploaded frames give, and no memory is taken for frames', async () => {
    const reader = await VideoReader.open(decodeClipPath('avcBFrames'), { device, decoder: 'nvdec' });
    for await (const frames of reader.batches(16)) {
      const live = device.memory().live;
      const direct = calls.nv12Auto(frames);
      expect(device.memory().live - live).toBe(frames.length * 3 * 320 * 180 * 4);
      const uploaded = await Promise.all(
        frames.frames.map(async frame => Image.fromHost(device, await frame.toHost())),
      );
      const copied = calls.nv12Auto(uploaded);
      const [a, b] = await Promise.all([direct.toHost(), copied.toHost()]);
      expect(Buffer.compare(Buffer.from(a.data.buffer), Buffer.from(b.data.buffer))).toBe(0);
      for (const held of [direct, copied, ...uploaded]) {
        held.dispose();
      }
    }
    reader.dispose();
  });

  it('surfaces are not given back before the work that reads them, on any stream', async () => {
    const streams = [device.createStream(), device.createStream()];
    const reader = await VideoReader.open(decodeClipPath('avcBFrames'), { device, decoder: 'nvdec' });
    const made = [];
    const expected = [];
    for await (const frames of reader.batches(8)) {
      const tensor = calls.nv12Auto(frames);
      expected.push(await tensor.toHost());
      tensor.dispose();
      made.push(calls.nv12Auto(frames, {}, { stream: streams[made.length % 2] }));
    }
    for (const [n, tensor] of made.entries()) {
      const { data } = await tensor.toHost();
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(expected[n].data.buffer))).toBe(0);
      tensor.dispose();
    }
    reader.dispose();
    for (const stream of streams) {
      stream.dispose();
    }
  });
});
