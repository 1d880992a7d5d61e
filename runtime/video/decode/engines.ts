/**
 * One video over several of the chip's decoding engines: it is cut at key frames, and each engine decodes one piece after
 * another. Pictures come out in order. The decoders' own threads copy them out of NVDEC's memory, so that many can be decoded
 * ahead, up to a budget of bytes.
 */
import type { Device } from '../../device/device.js';
import type { Stream } from '../../device/stream.js';
import { guarded } from '../../errors.js';
import type { Packet } from '../container/packet.js';
import type { VideoFile } from '../container/videoFile.js';
import {
  type Admission,
  mostWaiting,
  type NvdecPicture,
  type NvdecSessions,
  nvdecDecoder,
  type Surface,
} from './nvdecDecoder.js';
import type { PictureDecoder } from './pictureDecoder.js';
import { Signal } from './signal.js';

/** How far to go. */
export type EngineOptions = {
  /** How many decoders work at once. */
  readonly sessions: number;
  /** Bytes of pictures decoded ahead, wherever they wait. */
  readonly budget: number;
};

/** Decoders that keep so many engines busy: one that ends a piece, and begins the next, leaves its engine idle for a moment. */
export const sessionsFor = (engines: number): number => engines + Math.ceil(engines / 3);

/** From one key frame to another that begins the next piece. */
type Piece = { readonly start: Packet; readonly next?: Packet };

// Later pieces leave room for so many pictures of the one that is being read, in at most half of the budget.
const leastAhead = 8;
/** Bytes of a picture of 4:2:0 in 16 bits, with rows as NVDEC lays them out: few others are larger. */
const pictureBytes = ({ setup: { width, height } }: VideoFile): number =>
  Math.ceil((2 * width) / 512) * 512 * Math.ceil(height / 2) * 3;
/** Bytes of pictures that may wait in each decoder, in at most half of the budget. */
const waitingBytes = (file: VideoFile, { sessions, budget }: EngineOptions): number =>
  Math.floor(Math.min(mostWaiting * pictureBytes(file), budget / 2 / sessions));
// To begin a piece costs a few pictures' time: shorter groups of pictures are decoded together, as far as the pieces of all
// decoders fill half of the budget. Seconds; three instead of one made HEVC 3 % faster on an H200, six no more.
const shortestPiece = ({ setup, frameRate = 30 }: VideoFile, { sessions, budget }: EngineOptions): number => {
  // Of 4:2:0 in 16 bits.
  const bytesPerSecond = setup.width * setup.height * 3 * frameRate;
  return Math.min(3, Math.max(1, budget / 2 / sessions / bytesPerSecond));
};

async function* piecesOf(
  file: VideoFile,
  from: number | undefined,
  to: number,
  shortest: number,
): AsyncGenerator<Piece, void> {
  let start: Packet | undefined;
  try {
    for await (const key of file.keys(from)) {
      if (!start) {
        start = key;
        continue;
      }
      if (key.timestamp - start.timestamp < shortest) {
        continue;
      }
      yield { start, next: key };
      if (key.timestamp >= to) {
        return;
      }
      start = key;
    }
  } catch (error) {
    // The last piece has all packets that can be read: whoever reads them meets the error in its place.
    if (!start) {
      throw error;
    }
  }
  if (start) {
    yield { start };
  }
}

/**
 * The packets of a piece in decode order. In an open group of pictures some that follow the next key frame are shown before
 * it, and refer to it and to what precedes it: they belong to this piece, and the key frame comes along for them.
 */
async function* packetsOf(file: VideoFile, { start, next }: Piece): AsyncGenerator<Packet, void, undefined> {
  let key: Packet | undefined;
  for await (const packet of file.packetsAfter(start)) {
    if (!next || packet.sequenceNumber < next.sequenceNumber) {
      yield packet;
    } else if (packet.sequenceNumber === next.sequenceNumber) {
      key = packet;
    } else {
      if (packet.timestamp >= next.timestamp) {
        return;
      }
      if (key) {
        yield key;
      }
      key = undefined;
      yield packet;
    }
  }
}

/** A piece with what is decoded of it and not read yet. */
type Work = {
  readonly piece: Piece;
  readonly ready: NvdecPicture[];
  done: boolean;
  error?: unknown;
};

/** Decodes a file on several engines. */
export const engineDecoder = (sessions: NvdecSessions, options: EngineOptions): PictureDecoder<Surface> => ({
  close: () => sessions.close(),
  decode: async function* (from, to, choice) {
    if (choice.few) {
      yield* nvdecDecoder(sessions).decode(from, to, choice);
      return;
    }
    const { file } = sessions;
    const waiting = waitingBytes(file, options);
    const budget = options.budget - options.sessions * waiting;
    const pieces = piecesOf(file, from, to, shortestPiece(file, options));
    const works: Work[] = [];
    // For the reader: the first piece has more, or is over. For the decoders: there is room for more.
    const arrived = new Signal();
    const room = new Signal();
    let stopped = false;
    // Of pictures that were taken from the decoders and not read yet; and of the largest one.
    let aheadBytes = 0;
    let size = pictureBytes(file);
    // Pieces are given out one at a time, in order.
    let turn: Promise<unknown> = Promise.resolve();
    const nextWork = (): Promise<Work | undefined> => {
      const mine = turn.then(async () => {
        if (stopped) {
          return undefined;
        }
        const { value } = await pieces.next();
        if (!value) {
          return undefined;
        }
        const work: Work = { piece: value, ready: [], done: false };
        works.push(work);
        arrived.notify();
        return work;
      });
      turn = mine.catch(() => {});
      return mine;
    };

    /** How many more pictures of a piece may be taken. */
    const roomFor = (work: Work): number => {
      const free = Math.floor((budget - aheadBytes) / size);
      const least = Math.min(leastAhead, Math.max(1, Math.floor(budget / 2 / size)));
      return works[0] === work ? Math.max(free, least - work.ready.length) : free - least;
    };
    const place = (picture: NvdecPicture, work: Work): void => {
      const { start, next } = work.piece;
      if (stopped || picture.timestamp < start.timestamp || (next && picture.timestamp >= next.timestamp)) {
        aheadBytes -= picture.bytes;
        room.notify();
        picture.drop();
        return;
      }
      work.ready.push(picture);
      if (works[0] === work) {
        arrived.notify();
      }
    };
    const run = async (): Promise<void> => {
      const session = sessions.take(choice.held, waiting);
      // Fed to the session and not over.
      const mine: Work[] = [];
      // Bytes of pictures that were taken and belong to no piece yet: after an error nobody reads them.
      let unplaced = 0;
      const stretches = async function* () {
        for (let work = await nextWork(); work; work = await nextWork()) {
          mine.push(work);
          yield packetsOf(file, work.piece);
        }
      };
      const admit: Admission = async take => {
        while (!stopped && roomFor(mine[0]) < 1) {
          await room.wait();
        }
        // They count from here on, before anybody else asks.
        const taken = take(stopped ? 1 : roomFor(mine[0]));
        for (const picture of taken) {
          if (!picture) {
            continue;
          }
          size = Math.max(size, picture.bytes);
          aheadBytes += picture.bytes;
          unplaced += picture.bytes;
        }
        return taken;
      };
      const finish = (error?: unknown) => {
        const work = mine.shift();
        if (work) {
          Object.assign(work, { done: true, error });
        }
        arrived.notify();
      };
      try {
        for await (const picture of session.decodeAll(stretches(), admit)) {
          if (picture) {
            unplaced -= picture.bytes;
            place(picture, mine[0]);
          } else {
            finish();
          }
          if (stopped) {
            return;
          }
        }
      } catch (error) {
        if (mine.length === 0) {
          throw error;
        }
        // Later pieces are not decoded any more: nobody gets beyond the one that failed.
        finish(error);
      } finally {
        aheadBytes -= unplaced;
        room.notify();
        sessions.give(session);
      }
    };

    let failure: unknown;
    let running = options.sessions;
    const runs = Array.from({ length: options.sessions }, () =>
      run()
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          running--;
          arrived.notify();
        }),
    );
    try {
      for (;;) {
        const work = works[0];
        const picture = work?.ready.shift();
        if (picture) {
          aheadBytes -= picture.bytes;
          room.notify();
          yield picture;
        } else if (work?.error) {
          throw work.error;
        } else if (work?.done) {
          works.shift();
          room.notify();
        } else if (!work && (failure || running === 0)) {
          if (failure) {
            throw failure;
          }
          return;
        } else {
          await arrived.wait();
        }
      }
    } finally {
      stopped = true;
      room.notify();
      for (const work of works) {
        for (const picture of work.ready.splice(0)) {
          picture.drop();
        }
      }
      await Promise.allSettled(runs);
      await pieces.return();
    }
  },
});

/**
 * The picture in memory of its own; NVDEC gets the surface back.
 *
 * @param reported Whether the collector is to know of that memory.
 */
export const copySurface = (device: Device, surface: Surface, stream: Stream, reported: boolean): Surface => {
  const source = surface.planes[0].memory;
  try {
    const { bytes } = surface;
    const native = stream._native();
    const memory = device._allocate(native, bytes, reported);
    guarded(() => native.copy(memory, 0, bytes, source, 0, bytes, bytes, 1));
    const address = Number(memory.pointer);
    const moved = address - surface.address;
    const planes = surface.planes.map(plane => ({
      memory,
      address: plane.address + moved,
      pitch: plane.pitch,
    }));
    return { ...surface, planes, address, own: true };
  } finally {
    source.dispose();
  }
};
