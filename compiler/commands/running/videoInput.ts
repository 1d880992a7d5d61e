/** The frames of a video as a pipeline takes them: checked, and put upright where the video asks for it and the pipeline does not. */
import type { ManifestPipeline } from '../../../native/manifest.js';
import { sourceOf } from '../../../runtime/call/steps.js';
import type { Device } from '../../../runtime/device/device.js';
import type { Image } from '../../../runtime/device/image.js';
import type { FrameOptions } from '../../../runtime/video/sampling/options.js';
import type { VideoFrame } from '../../../runtime/video/videoFrame.js';
import { formatFor, type Runtime, type Video } from './built.js';
import { whyNoInput } from './runInput.js';
import { orients, putUpright, uprightNote } from './upright.js';

/** Which frames of a video: a stretch of it, and a way to choose frames of that. */
export type FrameChoice = Omit<FrameOptions, 'keep' | 'signal'>;

/** The images of one call, which live until the next group is asked for, and the frames that they are of. */
export type VideoGroup = { readonly images: readonly Image[]; readonly frames: readonly VideoFrame[] };

/** Opens a video. Its groups have `batch` frames, but for the last. */
export const openVideo = async (
  path: string,
  manifest: ManifestPipeline,
  place: {
    readonly runtime: Runtime;
    readonly device: Device;
    readonly batch: number;
    readonly frames: FrameChoice;
    readonly orient: boolean;
    readonly onNote?: (sentence: string) => void;
  },
): Promise<{ readonly video: Video; readonly groups: AsyncGenerator<VideoGroup> }> => {
  const { runtime, device, batch, frames, orient, onNote } = place;
  const video = await runtime.VideoReader.open(path, { device }).catch(async error => {
    throw await whyNoInput(path, error);
  });
  for (const { message } of video.warnings) {
    onNote?.(message);
  }
  const note = orients(manifest)
    ? undefined
    : uprightNote(
        sourceOf(manifest),
        { rotation: video.rotation, flip: video.flip },
        { width: video.width, height: video.height },
        orient,
      );
  if (note !== undefined) {
    onNote?.(note);
  }
  const upright =
    note !== undefined && orient
      ? (image: Image) => putUpright(image, spec => runtime.Image.fromHost(device, spec))
      : undefined;
  return { video, groups: groupsOf(video.batches(batch, frames), manifest, upright) };
};

async function* groupsOf(
  batches: ReturnType<Video['batches']>,
  manifest: ManifestPipeline,
  upright?: (image: Image) => Promise<Image>,
): AsyncGenerator<VideoGroup> {
  for await (const { frames } of batches) {
    for (const image of frames) {
      formatFor(image, manifest);
    }
    if (!upright) {
      yield { images: frames, frames };
      continue;
    }
    const turned: Image[] = [];
    try {
      for (const image of frames) {
        turned.push(await upright(image));
      }
      yield { images: turned, frames };
    } finally {
      for (const image of turned) {
        image.dispose();
      }
    }
  }
}
