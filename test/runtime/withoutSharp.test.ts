/** sharp is loaded when a picture is first read or written, and what is said where it does not load. */
import { expect, it, vi } from 'vitest';

vi.mock('sharp', () => {
  throw new Error('Could not load the "sharp" module using the linux-x64 runtime');
});

it('sharp that does not load is an error with a remedy, at the first picture', async () => {
  const { readPicture } = await import('../../runtime/index.js');
  const path = new URL('../media/decode/gradient0.jpg', import.meta.url).pathname;
  const error = await readPicture(path).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'PictureError', code: 'noLibrary' });
  expect((error as Error).message).toContain(
    `sharp, which reads and writes pictures, does not load on ${process.platform}-${process.arch}: `,
  );
  expect((error as Error).message).toContain(
    '\nInstall with optional dependencies, so that its binary for this platform comes along: npm install --include=optional sharp',
  );
});
