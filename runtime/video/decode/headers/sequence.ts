/** A bitstream's description of its pictures, before the first of them is decoded. */
import type { StreamColour } from '../../../device/videoColour.js';
import { HeaderError } from './bitReader.js';

/** How many samples of chroma there are for those of luma. */
export type ChromaFormat = '4:0:0' | '4:2:0' | '4:2:2' | '4:4:0' | '4:4:4';

/** What a sequence's pictures are. Sizes in pixels of whole frames, also where each is coded as two fields. */
export type SequenceHeader = {
  /** The size that is shown: what cropping (H.264) or the conformance window (HEVC) leaves. */
  readonly width: number;
  readonly height: number;
  /** The size that is coded. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** Where in what is coded the shown picture begins. */
  readonly left: number;
  readonly top: number;
  readonly chroma: ChromaFormat;
  /** Bits of a luma sample. */
  readonly bitDepth: number;
  /** Empty where the bitstream says nothing. */
  readonly colour: StreamColour;
  /** Frames per second, where the bitstream has a clock. */
  readonly frameRate?: number;
  /** H.264: pictures may be coded as fields. HEVC: every picture is a field. */
  readonly fields: boolean;
};

/** `chroma_format_idc` of H.264 and HEVC in words. */
export const chromaOf = (code: number): ChromaFormat =>
  (['4:0:0', '4:2:0', '4:2:2', '4:4:4'] as const)[code] ?? '4:2:0';

/** A size without what is cut off on the left, right, top and bottom, in units of `across` by `down` pixels. */
export const cropped = (
  codedWidth: number,
  codedHeight: number,
  [left = 0, right = 0, top = 0, bottom = 0]: readonly number[],
  across: number,
  down: number,
): Pick<SequenceHeader, 'width' | 'height' | 'codedWidth' | 'codedHeight' | 'left' | 'top'> => {
  const width = codedWidth - across * (left + right);
  const height = codedHeight - down * (top + bottom);
  if (width < 1 || height < 1) {
    throw new HeaderError('cropping leaves nothing of its pictures');
  }
  return { width, height, codedWidth, codedHeight, left: across * left, top: down * top };
};

/** Frames per second from the ticks of a frame; undefined where the clock stands still. */
export const rateOf = (
  unitsInTick: number,
  timeScale: number,
  ticksPerFrame: number,
): Pick<SequenceHeader, 'frameRate'> => {
  const frameRate = timeScale / (unitsInTick * ticksPerFrame);
  return frameRate > 0 && Number.isFinite(frameRate) ? { frameRate } : {};
};
