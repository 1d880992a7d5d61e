import { Image, openDevice, writePicture } from 'cuweave';
import { thumbnail } from '../build/index.js';

// A picture of 640×360 to work on: red grows to the right, green downwards. Or: await readPicture('photo.jpg').
const width = 640;
const height = 360;
const data = new Uint8Array(3 * width * height);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    data.set([(255 * x) / (width - 1), (255 * y) / (height - 1), 128], 3 * (y * width + x));
  }
}

// CUDA where there is a GPU, else this machine's CPU.
const device = openDevice();
const image = Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data }] });
const tensor = thumbnail(image, { gain: [1.2, 1, 0.8] });
const result = await tensor.toHost();
await writePicture('thumbnail.png', result);
console.log(`thumbnail.png: ${result.shape.join('×')} ${result.layout}, made on ${device.kind}`);

tensor.dispose();
image.dispose();
device.dispose();
