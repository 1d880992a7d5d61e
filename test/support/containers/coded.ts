/** The pictures of a stored clip, to put them into other containers, and a reader's frames to compare with it. */
import { type Device, VideoReader } from '../../../runtime/index.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { bitstreamSetup } from '../../../runtime/video/decode/parameterSets.js';
import { decodeClipPath } from '../../media/decodeClips.js';
import { digestOf } from '../digest.js';
import type { Coded } from './bytes.js';

/** H.264 of 48 frames with B-frames, a key frame every 12. */
export type CodedClip = {
  /** Pictures as MP4 and Matroska hold them. */
  readonly coded: readonly Coded[];
  readonly description: Uint8Array;
  /** The same with start codes; key frames have their parameter sets. */
  readonly annexB: readonly Coded[];
};

export const readCodedClip = async (): Promise<CodedClip> => {
  const file = await openVideoFile(decodeClipPath('avcBFrames'));
  const coded: Coded[] = [];
  for await (const { data, type, timestamp } of file.packets()) {
    coded.push({ data: Uint8Array.from(data), key: type === 'key', time: Math.round(timestamp * 25) });
  }
  file.close();
  const description = file.setup.description as Uint8Array;
  const { header = new Uint8Array(0) } = bitstreamSetup('avc', description);
  const withStartCodes = (data: Uint8Array): Uint8Array => {
    const bytes = Buffer.from(data);
    for (let at = 0; at < bytes.length; ) {
      const size = bytes.readUInt32BE(at);
      bytes.writeUInt32BE(1, at);
      at += 4 + size;
    }
    return bytes;
  };
  const annexB = coded.map(one => {
    const data = withStartCodes(one.data);
    return { ...one, data: one.key ? Buffer.concat([header, data]) : data };
  });
  return { coded, description, annexB };
};

/** What a reader says and gives, three times over, and the error that ends it. */
export type Read = {
  readonly digests: readonly string[];
  readonly times: readonly number[];
  readonly error?: string;
  readonly reader: {
    readonly frameCount: number | undefined;
    readonly duration: number;
    readonly frameRate: number | undefined;
    readonly warnings: readonly string[];
  };
};

const textOf = (error: unknown): string => {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return `${code}: ${message}`;
};

/** Opens and reads a whole video. */
export const readAll = async (
  device: Device,
  source: string | Uint8Array,
  options: object = {},
): Promise<Read | string> => {
  let video: VideoReader;
  try {
    video = await VideoReader.open(source, { device, ...options });
  } catch (error) {
    return textOf(error);
  }
  const digests: string[] = [];
  const times: number[] = [];
  let error: { readonly error?: string } = {};
  try {
    for await (const frame of video.frames()) {
      digests.push(digestOf(await frame.toHost()));
      times.push(frame.timestamp);
    }
  } catch (thrown) {
    error = { error: textOf(thrown) };
  }
  const { frameCount, duration, frameRate } = video;
  const warnings = video.warnings.map(({ message }) => message);
  video.dispose();
  return { digests, times, ...error, reader: { frameCount, duration, frameRate, warnings } };
};

/** The numbers of the frames whose pictures lie whole in the first `length` bytes of a file, in the order of showing. */
export const wholeFrames = (file: Buffer, coded: readonly Coded[], length: number): readonly number[] => {
  const whole: number[] = [];
  let at = 0;
  for (const { data, time } of coded) {
    at = file.indexOf(data, at);
    if (at < 0) {
      throw new Error('Expected each picture in the file');
    }
    at += data.length;
    if (at <= length) {
      whole.push(time);
    }
  }
  return whole.sort((a, b) => a - b);
};
