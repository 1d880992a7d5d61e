import { bounded, f32, oneOf, perImage, pointOp, withDefault } from '../spec.js';

const reinhard = (v: f32, white: f32): f32 => (v * (1 + v / (white * white))) / (1 + v);
const filmic = (v: f32): f32 => (v * (0.15 * v + 0.05) + 0.004) / (v * (0.15 * v + 0.5) + 0.06) - 0.02 / 0.3;

/**
 * Brings bright light into 0..1, channel by channel: `exposure` multiplies, then a curve that takes `white` to 1 bends. What is above
 * `white` ends above 1 and is left to the sink's clamp; negative light becomes 0.
 * `reinhard`: v (1 + v / white²) / (1 + v). Source: Reinhard et al., Photographic Tone Reproduction, SIGGRAPH 2002, equation 4.
 * `hable`: f(v) / f(white), f(v) = (v (A v + C B) + D E) / (v (A v + B) + D F) − E / F, with A to F = 0.15, 0.5, 0.1, 0.2, 0.02, 0.3.
 * Source: J. Hable, Uncharted 2: HDR Lighting, GDC 2010. ffmpeg's `tonemap` has both, on the largest channel and not on each.
 */
export const toneMap = pointOp({
  from: ['linear'],
  params: {
    /** `'reinhard'` or `'hable'`. */
    curve: oneOf('reinhard', 'hable'),
    /**
     * Multiplies first; default 1. After `toLinear({ transfer: 'pq' })`, where 1 is 10,000 cd/m², 10000 / 203 makes the
     * reference white of ITU-R BT.2408 1. May differ from image to image.
     */
    exposure: withDefault(bounded(perImage(f32), { least: 0 }), 1),
    /** The light that becomes 1, after exposure; default 11.2, as Hable's. May differ from image to image. */
    white: withDefault(bounded(perImage(f32), { above: 0 }), 11.2),
  },
  apply: (px, { curve, exposure, white }) =>
    px.map(light => {
      const v = Math.max(light * exposure, 0);
      return curve === 'reinhard' ? reinhard(v, white) : filmic(v) / filmic(white);
    }),
});
