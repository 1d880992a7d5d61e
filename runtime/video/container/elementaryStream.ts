/**
 * Streams without a container: H.264 and HEVC as NAL units behind start codes (ITU-T H.264 and H.265, annex B). They have no
 * index: the file is read once, and cut into packets of one picture each.
 */
import { setImmediate } from 'node:timers/promises';
import { unitsOf } from '../decode/headers/nalUnits.js';
import { sequenceHeader } from '../decode/headers/sequenceHeader.js';
import { beyondLimit } from '../limits.js';
import { VideoError } from '../videoError.js';
import { type AccessUnit, AccessUnits, restlessSets } from './accessUnits.js';
import { avcUnit, hevcUnit } from './pictureUnits.js';
import { type ContainerInput, groupSize, type Sample, type Tracks } from './samples.js';

// Without a container nothing but the sequence says how fast pictures follow one another, and it need not.
const assumedRate = 25;
// A clock that says less or more is not believed.
const [slowest, fastest] = [1, 1000];
const pieceBytes = 2 ** 22;

/** Whether the first NAL units are parameter sets or delimiters of that codec, and nothing that it forbids. */
const looksLike = (bytes: Buffer, codec: 'avc' | 'hevc'): boolean => {
  const units = unitsOf(bytes.subarray(0, 4096)).slice(0, 4);
  const kinds = units.map(({ header }) => (codec === 'avc' ? avcUnit : hevcUnit)(bytes, header));
  const clean = units.every(({ header }) => ((bytes[header] as number) & 0x80) === 0);
  const sets = kinds.some(({ set }) => set === 'sequence' || set === 'video');
  return clean && units.length >= 2 && units[0]?.start === 0 && sets;
};

/** The codec of an elementary stream, by the first bytes of its file. */
export const elementaryCodec = (head: Buffer): 'avc' | 'hevc' | undefined =>
  // HEVC first: what H.264 would make of its parameter sets is no beginning of a stream.
  (['hevc', 'avc'] as const).find(codec => looksLike(head, codec));

/** The pictures of a stream. */
export const readElementary = async (
  codec: 'avc' | 'hevc',
  { bytes, what, limits }: ContainerInput,
): Promise<readonly AccessUnit[]> => {
  const most = limits.megabytes * 1e6;
  const tooLarge = (): Error =>
    beyondLimit(what, 'megabytes', limits.megabytes, `${Math.ceil(bytes.size / 1e6)}`);
  if (bytes.size > most) {
    throw tooLarge();
  }
  const reader = new AccessUnits(codec, most, found => (found === 'sets' ? restlessSets(what) : tooLarge()));
  const units: AccessUnit[] = [];
  const add = (more: readonly AccessUnit[]): void => {
    for (const unit of more) {
      units.push(unit);
    }
    if (units.length > limits.samples) {
      throw beyondLimit(what, 'samples', limits.samples, 'more');
    }
  };
  for (let at = 0; at < bytes.size; at += pieceBytes) {
    add(reader.push(await bytes.read(at, pieceBytes), at));
    // Other work of the process passes.
    await setImmediate();
  }
  add(reader.end());
  return units;
};

const joined = ({ before, data }: AccessUnit): Uint8Array => (before ? Buffer.concat([before, data]) : data);

/** The one track of an elementary stream. */
export const openElementary = async (codec: 'avc' | 'hevc', input: ContainerInput): Promise<Tracks> => {
  const units = await readElementary(codec, input);
  const first = units.findIndex(({ key }) => key);
  if (first < 0) {
    throw new VideoError('truncated', `${input.what} has no key frame, so nothing of it can be decoded`);
  }
  // Pictures that precede the first key frame in showing need what is not there (ITU-T H.265, 8.1.3).
  const nextKey = units.findIndex(({ key }, n) => n > first && key);
  const leading = (n: number): boolean => nextKey < 0 || n < nextKey;
  const usable = units.slice(first).filter((unit, n) => !(unit.skipped && leading(first + n)));
  const told = sequenceHeader(codec, joined(units[first] as AccessUnit))?.frameRate ?? 0;
  const frameRate = told >= slowest && told <= fastest ? told : assumedRate;
  const samples = usable.map(({ data, key, before }, n): Sample => {
    const timing = { sequence: n, time: n / frameRate, duration: 1 / frameRate, key, shown: true, place: n };
    return { ...timing, offset: 0, size: data.length, data, ...(before ? { before } : {}) };
  });
  const read = async function* (from?: unknown) {
    for (let n = typeof from === 'number' ? from : 0; n < samples.length; n += groupSize) {
      yield samples.slice(n, n + groupSize);
    }
  };
  const track = {
    codec,
    codecName: codec,
    width: 0,
    height: 0,
    colour: {},
    enabled: true,
  } as const;
  // Only decoding tells when each picture is shown: every stretch begins with the first one.
  return {
    video: [{ ...track, frameRate, counted: frameRate, open: () => ({ read, cut: () => undefined }) }],
    others: [],
  };
};
