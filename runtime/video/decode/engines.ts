/**
 * One video over several of the chip's decoding engines: it is cut at key frames, and each engine decodes one piece after
 * another. Pictures come out in order. The decoders' own threads copy them out of NVDEC's memory, so that many can be decoded
 * ahead, up to a budget of bytes.
 */
import type { Device } from '../../device/device.js';
import type { PlacedPlane } from '../../device/placed.js';
import type { Stream } from '../../device/stream.js';
import { guarded } from '../../errors.js';
import type { Packet } from '../container/packet.js';
import type { VideoFile } from '../container/videoFile.js';
import {
  type Admission,
  mostWaiting,
  type NvdecPicture,
  type NvdecSession,
  type NvdecSessions,
  type Surface,
  unknownPicture,
} from './nvdecDecoder.js';
import type { PictureDecoder, Piece } from './pictureDecoder.js';
import { Signal } from './signal.js';

/** How far to go. */
export type EngineOptions = {
  /** How many decoders work at once. */
  readonly sessions: number;
  /** Bytes of pictures decoded ahead, wherever they wait. */
  readonly budget: number;
};

/** The number of decoders that keep these engines busy: one that ends a piece, and begins the next, leaves its engine idle for a moment. */
export const sessionsFor = (engines: number): number => engines + Math.ceil(engines / 3);

/** A stretch of the file, from one key frame to another that begins the next one. */
type Stretch = { readonly start: Packet; readonly next?: Packet };

// Later pieces leave room for this number of pictures of the one that is being read, in at most half of the budget.
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
  // The bytes of 4:2:0 in 16 bits.
  const bytesPerSecond = setup.width * setup.height * 3 * frameRate;
  return Math.min(3, Math.max(1, budget / 2 / sessions / bytesPerSecond));
};

async function* stretchesOf(
  file: VideoFile,
  from: number | undefined,
  to: number,
  shortest: number,
): AsyncGenerator<Stretch, void> {
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
    // The last stretch has all packets that can be read: whoever reads them meets the error in its place.
    if (!start) {
      throw error;
    }
  }
  if (start) {
    yield { start };
  }
}

/**
 * The packets of a stretch in decode order. In an open group of pictures some that follow the next key frame are shown before
 * it, and refer to it and to what precedes it: they belong to this stretch, and the key frame comes along for them.
 */
async function* packetsOf(
  file: VideoFile,
  { start, next }: Stretch,
): AsyncGenerator<Packet, void, undefined> {
  let key: Packet | undefined;
  for await (const packet of file.packetsAt(start.place)) {
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

/** All pictures of a stretch of time, in pieces of their own. */
async function* piecesOf(
  file: VideoFile,
  from: number | undefined,
  to: number,
  shortest: number,
): AsyncGenerator<Piece<true>, void, undefined> {
  for await (const stretch of stretchesOf(file, from, to, shortest)) {
    const { start, next } = stretch;
    yield {
      packets: () => packetsOf(file, stretch),
      pick: ({ timestamp }) =>
        timestamp < start.timestamp || (next && timestamp >= next.timestamp) ? undefined : true,
    };
  }
}

/** A piece with what is decoded of it and not read yet. */
type Work<Pick> = {
  readonly piece: Piece<Pick>;
  readonly ready: (readonly [NvdecPicture, Pick])[];
  done: boolean;
  error?: unknown;
};

/** Decodes a file on several engines. */
export const engineDecoder = (sessions: NvdecSessions, options: EngineOptions): PictureDecoder<Surface> => {
  const { file } = sessions;
  const shortest = shortestPiece(file, options);
  return {
    shortestPiece: shortest,
    close: () => sessions.close(),
    decode: async function* (from, to, choice) {
      for await (const [picture] of decodePieces(
        sessions,
        options,
        piecesOf(file, from, to, shortest),
        choice,
      )) {
        yield picture;
      }
    },
    decodePieces: (pieces, choice) => decodePieces(sessions, options, pieces, choice),
  };
};

async function* decodePieces<Pick>(
  sessions: NvdecSessions,
  options: EngineOptions,
  pieces: AsyncGenerator<Piece<Pick>, void, undefined>,
  choice: { readonly held: number },
): AsyncGenerator<readonly [NvdecPicture, Pick], void, undefined> {
  const { file } = sessions;
  const waiting = waitingBytes(file, options);
  const budget = options.budget - options.sessions * waiting;
  const works: Work<Pick>[] = [];
  // For the reader: the first piece has more, or is over. For the decoders: there is room for more.
  const arrived = new Signal();
  const room = new Signal();
  let stopped = false;
  // The bytes of pictures that were taken from the decoders and not read yet, and those of the largest one.
  let aheadBytes = 0;
  let size = pictureBytes(file);
  // Pieces are given out one at a time, in order.
  let turn: Promise<unknown> = Promise.resolve();
  const nextWork = (): Promise<Work<Pick> | undefined> => {
    const mine = turn.then(async () => {
      if (stopped) {
        return undefined;
      }
      const { value } = await pieces.next();
      if (!value) {
        return undefined;
      }
      const work: Work<Pick> = { piece: value, ready: [], done: false };
      works.push(work);
      arrived.notify();
      return work;
    });
    turn = mine.catch(() => {});
    return mine;
  };

  /** How many more pictures of a piece may be taken. */
  const roomFor = (work: Work<Pick> | undefined): number => {
    const free = Math.floor((budget - aheadBytes) / size);
    const least = Math.min(leastAhead, Math.max(1, Math.floor(budget / 2 / size)));
    return work !== undefined && works[0] === work ? Math.max(free, least - work.ready.length) : free - least;
  };
  const place = (picture: NvdecPicture, work: Work<Pick>): void => {
    const picked = stopped ? undefined : work.piece.pick(picture);
    if (picked === undefined) {
      aheadBytes -= picture.bytes;
      room.notify();
      picture.drop();
      return;
    }
    work.ready.push([picture, picked]);
    if (works[0] === work) {
      arrived.notify();
    }
  };
  const run = async (): Promise<void> => {
    // To make a decoder takes its time: one without work is not made.
    const first = await nextWork();
    if (!first) {
      return;
    }
    let session: NvdecSession;
    try {
      session = sessions.take(choice.held, waiting);
    } catch (error) {
      Object.assign(first, { done: true, error });
      arrived.notify();
      return;
    }
    // Fed to the session and not over.
    const mine: Work<Pick>[] = [];
    // Bytes of pictures that were taken and belong to no piece yet: after an error nobody reads them.
    let unplaced = 0;
    const stretches = async function* () {
      for (let work: Work<Pick> | undefined = first; work; work = await nextWork()) {
        mine.push(work);
        yield work.piece.packets();
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
        const [work] = mine;
        if (!picture) {
          finish();
        } else if (work) {
          unplaced -= picture.bytes;
          place(picture, work);
        } else {
          picture.drop();
          unknownPicture();
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
      const ready = work?.ready.shift();
      if (ready) {
        aheadBytes -= ready[0].bytes;
        room.notify();
        yield ready;
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
      for (const [picture] of work.ready.splice(0)) {
        picture.drop();
      }
    }
    await Promise.allSettled(runs);
    await pieces.return();
  }
}

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
    const placed = (plane: PlacedPlane): PlacedPlane => ({
      memory,
      address: plane.address + moved,
      pitch: plane.pitch,
    });
    const [first, ...others] = surface.planes;
    return { ...surface, planes: [placed(first), ...others.map(placed)], address, own: true };
  } finally {
    source.dispose();
  }
};
