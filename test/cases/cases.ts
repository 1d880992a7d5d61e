/** Small files of real-life kinds that are easily read wrongly; README.md says what each is. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of a file in the folder video. */
export const caseVideo = (name: string): string => fileURLToPath(new URL(`video/${name}`, import.meta.url));

/** What FFmpeg shows of such a file. */
export type ExpectedFrames = {
  readonly size: readonly [width: number, height: number];
  /** FFmpeg's name for the pixels. */
  readonly pixels: string;
  /** The MD5 of each shown frame, its planes without padding, one behind the other. */
  readonly frames: readonly string[];
};
/** By file name. */
export const expectedFrames = JSON.parse(
  readFileSync(new URL('expected.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, ExpectedFrames>>;
