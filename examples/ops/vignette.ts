import { f32, perImage, pointOp } from 'cuweave/ops';

/**
 * Darkens towards the corners as a simple lens does: by cos⁴ of the angle at which light meets the sensor, which is
 * 1 / (1 + r²)² for the distance r from the image's centre in focal lengths. Source: E. Hecht, Optics, on the cos⁴ law.
 */
export const vignette = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** The focal length in halves of the image's diagonal; 2 makes corners 0.64 of what they were. Per image. */
    focal: perImage(f32),
  },
  apply: (px, { focal }, { at: [x, y], size: { width, height } }) => {
    // In half pixels, so that the centre is a whole number.
    const dx = 2 * x - (width - 1);
    const dy = 2 * y - (height - 1);
    const half = f32(width) * width + f32(height) * height;
    const light = 1 + (f32(dx) * dx + f32(dy) * dy) / (half * focal * focal);
    return px.map(v => v / (light * light));
  },
});
