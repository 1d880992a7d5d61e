/** Several GPUs in one process: each reader decodes on its device's engines, each call runs on its frames' device. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice, VideoReader } from '../../runtime/index.js';
import { buildCalls, type Calls } from '../gpu/build.js';
import { decodeClipPath, decodeHashes } from '../media/decodeClips.js';
import { digests, nvdec } from './clips.js';

const hashes = decodeHashes();

const openSecond = (): Device | undefined => {
  try {
    return openDevice('cuda:1');
  } catch {
    return undefined;
  }
};
const second = nvdec.usable ? openSecond() : undefined;

describe.skipIf(!second)(`two GPUs${second ? '' : ' (skipped: no second CUDA device)'}`, () => {
  let calls: Calls;
  beforeAll(async () => {
    calls = await buildCalls();
  });
  afterAll(() => second?.dispose());

  it('two readers decode at once, each on its own', async () => {
    const devices = [openDevice('cuda:0'), second as Device];
    const names = ['avcOpenGop', 'hevc10', 'vp9', 'avcBFrames'] as const;
    const all = await Promise.all(
      names.flatMap(name =>
        devices.map(async device => {
          const reader = await VideoReader.open(decodeClipPath(name), { device, decoder: 'nvdec' });
          const found = await digests(reader);
          reader.dispose();
          return { name, found };
        }),
      ),
    );
    for (const { name, found } of all) {
      expect(found, name).toEqual(hashes[name]);
    }
    for (const device of devices) {
      expect(device.memory().live).toBe(0);
    }
    devices[0].dispose();
  });

  it('a pipeline runs where its frames are, and refuses frames of two devices', async () => {
    const { nv12Auto } = calls;
    const devices = [openDevice('cuda:0'), openDevice('cuda:1')];
    const readers = await Promise.all(
      devices.map(device => VideoReader.open(decodeClipPath('full709'), { device, decoder: 'nvdec' })),
    );
    const frames = await Promise.all(readers.map(reader => reader.frameAt({ index: 3 })));
    const tensors = frames.map(frame => nv12Auto(frame));
    expect(tensors.map(({ device }) => String(device))).toEqual(['cuda:0', 'cuda:1']);
    const [a, b] = await Promise.all(tensors.map(tensor => tensor.toHost()));
    expect(b.data).toEqual(a.data);
    expect(() => nv12Auto(frames)).toThrow(/on cuda:0 for input\[1\] but received something on cuda:1/);
    for (const held of [...tensors, ...frames, ...readers, ...devices]) {
      held.dispose();
    }
  });
});
