/** The pictures of test/golden/models/make.py. */
import { type Device, Image } from '../../../runtime/index.js';

/** Waves of several lengths, whose neighbours differ little and whose rows all differ. */
export const picture = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height * 3 }, (_, n) => {
    const [c, x, y] = [n % 3, Math.floor(n / 3) % width, Math.floor(n / 3 / width)];
    return Math.abs(((x * 3 + y * 2 + c * 85 + Math.floor((x * y) / 16)) % 510) - 255);
  });

/** The same on a device. */
export const pictureOn = (device: Device, width: number, height: number): Image =>
  Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data: picture(width, height) }] });
