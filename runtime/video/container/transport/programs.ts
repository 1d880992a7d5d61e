/** What a transport stream carries: its programs and their streams (ISO/IEC 13818-1, 2.4.4). */
import type { ContainedCodec } from '../codecs.js';
import type { TransportPacket } from './packets.js';

/** One elementary stream of a program. */
export type Stream = {
  readonly pid: number;
  readonly program: number;
  readonly kind: 'video' | 'audio' | 'other';
  readonly codec?: 'avc' | 'hevc';
  readonly name: string;
};

type Kind = Omit<Stream, 'pid' | 'program'>;
const video = (name: string, codec?: Extract<ContainedCodec, 'avc' | 'hevc'>): Kind => ({
  kind: 'video',
  name,
  ...(codec ? { codec } : {}),
});
const audio = (name: string): Kind => ({ kind: 'audio', name });

/** `stream_type` (table 2-34, and what ATSC, SMPTE and AVS add). */
const kinds: Readonly<Record<number, Kind>> = {
  1: video('MPEG-1'),
  2: video('MPEG-2'),
  3: audio('MPEG audio'),
  4: audio('MPEG audio'),
  15: audio('AAC'),
  16: video('MPEG-4 Part 2'),
  17: audio('AAC'),
  27: video('H.264', 'avc'),
  30: video('auxiliary video'),
  31: video('scalable H.264'),
  32: video('multiview H.264'),
  33: video('JPEG 2000'),
  36: video('HEVC', 'hevc'),
  50: video('JPEG XS'),
  51: video('VVC'),
  66: video('AVS'),
  129: audio('AC-3'),
  135: audio('E-AC-3'),
  209: video('Dirac'),
  210: video('AVS2'),
  212: video('AVS3'),
  234: video('VC-1'),
};

/** Registrations of private streams that are video. */
const registered: Readonly<Record<string, Kind>> = {
  HEVC: video('HEVC', 'hevc'),
  AV01: video('AV1 in a transport stream'),
  VP09: video('VP9 in a transport stream'),
  'VC-1': video('VC-1'),
  drac: video('Dirac'),
};

/** Puts sections together out of the packets of one PID. */
class Sections {
  #bytes: Buffer = Buffer.alloc(0);
  #active = false;

  /** The sections that end in a packet. */
  push({ payload, starts }: TransportPacket): readonly Buffer[] {
    const done: Buffer[] = [];
    let piece = payload;
    if (starts) {
      const pointer = payload[0] ?? 0;
      this.#bytes = Buffer.alloc(0);
      this.#active = true;
      piece = payload.subarray(1 + pointer);
    }
    if (!this.#active) {
      return done;
    }
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    for (;;) {
      // 0xff fills what is left of the last packet.
      if (this.#bytes.length < 3 || this.#bytes[0] === 0xff) {
        return done;
      }
      const length = 3 + (this.#bytes.readUInt16BE(1) & 0xfff);
      if (this.#bytes.length < length) {
        return done;
      }
      done.push(this.#bytes.subarray(0, length));
      this.#bytes = this.#bytes.subarray(length);
    }
  }
}

/** Reads the tables of a transport stream. */
export class Programs {
  readonly #sections = new Map<number, Sections>([[0, new Sections()]]);
  readonly #programs = new Map<number, number>();
  readonly #streams = new Map<number, Stream>();
  readonly #described = new Set<number>();

  /** All programs that are announced are described. */
  get complete(): boolean {
    return (
      this.#programs.size > 0 && [...this.#programs.values()].every(program => this.#described.has(program))
    );
  }
  /** In the order of programs, and of streams in each. */
  get streams(): readonly Stream[] {
    return [...this.#streams.values()];
  }

  push(packet: TransportPacket): void {
    for (const section of this.#sections.get(packet.pid)?.push(packet) ?? []) {
      // current_next_indicator: tables of the future are passed over.
      if (section.length < 12 || ((section[5] as number) & 1) === 0) {
        continue;
      }
      if (packet.pid === 0 && section[0] === 0) {
        this.#readPrograms(section);
      } else if (section[0] === 2) {
        this.#readStreams(section);
      }
    }
  }

  #readPrograms(section: Buffer): void {
    for (let at = 8; at + 8 <= section.length; at += 4) {
      const program = section.readUInt16BE(at);
      const pid = section.readUInt16BE(at + 2) & 0x1fff;
      if (program !== 0 && !this.#programs.has(pid)) {
        this.#programs.set(pid, program);
        this.#sections.set(pid, new Sections());
      }
    }
  }

  #readStreams(section: Buffer): void {
    const program = section.readUInt16BE(3);
    this.#described.add(program);
    for (let at = 12 + (section.readUInt16BE(10) & 0xfff); at + 9 <= section.length; ) {
      const type = section[at] as number;
      const pid = section.readUInt16BE(at + 1) & 0x1fff;
      const length = section.readUInt16BE(at + 3) & 0xfff;
      const kind = (type === 6 && registrationOf(section.subarray(at + 5, at + 5 + length))) || kinds[type];
      if (!this.#streams.has(pid)) {
        this.#streams.set(pid, { pid, program, ...(kind ?? { kind: 'other', name: `type ${type}` }) });
      }
      at += 5 + length;
    }
  }
}

const registrationOf = (descriptors: Buffer): Kind | undefined => {
  for (let at = 0; at + 6 <= descriptors.length; at += 2 + (descriptors[at + 1] as number)) {
    if (descriptors[at] === 5) {
      return registered[descriptors.toString('latin1', at + 2, at + 6)];
    }
  }
  return undefined;
};
