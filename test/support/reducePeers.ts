/**
 * What other libraries make of whole images, written down from their sources, number by number: OpenCV 4 (modules/imgproc/src: histogram.cpp,
 * thresh.cpp, clahe.cpp), torchvision 0.20 (transforms/_functional_tensor.py) and Pillow (ImageOps.py). f32 where they have float.
 */
const f = Math.fround;
const rint = (v: number): number => {
  const floor = Math.floor(v);
  const part = v - floor;
  return part > 0.5 || (part === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
};
const toByte = (v: number): number => Math.min(Math.max(rint(v), 0), 255);
const histogramOf = (values: readonly number[]): number[] => {
  const h = new Array<number>(256).fill(0);
  for (const v of values) {
    h[v]!++;
  }
  return h;
};

/** A function of one channel's values, for each of three that lie side by side. */
export const perChannel = (
  values: readonly number[],
  of: (channel: readonly number[]) => number[],
): number[] => {
  const channels = [0, 1, 2].map(c => of(values.filter((_, n) => n % 3 === c)));
  return values.map((_, n) => channels[n % 3]![Math.floor(n / 3)]!);
};

/** cv::equalizeHist. */
export const equalizeHist = (values: readonly number[]): number[] => {
  const h = histogramOf(values);
  const total = values.length;
  let i = 0;
  while (!h[i]) {
    ++i;
  }
  if (h[i] === total) {
    return values.map(() => i);
  }
  const scale = f(255 / f(total - h[i]!));
  const lut = new Array<number>(256).fill(0);
  let sum = 0;
  for (lut[i++] = 0; i < 256; ++i) {
    sum += h[i]!;
    lut[i] = toByte(f(f(sum) * scale));
  }
  return values.map(v => lut[v]!);
};

/** torchvision's _scale_channel, and Pillow's ImageOps.equalize. */
export const equalize = (values: readonly number[]): number[] => {
  const h = histogramOf(values);
  const filled = h.filter(n => n !== 0);
  const step = Math.floor(filled.slice(0, -1).reduce((sum, n) => sum + n, 0) / 255);
  if (step === 0) {
    return [...values];
  }
  let sum = 0;
  const lut = h.map(n => {
    sum += n;
    return Math.floor((sum + Math.floor(step / 2)) / step);
  });
  const moved = [0, ...lut.slice(0, -1)].map(v => Math.min(v, 255));
  return values.map(v => moved[v]!);
};

/** torchvision's autocontrast. */
export const autocontrast = (values: readonly number[]): number[] => {
  let [least, most] = [Math.min(...values), Math.max(...values)];
  let scale = f(255 / (most - least));
  if (!Number.isFinite(scale)) {
    [least, scale] = [0, 1];
  }
  return values.map(v => Math.trunc(Math.min(Math.max(f((v - least) * scale), 0), 255)));
};

/** torchvision's adjust_contrast of RGB. */
export const adjustContrast = (values: readonly number[], factor: number): number[] => {
  const gray: number[] = [];
  for (let n = 0; n < values.length; n += 3) {
    const [r, g, b] = values.slice(n, n + 3) as [number, number, number];
    gray.push(Math.trunc(f(f(f(f(0.2989) * r) + f(f(0.587) * g)) + f(f(0.114) * b))));
  }
  const mean = f(gray.reduce((sum, v) => sum + v, 0) / gray.length);
  const rest = f(f(1 - factor) * mean);
  return values.map(v => Math.trunc(Math.min(Math.max(f(f(f(factor) * v) + rest), 0), 255)));
};

/** cv::getThreshVal_Otsu_8u. */
export const otsu = (values: readonly number[]): number => {
  const h = histogramOf(values);
  const scale = 1 / values.length;
  const epsilon = 2 ** -23;
  let mu = 0;
  for (let i = 0; i < 256; i++) {
    mu += i * h[i]!;
  }
  mu *= scale;
  let [mu1, q1, maxSigma, maxVal] = [0, 0, 0, 0];
  for (let i = 0; i < 256; i++) {
    const p = h[i]! * scale;
    mu1 *= q1;
    q1 += p;
    const q2 = 1 - q1;
    if (Math.min(q1, q2) < epsilon || Math.max(q1, q2) > 1 - epsilon) {
      continue;
    }
    mu1 = (mu1 + i * p) / q1;
    const mu2 = (mu - q1 * mu1) / q2;
    const sigma = q1 * q2 * (mu1 - mu2) * (mu1 - mu2);
    if (sigma > maxSigma) {
      [maxSigma, maxVal] = [sigma, i];
    }
  }
  return maxVal;
};

/** cv::getThreshVal_Triangle_8u. */
export const triangle = (values: readonly number[]): number => {
  const h = histogramOf(values);
  let left = h.findIndex(n => n > 0);
  let right = Math.max(
    h.findLastIndex((n, i) => n > 0 && i > 0),
    0,
  );
  left = left > 0 ? left - 1 : left;
  right = right < 255 ? right + 1 : right;
  const max = Math.max(...h);
  let peak = h.indexOf(max);
  const isFlipped = peak - left < right - peak;
  if (isFlipped) {
    h.reverse();
    left = 255 - right;
    peak = 255 - peak;
  }
  let thresh = left;
  let dist = 0;
  for (let i = left + 1; i <= peak; i++) {
    const here = max * i + (left - peak) * h[i]!;
    if (here > dist) {
      [dist, thresh] = [here, i];
    }
  }
  thresh--;
  return isFlipped ? 255 - thresh : thresh;
};

/** CLAHE_Impl of u8. */
export const clahe = (
  values: readonly number[],
  width: number,
  height: number,
  clip: number,
  tilesX: number,
  tilesY: number,
): number[] => {
  const isWhole = width % tilesX === 0 && height % tilesY === 0;
  const tw = isWhole ? width / tilesX : (width + tilesX - (width % tilesX)) / tilesX;
  const th = isWhole ? height / tilesY : (height + tilesY - (height % tilesY)) / tilesY;
  /** BORDER_REFLECT_101. */
  const mirrored = (i: number, size: number): number => {
    let at = i;
    while (size > 1 && (at < 0 || at >= size)) {
      at = at < 0 ? -at : 2 * (size - 1) - at;
    }
    return size === 1 ? 0 : at;
  };
  const area = tw * th;
  const scale = f(255 / area);
  const limit = Math.max(Math.trunc((clip * area) / 256), 1);
  const luts = Array.from({ length: tilesX * tilesY }, (_, tile) => {
    const h = new Array<number>(256).fill(0);
    for (let y = 0; y < th; y++) {
      for (let x = 0; x < tw; x++) {
        const sx = mirrored((tile % tilesX) * tw + x, width);
        const sy = mirrored(Math.floor(tile / tilesX) * th + y, height);
        h[values[sy * width + sx]!]!++;
      }
    }
    let clipped = 0;
    for (let i = 0; i < 256; i++) {
      if (h[i]! > limit) {
        clipped += h[i]! - limit;
        h[i] = limit;
      }
    }
    const batch = Math.floor(clipped / 256);
    let residual = clipped - batch * 256;
    for (let i = 0; i < 256; i++) {
      h[i]! += batch;
    }
    if (residual !== 0) {
      const step = Math.max(Math.floor(256 / residual), 1);
      for (let i = 0; i < 256 && residual > 0; i += step, residual--) {
        h[i]!++;
      }
    }
    let sum = 0;
    return h.map(n => {
      sum += n;
      return toByte(f(sum * scale));
    });
  });
  const [invW, invH] = [f(1 / tw), f(1 / th)];
  return values.map((v, n) => {
    const [x, y] = [n % width, Math.floor(n / width)];
    const [txf, tyf] = [f(f(x * invW) - 0.5), f(f(y * invH) - 0.5)];
    const [fx, fy] = [Math.floor(txf), Math.floor(tyf)];
    const [xa, ya] = [f(txf - fx), f(tyf - fy)];
    const [xa1, ya1] = [f(1 - xa), f(1 - ya)];
    const [x1, x2] = [Math.max(fx, 0), Math.min(fx + 1, tilesX - 1)];
    const [y1, y2] = [Math.max(fy, 0), Math.min(fy + 1, tilesY - 1)];
    const at = (row: number): number =>
      f(f(luts[row * tilesX + x1]![v]! * xa1) + f(luts[row * tilesX + x2]![v]! * xa));
    return toByte(f(f(at(y1) * ya1) + f(at(y2) * ya)));
  });
};
