// Type conversion: bytes to floats in 0..1 and back, with other layouts on both sides.
import { Image, openDevice, Tensor } from 'cuweave';
import { bytesToFloat, floatToBytes } from './build/index.js';

const device = openDevice();

// Every byte once, in red; green runs backwards, blue stays.
const data = Uint8Array.from({ length: 3 * 256 }, (_, n) => [n / 3, 255 - n / 3, 7][n % 3]);
const image = Image.fromHost(device, { format: 'rgb8', width: 256, height: 1, planes: [{ data }] });
const floats = bytesToFloat(image);
const planes = await floats.toHost();
console.log(`to float   ${planes.dtype} ${planes.layout} [${planes.shape.join(', ')}]`);
for (const x of [0, 100, 255]) {
  console.log(`  red of pixel ${x}: ${planes.data[x]}`);
}

const worst = Math.max(...Array.from(planes.data.subarray(0, 256), (v, x) => Math.abs(v - x / 255)));
console.log(`  x / 255 differs by ${worst.toExponential(1)} at most`);

const bytes = await floatToBytes(floats).toHost();
const same = bytes.data.every((value, n) => value === data[n]);
console.log(`and back   ${bytes.dtype} ${bytes.layout}: ${same ? 'every byte as before' : 'NOT as before'}`);

// What does not fit is rounded half to even, and held in 0..255; NaN becomes 0.
const odd = Float32Array.of(-1, 2, Number.NaN, 0.5 / 255, 1.5 / 255, 2.5 / 255);
const tensor = Tensor.fromHost(device, odd, { shape: [1, 3, 1, 2], dtype: 'f32', layout: 'NCHW' });
const held = Array.from((await floatToBytes(tensor).toHost()).data);
// Channels were in planes of two pixels; now they lie side by side.
console.log(`held       ${held.join(' ')}`);

const isHeld = held.join(' ') === '0 0 2 255 0 2';
if (!same || !isHeld || worst > 1e-7) {
  process.exitCode = 1;
}
