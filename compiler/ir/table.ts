/** Filters whose weights are whole numbers in a table that comes with the call: what they compute along an axis. */
import { type Colour, channelCount, type TableWindow } from '../../ops/spec.js';
import { bool, type Expr, type FilterRef, type Fn, f32, i32, type Loc, type Stmt, tuple } from './types.js';

/** Bits of a weight's fraction. Source: Pillow, src/libImaging/Resample.c (`PRECISION_BITS`). */
const FRACTION = 22;
/** Pixels that a window holds at most: more than an image's side has. */
const MOST_TAPS = 2 ** 24;

/**
 * `apply(at: i32×2) → px`: the sum of the taps times their weights, from a half on, without its fraction, held to 0..255.
 * @param isWhole Whether all that it reads are whole numbers of 0..255 already; else it rounds them half to even.
 */
export const tableFilter = (
  name: string,
  window: TableWindow,
  pass: NonNullable<FilterRef['table']>['pass'],
  colour: Colour,
  loc: Loc,
  isWhole = false,
): FilterRef => {
  const channels = Array.from({ length: channelCount[colour] }, (_, n) => n);
  const pixel = tuple('f32', channels.length);
  const at = tuple('i32', 2);
  const local = (own: string, type: Expr['type']): Expr => ({ kind: 'local', name: own, type, loc });
  const whole = (value: number): Expr => ({ kind: 'literal', value, type: i32, loc });
  const single = (value: number): Expr => ({ kind: 'literal', value, type: f32, loc });
  const binary = (op: '+' | '*' | '>>', left: Expr, right: Expr): Expr => ({
    kind: 'binary',
    op,
    left,
    right,
    type: i32,
    loc,
  });
  const math = (fn: string, type: Expr['type'], ...args: Expr[]): Expr => ({
    kind: 'math',
    fn,
    args,
    type,
    loc,
  });
  const cast = (value: Expr, type: Expr['type']): Expr => ({ kind: 'cast', value, type, loc });
  const lane = (tupled: Expr, index: number, type: Expr['type']): Expr => ({
    kind: 'index',
    tuple: tupled,
    index,
    type,
    loc,
  });
  const coordinate = (of: 0 | 1): Expr => lane(local('at', at), of, i32);
  const entry = (part: 'first' | 'count' | 'weight', n?: Expr): Expr => ({
    kind: 'window',
    part,
    at: local('place', i32),
    ...(n ? { n } : {}),
    type: i32,
    loc,
  });
  const declare = (own: string, init: Expr, mutable = false): Stmt => ({
    kind: 'let',
    name: own,
    type: init.type,
    init,
    mutable,
    loc,
  });
  const place = binary('+', local('first', i32), local('n', i32));
  const isAcross: Expr = {
    kind: 'binary',
    op: '===',
    left: local('axis', i32),
    right: whole(0),
    type: bool,
    loc,
  };
  const either = (across: Expr, down: Expr): Expr => ({
    kind: 'select',
    test: isAcross,
    // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
    then: across,
    else: down,
    type: i32,
    loc,
  });
  const [x, y] = [either(place, coordinate(0)), either(coordinate(1), place)];
  const byte = (channel: number): Expr => {
    const value = lane(local('px', pixel), channel, f32);
    if (isWhole) {
      return cast(value, i32);
    }
    const held = math('min', f32, math('max', f32, value, single(0)), single(255));
    return cast(math('roundHalfEven', f32, held), i32);
  };
  const sum = (channel: number): string => `sum${channel}`;
  const body: readonly Stmt[] = [
    declare('axis', { kind: 'window', part: 'axis', type: i32, loc }),
    declare('place', either(coordinate(0), coordinate(1))),
    declare('first', entry('first')),
    declare('count', entry('count')),
    ...channels.map(channel => declare(sum(channel), whole(2 ** (FRACTION - 1)), true)),
    {
      kind: 'for',
      name: 'n',
      from: whole(0),
      to: math('min', i32, local('count', i32), whole(MOST_TAPS)),
      step: 1,
      body: [
        declare('weight', entry('weight', local('n', i32))),
        declare('px', { kind: 'tap', x, y, type: pixel, loc }),
        ...channels.map(
          (channel): Stmt => ({
            kind: 'assign',
            name: sum(channel),
            value: binary('+', local(sum(channel), i32), binary('*', local('weight', i32), byte(channel))),
            loc,
          }),
        ),
      ],
      loc,
    },
    {
      kind: 'return',
      value: {
        kind: 'tuple',
        items: channels.map(channel => {
          const level = cast(binary('>>', local(sum(channel), i32), whole(FRACTION)), f32);
          return math('min', f32, math('max', f32, level, single(0)), single(255));
        }),
        type: pixel,
        loc,
      },
      loc,
    },
  ];
  const fn: Fn = { name, args: [{ name: 'at', type: at }], returns: pixel, body, loc };
  return { name, apply: { fn, helpers: [] }, unitGain: false, table: { window, pass } };
};
