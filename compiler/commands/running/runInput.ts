/** What a file is that `cuweave run` is given: a picture by its content, and what it should have been where it is no video either. */
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { expected, shown } from '../../../runtime/errors.js';
import { headOf } from '../../../runtime/files/fileHead.js';
import { PICTURE_HEAD, pictureKind } from '../../../runtime/files/pictureKind.js';

/** Whether a file's first bytes are those of a picture. */
export const looksLikePicture = async (path: string): Promise<boolean> => {
  const head = await headOf(path, PICTURE_HEAD);
  return head !== undefined && pictureKind(head) !== undefined;
};

/** How names of such files mostly end. */
const endings = {
  picture: ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'],
  video: ['.mp4', '.mov', '.mkv', '.webm', '.ts', '.h264', '.h265', '.ivf'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * What to say of an input that is no picture and was refused as a video: the reader's own error, except where the file is
 * something else altogether.
 */
export const whyNoInput = async (path: string, refused: unknown): Promise<unknown> => {
  const found = await stat(path).catch(() => undefined);
  const isFolder = found?.isDirectory() === true;
  // The code tells them apart: the reader is the built pipelines' own, and so is the class of its errors.
  if (!found || !(isFolder || (refused as { code?: unknown }).code === 'notVideo')) {
    return refused;
  }
  const ending = extname(path).toLowerCase();
  const kinds = (['picture', 'video'] as const).filter(kind => endings[kind].some(known => known === ending));
  const asked = kinds.length > 0 ? kinds : (['picture', 'video'] as const);
  const wanted = asked.map(kind => `a ${kind} (${endings[kind].join(', ')})`).join(' or ');
  const received = (what: string, hint: string) =>
    expected(wanted, 'inputs', `${shown(path)}, which ${what}`, hint);
  if (isFolder) {
    return received('is a folder', 'Name the pictures that are in it.');
  }
  if (found.size === 0) {
    return received('is empty (0 bytes)', 'Save or download it anew.');
  }
  const head = ((await headOf(path, 16)) ?? Buffer.alloc(0)).subarray(0, found.size);
  const text = head.toString('latin1');
  const begins = /^[\t\n\r -~]+$/.test(text)
    ? `the text ${JSON.stringify(text)}`
    : `the bytes ${[...head].map(byte => byte.toString(16).padStart(2, '0')).join(' ')}`;
  return received(
    `begins with ${begins}`,
    'Its content counts, whatever its name: convert it, or save or download it anew.',
  );
};
