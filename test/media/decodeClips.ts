/**
 * Clips for decoders, in the folder decode: one for every shape of stream that has its own way to go wrong. makeDecodeClips.ts
 * writes them, and hashes.json: what FFmpeg decodes, frame by frame, which the standards prescribe to the last bit.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A stored clip. */
export type DecodeClip = {
  readonly file: string;
  /** FFmpeg's name for the encoder. */
  readonly encoder:
    | 'libx264'
    | 'libx265'
    | 'libvpx'
    | 'libvpx-vp9'
    | 'libsvtav1'
    | 'mpeg2video'
    | 'mpeg4'
    | 'mjpeg';
  /** FFmpeg's name for the pixels. */
  readonly pixels: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly gop: number;
  readonly bFrames: number;
  /** Options of the encoder. */
  readonly options?: Readonly<Record<string, string | number>>;
  /** When each frame is shown, in units of 1/25 s; default: one after the other. */
  readonly times?: (n: number) => number;
  /** H.273 codes: matrix, primaries, transfer, and the range. */
  readonly colour?: readonly [matrix: number, primaries: number, transfer: number, range: 'limited' | 'full'];
  /** Degrees clockwise. */
  readonly rotation?: 90;
  /** `ends`: grey, code 0 in the left half and the largest code in the right one. Default: something that moves. */
  readonly picture?: 'ends';
};

const avc = {
  encoder: 'libx264',
  pixels: 'yuv420p',
  width: 320,
  height: 180,
  frames: 48,
  gop: 12,
  bFrames: 3,
} as const;
const x264 = (params: string) => ({ preset: 'fast', crf: 32, 'x264-params': `b-adapt=0:${params}` });
const hevc = { ...avc, encoder: 'libx265', frames: 36 } as const;
const x265 = (params: string) => ({
  preset: 'fast',
  crf: 32,
  'x265-params': `log-level=none:b-adapt=0:${params}`,
});
const tiny = { ...avc, width: 160, height: 96, frames: 6, gop: 3 } as const;
const ends = {
  ...tiny,
  // NVDEC takes no smaller HEVC than 144×144.
  height: 160,
  encoder: 'libx265',
  frames: 2,
  picture: 'ends',
  colour: [1, 1, 1, 'full'],
  options: x265('lossless=1'),
} as const;
const small = { ...avc, frames: 10, gop: 5 } as const;

export const decodeClips = {
  avcBFrames: { ...avc, file: 'avcBFrames.mp4', options: x264('bframes=3') },
  /** Frames that are shown before a key frame refer to what precedes it. */
  avcOpenGop: { ...avc, file: 'avcOpenGop.mp4', options: x264('open-gop=1:b-pyramid=normal:bframes=3') },
  /** 1088 coded lines, of which 1080 are shown. */
  avc1080: { ...small, file: 'avc1080.mp4', width: 1920, height: 1080, frames: 5, options: x264('') },
  avcCrop: { ...small, file: 'avcCrop.mp4', width: 322, height: 182, options: x264('') },
  avcTs: { ...small, file: 'avc.m2t', options: x264('') },
  hevcOpenGop: { ...hevc, file: 'hevcOpenGop.mp4', options: x265('open-gop=1:bframes=3:keyint=12') },
  hevc10: { ...hevc, file: 'hevc10.mp4', pixels: 'yuv420p10le', frames: 12, options: x265('') },
  hevc12: { ...hevc, file: 'hevc12.mp4', pixels: 'yuv420p12le', frames: 12, options: x265('') },
  hevc444: { ...hevc, file: 'hevc444.mp4', pixels: 'yuv444p', frames: 12, options: x265('') },
  hevc44410: { ...hevc, file: 'hevc44410.mp4', pixels: 'yuv444p10le', frames: 12, options: x265('') },
  vp8: { ...small, file: 'vp8.webm', encoder: 'libvpx', bFrames: 0, options: { crf: 30 } },
  vp9: { ...small, file: 'vp9.webm', encoder: 'libvpx-vp9', frames: 24, bFrames: 0, options: { crf: 40 } },
  vp9Odd: {
    ...small,
    file: 'vp9Odd.webm',
    encoder: 'libvpx-vp9',
    width: 161,
    height: 135,
    bFrames: 0,
    options: { crf: 40 },
  },
  vp910: {
    ...small,
    file: 'vp910.webm',
    encoder: 'libvpx-vp9',
    pixels: 'yuv420p10le',
    bFrames: 0,
    options: { crf: 40 },
  },
  av1: { ...small, file: 'av1.mp4', encoder: 'libsvtav1', bFrames: 0, options: { preset: 8 } },
  variableRate: {
    ...avc,
    file: 'variableRate.mp4',
    frames: 20,
    times: n => n + 2 * Math.floor(n / 3) + Math.floor(n / 7),
    options: x264('bframes=3'),
  },
  rotated: { ...small, file: 'rotated.mp4', rotation: 90, options: x264('') },
  full709: { ...small, file: 'full709.mp4', colour: [1, 1, 1, 'full'], options: x264('') },
  limited601: { ...small, file: 'limited601.mp4', colour: [6, 6, 6, 'limited'], options: x264('') },
  hdr2020: {
    ...small,
    file: 'hdr2020.mp4',
    encoder: 'libx265',
    pixels: 'yuv420p10le',
    colour: [9, 9, 16, 'limited'],
    options: x265(''),
  },
  /** Full range of 10 bits ends at code 1023; the second's format has room for 16. */
  full10: {
    ...ends,
    file: 'full10.mp4',
    pixels: 'yuv420p10le',
  },
  full44410: { ...ends, file: 'full44410.mp4', pixels: 'yuv444p10le' },
  twoGops: { ...small, file: 'twoGops.mp4', options: x264('bframes=2') },
  oneFrame: { ...small, file: 'oneFrame.mp4', frames: 1, options: x264('') },
  /** Elementary streams: no container, no times, no index. */
  mpeg2: { ...tiny, file: 'mpeg2.m2v', encoder: 'mpeg2video', bFrames: 2, options: {} },
  mpeg4: { ...tiny, file: 'mpeg4.m4v', encoder: 'mpeg4', bFrames: 0, options: {} },
  annexB: { ...small, file: 'annexB.h264', options: x264('bframes=2') },
  hevcRaw: { ...hevc, file: 'hevcRaw.h265', frames: 12, options: x265('bframes=3') },
  vp9Raw: {
    ...small,
    file: 'vp9Raw.ivf',
    encoder: 'libvpx-vp9',
    bFrames: 0,
    options: { crf: 40 },
  },
  /** Half of annexB's size: the two behind each other are a stream that changes its size. */
  annexBSmall: { ...small, file: 'annexBSmall.h264', width: 160, height: 96, options: x264('bframes=2') },
} as const satisfies Record<string, DecodeClip>;

export type DecodeClipName = keyof typeof decodeClips;

/** Where a clip lies. */
export const decodeClipPath = (name: DecodeClipName): string =>
  fileURLToPath(new URL(`decode/${decodeClips[name].file}`, import.meta.url));

/** SHA-256, its first 16 digits, of every frame's planes with dense rows: what FFmpeg decodes. */
export const decodeHashes = (): Readonly<Record<DecodeClipName, readonly string[]>> =>
  JSON.parse(readFileSync(new URL('decode/hashes.json', import.meta.url), 'utf8'));
