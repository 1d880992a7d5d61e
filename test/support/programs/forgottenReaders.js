/** A process that opens readers and forgets them, as programs do that never call dispose(). */
import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDevice, VideoReader } from 'cuweave';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const clip = fileURLToPath(new URL('../../media/full601.mp4', import.meta.url));
/** How many descriptors of this process lead to the clip. */
const descriptors = () =>
  readdirSync('/proc/self/fd').filter(name => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === clip;
    } catch {
      return false;
    }
  }).length;

const device = openDevice('cpu');
const options = { device, decoder: 'software' };
const forget = async () => {
  await VideoReader.open(clip, options);
  const read = await VideoReader.open(clip, options);
  for await (const _ of read.frames()) {
    // To the end.
  }
  const left = await VideoReader.open(clip, options);
  for await (const _ of left.frames()) {
    break;
  }
  console.log(`${descriptors()} are open`);
};
await forget();
// What the engine finds unreachable it says some turns later; a test that ends sooner would say little.
for (let turn = 0; turn < 200 && descriptors() > 0; turn++) {
  gc();
  await setImmediate();
}
console.log(`${descriptors()} are open`);
