/** What the tests of video decoding share: digests of frames, and clips made of clips. */
import { readFile } from 'node:fs/promises';
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { nvdecStatus, type VideoFrame, type VideoReader } from '../../runtime/index.js';
import { digestOf } from '../support/digest.js';

const status = nvdecStatus();
/** Whether these tests can run here, and what their titles say if not. */
export const nvdec = {
  usable: status.usable,
  title: status.usable
    ? ''
    : ` (skipped: ${status.reason === 'noVideoLibrary' ? 'no NVDEC' : 'no CUDA device'})`,
};

/** The digest of a frame as test/media/decode/hashes.json has it. */
export const digest = async (frame: VideoFrame): Promise<string> => digestOf(await frame.toHost());

/** The digests of all frames. */
export const digests = async (reader: VideoReader): Promise<string[]> => {
  const found: string[] = [];
  for await (const frame of reader.frames()) {
    found.push(await digest(frame));
  }
  return found;
};

/** The video of an MP4 many times over, as one file. */
export const repeated = async (path: string, times: number): Promise<Uint8Array> => {
  const input = new Input({ source: new BufferSource(await readFile(path)), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (!track) {
    throw new Error(`${path} has no video`);
  }
  const codec = await track.getCodec();
  const config = await track.getDecoderConfig();
  if (!codec || !config) {
    throw new Error(`${path} has an unknown codec`);
  }
  const duration = await track.computeDuration();
  const source = new EncodedVideoPacketSource(codec);
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  output.addVideoTrack(source);
  await output.start();
  const first = await new EncodedPacketSink(track).getFirstPacket();
  if (!first) {
    throw new Error(`${path} has no frames`);
  }
  for (let n = 0; n < times; n++) {
    for await (const packet of new EncodedPacketSink(track).packets(first)) {
      await source.add(packet.clone({ timestamp: packet.timestamp + n * duration }), {
        decoderConfig: config,
      });
    }
  }
  await output.finalize();
  input.dispose();
  return new Uint8Array(target.buffer as ArrayBuffer);
};
