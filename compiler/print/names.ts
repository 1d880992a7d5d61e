/** Words that C, C++ and JavaScript keep for themselves. */
const keywords = new Set(
  `alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const const_cast constexpr
  continue default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int
  long mutable namespace new noexcept not nullptr operator or private protected public register reinterpret_cast requires
  return short signed sizeof static static_assert static_cast struct switch template this throw true try typedef typeid
  typename union unsigned using virtual void volatile wchar_t while xor
  await function let var yield in instanceof with arguments eval null undefined`.split(/\s+/),
);
/** Names that generated code, its prelude and CUDA use themselves. */
const scaffold = new Set(
  `cw std args images image batch capacity launch fetch finish pixel read store tap main Image Args Batch Math f single
  blockIdx blockDim threadIdx gridDim warpSize rowOf get put array cuweave_size
  min max abs floor ceil round sqrt exp log pow sin cos tan floorf ceilf truncf sqrtf`.split(/\s+/),
);

/** Whether a name must not appear in generated code. */
export const isReserved = (name: string): boolean => keywords.has(name) || scaffold.has(name);

/** A name that C, C++ and JavaScript accept as a member; the author's own where that is possible. */
export const memberName = (name: string): string => {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_') || '_';
  return keywords.has(plain) ? `${plain}_` : plain;
};
/** The same for a variable or function, which must not hide what generated code uses. */
export const cName = (name: string): string => {
  const plain = memberName(name);
  return scaffold.has(plain) ? `${plain}_` : plain;
};

/** The first of `name`, `name_1`, `name_2`, … that is not taken. Takes it. */
export const freeName = (name: string, taken: Set<string>): string => {
  let free = name;
  for (let number = 1; taken.has(free); number++) free = `${name}_${number}`;
  taken.add(free);
  return free;
};
