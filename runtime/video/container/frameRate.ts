/** How many frames a second a video has, by the times of some of them. */

// Containers round times, Matroska to milliseconds.
const rounding = 0.0011;
// The part of the distances between frames that is one interval; the others are whole intervals, where frames are left out.
const mostly = 0.9;

/**
 * @param times Ascending, in seconds.
 * @param told A rate that the container or the bitstream tells; taken where the times agree with it.
 * @returns Frames per second; undefined: it varies, or there are too few frames to tell.
 */
export const frameRateOf = (times: readonly number[], told?: number): number | undefined => {
  const distances = times.slice(1).map((time, n) => time - (times[n] as number));
  if (distances.length === 0) {
    return told;
  }
  const middle = distances.toSorted((a, b) => a - b)[distances.length >> 1] as number;
  if (!(middle > 0)) {
    return undefined;
  }
  const steps = distances.map(distance => Math.round(distance / middle));
  const whole = steps.reduce((sum, step) => sum + step, 0);
  const fits = (rate: number): boolean => {
    let [at, single] = [0, 0];
    for (const [n, step] of steps.entries()) {
      at += step;
      single += step === 1 ? 1 : 0;
      if (Math.abs((times[n + 1] as number) - (times[0] as number) - at / rate) > rounding) {
        return false;
      }
    }
    return single >= mostly * steps.length;
  };
  const measured = whole / ((times[times.length - 1] as number) - (times[0] as number));
  const fine = Math.round(measured * 1e6) / 1e6;
  // Rates that are usual come first: times that are rounded fit several. NTSC's are a thousandth lower.
  const usual = [Math.round(measured), (Math.round(measured * 1.001) * 1000) / 1001].sort(
    (a, b) => Math.abs(a - measured) - Math.abs(b - measured),
  );
  const near = usual.filter(
    rate => rate > 0 && Math.abs(rate - measured) < 0.0008 * measured + 4e-4 * (rate / whole) * rate,
  );
  return [told, ...near, fine].find(rate => rate !== undefined && rate > 0 && fits(rate));
};
