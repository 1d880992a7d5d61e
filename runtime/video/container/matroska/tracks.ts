/** What `Tracks` of a Matroska file says (RFC 9559, 5.1.4). */
import { colourOfCodes } from '../../decode/h273.js';
import type { ContainedCodec } from '../codecs.js';
import { elementsIn, floatOf, uintOf } from './ebml.js';
import { type Encoding, joinEncodings, readEncoding, type Unpack } from './packing.js';

/** A track, whatever it holds. */
export type TrackEntry = {
  readonly number: number;
  /** 1: video, 2: audio, 17: subtitles. */
  readonly type: number;
  readonly enabled: boolean;
  readonly codec?: ContainedCodec;
  readonly codecName: string;
  readonly refusal?: string;
  readonly description?: Uint8Array;
  /** Nanoseconds; 0: not said. */
  readonly defaultDuration: number;
  readonly width: number;
  readonly height: number;
  readonly colour: ReturnType<typeof colourOfCodes>;
  readonly matrix?: readonly number[];
  readonly transparent: boolean;
  /** Undefined: frames are as they lie. */
  readonly unpack?: Unpack;
};

const codecs: Readonly<Record<string, ContainedCodec>> = {
  'V_MPEG4/ISO/AVC': 'avc',
  'V_MPEGH/ISO/HEVC': 'hevc',
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
};
const described: readonly ContainedCodec[] = ['avc', 'hevc', 'av1'];
const readColour = (body: Buffer, what: string, place: number): TrackEntry['colour'] => {
  const codes = { matrix: 2, primaries: 2, transfer: 2, fullRange: null as boolean | null };
  for (const { id, body: value } of elementsIn(body, what, place)) {
    const code = uintOf(value);
    if (id === 0x55b1) {
      codes.matrix = code;
    } else if (id === 0x55bb) {
      codes.primaries = code;
    } else if (id === 0x55ba) {
      codes.transfer = code;
    } else if (id === 0x55b9 && (code === 1 || code === 2)) {
      codes.fullRange = code === 2;
    }
  }
  return colourOfCodes(codes);
};

/**
 * How a projection turns flat pictures: about the upright axis (yaw) and the level one (pitch), where half turns are mirror images and
 * no other turn leaves a picture flat; and then in their plane (roll), against the clock. Undefined for pictures of a sphere.
 */
const matrixOf = (projection: Buffer, what: string, place: number): readonly number[] | undefined => {
  let kind = 0;
  const pose = { yaw: 0, pitch: 0, roll: 0 };
  for (const { id, body } of elementsIn(projection, what, place)) {
    if (id === 0x7671) {
      kind = uintOf(body);
    } else if (id === 0x7673) {
      pose.yaw = floatOf(body);
    } else if (id === 0x7674) {
      pose.pitch = floatOf(body);
    } else if (id === 0x7675) {
      pose.roll = floatOf(body);
    }
  }
  if (kind !== 0) {
    return undefined;
  }
  const mirrored = (degrees: number): number =>
    degrees === 0 ? 1 : Math.abs(degrees) === 180 ? -1 : Number.NaN;
  const [across, down] = [mirrored(pose.yaw), mirrored(pose.pitch)];
  const angle = (-pose.roll * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [across * cos, across * sin, 0, -down * sin, down * cos, 0, 0, 0, 1];
};

/** @param place Where the entry lies in the file, for messages. */
export const readTrackEntry = (entry: Buffer, what: string, place: number): TrackEntry => {
  const found = {
    number: 0,
    type: 0,
    enabled: true,
    codecName: '',
    defaultDuration: 0,
    width: 0,
    height: 0,
    colour: {} as TrackEntry['colour'],
    transparent: false,
  };
  let description: Buffer | undefined;
  let matrix: readonly number[] | undefined;
  const encodings: Encoding[] = [];
  for (const { id, body } of elementsIn(entry, what, place)) {
    if (id === 0xd7) {
      found.number = uintOf(body);
    } else if (id === 0x83) {
      found.type = uintOf(body);
    } else if (id === 0xb9) {
      found.enabled = uintOf(body) !== 0;
    } else if (id === 0x86) {
      found.codecName = body.toString('latin1').replace(/\0+$/, '');
    } else if (id === 0x63a2) {
      description = body;
    } else if (id === 0x23e383) {
      found.defaultDuration = uintOf(body);
    } else if (id === 0xe0) {
      for (const { id: part, body: value } of elementsIn(body, what, place)) {
        if (part === 0xb0) {
          found.width = uintOf(value);
        } else if (part === 0xba) {
          found.height = uintOf(value);
        } else if (part === 0x53c0) {
          found.transparent = uintOf(value) !== 0;
        } else if (part === 0x55b0) {
          found.colour = readColour(value, what, place);
        } else if (part === 0x7670) {
          matrix = matrixOf(value, what, place);
        }
      }
    } else if (id === 0x6d80) {
      for (const { id: part, body: value } of elementsIn(body, what, place)) {
        if (part === 0x6240) {
          encodings.push(readEncoding([...elementsIn(value, what, place)], what, place));
        }
      }
    }
  }
  const codec = codecs[found.codecName];
  return {
    ...found,
    ...(codec ? { codec } : {}),
    ...joinEncodings(encodings),
    ...(matrix ? { matrix } : {}),
    ...(codec && description && described.includes(codec) ? { description } : {}),
  };
};
