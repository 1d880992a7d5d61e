/** Frames that are packed (RFC 9559, 5.1.4.1.31): by zlib, or without the bytes with which all of them begin. */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { beyondLimit } from '../../limits.js';
import { messageOf, VideoError } from '../../videoError.js';
import type { ContainerInput } from '../samples.js';
import { type Element, elementsIn, uintOf } from './ebml.js';

/** The bytes of a frame as they were before they were packed. */
export type Unpack = (data: Uint8Array, room: UnpackingRoom) => Promise<Uint8Array>;

/** One way in which a track's frames are packed. */
export type Encoding = { readonly refusal?: string; readonly unpack?: Unpack };

// A thousand times its size is what zlib makes of zeros. A coded picture has little that is left to pack, but for the filling of a
// constant rate: one frame may become 64 times as large, and 16 MiB beside that.
const mostTimes = 64;
const freeBytes = 2 ** 24;
// What all frames of a track begin with is a few bytes; it is copied before each of them.
const mostHead = 1024;
/** The most encodings that a track may lay upon its frames. */
export const mostEncodings = 4;

/** How much the frames of one pass through a file may become: 16 times the file's size, and `limits.megabytes`. */
export class UnpackingRoom {
  #left: number;

  constructor(private readonly input: ContainerInput) {
    this.#left = 16 * input.bytes.size + this.#limit;
  }

  get #limit(): number {
    return this.input.limits.megabytes * 1e6;
  }

  /** The most bytes that data of that size may become now, and the error of what becomes more. */
  of(size: number): { readonly most: number; readonly error: () => VideoError } {
    const { what, limits } = this.input;
    const proportion = freeBytes + mostTimes * size;
    const most = Math.floor(Math.min(proportion, this.#limit, this.#left));
    const error = (): VideoError =>
      most === proportion
        ? new VideoError(
            'corrupt',
            `A packed frame of ${what} has ${size} bytes that become more than ${most}`,
          )
        : beyondLimit(
            what,
            'megabytes',
            limits.megabytes,
            most === Math.floor(this.#limit) ? 'a packed frame of more' : 'packed frames of more',
          );
    return { most, error };
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }
}

const inflateAside = promisify<Uint8Array, import('node:zlib').ZlibOptions, Buffer>(inflate);

const unpackZlib =
  (what: string): Unpack =>
  async (data, room) => {
    const { most, error } = room.of(data.length);
    if (most < 1) {
      throw error();
    }
    try {
      const unpacked = await inflateAside(data, { maxOutputLength: most, chunkSize: 2 ** 16 });
      room.take(unpacked.length);
      return unpacked;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw error();
      }
      throw new VideoError('corrupt', `Cannot unpack a frame of ${what}: ${messageOf(cause)}`, { cause });
    }
  };

/** What a `ContentEncoding` says. */
export const readEncoding = (elements: readonly Element[], what: string, place: number): Encoding => {
  const nested = (id: number, from: readonly Element[]): readonly Element[] | undefined => {
    const found = from.find(element => element.id === id);
    return found && [...elementsIn(found.body, what, place)];
  };
  const number = (id: number, from: readonly Element[], otherwise: number): number => {
    const found = from.find(element => element.id === id);
    return found ? uintOf(found.body) : otherwise;
  };
  if (number(0x5033, elements, 0) === 1) {
    return { refusal: 'is encrypted: decrypt it first, with its key' };
  }
  // Only what the frames themselves are packed with matters here.
  if ((number(0x5032, elements, 1) & 1) === 0) {
    return {};
  }
  const compression = nested(0x5034, elements) ?? [];
  const algorithm = number(0x4254, compression, 0);
  const remedy = 'unpack it first: ffmpeg -i FILE -c copy unpacked.mkv';
  if (algorithm === 3) {
    const head = compression.find(({ id }) => id === 0x4255)?.body ?? Buffer.alloc(0);
    return head.length > mostHead
      ? { refusal: `strips ${head.length} bytes off each frame, more than ${mostHead}: ${remedy}` }
      : { unpack: async data => Buffer.concat([head, data]) };
  }
  if (algorithm !== 0) {
    const name = algorithm === 1 ? 'bzlib' : algorithm === 2 ? 'lzo1x' : `algorithm ${algorithm}`;
    return { refusal: `is compressed by ${name}: ${remedy}` };
  }
  return { unpack: unpackZlib(what) };
};

/** All of a track's encodings as one; what was packed last is unpacked first. */
export const joinEncodings = (encodings: readonly Encoding[]): Encoding => {
  const refusal =
    encodings.length > mostEncodings
      ? `packs its frames ${encodings.length} times, more than ${mostEncodings}: unpack it first: ffmpeg -i FILE -c copy unpacked.mkv`
      : encodings.find(encoding => encoding.refusal)?.refusal;
  const unpackers = encodings.flatMap(({ unpack }) => (unpack ? [unpack] : []));
  return {
    ...(refusal ? { refusal } : {}),
    ...(unpackers.length > 0
      ? {
          unpack: async (data, room) => {
            let unpacked = data;
            for (const unpack of unpackers.toReversed()) {
              unpacked = await unpack(unpacked, room);
            }
            return unpacked;
          },
        }
      : {}),
  };
};
