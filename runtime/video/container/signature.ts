/** What a file is, by its first bytes. */
import { VideoError } from '../videoError.js';
import { bufferOf } from './videoBytes.js';

type Signature = readonly [offset: number, bytes: string, name: string];

const copy = (file: string): string => `put its streams into an MP4 first: ffmpeg -i ${file} -c copy new.mp4`;

/** Containers that are known and not read; bytes as Latin-1. */
const containers: readonly Signature[] = [
  [0, 'FLV', 'an FLV'],
  [8, 'AVI ', 'an AVI'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'an ASF (WMV)'],
  [0, '\0\0\x01\xba', 'an MPEG program stream'],
  [0, '.RMF', 'a RealMedia file'],
  [0, '\x06\x0e\x2b\x34\x02\x05\x01\x01', 'an MXF'],
];
/** Video without a container in codecs that are not read from files. */
const streams: readonly Signature[] = [
  [0, '\0\0\x01\xb3', 'an MPEG-1 or MPEG-2 stream without a container'],
  [0, '\0\0\x01\xb0', 'an MPEG-4 stream without a container'],
  [0, 'YUV4MPEG2', 'uncompressed video (Y4M)'],
  [0, '\x12\0\x0a', 'an AV1 stream without a container'],
];
const pictures: readonly Signature[] = [
  [0, '\xff\xd8\xff', 'a JPEG'],
  [0, '\x89PNG', 'a PNG'],
  [0, 'GIF8', 'a GIF'],
  [8, 'WEBP', 'a WebP'],
  [0, 'II*\0', 'a TIFF'],
  [0, 'MM\0*', 'a TIFF'],
];
const sounds: readonly Signature[] = [
  [0, 'ID3', 'an MP3'],
  [0, '\xff\xfb', 'an MP3'],
  [0, 'fLaC', 'a FLAC'],
  [8, 'WAVE', 'a WAV'],
  [0, '\xff\xf1', 'an AAC stream'],
];

const boxes = [
  'ftyp',
  'styp',
  'moov',
  'moof',
  'mdat',
  'free',
  'skip',
  'wide',
  'pnot',
  'sidx',
  'emsg',
  'uuid',
];

/** Whether the first bytes are those of an MP4 or MOV. */
export const looksMp4 = (head: Buffer): boolean =>
  head.length >= 8 && boxes.includes(head.toString('latin1', 4, 8)) && !isPicture(head);

// HEIF and AVIF are made of the same boxes.
const isPicture = (head: Buffer): boolean =>
  head.toString('latin1', 4, 8) === 'ftyp' &&
  ['avif', 'heic', 'heix', 'mif1'].includes(head.toString('latin1', 8, 12));

/** Whether the first bytes are those of Matroska or WebM. */
export const looksMatroska = (head: Buffer): boolean =>
  head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3;

/** The error of a file that is read as no container here: it says what the file is, where that can be told. */
export const refusal = (
  head: Uint8Array,
  { what, file }: { readonly what: string; readonly file: string },
): VideoError => {
  const bytes = bufferOf(head);
  const find = (signatures: readonly Signature[]): string | undefined =>
    signatures.find(([offset, text]) => bytes.toString('latin1', offset, offset + text.length) === text)?.[2];
  const container = find(containers);
  if (container) {
    return new VideoError('unsupportedContainer', `${what} is ${container}: ${copy(file)}`);
  }
  const stream = find(streams);
  if (stream) {
    return new VideoError(
      'unsupportedContainer',
      `${what} is ${stream}: encode it anew: ffmpeg -i ${file} -c:v libx264 new.mp4`,
    );
  }
  const text = bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (text.startsWith('#EXTM3U') || /^(<\?xml[\s\S]*)?<MPD/.test(text)) {
    return new VideoError(
      'unsupportedContainer',
      `${what} is a playlist that names other files: open one of them, or join them: ffmpeg -i ${file} -c copy new.mp4`,
    );
  }
  if (text.startsWith('OggS')) {
    return new VideoError(
      'unsupportedContainer',
      `${what} is an Ogg: encode it anew: ffmpeg -i ${file} -c:v libx264 new.mp4`,
    );
  }
  const sound = find(sounds);
  if (sound) {
    return new VideoError('noVideoTrack', `${what} is ${sound}, which holds audio only`);
  }
  const picture = isPicture(bytes) ? 'a HEIF or AVIF' : find(pictures);
  if (picture) {
    return new VideoError('notVideo', `${what} is ${picture}, and not a video: readPicture() reads pictures`);
  }
  return new VideoError(
    'notVideo',
    `${what} is not in a supported video container (MP4, MOV, Matroska, WebM, MPEG-TS, IVF), ` +
      'nor H.264 or HEVC with start codes',
  );
};
