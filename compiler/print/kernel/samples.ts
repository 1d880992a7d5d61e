/** Where generated code finds the samples of a pixel, and those of a thread's tile. */
import type { Tile } from '../../ir/plan.js';
import type { Format } from '../../ir/types.js';
import { chromaView } from './chroma.js';
import {
  finder,
  inRun,
  laneAt,
  load,
  planeMember,
  repeats,
  type Sample,
  shift,
  storedTypes,
} from './planes.js';

/** A plane as a thread's tile sees it. */
export type TilePlane = {
  readonly name: string;
  /** The function that finds its samples. */
  readonly at: string;
  /** Where a run is written, behind the address of its first value: '', or ` + 196`, too. */
  readonly copies: readonly string[];
  readonly type: string;
  readonly pointer: string;
  readonly pitch: string;
  /** Values in a run. */
  readonly count: number;
  /** Rows of it in a tile. */
  readonly rows: number;
  readonly channels: number;
  /** The sample that the run begins with. */
  readonly x: string;
  readonly y: string;
};
/** How the pixels of an image are read. */
export type PixelsView = {
  /** Where interpolated chroma is read. */
  readonly between: readonly string[];
  readonly samples: readonly Sample[];
  readonly values: readonly string[];
};
/** Every plane at the pixel (x, y). */
export const samples = (format: Format, side: string): Sample[] =>
  format.planes.map((plane, n) => ({
    name: `${side}_${plane.name}`,
    type: storedTypes[format.dtype],
    channels: plane.channels,
    at: finder(format, plane),
    ...planesOf(format, side)[n]!,
    x: shift('x', plane.subsampling[0]),
    y: shift('y', plane.subsampling[1]),
  }));
/** The place of each channel: its plane, and its number there. */
export const places = (format: Format, side: string): { plane: string; index: string }[] =>
  format.channels.map(channel => ({
    plane: `${side}_${format.planes[channel.plane]!.name}`,
    index: laneAt(channel, 'x'),
  }));

const planesOf = (format: Format, side: string) =>
  format.planes.map(plane => ({
    pointer: planeMember(side, plane.name),
    pitch: `${planeMember(side, plane.name)}_pitch`,
  }));

export const tilePlanes = (format: Format, side: string, { width, height }: Tile): TilePlane[] =>
  format.planes.map(({ name, channels, subsampling: [across, down] }, n) => ({
    name: `${side}_${name}`,
    at: finder(format, format.planes[n]!),
    copies: repeats(format, channels).map(by => (by === 0 ? '' : ` + ${by}`)),
    type: storedTypes[format.dtype],
    ...planesOf(format, side)[n]!,
    count: (width / across) * channels,
    rows: Math.max(1, height / down),
    channels,
    x: shift('x', across),
    y: down === 2 ? '(y >> 1)' : 'y',
  }));
/** The place of each channel of pixel (i, row) of a tile. */
export const tilePlaces = (format: Format, side: string): { run: string; index: string }[] =>
  format.channels.map(channel => {
    const plane = format.planes[channel.plane]!;
    return {
      run: `${side}_${plane.name}[${shift('row', plane.subsampling[1])}]`,
      index: inRun(shift('i', plane.subsampling[0]), plane.channels, laneAt(channel, 'i')),
    };
  });

export const pixelsView = (format: Format, side: string, size: string): PixelsView =>
  format.chroma
    ? chromaView(format, samples(format, side), size)
    : {
        between: [],
        samples: samples(format, side),
        values: places(format, side).map(({ plane, index }) => load(format, plane, index)),
      };
