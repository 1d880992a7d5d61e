/** What the templates print for a sink in which pixels share samples, as 2×2 do in NV12's chroma. */
import type { Format } from '../../../ops/spec.js';
import { blockOf } from '../../pass/block.js';
import type { Sample } from '../kernel/planes.js';
import { finder, inRun, laneAt, planeMember, save, shift, storedTypes } from '../kernel/planes.js';

/** A sink whose pixels are written block by block. */
export type BlocksView = {
  readonly width: number;
  readonly height: number;
  /** Names of a pixel's channels. */
  readonly lanes: readonly string[];
  /** Planes with a sample for each pixel; at column `i` of a row. */
  readonly own: readonly (Omit<Sample, 'x' | 'y'> & { readonly stores: readonly string[] })[];
  /** Planes whose samples belong to a block as a whole: that of the block at (x, y). */
  readonly shared: readonly Sample[];
  /** On a GPU: of pixel `px[row][i]` of a block at (x, y), into `own`, and of the whole block into `shared`. */
  readonly pixelStores: readonly string[];
  readonly sharedStores: readonly string[];
  /** Into runs: pixel (i, row) of a tile, whose place in its block is (i - left, row - top); then the block at (left, top). */
  readonly runStores: readonly string[];
  readonly sharedRunStores: readonly string[];
  /** On the host: block `i` of a row of blocks, of arrays that hold rows of pixels. */
  readonly rowStores: readonly string[];
};

const lanes = ['x', 'y', 'z', 'w'];

/** How a sink with shared samples is written. */
export const blocksView = (format: Format): BlocksView => {
  const [width, height] = blockOf(format);
  const places = format.planes.map(plane => {
    const pointer = planeMember('dst', plane.name);
    return {
      name: pointer,
      type: storedTypes[format.dtype],
      channels: plane.channels,
      at: finder(format, plane),
      pointer,
      pitch: `${pointer}_pitch`,
      x: shift('x', plane.subsampling[0]),
      y: shift('y', plane.subsampling[1]),
    };
  });
  const isShared = (plane: number): boolean => format.planes[plane]!.subsampling.some(factor => factor > 1);
  const channels = format.channels.map((channel, n) => ({
    ...channel,
    channel,
    letter: lanes[n]!,
    place: places[channel.plane]!,
    subsampling: format.planes[channel.plane]!.subsampling,
  }));
  const own = channels.filter(({ plane }) => !isShared(plane));
  // In a packed format, samples are the block's but hold a luma for each pixel.
  const packed = channels.filter(({ plane, next }) => isShared(plane) && next !== undefined);
  const mean = channels.filter(({ plane, next }) => isShared(plane) && next === undefined);
  const columns = Array.from({ length: width }, (_, column) => column);
  const rows = Array.from({ length: height }, (_, row) => row);
  /** The mean of a block, by the text of one of its pixels. */
  const meanOf = (pixel: (row: number, column: number) => string): string =>
    `cw::mean(${rows.flatMap(row => columns.map(column => pixel(row, column))).join(', ')})`;
  const plain = ({ x: _x, y: _y, ...rest }: Sample) => rest;
  return {
    width,
    height,
    lanes: channels.map(({ letter }) => letter),
    own: places.flatMap((place, n) =>
      isShared(n)
        ? []
        : [
            {
              ...plain(place),
              stores: own
                .filter(({ plane }) => plane === n)
                .map(({ letter, lane }) =>
                  save(
                    format,
                    `px_${letter}[down][i]`,
                    `${place.name}[${inRun('i', place.channels, String(lane))}]`,
                  ),
                ),
            },
          ],
    ),
    shared: places.filter((_, n) => isShared(n)),
    pixelStores: own.map(({ letter, lane, place }) =>
      save(format, `px[row][i].${letter}`, `${place.name}[${lane}]`),
    ),
    sharedStores: [
      ...packed.flatMap(({ letter, channel, lane, place }) =>
        columns.map(column =>
          save(format, `px[0][${column}].${letter}`, `${place.name}[${lane + column * (channel.next ?? 0)}]`),
        ),
      ),
      ...mean.map(({ letter, lane, place }) =>
        save(
          format,
          meanOf((row, column) => `px[${row}][${column}].${letter}`),
          `${place.name}[${lane}]`,
        ),
      ),
    ],
    runStores: [...own, ...packed].map(({ letter, channel, place, subsampling: [across, down] }) =>
      save(
        format,
        `px[row - top][i - left].${letter}`,
        `${place.name}[${shift('row', down)}], ${inRun(shift('i', across), place.channels, laneAt(channel, 'i'))}`,
      ),
    ),
    sharedRunStores: mean.map(({ letter, lane, place, subsampling: [across, down] }) =>
      save(
        format,
        meanOf((row, column) => `px[${row}][${column}].${letter}`),
        `${place.name}[${shift('top', down)}], ${inRun(shift('left', across), place.channels, String(lane))}`,
      ),
    ),
    rowStores: [
      ...packed.flatMap(({ letter, channel, lane, place }) =>
        columns.map(column =>
          save(
            format,
            `px_${letter}[0][${inRun('i', width, String(column))}]`,
            `${place.name}[${inRun('i', place.channels, String(lane + column * (channel.next ?? 0)))}]`,
          ),
        ),
      ),
      ...mean.map(({ letter, lane, place }) =>
        save(
          format,
          meanOf((row, column) => `px_${letter}[${row}][${inRun('i', width, String(column))}]`),
          `${place.name}[${inRun('i', place.channels, String(lane))}]`,
        ),
      ),
    ],
  };
};
