/** How a GPU's block brings the part of the source that its taps lie in to shared memory, and reads them there. */
import type { Kernel, Span } from '../../ir/plan.js';
import { isPacked, patchType, shift } from '../kernel/planes.js';
import { samples } from '../kernel/samples.js';

/** What the template prints of it. */
export type StagingView = {
  /** The block's pixels, and how many a thread has of them, side by side and below one another. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Taps, and the point, lie so far from the floor of the point. */
  readonly x: Span;
  readonly y: Span;
  /** A call of fewer tiles is not staged. */
  readonly leastTiles: number;
  /** Whether the image's edge is read there, too. */
  readonly atEdges: boolean;
  readonly patches: readonly PatchView[];
};

/** What is brought of one plane. */
type PatchView = {
  /** Its type, its variable, the array under it, and the plane's sample at a pixel. */
  readonly patch: string;
  readonly name: string;
  readonly memory: string;
  readonly sample: string;
  readonly type: string;
  /** The sample's own type, and how it is read. */
  readonly sampleType: string;
  readonly read: string;
  readonly channels: number;
  readonly bytes: number;
  readonly rows: number;
  readonly pointer: string;
  readonly pitch: string;
  /** Samples in a row of the plane. */
  readonly width: string;
  /** The samples of `part`, and the one at a pixel. */
  readonly part: string;
  readonly at: string;
};

/** With the point itself, as the test of every other kernel has it: a tile that lies inside has no point that does not. */
const around = ({ low, high }: Span): Span => ({ low: Math.min(0, low), high: Math.max(0, high) });

export const stagingView = ({ pipeline, schedule }: Kernel): StagingView | undefined => {
  const { staging, reach, block } = schedule;
  if (!staging || !reach) {
    return undefined;
  }
  const { width, height } = staging;
  return {
    width,
    height,
    columns: width / block[0],
    rows: height / block[1],
    x: around(reach.x),
    y: around(reach.y),
    leastTiles: staging.leastTiles,
    atEdges: staging.atEdges,
    patches: samples(pipeline.source, 'src').map(({ name, type, channels, pointer, pitch, x, y }, n) => {
      const { subsampling } = pipeline.source.planes[n]!;
      const part = (['left', 'top', 'right', 'bottom'] as const).map((side, axis) =>
        shift(`part.${side}`, subsampling[axis % 2 === 0 ? 0 : 1]),
      );
      return {
        patch: patchType(pipeline.source.planes[n]!.name),
        name: `${name}_patch`,
        memory: `${name}_memory`,
        sample: name,
        type,
        ...(isPacked(channels, pipeline.source.dtype)
          ? { sampleType: `Run<${type}, ${channels}>`, read: 'run' }
          : { sampleType: `Shared<${type}>`, read: 'at' }),
        channels,
        ...staging.patches[n]!,
        pointer,
        pitch,
        width: subsampling[0] === 2 ? '((image.size[0].width - 1) >> 1) + 1' : 'image.size[0].width',
        part: part.join(', '),
        at: `${x}, ${y}`,
      };
    }),
  };
};
