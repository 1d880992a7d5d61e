import {
  ArgumentError,
  type Device,
  Image,
  openDevice,
  type Pipeline,
  type Tensor,
  VideoReader,
} from 'cuweave';
import {
  constant,
  f32,
  linear,
  nchw,
  normalize,
  nv12,
  perChannel,
  pipeline,
  pointOp,
  warpAffine,
  yuvToRgb,
} from 'cuweave/ops';
import { thumbnail } from '../build/index.js';

export const tint = pointOp({
  from: ['rgb'],
  params: { gain: perChannel(f32) },
  apply: (px, { gain }) => px.map((v, c) => v * gain[c]),
});
/** An operator's function is a function. */
export const tinted: readonly number[] = tint.apply([1, 2, 3], { gain: [1, 1, 2] });
export const right = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  tint({ gain: [1, 1, 0.5] }),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f16'),
);

export const shrink = async (device: Device, data: Uint8Array): Promise<readonly number[]> => {
  const image = Image.fromHost(device, { format: 'rgb8', width: 4, height: 4, planes: [{ data }] });
  const tensor: Tensor = thumbnail(image, { gain: [1, 1, 1] });
  try {
    return (await tensor.toHost()).shape;
  } catch (error) {
    if (error instanceof ArgumentError) {
      console.error(error.path);
    }
    throw error;
  }
};
export const watch = async (path: string): Promise<number> => {
  const video = await VideoReader.open(path, { device: openDevice('cpu') });
  let last = 0;
  for await (const frames of video.batches(16, { from: 1, step: 2 })) {
    last = frames.timestamps[0];
  }
  return last;
};
export const general: Pipeline<{ readonly gain: number | readonly number[] }> = thumbnail;
