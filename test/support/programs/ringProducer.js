// Writes batches of one value each, their number, until it is killed: node ringProducer.js NAME MODE DEVICE
import { openDevice, Ring, Tensor } from '../../../dist/runtime/index.js';

const [name, mode, where] = process.argv.slice(2);
const device = openDevice(where);
const spec = { shape: [4, 64, 64, 3], dtype: 'f32', layout: 'NHWC' };
const ring = Ring.create(device, name, { tensors: { x: spec }, slots: 3, mode });
process.stdout.write('open\n');
const values = new Float32Array(4 * 64 * 64 * 3);
for (let value = 1; ; value++) {
  const slot = await ring.acquire();
  values.fill(value);
  const filled = Tensor.fromHost(device, values, spec);
  filled.copyTo(slot.tensors.x);
  await slot.publish({ info: { value } });
  filled.dispose();
}
