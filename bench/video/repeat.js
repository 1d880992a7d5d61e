// The video of a file many times over, as an MP4 in a folder: long enough to measure, from a file small enough to carry.
import { join } from 'node:path';
import {
  ALL_FORMATS,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

/** Packets of a video, with what a decoder must know before them. */
export const readPackets = async path => {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (!track) {
    throw new Error(`${path} has no video`);
  }
  const sink = new EncodedPacketSink(track);
  const packets = [];
  for await (const packet of sink.packets()) {
    packets.push(packet);
  }
  const facts = {
    codec: await track.getCodec(),
    config: await track.getDecoderConfig(),
    duration: await track.computeDuration(),
    width: await track.getCodedWidth(),
    height: await track.getCodedHeight(),
  };
  input.dispose();
  return { packets, ...facts };
};

/** Writes at least `frames` frames; the path of the new file. */
export const repeatVideo = async ({ packets, codec, config, duration }, frames, folder) => {
  const path = join(folder, `repeated-${codec}-${frames}.mp4`);
  const source = new EncodedVideoPacketSource(codec);
  const output = new Output({ format: new Mp4OutputFormat(), target: new FilePathTarget(path) });
  output.addVideoTrack(source);
  await output.start();
  const times = Math.ceil(frames / packets.length);
  for (let n = 0; n < times; n++) {
    for (const packet of packets) {
      const moved = packet.clone({ timestamp: packet.timestamp + n * duration });
      await source.add(moved, { decoderConfig: config });
    }
  }
  await output.finalize();
  return path;
};
