import {
  bounded,
  type Camera,
  camera,
  distortion,
  type f32,
  fisheye,
  mapOp,
  type Point,
  perImage,
  withDefault,
} from '../spec.js';

/** A focal length of 0 says that the picture keeps the camera it was taken with. */
const same: Camera = { fx: 0, fy: 0, cx: 0, cy: 0 };

/** The ray through a pixel, where it meets the plane at distance 1 before the camera. */
const ray = (x: f32, y: f32, fx: f32, fy: f32, cx: f32, cy: f32): Point => [(x - cx) / fx, (y - cy) / fy];

/**
 * atan(r) for r ≥ 0, to a step of f32: its series within ±tan(π/8), to which the rest leads back. By exact operations alone, so that
 * every target finds the same point.
 */
const arcTangent = (r: f32): f32 => {
  const isFar = r > 1 + Math.SQRT2;
  const isMiddle = r > Math.SQRT2 - 1;
  const t = isFar ? -1 / r : isMiddle ? (r - 1) / (r + 1) : r;
  const base = isFar ? Math.PI / 2 : isMiddle ? Math.PI / 4 : 0;
  const z = t * t;
  const series =
    1 + z * (-1 / 3 + z * (1 / 5 + z * (-1 / 7 + z * (1 / 9 + z * (-1 / 11 + z * (1 / 13 - z / 15))))));
  return base + t * series;
};

/**
 * Straightens what a lens bent, by Brown and Conrady's model, sampled at one point; the size stays. For the ray (x, y) through an output
 * pixel, with r² = x² + y², the input's point is fx · x' + cx, fy · y' + cy, where
 * x' = x · s + 2 p1 xy + p2 (r² + 2x²), y' = y · s + p1 (r² + 2y²) + 2 p2 xy, and
 * s = (1 + k1 r² + k2 r⁴ + k3 r⁶) / (1 + k4 r² + k5 r⁴ + k6 r⁶). Source: D. C. Brown, Decentering distortion of lenses (1966); OpenCV's
 * camera calibration. Equals OpenCV's `undistort`, and `initUndistortRectifyMap` (R = identity) with `remap`, without its 1/32-pixel
 * quantisation of u8 images.
 */
export const undistort = mapOp({
  params: {
    /** The camera that took the input: `{ fx, fy, cx, cy }` in pixels, with 0, 0 the centre of the first; fx and fy are not 0. */
    camera: bounded(perImage(camera), { not: 0 }),
    /** `{ k1, k2, p1, p2, k3, k4, k5, k6 }`, per image; what is left out is 0. */
    distortion: perImage(distortion),
    /** The camera that the output should seem taken with (OpenCV's `newCameraMatrix`); default: the same. */
    newCamera: withDefault(perImage(camera), same),
  },
  apply: ([u, v], { camera, distortion: { k1, k2, p1, p2, k3, k4, k5, k6 }, newCamera }) => {
    const keeps = newCamera.fx === 0;
    const [x, y] = ray(
      u,
      v,
      keeps ? camera.fx : newCamera.fx,
      keeps ? camera.fy : newCamera.fy,
      keeps ? camera.cx : newCamera.cx,
      keeps ? camera.cy : newCamera.cy,
    );
    const xx = x * x;
    const yy = y * y;
    const xy = 2 * (x * y);
    const rr = xx + yy;
    const s = (1 + rr * (k1 + rr * (k2 + rr * k3))) / (1 + rr * (k4 + rr * (k5 + rr * k6)));
    return [
      camera.fx * (x * s + p1 * xy + p2 * (rr + 2 * xx)) + camera.cx,
      camera.fy * (y * s + p1 * (rr + 2 * yy) + p2 * xy) + camera.cy,
    ];
  },
});

/**
 * Straightens the picture of a fisheye lens, sampled at one point; the size stays. For the ray (x, y) through an output pixel, with
 * r = √(x² + y²) and the angle θ = atan(r), the input's point is fx · x · s + cx, fy · y · s + cy, where
 * s = θ (1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸) / r. Source: J. Kannala and S. Brandt, A generic camera model and calibration method (2006).
 * Equals OpenCV's `fisheye.undistortImage`, and `fisheye.initUndistortRectifyMap` (R = identity) with `remap`, without its
 * 1/32-pixel quantisation of u8 images.
 */
export const undistortFisheye = mapOp({
  params: {
    /** The camera that took the input: `{ fx, fy, cx, cy }` in pixels, with 0, 0 the centre of the first; fx and fy are not 0. */
    camera: bounded(perImage(camera), { not: 0 }),
    /** `{ k1, k2, k3, k4 }`, per image; what is left out is 0. */
    distortion: perImage(fisheye),
    /** The camera that the output should seem taken with (OpenCV's `Knew`); default: the same. */
    newCamera: withDefault(perImage(camera), same),
  },
  apply: ([u, v], { camera, distortion: { k1, k2, k3, k4 }, newCamera }) => {
    const keeps = newCamera.fx === 0;
    const [x, y] = ray(
      u,
      v,
      keeps ? camera.fx : newCamera.fx,
      keeps ? camera.fy : newCamera.fy,
      keeps ? camera.cx : newCamera.cx,
      keeps ? camera.cy : newCamera.cy,
    );
    const r = Math.sqrt(x * x + y * y);
    const angle = arcTangent(r);
    const aa = angle * angle;
    const bent = angle * (1 + aa * (k1 + aa * (k2 + aa * (k3 + aa * k4))));
    const s = r === 0 ? 1 : bent / r;
    return [camera.fx * (x * s) + camera.cx, camera.fy * (y * s) + camera.cy];
  },
});
