import { type f32, i32, perImage, pointOp, f32 as scalar } from '../spec.js';

/** Codes of the steps, as `kinds` holds them. */
export const steps = { none: 0, brightness: 1, saturation: 2, hue: 3 } as const;

const held = (v: f32): f32 => Math.floor(Math.min(Math.max(v, 0), 255));

const brightened = (r: f32, g: f32, b: f32, factor: f32): readonly [f32, f32, f32] => [
  held(r * factor),
  held(g * factor),
  held(b * factor),
];

const saturated = (r: f32, g: f32, b: f32, factor: f32): readonly [f32, f32, f32] => {
  const gray = (1 - factor) * Math.floor(0.2989 * r + 0.587 * g + 0.114 * b);
  return [held(factor * r + gray), held(factor * g + gray), held(factor * b + gray)];
};

// Which part of value · saturation a channel lacks: 0 near its own hue, 1 on the other side of the circle.
const lacks = (sixths: f32): f32 => {
  const k = sixths - 6 * Math.floor(sixths / 6);
  return Math.max(0, Math.min(k, 4 - k, 1));
};
// torchvision takes 0..1 to bytes so that each byte has an equal part.
const byteOf = (v: f32): f32 => Math.floor(Math.min(Math.max(v, 0), 1) * 255.999);

const turned = (red: f32, green: f32, blue: f32, turn: f32): readonly [f32, f32, f32] => {
  const r = red / 255;
  const g = green / 255;
  const b = blue / 255;
  const most = Math.max(r, g, b);
  const depth = most - Math.min(r, g, b);
  const over = depth === 0 ? 1 : depth;
  const from = most === r ? (g - b) / over : most === g ? 2 + (b - r) / over : 4 + (r - g) / over;
  const sixths = from + 6 * turn;
  return [
    byteOf(most - depth * lacks(sixths + 5)),
    byteOf(most - depth * lacks(sixths + 3)),
    byteOf(most - depth * lacks(sixths + 1)),
  ];
};

const stepped = (r: f32, g: f32, b: f32, kind: i32, amount: f32): readonly [f32, f32, f32] => {
  if (kind === 1) {
    return brightened(r, g, b, amount);
  }
  if (kind === 2) {
    return saturated(r, g, b, amount);
  }
  return kind === 3 ? turned(r, g, b, amount) : [r, g, b];
};

/**
 * Up to three of brightness, saturation and hue, one after the other, in an order of each image's own. On RGB in 0..255 with whole numbers, and
 * so are the results: each step rounds as torchvision's `adjust_brightness`, `adjust_saturation` and `adjust_hue` do on u8
 * (transforms/v2/functional/_color.py).
 */
export const colourSteps = pointOp({
  name: 'colourSteps',
  from: ['rgb'],
  params: {
    /** Three digits to the base of 4, the first step's the lowest: 0 nothing, 1 brightness, 2 saturation, 3 hue. */
    kinds: perImage(i32),
    /** The first step's factor, or its part of a full turn of the hue. */
    first: perImage(scalar),
    /** The same of the second. */
    second: perImage(scalar),
    /** The same of the third. */
    third: perImage(scalar),
  },
  apply: ([r, g, b], { kinds, first, second, third }) => {
    const one = stepped(r, g, b, kinds & 3, first);
    const two = stepped(one[0], one[1], one[2], (kinds >> 2) & 3, second);
    return stepped(two[0], two[1], two[2], (kinds >> 4) & 3, third);
  },
});
