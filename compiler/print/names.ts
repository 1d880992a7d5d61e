import { mathFunctions } from '../ir/math.js';

/** Words that C, C++ and JavaScript keep for themselves. */
const keywords = new Set(
  `alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const const_cast constexpr
  continue default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int
  long mutable namespace new noexcept not nullptr operator or private protected public register reinterpret_cast requires
  return short signed sizeof static static_assert static_cast struct switch template this throw true try typedef typeid
  typename union unsigned using virtual void volatile wchar_t while xor
  await function let var yield in instanceof with arguments eval null undefined import package interface implements`.split(
    /\s+/,
  ),
);
/** Macros of C, and types that generated structs use: as a member's name they break the file. */
const macrosAndTypes = new Set(
  `NAN INFINITY EOF NULL BUFSIZ RAND_MAX CHAR_BIT M_PI_2 M_PI_4 M_SQRT1_2 errno assert stdin stdout stderr linux unix signbit offsetof
  int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t cuweaveSize`.split(/\s+/),
);
const macroFamilies =
  /^(M|FP|FLT|DBL|LDBL|HUGE|MATH|U?INT\w*|U?CHAR|U?SHRT|U?L?LONG|SIZE|PTRDIFF|CUDA\w*|CW|CUWEAVE)_[A-Z0-9_]+$/;
/** Names that generated code, its prelude and CUDA use themselves. */
const scaffold = new Set([
  ...`cw std args images image batch capacity launch rows fetch finish pixel sizes read store tap main Image Args Batch
  Math Float32Array Uint32Array Number f single Index f16 blockIdx blockDim threadIdx gridDim warpSize dim3 rowOf get getCode put putCode array within
  min max abs floor ceil round sqrt exp log pow sin cos tan fmodf`.split(/\s+/),
  ...Object.values(mathFunctions).map(({ cpp }) => cpp),
]);
const scaffoldFamilies = /^((f32|i32|bool)x\d+|cuda[A-Z]\w*)$/;

/** Whether a name must not appear in generated code. */
export const isReserved = (name: string): boolean =>
  isForbidden(name) || scaffold.has(name) || (scaffoldFamilies.test(name) && !isStandIn(name));
const isForbidden = (name: string): boolean =>
  keywords.has(name) || macrosAndTypes.has(name) || (macroFamilies.test(name) && !isStandIn(name));
// What `name_` and `name_1` stand in for is reserved; they themselves must be free, or no name ever is.
const isStandIn = (name: string): boolean => /_\d*$/.test(name);

/** A name that C, C++ and JavaScript accept as a member; the author's own where that is possible. */
export const memberName = (name: string): string => {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_') || '_';
  return isForbidden(plain) ? `${plain}_` : plain;
};
/** The same for a variable or function, which must not hide what generated code uses. */
export const cName = (name: string): string => {
  const plain = memberName(name);
  return isReserved(plain) ? `${plain}_` : plain;
};
/** The same for an operator's function: the steps that call it have variables of their own. */
export const functionName = (name: string): string => {
  const plain = cName(name);
  return /^(x|y|inside|within|(at|held|px|scale)\d*)$/.test(plain) ? `${plain}_` : plain;
};
/** The same for the struct of a stage, and for the member that holds it. */
export const stageName = (name: string): string => {
  const plain = memberName(name);
  return /^(size|count|images|(src|dst|in\d+)_.*|(.*_)?(image|args))$/.test(plain) ? `${plain}_` : plain;
};

/** The first of `name`, `name_1`, `name_2`, … that is not taken. Takes it. */
export const freeName = (name: string, taken: Set<string>): string => {
  let free = name;
  for (let number = 1; taken.has(free); number++) free = `${name}_${number}`;
  taken.add(free);
  return free;
};
