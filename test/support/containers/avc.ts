/** Parameter sets of H.264 and HEVC, and pictures of the stand-in for NVDEC between them. */

/** What is cut off a picture, in pixels: whole samples of chroma, of 4:2:0. */
export type Crop = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

const code = (value: number): string => {
  const bits = (value + 1).toString(2);
  return '0'.repeat(bits.length - 1) + bits;
};
const bytesOf = (header: readonly number[], bits: string): Uint8Array => {
  // The stop bit, and zeros up to a byte.
  const whole = `${bits}1`.padEnd(Math.ceil((bits.length + 1) / 8) * 8, '0');
  return Uint8Array.of(...header, ...(whole.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)));
};

const uncropped: Crop = { left: 0, right: 0, top: 0, bottom: 0 };

/**
 * A sequence parameter set of 8 bits, frames only; sizes in multiples of 16.
 *
 * @param chroma 4:2:2 is in the profile "High 4:2:2"; what is cropped then counts in rows.
 */
export const sequenceSet = (
  width: number,
  height: number,
  { left, right, top, bottom }: Crop = uncropped,
  chroma: '4:2:0' | '4:2:2' = '4:2:0',
): Uint8Array =>
  bytesOf(
    [0x67],
    [
      ...(chroma === '4:2:0'
        ? ['010000100000000000001010', code(0)]
        : ['011110100000000000001010', ...[0, 2, 0, 0].map(code), '00']),
      ...[0, 2, 1].map(code),
      '0',
      ...[width / 16 - 1, height / 16 - 1].map(code),
      '11',
      '1',
      ...[left, right, top, bottom].map(pixels => code(pixels / 2)),
      '0',
    ].join(''),
  );
/** A picture parameter set for it. */
export const pictureSet: Uint8Array = bytesOf([0x68], '1110');
/** A slice whose samples tell where they lie, as test/support/fakeNvcuvid.cpp has them; the size is that which is coded. */
export const gradedSlice = (value: number, width: number, height: number): Uint8Array =>
  Uint8Array.of(0x65, 0xe0, 'G'.charCodeAt(0), value, width / 8, height / 8);

/** The parameter sets of HEVC, 4:2:0 of 8 bits, and the beginning of a slice of a picture to begin at. */
export const hevcUnits = (
  width: number,
  height: number,
  { left, right, top, bottom }: Crop,
): { readonly sequence: Uint8Array; readonly picture: Uint8Array; readonly slice: Uint8Array } => ({
  sequence: bytesOf(
    [0x42, 0x01],
    [
      // No layers in time; a profile and a level, which are not read.
      `0000${'000'}1${'1'.repeat(96)}`,
      ...[0, 1, width, height].map(code),
      '1',
      ...[left, right, top, bottom].map(pixels => code(pixels / 2)),
      ...[0, 0, 4].map(code),
      '1',
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0].map(code),
      '0000',
      code(0),
      '0000',
    ].join(''),
  ),
  picture: bytesOf([0x44, 0x01], `${code(0)}${code(0)}`),
  slice: bytesOf([0x26, 0x01], `10${code(0)}`),
});

/** NAL units behind start codes. */
export const annexB = (...units: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(units.flatMap(unit => [Buffer.from([0, 0, 1]), unit]));
/** NAL units behind lengths of four bytes. */
export const behindLengths = (...units: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(units.flatMap(unit => [Buffer.from([0, 0, 0, unit.length]), unit]));
/** The codec description for such a stream. */
export const avcDescription = (sequence: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from([1, 66, 0, 10, 0xff, 0xe1, 0, sequence.length]),
    sequence,
    Buffer.from([1, 0, pictureSet.length]),
    pictureSet,
  ]);
