/** What would end a whole process, or stay broken in it, in processes of their own. */
import { expect, it } from 'vitest';
import { runProgram } from '../../support/child.js';

it('refuses to decode in software in a worker, which may then end at any time', { timeout: 300_000 }, () => {
  const { status, out, err } = runProgram('inWorker');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatchInlineSnapshot(`
    "terminate: noDecoder: Cannot decode CLIP in software in a worker thread: if the worker ended meanwhile, FFmpeg's binding (node-av) would end the whole process. Decode in the main thread, in a process of its own (child_process.fork), or with NVDEC
    throw: noDecoder: Cannot decode CLIP in software in a worker thread: if the worker ended meanwhile, FFmpeg's binding (node-av) would end the whole process. Decode in the main thread, in a process of its own (child_process.fork), or with NVDEC
    error: the worker ends
    lives
    "
  `);
});

it('says that too many files are open, and goes on when they are closed', { timeout: 300_000 }, () => {
  const { status, out, err } = runProgram('manyFiles', { limit: 256 });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toMatchInlineSnapshot(`
    "VideoError unreadable: Cannot read test/media/full601.mp4: EMFILE: too many open files, open 'test/media/full601.mp4': close files and readers that are done with, or raise the limit (ulimit -n)
    10 frames
    VideoError unreadable: Cannot read test/media/full601.mp4: EMFILE: too many open files, open 'test/media/full601.mp4': close files and readers that are done with, or raise the limit (ulimit -n)
    10 frames
    "
  `);
});

it('closes the files of readers that were forgotten, without a warning', { timeout: 300_000 }, () => {
  const { status, out, err } = runProgram('forgottenReaders');
  expect({ status, out, err }).toEqual({ status: 0, out: '3 are open\n0 are open\n', err: '' });
});
