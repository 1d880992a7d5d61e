/** Decoding by NVDEC: packets of a file to surfaces on the GPU, which pipelines read where they are. */
import type { NativeDecoder, NativePicture, NativePictureFormat } from '../../device/addon.js';
import type { Device } from '../../device/device.js';
import type { PlacedPlane } from '../../device/placed.js';
import { type ColourDescription, describeColour, type StreamColour } from '../../device/videoColour.js';
import { CuweaveError, DeviceUnavailableError, guarded, guardedAsync } from '../../errors.js';
import { type Packet, type PacketTiming, timingOf } from '../container/packet.js';
import type { DecoderSetup, VideoFile } from '../container/videoFile.js';
import { VideoError } from '../videoError.js';
import { CropReader } from './cropping.js';
import { colourOfCodes } from './h273.js';
import type { ChromaFormat } from './headers/sequence.js';
import { sequenceHeader } from './headers/sequenceHeader.js';
import { nvdecCapabilities } from './nvdec.js';
import { type BitstreamSetup, bitstreamSetup } from './parameterSets.js';
import type { PictureDecoder, Piece, TimedPicture } from './pictureDecoder.js';
import { surfacesFor } from './surfaces.js';

/** A picture in NVDEC's memory, or a copy of one; its planes share one allocation. */
export type Surface = {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [PlacedPlane, ...PlacedPlane[]];
  /** The address of all planes together, and their bytes. */
  readonly address: number;
  readonly bytes: number;
  /** It is a copy, and takes no surface from the decoder. */
  readonly own?: true;
};

/**
 * The planes of a surface, or of a copy of one: luma first, chroma behind it at the same pitch, from where the picture begins on.
 * H.264 and HEVC crop by whole samples of chroma.
 */
export const surfaceOf = (
  { format, memory, address, bytes, pitch }: NativePicture,
  isCopy = false,
): Surface => {
  const { name, width, height, left, top, surfaceHeight } = format;
  const isFull = name.startsWith('yuv444p');
  const across = left * (name === 'nv12' || name === 'yuv444p' ? 1 : 2);
  const plane = (n: number): PlacedPlane => {
    const down = n === 0 || isFull ? top : top / 2;
    return { memory, address: address + (n * surfaceHeight + down) * pitch + across, pitch };
  };
  const planes: Surface['planes'] = isFull ? [plane(0), plane(1), plane(2)] : [plane(0), plane(1)];
  return { format: name, width, height, planes, address, bytes, ...(isCopy ? { own: true } : {}) };
};

/**
 * Says what a bitstream's colours are; `container` is believed first. Pictures of a stream share their format, so that it is
 * looked at once for all of them.
 */
export const colourReader = (
  container: StreamColour,
): ((format: NativePictureFormat) => ColourDescription) => {
  let last: { readonly format: NativePictureFormat; readonly colour: ColourDescription } | undefined;
  return format => {
    if (last?.format !== format) {
      last = { format, colour: surfaceColour(format, container) };
    }
    return last.colour;
  };
};

const surfaceColour = (format: NativePictureFormat, container: StreamColour): ColourDescription => {
  const { primaries, transfer, height } = format;
  // Without a description the codes are 2 or 0, and the range's bit is 0: that says "limited" only where something else is said too.
  // A matrix of 0 is RGB where the primaries beside it are named, or said to be unspecified.
  const isDefault = primaries === 0 && transfer === 0;
  const matrix = isDefault && format.matrix === 0 ? 2 : format.matrix;
  const described = matrix !== 2 || [primaries, transfer].some(code => code !== 2 && code !== 0);
  const fullRange = format.fullRange ? true : described ? false : null;
  const said = [container, colourOfCodes({ matrix, primaries, transfer, fullRange })];
  return describeColour(said, height, format.name === 'yuv444p16' ? format.bitDepth : undefined);
};

/** Turns NVDEC's error about data that it cannot make sense of into an error of the video; others stay. */
export const refusal = (error: unknown): unknown =>
  error instanceof CuweaveError && error.constructor === CuweaveError
    ? new VideoError('corrupt', `NVDEC refused the video: ${error.message}`, { cause: error })
    : error;

// Packets that wait in the decoder, so that the engine never does.
const ahead = 32;
/** Copies of pictures that may wait in a decoder to be taken: at a thousand a second they outlast a pause of JavaScript's of 30 ms. */
export const mostWaiting = 32;

/** Takes pictures out of a session, once there is room for them: at least one if there is any. */
export type Admission = (
  take: (most: number) => readonly (NativePicture | null)[],
) => Promise<readonly (NativePicture | null)[]>;
const atOnce: Admission = async take => take(ahead);

type Packets = AsyncGenerator<Packet, void, undefined>;
/** @throws {VideoError} */
export const unknownPicture = (): never => {
  throw new VideoError('corrupt', 'NVDEC gave a picture of a packet that it was not given');
};

/** Packets without a picture so far, by their numbers, and the number of the first of all. */
type Stretch = { readonly timings: Map<number, PacketTiming>; readonly start: number };

/** A picture of NVDEC's: valid until it is read or dropped, beyond the next one too. */
export class NvdecPicture implements TimedPicture<Surface> {
  readonly timestamp: number;
  readonly duration: number;
  readonly sequenceNumber: number;
  readonly shown: boolean;

  constructor(
    private readonly native: NativePicture,
    { timestamp, duration, sequenceNumber, shown }: PacketTiming,
    private readonly isCopy: boolean,
    private readonly colourOf: ReturnType<typeof colourReader>,
  ) {
    this.timestamp = timestamp;
    this.duration = duration;
    this.sequenceNumber = sequenceNumber;
    this.shown = shown;
  }

  get damaged(): boolean {
    return this.native.damaged;
  }
  /** What it takes of the device's memory. */
  get bytes(): number {
    return this.native.bytes;
  }
  read(): ReturnType<TimedPicture<Surface>['read']> {
    return { image: surfaceOf(this.native, this.isCopy), colour: this.colourOf(this.native.format) };
  }
  drop(): void {
    this.native.memory.dispose();
  }
}

/** One decoder of NVDEC's, for one stretch of packets after another. */
export class NvdecSession {
  readonly #native: NativeDecoder;
  readonly #bitstream: BitstreamSetup;
  readonly #colourOf: ReturnType<typeof colourReader>;
  #disposed = false;
  /** Something went wrong: it is not to be used again. */
  broken = false;

  /**
   * @param surfaces How many pictures may be out of the decoder at once; when none is left, decoding waits.
   * @param copies Where given, pictures are copied out of the decoder, to be kept as long as anybody likes. At most {@link mostWaiting} of them,
   *   with this number of bytes, wait to be taken; one may always.
   */
  constructor(
    device: Device,
    private readonly setup: DecoderSetup,
    colour: StreamColour,
    readonly surfaces: number,
    readonly copies?: number,
  ) {
    this.#bitstream = bitstreamSetup(setup.codec, setup.description);
    this.#colourOf = colourReader(colour);
    const waiting = copies === undefined ? undefined : mostWaiting;
    this.#native = guarded(() =>
      device._native().createDecoder(setup.codec, surfaces, true, false, waiting, copies),
    );
  }

  /**
   * The pictures of one stretch of packets after another. Each stretch begins with a key frame; `null` is the end of a
   * stretch. The next stretch is fed while the last pictures of one are decoded, so that the engine always has work.
   */
  async *decodeAll(
    stretches: AsyncGenerator<Packets, void, undefined>,
    admit: Admission = atOnce,
  ): AsyncGenerator<NvdecPicture | null, void, undefined> {
    const native = this.#native;
    const { lengthSize, header } = this.#bitstream;
    // The stretches that are not over.
    const open: Stretch[] = [];
    let feeding: Packets | undefined;
    let crops: CropReader | undefined;
    let number = 0;
    let fed = false;
    // What keeps packets from being read; those before it are decoded first.
    let unread: { readonly error: unknown } | undefined;
    const read = async <T>(from: AsyncGenerator<T, void, undefined>): Promise<T | undefined> => {
      try {
        return (await from.next()).value ?? undefined;
      } catch (error) {
        unread = { error };
        fed = true;
        return undefined;
      }
    };
    const feed = async (): Promise<void> => {
      if (!feeding) {
        feeding = await read(stretches);
        if (!feeding) {
          fed = true;
          return;
        }
        open.push({ timings: new Map(), start: number });
        crops = new CropReader(this.setup.codec, header);
      }
      const packet = await read(feeding);
      if (!packet) {
        feeding = undefined;
        guarded(() => native.push(new Uint8Array(0), 0, 0, true, undefined));
        return;
      }
      const { timings, start } = open.at(-1) ?? unknownPicture();
      timings.set(number, timingOf(packet));
      const first = number === start ? header : undefined;
      // A sequence begins with a key frame.
      const window = packet.type === 'key' || first ? crops?.packet(packet.data, lengthSize) : crops?.window;
      guarded(() => native.push(packet.data, number, lengthSize, false, first, window));
      number++;
    };
    let taken: readonly (NativePicture | null)[] = [];
    let at = 0;
    try {
      for (;;) {
        while (!fed && native.queued < ahead) {
          await feed();
        }
        if (fed && open.length === 0) {
          if (unread) {
            throw unread.error;
          }
          return;
        }
        taken = await admit(most => guarded(() => native.take(Math.min(most, ahead))));
        for (at = 0; at < taken.length; ) {
          const picture = taken[at++];
          if (!picture) {
            if (unread && open.length === 1) {
              throw unread.error;
            }
            this.#checkComplete(open.shift() as Stretch);
            yield null;
            continue;
          }
          const [stretch] = open;
          const timing = stretch?.timings.get(picture.id);
          if (!stretch || !timing) {
            picture.memory.dispose();
            return unknownPicture();
          }
          stretch.timings.delete(picture.id);
          yield new NvdecPicture(picture, timing, this.copies !== undefined, this.#colourOf);
        }
        if (taken.length === 0) {
          await guardedAsync(() => native.wait(fed ? undefined : ahead / 2));
        }
      }
    } catch (error) {
      this.broken = true;
      throw refusal(error);
    } finally {
      for (const picture of taken.slice(at)) {
        picture?.memory.dispose();
      }
      // Left in the middle: what is on its way is of no use.
      if (open.length > 0 && !this.#disposed) {
        native.reset();
      }
      await feeding?.return();
      await stretches.return();
    }
  }

  /** Ends the decoder; pictures that were read stay good. */
  dispose(): void {
    this.#disposed = true;
    this.#native.dispose();
  }

  /** Every packet of H.264 is a picture: one that never came out was lost to damage. */
  #checkComplete({ timings, start }: Stretch): void {
    if (this.setup.codec !== 'avc' || timings.size === 0) {
      return;
    }
    const first = timings.get(start)?.timestamp;
    const lost = [...timings.values()].filter(
      ({ timestamp, shown }) => shown && (first === undefined || timestamp >= first),
    );
    if (lost.length === 0) {
      return;
    }
    const times = lost.slice(0, 4).map(({ timestamp }) => timestamp.toFixed(3));
    throw new VideoError(
      'corrupt',
      `NVDEC gave no picture for ${lost.length} packets, at ${times.join(', ')} s${
        lost.length > times.length ? ' …' : ''
      }: the data is damaged`,
    );
  }
}

/** The sessions of one file, which serve one stretch after another: to make a decoder takes tens of milliseconds. */
export class NvdecSessions {
  readonly #idle: NvdecSession[] = [];
  readonly #busy = new Set<NvdecSession>();
  #closed = false;

  constructor(
    readonly device: Device,
    readonly file: VideoFile,
  ) {}

  /** A session for somebody who keeps `held` pictures at a time, or any number of copies, of at most `copies` bytes while they wait. */
  take(held: number, copies?: number): NvdecSession {
    if (this.#closed) {
      throw new VideoError('disposed', 'The VideoReader was disposed of');
    }
    const surfaces = surfacesFor(copies === undefined ? held : 1);
    const at = this.#idle.findIndex(session => session.surfaces === surfaces && session.copies === copies);
    const { setup, colour } = this.file;
    const [idle] = at < 0 ? [] : this.#idle.splice(at, 1);
    const session = idle ?? new NvdecSession(this.device, setup, colour, surfaces, copies);
    this.#busy.add(session);
    return session;
  }

  give(session: NvdecSession): void {
    this.#busy.delete(session);
    if (this.#closed || session.broken) {
      session.dispose();
    } else {
      this.#idle.push(session);
    }
  }

  /** Ends them all, those in use too: their pictures end with an error. */
  close(): void {
    this.#closed = true;
    for (const session of [...this.#idle.splice(0), ...this.#busy]) {
      session.dispose();
    }
  }
}

async function* only(packets: Packets): AsyncGenerator<Packets, void, undefined> {
  yield packets;
}

/** Decodes a file on one engine. */
export const nvdecDecoder = (sessions: NvdecSessions): PictureDecoder<Surface> => ({
  decode: async function* (from, _to, { held }) {
    const session = sessions.take(held);
    try {
      for await (const picture of session.decodeAll(only(sessions.file.packets(from)))) {
        if (picture) {
          yield picture;
        }
      }
    } finally {
      sessions.give(session);
    }
  },
  decodePieces: async function* <Pick>(
    pieces: AsyncGenerator<Piece<Pick>, void, undefined>,
    { held }: { readonly held: number },
  ) {
    const session = sessions.take(held);
    // Fed to the session and not over.
    const open: Piece<Pick>[] = [];
    const stretches = async function* () {
      for await (const piece of pieces) {
        open.push(piece);
        yield piece.packets();
      }
    };
    try {
      for await (const picture of session.decodeAll(stretches())) {
        if (!picture) {
          open.shift();
          continue;
        }
        const picked = open[0]?.pick(picture);
        if (picked === undefined) {
          picture.drop();
        } else {
          yield [picture, picked] as const;
        }
      }
    } finally {
      sessions.give(session);
    }
  },
  close: () => sessions.close(),
});

/** NVDEC's numbers for chroma formats; others it does not know. */
const chromaFormats: readonly ChromaFormat[] = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'];

/**
 * Refuses what the bitstream's header says and the chip does not decode: of some such streams NVDEC's parser makes nothing, and does
 * not say so.
 */
const requireDecodable = (device: Device, { what, setup }: VideoFile, packet: Uint8Array): void => {
  const { codec, description } = setup;
  const header = sequenceHeader(codec, packet, description);
  if (!header || header.chroma === '4:0:0') {
    return;
  }
  const { chroma, bitDepth } = header;
  const known = nvdecCapabilities(device, codec);
  const isDecoded = known.some(
    one => one.supported && one.chroma === chromaFormats.indexOf(chroma) && one.bitDepth === bitDepth,
  );
  if (!isDecoded) {
    const kind = `${bitDepth}-bit ${chroma} ${codec}`;
    throw new DeviceUnavailableError(
      `${device.name} does not decode ${kind}, which ${what} holds`,
      'unsupportedByDevice',
    );
  }
};

/**
 * Decodes the first key frame, so that it is known whether this GPU decodes this video at all.
 *
 * @throws {DeviceUnavailableError} Without NVDEC, or where the chip does not decode such a video; `reason` says which.
 */
export const probeNvdec = async (sessions: NvdecSessions): Promise<void> => {
  const { device, file } = sessions;
  const session = sessions.take(1);
  const keys = file.keys();
  const first = async function* () {
    const { value } = await keys.next();
    if (value) {
      requireDecodable(device, file, value.data);
      yield value;
    }
  };
  try {
    for await (const picture of session.decodeAll(only(first()))) {
      picture?.drop();
    }
  } finally {
    await keys.return();
    sessions.give(session);
  }
};
