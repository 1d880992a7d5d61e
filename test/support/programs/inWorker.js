/** Workers that are terminated, or throw, while they decode and read pictures; the process is to live on. */
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openDevice, readPicture, VideoReader } from 'cuweave';

const clip = fileURLToPath(new URL('../../media/bars.mp4', import.meta.url));
const picture = fileURLToPath(new URL('../../media/decode/gradient0.jpg', import.meta.url));

const work = async ending => {
  const device = openDevice('cpu');
  const opened = await VideoReader.open(clip, { device, decoder: 'software' }).catch(error => error);
  parentPort.postMessage(opened instanceof VideoReader ? 'opened' : `${opened.code}: ${opened.message}`);
  if (ending === 'throw') {
    setTimeout(() => {
      throw new Error('the worker ends');
    }, 20);
  }
  for (;;) {
    if (opened instanceof VideoReader) {
      for await (const frame of opened.frames()) {
        await frame.toHost();
      }
    }
    await Promise.all([readPicture(picture), readPicture(picture)]);
  }
};

const run = ending =>
  new Promise(resolve => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: ending });
    let said = '';
    worker.once('message', message => {
      said = String(message).replace(clip, 'CLIP');
      if (ending === 'terminate') {
        setTimeout(() => worker.terminate(), 20);
      }
    });
    worker.once('error', ({ message }) => {
      said += `\nerror: ${message}`;
    });
    worker.once('exit', () => resolve(`${ending}: ${said}`));
  });

if (isMainThread) {
  console.log((await Promise.all([run('terminate'), run('throw')])).join('\n'));
  console.log('lives');
} else {
  await work(workerData);
}
