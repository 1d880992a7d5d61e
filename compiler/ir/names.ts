/** Which names generated code can have: the author's, but for what languages, their libraries and the code around it say themselves. */
import { mathFunctions } from './math.js';
import { cppWords, javascriptWords } from './words.js';

/** Macros of C, and types that generated structs use: as a member's name they break the file. */
const macrosAndTypes = new Set(
  `NAN INFINITY EOF NULL BUFSIZ RAND_MAX CHAR_BIT M_PI_2 M_PI_4 M_SQRT1_2 errno assert stdin stdout stderr linux unix signbit offsetof
  int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t cuweaveSize`.split(/\s+/),
);
const macroFamilies =
  /^(M|FP|FLT|DBL|LDBL|HUGE|MATH|U?INT\w*|U?CHAR|U?SHRT|U?L?LONG|SIZE|PTRDIFF|CUDA\w*|CW|CUWEAVE)_[A-Z0-9_]+$/;
/**
 * What templates declare, what they and printed steps have of the prelude without `cw::`, and the variables of both; the same of
 * JavaScript, and what CUDA declares. test/print/scaffold.test.ts finds what is missing of the first two.
 */
const scaffold = new Set([
  ...`Anywhere Args Batch Beyond Columns Fetched Gathered Given Image InGathered Inside Line Located Pixels Staged StagedAnywhere
  Taps Work anywhere block each fetch fetchRun fetchStaged finish imageOf isAligned isBeyond isDense isGathered isHeld isInside isStaged
  launch locate locateColumns locateLine locateRun partOf pixel prefetchRun prefetchStores read rows sampleBeyond sampleInside
  sizes store tile workOf
  ColumnTaps LinePixels Row RowTaps Window WindowTaps early fillRow getQuick kAbove kBelow kColumns kHeight kLeft kRight kRows kWidth
  Rows StagedRows StripRow commitCopies kSlotBytes kWarps byteOfSum HALF_WEIGHT readLine readRow strip sumAcross sumDown waitForAllBut
  kAhead kEdges kLatest kSlots
  PairedRows StagedPairs SourceRow across putRow kChannels kMade kRead least most pairOf putPairs rank ranked strips
  Between Gather Index Packed Part Patch Place RUN Run STRIP Shared abs aligned array below bf16 copy16 cw f16 gatherRun get getCode held
  isStageable isWithin loadRun loadSample max min offsetOf patchAt prefetchResults put putCode runAt runFrom runsOf storeRun toI32
  valuesAt waitForCopies wholeWords within
  Acc Bins Columns Fold Result Wide Counter Tiles acc across bins bottom columns counts finishBins finishFold first foldTile isLastBlock
  cells mergeColumns partials reduce tiles
  Channels DeviceWindows Scratch Windows filterAcross filterDown passOf takePixels
  args batch capacity dst finite image images inside own p src taps tap
  Float32Array Infinity Math NaN Number Uint32Array f single undefined
  blockDim blockIdx dim3 gridDim threadIdx warpSize
  ceil cos exp floor fmodf log main pow round sin sqrt std tan`.split(/\s+/),
  ...Object.values(mathFunctions).map(({ cpp }) => cpp),
]);
const scaffoldFamilies =
  /^((f32|i32|bool|f64)x\d+|cuda[A-Z]\w*|(u?(char|short|int|long|longlong)|float|double)[1-4]|u(char|short|int|long))$/;

/** Whether a name must not appear in generated code. */
export const isReserved = (name: string): boolean =>
  isForbidden(name) || scaffold.has(name) || (scaffoldFamilies.test(name) && !isStandIn(name));
const isForbidden = (name: string): boolean =>
  cppWords.has(name) ||
  javascriptWords.has(name) ||
  macrosAndTypes.has(name) ||
  (macroFamilies.test(name) && !isStandIn(name));
// What `name_` and `name_1` stand in for is reserved; they themselves must be free, or no name ever is.
const isStandIn = (name: string): boolean => /_\d*$/.test(name);

/** The author's name in ASCII. */
const plain = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_') || '_';
/**
 * A name, or another one for a word that is not free: `float` is `float_`. What looks like that moves on, so that no two names become
 * one: `float_` is `float_0`, and `float_0` is `float_1`.
 */
const standIn = (name: string, isTaken: (word: string) => boolean): string => {
  const [, word, number] = /^(.+?)(?:_(0|[1-9]\d*)?)?$/.exec(name)!;
  if (word === name || !isTaken(word!)) {
    return isTaken(name) ? `${name}_` : name;
  }
  return `${word}_${number === undefined ? 0 : BigInt(number) + 1n}`;
};
/** A name that C, C++ and JavaScript accept as a member; the author's own where that is possible. */
export const memberName = (name: string): string => standIn(plain(name), isForbidden);
/** The same for a variable or function, which must not hide what generated code uses. */
export const cName = (name: string): string => standIn(plain(name), isReserved);
/** The same for an operator's function: the steps that call it have variables of their own, or are in a struct with members. */
export const functionName = (name: string): string =>
  standIn(
    plain(name),
    word =>
      isReserved(word) || /^(x|y|(at|px|scale)\d*|held\d+|left|top|column|row|gathered|i|At)$/.test(word),
  );
/** The same for the struct of a stage, and for the member that holds it. */
export const stageName = (name: string): string =>
  standIn(
    plain(name),
    word =>
      isForbidden(word) || /^(size|count|images|(src|dst|in\d+|measured)_.*|(.*_)?(image|args))$/.test(word),
  );

/** The first of `name`, `name_1`, `name_2`, … that is not taken. Takes it. */
export const freeName = (name: string, taken: Set<string>): string => {
  let free = name;
  for (let number = 1; taken.has(free); number++) {
    free = `${name}_${number}`;
  }
  taken.add(free);
  return free;
};
