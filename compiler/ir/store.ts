/** What storing a pixel in a format and reading it again makes of its numbers, as a point operator. */
import type { Colour, Expr, Fn, Format, Loc, PointStage } from './types.js';
import { bool, f32, tuple } from './types.js';

/** Whether a pixel that was stored is read as itself, rounded, whatever its neighbours are. */
export const storesPixels = ({ planes, channels, code, dtype, tokens }: Format): boolean =>
  code === undefined &&
  tokens === undefined &&
  dtype !== 'i32' &&
  planes.every(({ subsampling: [across, down] }) => across === 1 && down === 1) &&
  planes.reduce((sum, plane) => sum + plane.channels, 0) === channels.length;

/** The rounding of a format that {@link storesPixels}; none where it keeps every f32. The same as `put` of the prelude. */
export const storeStage = (
  { dtype, channels }: Format,
  colour: Colour,
  place: { readonly name: string; readonly loc: Loc },
): PointStage | undefined => {
  if (dtype === 'f32') {
    return undefined;
  }
  const { name, loc } = place;
  const type = tuple('f32', channels.length);
  const number = (value: number): Expr => ({ kind: 'literal', value, type: f32, loc });
  const math = (fn: string, ...args: Expr[]): Expr => ({ kind: 'math', fn, args, type: f32, loc });
  const v: Expr = { kind: 'local', name: 'v', type: f32, loc };
  const rounded: Expr =
    dtype === 'f16' || dtype === 'bf16'
      ? math(dtype === 'f16' ? 'roundToF16' : 'roundToBf16', v)
      : {
          kind: 'select',
          // Not of a NaN, which becomes 0.
          test: { kind: 'binary', op: '>', left: v, right: number(0), type: bool, loc },
          // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
          then: math('roundHalfEven', math('min', v, number(dtype === 'u8' ? 255 : 65535))),
          else: number(0),
          type: f32,
          loc,
        };
  const channel: Fn = {
    name: 'storedChannel',
    args: [{ name: 'v', type: f32 }],
    returns: f32,
    body: [{ kind: 'return', value: rounded, loc }],
    loc,
  };
  const px: Expr = { kind: 'local', name: 'px', type, loc };
  const items = channels.map((_, index): Expr => {
    const lane: Expr = { kind: 'index', tuple: px, index, type: f32, loc };
    return { kind: 'call', fn: channel.name, args: [lane], type: f32, loc };
  });
  const fn: Fn = {
    name: 'stored',
    args: [{ name: 'px', type }],
    returns: type,
    body: [{ kind: 'return', value: { kind: 'tuple', items, type, loc }, loc }],
    loc,
  };
  return {
    role: 'point',
    name,
    params: [],
    apply: { fn, helpers: [channel] },
    loc,
    from: colour,
    to: colour,
  };
};
