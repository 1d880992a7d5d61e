// Exports a tensor of 1000 sevens, and says its first value once a line comes: node exportsTensor.js NAME DEVICE
import { once } from 'node:events';
import { openDevice, Tensor } from '../../../dist/runtime/index.js';

const [name, where] = process.argv.slice(2);
const device = openDevice(where);
const spec = { shape: [1000], dtype: 'f32', layout: 'any' };
const tensor = Tensor.fromHost(device, new Float32Array(1000).fill(7), spec);
const given = await tensor.export(name);
const own = Tensor.import(device, name);
process.stdout.write('open\n');
await once(process.stdin, 'data');
process.stdout.write(`${(await own.toHost()).data[0]}\n`);
await once(process.stdin, 'data');
given.dispose();
