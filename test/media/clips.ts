/** The clips of this folder, as make.ts wrote them and as the tests expect them. All are drawn by pattern.ts. */
import { fileURLToPath } from 'node:url';
import type { Pattern } from './pattern.js';

/** A stored clip. */
export type Clip = Pattern & {
  readonly file: string;
  readonly codec: 'avc' | 'vp9';
  readonly pixels: 'yuv420p' | 'yuv444p' | 'yuv420p10' | 'gray';
  readonly frameRate: readonly [numerator: number, denominator: number];
  readonly frames: number;
  /** Frames from one key frame to the next. */
  readonly gop: number;
  readonly bFrames: number;
  /** Whether the stream says its matrix and range. */
  readonly tagged: boolean;
};

const tiny = {
  codec: 'avc',
  pixels: 'yuv420p',
  frameRate: [25, 1],
  frames: 10,
  gop: 10,
  bFrames: 2,
} as const;

export const clips = {
  /** The ordinary one: H.264 with B-frames, a height that is no multiple of 16, NTSC's rate. */
  bars: {
    ...tiny,
    file: 'bars.mp4',
    width: 640,
    height: 360,
    frameRate: [30000, 1001],
    frames: 90,
    gop: 30,
    bFrames: 3,
    matrix: 'bt709',
    range: 'limited',
    chroma: 2,
    tagged: true,
  },
  /** Odd sizes in 4:2:0: only VP9 (and AV1) can have them. */
  odd: {
    ...tiny,
    file: 'odd.webm',
    codec: 'vp9',
    width: 101,
    height: 67,
    bFrames: 0,
    matrix: 'bt709',
    range: 'limited',
    chroma: 2,
    tagged: true,
  },
  full601: {
    ...tiny,
    file: 'full601.mp4',
    width: 128,
    height: 96,
    matrix: 'bt601',
    range: 'full',
    chroma: 2,
    tagged: true,
  },
  untagged: {
    ...tiny,
    file: 'untagged.mp4',
    width: 128,
    height: 96,
    matrix: 'bt601',
    range: 'limited',
    chroma: 2,
    tagged: false,
  },
  yuv444: {
    ...tiny,
    file: 'yuv444.mp4',
    pixels: 'yuv444p',
    width: 97,
    height: 65,
    matrix: 'bt709',
    range: 'limited',
    chroma: 1,
    tagged: true,
  },
  /** 10 bits, so `p010`. */
  tenBit: {
    ...tiny,
    file: 'tenBit.mp4',
    pixels: 'yuv420p10',
    width: 128,
    height: 96,
    matrix: 'bt709',
    range: 'limited',
    chroma: 2,
    tagged: true,
  },
  /** A pixel format that the reader refuses. */
  monochrome: {
    ...tiny,
    file: 'monochrome.mp4',
    pixels: 'gray',
    frames: 1,
    width: 64,
    height: 48,
    matrix: 'bt709',
    range: 'limited',
    chroma: 1,
    tagged: true,
  },
} as const satisfies Record<string, Clip>;

export type ClipName = keyof typeof clips;

/** Where a clip lies. */
export const clipPath = (name: ClipName): string => fileURLToPath(new URL(clips[name].file, import.meta.url));
