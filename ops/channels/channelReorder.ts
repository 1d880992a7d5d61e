import {
  anyColour,
  type Channels,
  type Colour,
  channelCount,
  type f32,
  oneOf,
  type Pixel,
  pointOp,
  type Stage,
} from '../spec.js';

type Place = '0' | '1' | '2' | '3';
const places = ['0', '1', '2', '3'] as const;
const at = (px: Pixel, place: Place): f32 => {
  if (place === '0') {
    return px[0]!;
  }
  if (place === '1') {
    return px[1]!;
  }
  if (place === '2') {
    return px[2]!;
  }
  return px[3]!;
};

/** The colour models with this number of channels. */
type OfLength<N> = { [C in Colour]: Channels<C> extends N ? C : never }[Colour];
/** The places of that many channels. */
type Below<N> = N extends 1 ? 0 : N extends 2 ? 0 | 1 : N extends 3 ? 0 | 1 | 2 : 0 | 1 | 2 | 3;
/** Places, as many as there are. */
type Order<O extends readonly number[]> = O & readonly Below<O['length']>[];

/**
 * Puts channels in another order, settled where the pipeline is declared: channel c of the result is channel order[c] of the pixel.
 * One may be taken several times, and another not at all. Exact. Equals CV-CUDA's `ChannelReorder`, and OpenCV's `mixChannels` within
 * one image. The colour model stays, as in `swapChannels`: it belongs where the model's meaning is no longer needed, at the end mostly.
 */
export const channelReorder = <const O extends readonly number[]>(options: {
  /** As many places as the pixels have channels, from 0: `[2, 1, 0]` makes BGR of RGB, `[3, 0, 1, 2]` ARGB of RGBA. */
  readonly order: Order<O>;
}): Stage<OfLength<O['length']>, 'same'> => {
  const order: readonly number[] = options.order;
  const place = oneOf(...(places.slice(0, Math.max(1, order.length)) as [Place, ...Place[]]));
  const reorder = pointOp({
    name: 'channelReorder',
    from: anyColour.filter(colour => channelCount[colour] === order.length),
    params: { order0: place, order1: place, order2: place, order3: place },
    apply: (px, { order0, order1, order2, order3 }) =>
      px.map((_, c) => {
        if (c === 0) {
          return at(px, order0);
        }
        if (c === 1) {
          return at(px, order1);
        }
        if (c === 2) {
          return at(px, order2);
        }
        return at(px, order3);
      }),
  });
  const [order0 = 0, order1 = 0, order2 = 0, order3 = 0] = order;
  const chosen = {
    order0: String(order0),
    order1: String(order1),
    order2: String(order2),
    order3: String(order3),
  };
  return reorder(chosen as never) as never;
};
