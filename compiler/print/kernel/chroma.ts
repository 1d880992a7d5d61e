/** What the templates print for a source whose chroma is interpolated between samples. */
import type { ChannelSource, Format } from '../../../ops/spec.js';
import type { Sample } from './planes.js';
import { laneAt, load } from './planes.js';

/**
 * The source's pixel at (x, y), with linear chroma.
 * @param samples The planes at the sample that covers the pixel.
 * @param size The picture's size, in text.
 */
export const chromaView = (
  format: Format,
  samples: readonly Sample[],
  size = 'image.size[0]',
): { between: readonly string[]; samples: readonly Sample[]; values: readonly string[] } => {
  const { siting } = format.chroma ?? {};
  const place = (axis: 'width' | 'height', pixel: string, on: boolean): string =>
    `cw::${on ? 'coSited' : 'centred'}(${pixel}, ${size}.${axis})`;
  const isTall = format.planes.some(({ subsampling }) => subsampling[1] === 2);
  const sides = isTall ? ['', '_across', '_down', '_both'] : ['', '_across'];
  const isShared = ({ plane, next }: ChannelSource): boolean =>
    next === undefined && format.planes[plane]!.subsampling[0] === 2;
  /** The text of one channel, read at one of the samples around the pixel. */
  const value = (channel: ChannelSource, side: string): string =>
    load(format, `${samples[channel.plane]!.name}${side}`, laneAt(channel, 'x'));
  const mixed = (channel: ChannelSource): string => {
    const row = (near: string, other: string): string =>
      `cw::between(${value(channel, near)}, ${value(channel, other)}, across.weight)`;
    return isTall
      ? `cw::between(${row('', '_across')}, ${row('_down', '_both')}, down.weight)`
      : row('', '_across');
  };
  return {
    between: [
      `const Between across = ${place('width', 'x', siting !== 'centre')};`,
      ...(isTall ? [`const Between down = ${place('height', 'y', siting === 'topLeft')};`] : []),
    ],
    samples: samples.flatMap((sample, n) =>
      format.planes[n]!.subsampling[0] === 1
        ? [sample]
        : sides.map((side, number) => ({
            ...sample,
            name: `${sample.name}${side}`,
            x: number % 2 === 0 ? 'across.near' : 'across.other',
            y: isTall ? `int(${number < 2 ? 'down.near' : 'down.other'})` : sample.y,
          })),
    ),
    values: format.channels.map(channel => (isShared(channel) ? mixed(channel) : value(channel, ''))),
  };
};
