/** A process that has opened all the files it may, and then closes them. */
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CuweaveError, openDevice, VideoReader } from 'cuweave';

const clip = fileURLToPath(new URL('../../media/full601.mp4', import.meta.url));
const device = openDevice('cpu');
const fill = () => {
  const opened = [];
  try {
    for (;;) {
      opened.push(openSync('/dev/null', 'r'));
    }
  } catch {
    // That was the last one.
  }
  return () => {
    for (const one of opened) {
      closeSync(one);
    }
  };
};
const open = async () => {
  try {
    const video = await VideoReader.open(clip, { device, decoder: 'software' });
    let frames = 0;
    for await (const _ of video.frames()) {
      frames++;
    }
    video.dispose();
    return `${frames} frames`;
  } catch (error) {
    const { name, message } = error;
    const code = error instanceof CuweaveError && 'code' in error ? error.code : 'none';
    return `${name} ${code}: ${message.replaceAll(fileURLToPath(new URL('../../..', import.meta.url)), '')}`;
  }
};
// None is left for a library.
const close = fill();
console.log(await open());
close();
console.log(await open());
// The libraries are loaded, and none is left for the file.
const closeAgain = fill();
console.log(await open());
closeAgain();
console.log(await open());
