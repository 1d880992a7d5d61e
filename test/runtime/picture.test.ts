import { execFileSync, spawnSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutput, requireOutput } from '../../compiler/commands/running/runOutput.js';
import { openDevice } from '../../runtime/device/device.js';
import { Image } from '../../runtime/device/image.js';
import { type HostTensor, Tensor } from '../../runtime/device/tensor.js';
import { contactSheet } from '../../runtime/files/contactSheet.js';
import { NpyWriter, writeNpy } from '../../runtime/files/npy.js';
import { readNpy } from '../../runtime/files/npyReader.js';
import { picturesOf, writePicture } from '../../runtime/files/picture.js';
import { readPicture } from '../../runtime/files/pictureReader.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuweave-picture-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const message = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: Error & { code?: string }) =>
    `${error.name} ${error.code ?? ''}: ${error.message}`.replaceAll(folder, 'FOLDER'),
  );

const casePicture = (name: string): string =>
  fileURLToPath(new URL(`../cases/pictures/${name}`, import.meta.url));

/** A PNG with a cICP chunk after its header. */
const withCicp = (png: Buffer, codes: readonly number[]): Buffer => {
  const chunk = Buffer.from([0, 0, 0, 4, ...Buffer.from('cICP'), ...codes, 0, 0, 0, 0]);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 12)), 12);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
};

/** An AVIF whose `nclx` box names other primaries and another transfer. */
const withNclx = (avif: Buffer, primaries: number, transfer: number): Buffer => {
  const made = Buffer.from(avif);
  const at = made.indexOf('nclx') + 4;
  expect(at).toBeGreaterThan(3);
  made.writeUInt16BE(primaries, at);
  made.writeUInt16BE(transfer, at + 2);
  return made;
};

/** A TIFF of one row and one channel; `format` is 1 for unsigned, 2 for signed, 3 for floating-point samples. */
const tiffOf = (row: Float32Array | Int32Array, format: number): Buffer => {
  const values = Buffer.from(row.buffer);
  const tags = [
    [256, row.length],
    [257, 1],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 1],
    [279, values.length],
    [339, format],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length);
  for (const [n, [tag, value]] of tags.entries()) {
    directory.set([tag & 255, tag >> 8, 4, 0, 1, 0, 0, 0, value], 2 + 12 * n);
  }
  return Buffer.concat([Buffer.from([73, 73, 42, 0, 8 + values.length, 0, 0, 0]), values, directory]);
};

/** 3 × 2 pixels of six colours. */
const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 128, 128, 128, 255, 255, 255]);
const tensor = (over: Partial<HostTensor> = {}): HostTensor => ({
  data: rgb,
  shape: [1, 2, 3, 3],
  dtype: 'u8',
  layout: 'NHWC',
  ...over,
});

describe('pictures', () => {
  it('come back from PNG as they were', async () => {
    await writePicture(at('a.png'), tensor());
    const image = await readPicture(at('a.png'));
    expect(image).toMatchObject({ format: 'rgb8', width: 3, height: 2, planes: [{ pitch: 9, offset: 0 }] });
    expect([...image.data]).toEqual([...rgb]);
    await writePicture(at('b.png'), image);
    expect(await readFile(at('b.png'))).toEqual(await readFile(at('a.png')));
  });

  it('planar tensors are written like interleaved ones', async () => {
    const planar = Uint8Array.from({ length: 18 }, (_, n) => rgb[(n % 6) * 3 + Math.floor(n / 6)]);
    const [picture] = picturesOf(tensor({ data: planar, shape: [3, 2, 3], layout: 'CHW' }));
    expect(picture).toMatchObject({ width: 3, height: 2, channels: 3 });
    expect([...picture.data]).toEqual([...rgb]);
  });

  it('JPEG by the extension', async () => {
    const flat = new Uint8Array(16 * 16 * 3).fill(200);
    await writePicture(at('a.JPG'), tensor({ data: flat, shape: [16, 16, 3], layout: 'HWC' }));
    expect((await sharp(at('a.JPG')).metadata()).format).toBe('jpeg');
    expect((await readPicture(at('a.JPG'))).data[0]).toBe(200);
  });

  it('are turned upright, made RGB of 8 bits, and put on black', async () => {
    const raw = { raw: { width: 3, height: 2, channels: 3 } } as const;
    const turned = await sharp(rgb, raw).png().withMetadata({ orientation: 6 }).toBuffer();
    const upright = await readPicture(turned);
    expect([upright.width, upright.height]).toEqual([2, 3]);
    expect([...upright.data.subarray(0, 6)]).toEqual([10, 20, 30, 255, 0, 0]);

    const gray = await sharp(Uint8Array.of(7, 9), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect([...(await readPicture(gray)).data]).toEqual([7, 7, 7, 9, 9, 9]);

    const clear = Uint8Array.of(200, 100, 50, 255, 200, 100, 50, 0);
    const rgba = await sharp(clear, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await readPicture(rgba)).data]).toEqual([200, 100, 50, 0, 0, 0]);

    const wide = await sharp(rgb, raw).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(wide).metadata()).depth).toBe('ushort');
    expect([...(await readPicture(wide)).data]).toEqual([...rgb]);
  });

  it('become sRGB, whatever their depth and however they name their colours', async () => {
    const first = async (picture: string | Uint8Array) => [
      ...(await readPicture(picture)).data.subarray(0, 3),
    ];
    expect(await first(casePicture('p3.png'))).toEqual([200, 30, 40]);
    expect(await first(casePicture('p3_16.png'))).toEqual([200, 30, 40]);
    expect(await first(casePicture('big.tif'))).toEqual([197, 31, 43]);
    const { data } = await readPicture(casePicture('float.tif'));
    expect([0, 3, 6, 45].map(n => data[n])).toEqual([0, 4, 9, 64]);

    // Display P3 by its code points, of 8 and of 16 bits.
    const p3 = {
      create: { width: 2, height: 1, channels: 3, background: { r: 184, g: 50, b: 48 } },
    } as const;
    const deep = Uint16Array.from([184.3, 50.1, 48.2], v => 257 * v);
    const wide = sharp(deep, { raw: { width: 1, height: 1, channels: 3 } }).toColourspace('rgb16');
    expect(await first(withCicp(await sharp(p3).png().toBuffer(), [12, 13, 0, 1]))).toEqual([200, 30, 39]);
    expect(await first(withCicp(await wide.png().toBuffer(), [12, 13, 0, 1]))).toEqual([201, 30, 40]);
    // The code points go before the profile, and where they say sRGB nothing is converted.
    const profiled = await readFile(casePicture('p3.png'));
    expect(await first(withCicp(profiled, [1, 13, 0, 1]))).toEqual([184, 50, 48]);
    const avif = await sharp(p3).avif({ lossless: true }).toBuffer();
    expect(await first(withNclx(avif, 12, 13))).toEqual([200, 30, 39]);
    // BT.2020 in linear light.
    const linear = sharp(Uint16Array.of(32768, 32768, 32768), { raw: { width: 1, height: 1, channels: 3 } });
    const linearPng = await linear.toColourspace('rgb16').png().toBuffer();
    expect(await first(withCicp(linearPng, [9, 8, 0, 1]))).toEqual([188, 188, 188]);
  });

  it('of 16 bits are put on black and rounded', async () => {
    const rgba = Uint16Array.of(65535, 51400, 25700, 32768, 257, 514, 771, 65535);
    const png = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expect([...(await readPicture(png)).data]).toEqual([128, 100, 50, 1, 2, 3]);
    const gray = await sharp(Uint16Array.of(65535, 32896), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await readPicture(gray)).data]).toEqual([255, 255, 255, 128, 128, 128]);
  });

  it('are refused by name where 8-bit sRGB cannot hold them, or where they are too large', async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    expect(await message(readPicture(withCicp(png, [9, 16, 0, 1])))).toMatchInlineSnapshot(
      `"PictureError unsupported: Cannot read 108 bytes as 8-bit sRGB: it is an HDR picture (PQ), which has no one form in sRGB: tone-map it to an SDR picture first"`,
    );
    expect(await message(readPicture(withCicp(png, [11, 13, 0, 1])))).toMatchInlineSnapshot(
      `"PictureError unsupported: Cannot read 108 bytes as 8-bit sRGB: its colours have the primaries 11 of H.273, which are not converted here: convert it to sRGB first"`,
    );
    expect(await message(readPicture(withCicp(png, [1, 13, 0, 0])))).toMatchInlineSnapshot(
      `"PictureError unsupported: Cannot read 108 bytes as 8-bit sRGB: its range is limited (cICP), which PNG viewers do not agree upon"`,
    );
    expect(await message(readPicture(tiffOf(Float32Array.of(0, 0.5, 200), 3)))).toMatchInlineSnapshot(
      `"PictureError unsupported: Cannot read 146 bytes as 8-bit sRGB: its floats reach 200, and those of 0 to 1 are read: scale it, or tone-map it"`,
    );
    expect(await message(readPicture(tiffOf(Int32Array.of(0, 5, 200), 2)))).toMatchInlineSnapshot(
      `"PictureError unsupported: Cannot read 146 bytes as 8-bit sRGB: its samples are int in b-w: save it with 8 or 16 bits for a sample"`,
    );
    expect(await message(readPicture(png, { limits: { pixels: 5 } }))).toMatchInlineSnapshot(
      `"PictureError limit: 92 bytes has 3×2 pixels, and options.limits.pixels allows 5: raise the limit if the file is to be trusted"`,
    );
    expect((await readPicture(png, { limits: { pixels: 6 } })).width).toBe(3);
    expect(await message(readPicture(png, { limits: { pixels: 'many' as never } }))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a number of pixels, at least 1 for options.limits.pixels but received 'many'."`,
    );
    expect(await message(readPicture(png, { limit: {} } as never))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a known name for options but received 'limit'. Known: limits."`,
    );
  });

  it('of PNG have no more pixels than their bytes can hold', async () => {
    const create = { width: 3000, height: 2000, channels: 4 as const, background: '#102030' };
    const png = await sharp({ create }).png({ compressionLevel: 9 }).toBuffer();
    expect(await readPicture(png)).toMatchObject({ width: 3000, height: 2000 });
    const wide = Buffer.from(png);
    wide.writeUInt32BE(40_000, 16);
    wide.writeUInt32BE(crc32(wide.subarray(12, 29)), 29);
    expect(
      String(await message(readPicture(wide))).replaceAll(String(png.length), 'N'),
    ).toMatchInlineSnapshot(
      `"PictureError notPicture: N bytes is not a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF): its N bytes cannot hold the 40000×2000 pixels that it announces"`,
    );
  });

  it('say what is wrong', async () => {
    await writeFile(at('broken.png'), (await readFile(at('a.png'))).subarray(0, 40));
    await writeFile(at('x.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    expect(await message(readPicture(at('none.png')))).toMatchInlineSnapshot(
      `"PictureError notFound: There is no picture at FOLDER/none.png"`,
    );
    expect(await message(readPicture(folder))).toMatchInlineSnapshot(
      `"PictureError unreadable: Cannot read a picture from FOLDER: it is a folder"`,
    );
    expect((await message(readPicture(at('broken.png')))) as string).toContain('PictureError notPicture');
    expect(await message(readPicture(at('x.svg')))).toMatchInlineSnapshot(
      `"PictureError notPicture: FOLDER/x.svg is not a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF): its first bytes are not those of any of them"`,
    );
    expect(await message(readPicture(null as never))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a path or the bytes of a picture for source but received null."`,
    );
    expect(await message(writePicture(at('a.bmp'), tensor()))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a file name that ends with .png, .jpg, .jpeg for path but received 'FOLDER/a.bmp'."`,
    );
    expect(await message(writePicture(at('a.png'), tensor({ shape: [2, 1, 3, 3] })))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a tensor of one image for picture but received 2 images."`,
    );
    const floats = tensor({ data: new Float32Array(18), dtype: 'f32' });
    expect(await message(writePicture(at('a.png'), floats))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a u8 tensor of 1, 3 or 4 channels for tensor but received f32 NHWC: its values are f32, and pictures hold u8."`,
    );
    const four = { width: 1, height: 1, channels: 4, data: new Uint8Array(4) } as const;
    expect(await message(writePicture(at('a.jpg'), four))).toMatchInlineSnapshot(
      `"ArgumentError : Expected 1 or 3 channels for a JPEG but received RGBA. Write a .png instead."`,
    );
    expect(await message(writePicture(at('a.png'), { ...four, height: 2 }))).toMatchInlineSnapshot(
      `"ArgumentError : Expected 8 bytes for picture.data but received 4 bytes."`,
    );
    const misspelt = { width: 1, height: 1, chanels: 4, data: four.data } as never;
    expect(await message(writePicture(at('a.png'), misspelt))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a known name for picture but received 'chanels'. Known: width, height, channels, data."`,
    );
    const sheet = contactSheet(at('sheet.png'), [tensor()], { tiles: 4, ...{ columns: 3 } });
    expect(await message(sheet)).toMatchInlineSnapshot(
      `"ArgumentError : Expected a known name for options but received 'columns'. Known: tiles, width."`,
    );
  });

  it('on a device are asked for on the host', async () => {
    const device = openDevice('cpu');
    const placed = Tensor.fromHost(device, rgb, { shape: [1, 2, 3, 3], dtype: 'u8', layout: 'NHWC' });
    const image = Image.fromHost(device, { format: 'rgb8', width: 3, height: 2, planes: [{ data: rgb }] });
    expect(await message(writePicture(at('d.png'), placed as never))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a picture in host memory for picture but received a Tensor. Give what \`await tensor.toHost()\` gives."`,
    );
    expect(await message(writePicture(at('d.png'), image as never))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a picture in host memory for picture but received an Image. Give what \`await image.toHost()\` gives."`,
    );
    expect(await message(contactSheet(at('d.png'), [placed as never]))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a picture in host memory for picture but received a Tensor. Give what \`await tensor.toHost()\` gives."`,
    );
    expect(await message(writeNpy(at('d.npy'), placed as never))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a tensor in host memory for tensor but received a Tensor. Give what \`await tensor.toHost()\` gives."`,
    );
    device.dispose();
  });

  it('say where they cannot be written', async () => {
    const work = writePicture(at('none/x.png'), tensor());
    expect(await message(work)).toMatchInlineSnapshot(
      `"PictureError notWritten: Cannot write FOLDER/none/x.png: ENOENT: no such file or directory"`,
    );
    await expect(work).rejects.toMatchObject({ cause: expect.any(Error) });
  });

  it('many on a sheet, evenly chosen', async () => {
    const frames = Array.from({ length: 100 }, (_, n) =>
      tensor({ data: new Uint8Array(8 * 16 * 3).fill(2 * n), shape: [1, 8, 16, 3] }),
    );
    expect(await contactSheet(at('sheet.png'), frames, { tiles: 25, width: 16 })).toBe(25);
    const sheet = await readPicture(at('sheet.png'));
    expect([sheet.width, sheet.height]).toEqual([5 * 20 + 4, 5 * 12 + 4]);
    const tile = (n: number) =>
      sheet.data[3 * ((4 + Math.floor(n / 5) * 12) * sheet.width + 4 + (n % 5) * 20)];
    expect([0, 1, 7, 24].map(tile)).toEqual([0, 8, 56, 192]);
    expect(await contactSheet(at('none.png'), [])).toBe(0);
    // All of them, where nothing is said; and as many as are asked for.
    expect(await contactSheet(at('all.png'), frames, { width: 16 })).toBe(100);
    expect(await contactSheet(at('thirty.png'), frames, { tiles: 30, width: 16 })).toBe(30);
    const none = contactSheet(at('sheet.png'), frames, { tiles: 0 });
    expect(await message(none)).toMatchInlineSnapshot(
      `"ArgumentError : Expected a whole number from 1 to 65535 for options.tiles but received 0."`,
    );
    expect(await message(contactSheet(at('sheet.bmp'), frames))).toMatchInlineSnapshot(
      `"ArgumentError : Expected a file name that ends with .png, .jpg, .jpeg for path but received 'FOLDER/sheet.bmp'."`,
    );
  });
});

describe('.npy', () => {
  /** Shape, dtype and values, as NumPy reads the file, or as read here where there is no NumPy. */
  const load = async (path: string): Promise<{ shape: number[]; descr: string; values: number[] }> => {
    const bytes = await readFile(path);
    const length = bytes.readUInt16LE(8);
    const head = bytes.toString('latin1', 10, 10 + length);
    expect(bytes.toString('latin1', 1, 6)).toBe('NUMPY');
    expect((10 + length) % 64).toBe(0);
    expect(head.endsWith('\n')).toBe(true);
    const descr = /'descr': '(.+?)'/.exec(head)?.[1] ?? '';
    const shape = (/'shape': \((.*?)\)/.exec(head)?.[1] ?? '')
      .split(',')
      .filter(s => s.trim())
      .map(Number);
    const data = bytes.buffer.slice(bytes.byteOffset + 10 + length, bytes.byteOffset + bytes.length);
    const values =
      descr === '<f4'
        ? [...new Float32Array(data)]
        : descr === '<f2'
          ? [...new Uint16Array(data)]
          : [...new Uint8Array(data)];
    return { shape, descr, values };
  };

  it('holds shape, dtype and values', async () => {
    await writeNpy(at('a.npy'), tensor());
    expect(await load(at('a.npy'))).toEqual({ shape: [1, 2, 3, 3], descr: '|u1', values: [...rgb] });
    const data = Float32Array.of(1.5, -2, 3);
    await writeNpy(at('f.npy'), { data, shape: [3], dtype: 'f32', layout: 'HWC' });
    expect(await load(at('f.npy'))).toEqual({ shape: [3], descr: '<f4', values: [1.5, -2, 3] });
  });

  it('grows image by image', async () => {
    const writer = await NpyWriter.create(at('many.npy'));
    for (let n = 0; n < 12; n++) {
      const data = Uint16Array.of(n, n + 100, n, n + 100);
      await writer.append({ data, shape: [2, 1, 2, 1], dtype: 'f16', layout: 'NHWC' });
    }
    expect(
      await message(
        writer.append({ data: Uint16Array.of(0x3f80), shape: [1, 1, 1, 1], dtype: 'bf16', layout: 'NHWC' }),
      ),
    ).toMatchInlineSnapshot(
      `"ArgumentError : Expected numbers of a type that NumPy has for the .npy file but received bf16. End the pipeline in 'f16' or 'f32', or write the bits as they are: { ...tensor, dtype: 'u16' }."`,
    );
    expect(await message(writer.append(tensor()))).toMatchInlineSnapshot(
      `"ArgumentError : Expected images of f16×1×2×1, as the first ones are, for the .npy file but received some of u8×2×3×3. Write to a folder instead: it gets a file per image."`,
    );
    await writer.close();
    const { shape, descr, values } = await load(at('many.npy'));
    expect([shape, descr, values.slice(-4)]).toEqual([[24, 1, 2, 1], '<f2', [11, 111, 11, 111]]);
  });

  it('is there once it is whole, and its errors say what is wrong', async () => {
    await writeNpy(at('kept.npy'), tensor());
    const before = await readFile(at('kept.npy'));
    const writer = await NpyWriter.create(at('kept.npy'));
    await writer.append(tensor());
    expect(await readFile(at('kept.npy'))).toEqual(before);
    await writer.drop();
    expect(await readFile(at('kept.npy'))).toEqual(before);
    const empty = await NpyWriter.create(at('empty.npy'));
    expect(await empty.close()).toBe(false);
    execFileSync('mkfifo', [at('fifo.npy')]);
    await symlink(at('kept.npy'), at('link.npy'));
    await writeNpy(at('link.npy'), tensor({ data: new Uint8Array(18) }));
    expect((await lstat(at('link.npy'))).isSymbolicLink()).toBe(true);
    expect((await readFile(at('kept.npy'))).at(-1)).toBe(0);
    expect(await message(writeNpy(at('none/x.npy'), tensor()))).toMatchInlineSnapshot(
      `"FileError : Cannot write FOLDER/none/x.npy: ENOENT: no such file or directory"`,
    );
    expect(await message(writeNpy(at('fifo.npy'), tensor()))).toMatchInlineSnapshot(
      `"FileError : Cannot write FOLDER/fifo.npy: it is a FIFO, and not a regular file"`,
    );
    expect(await message(writeNpy(folder, tensor()))).toMatchInlineSnapshot(
      `"FileError : Cannot write FOLDER: it is a folder"`,
    );
    expect((await readdir(folder)).filter(name => name.endsWith('.part'))).toEqual([]);
  });

  it('is refused in few words where it is none that tensors hold', async () => {
    const npy = async (header: string, values: number, version = 1) => {
      const bytes = Buffer.alloc(10 + header.length + values);
      bytes.write('\x93NUMPY', 'latin1');
      bytes[6] = version;
      bytes.writeUInt16LE(header.length, 8);
      bytes.write(header, 10, 'latin1');
      await writeFile(at('bad.npy'), bytes);
      return message(readNpy(at('bad.npy')));
    };
    const about = (descr: string, shape: string) =>
      `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
    expect(await npy(about('<f4', '2, 3'), 24)).toMatchObject({ shape: [2, 3], dtype: 'f32' });
    expect([
      await npy(about('x'.repeat(5000), '2'), 8),
      await npy(about('<f4', '1, '.repeat(5000)), 4),
      await npy(about('<f4', '9'.repeat(300)), 4),
      await npy(about('<f4', '99999, 99999'), 4),
      await npy(about('<f4', '2'), 4),
      await npy('x'.repeat(300), 4),
      await npy('', 0, 9),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError : Expected one of |u1, <u2, <i4, <f2, <f4 for the dtype of FOLDER/bad.npy but received 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'.",
        "ArgumentError : Expected a shape of NumPy for FOLDER/bad.npy but received one of 5000 axes, the largest 1.",
        "ArgumentError : Expected a shape of NumPy for FOLDER/bad.npy but received one of 1 axes, the largest 1e+300.",
        "ArgumentError : Expected 39999200004 bytes of values ([99999, 99999]) for FOLDER/bad.npy but received 4.",
        "ArgumentError : Expected 8 bytes of values ([2]) for FOLDER/bad.npy but received 4.",
        "ArgumentError : Expected one of |u1, <u2, <i4, <f2, <f4 for the dtype of FOLDER/bad.npy but received 'none'.",
        "ArgumentError : Expected an .npy file of version 1 to 3 for FOLDER/bad.npy but received one of version 9.",
      ]
    `);
  });

  it('is what NumPy reads', async ({ skip }) => {
    const program = 'import sys, numpy; a = numpy.load(sys.argv[1]); print(a.shape, a.dtype, a.sum())';
    const { status, stdout } = spawnSync('python3', ['-c', program, at('a.npy')], { encoding: 'utf8' });
    if (status !== 0) {
      skip('no NumPy here');
    }
    expect(stdout.trim()).toBe(`(1, 2, 3, 3) uint8 ${rgb.reduce((sum, v) => sum + v, 0)}`);
  });
});

describe('where a run writes', () => {
  const two = tensor({ data: Uint8Array.from([...rgb, ...rgb]), shape: [2, 2, 3, 3] });
  const names = async (path: string, single = false): Promise<unknown> => {
    const output = openOutput(path, { single });
    await output.write(single ? tensor() : two, single ? ['one'] : ['one', 'one']);
    return (await output.close()).map(file => file.replace(`${folder}/`, ''));
  };

  it('a folder, a pattern, one picture, one tensor', async () => {
    expect(await names(at('out'))).toEqual(['out/one.png', 'out/one-2.png']);
    expect(await names(at('deep/p-%03d.png'))).toEqual(['deep/p-000.png', 'deep/p-001.png']);
    expect(await names(at('only.jpg'), true)).toEqual(['only.jpg']);
    expect(await names(at('t.npy'))).toEqual(['t.npy']);
    const floats = openOutput(at('floats'), { single: false, notPictures: 'its values are f32' });
    await floats.write({ data: new Float32Array(4), shape: [2, 1, 1, 2], dtype: 'f32', layout: 'NHWC' }, [
      'a',
      'b',
    ]);
    expect((await floats.close()).map(file => file.replace(folder, ''))).toEqual([
      '/floats/a.npy',
      '/floats/b.npy',
    ]);
  });

  it('leaves what is there, where that is no file', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    await writeFile(at('plain'), 'text');
    expect(
      await Promise.all([
        message(requireOutput(at('pipe.png'))),
        message(requireOutput('/dev/null')),
        message(requireOutput(at('plain'))),
        message(requireOutput(at('plain/x.npy'))),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "ArgumentError : Expected a file, or a name that is free, for output but received FOLDER/pipe.png, which is a FIFO, and not a regular file.",
        "ArgumentError : Expected a folder, or a name that is free, for output but received /dev/null, which is a device, and not a regular file.",
        "ArgumentError : Expected a folder, or a name that is free, for output but received FOLDER/plain, which is a file.",
        undefined,
      ]
    `);
    const output = openOutput(at('plain/x.npy'), { single: false });
    expect(await message(output.write(tensor(), ['one']))).toMatchInlineSnapshot(
      `"FileError : Cannot make the folder FOLDER/plain: EEXIST: file already exists, mkdir 'FOLDER/plain'"`,
    );
    expect(await output.close()).toEqual([]);
  });

  it('refuses what cannot be', () => {
    const error = (path: string, of: Parameters<typeof openOutput>[1]) => {
      try {
        openOutput(path, of);
      } catch (thrown) {
        return (thrown as Error).message;
      }
      return 'no error';
    };
    expect(error('x.png', { single: false })).toMatchInlineSnapshot(
      `"Expected a folder or a pattern such as out-%04d.png for output, since there are several images, but received x.png."`,
    );
    expect(error('x.png', { single: true, notPictures: 'its values are f16' })).toMatchInlineSnapshot(
      `"Expected a pipeline whose results are pictures for output x.png but its values are f16. Write a .npy instead."`,
    );
    expect(error('x.mp4', { single: true })).toMatchInlineSnapshot(
      `"Expected .npy, .png, .jpg or a folder for output but received x.mp4."`,
    );
  });
});
