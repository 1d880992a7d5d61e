/** Names in generated code: the author's where they are free and safe in C++ and JavaScript, else with `_1`. */

// C++20 and CUDA keywords, CUDA's built-in variables, and what the printers and the prelude use.
const reserved = new Set(
  `alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
  concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
  do double dynamic_cast else enum explicit export extern false final float for friend goto half if import inline int
  long module mutable namespace new noexcept not not_eq nullptr operator or or_eq override private protected public
  register reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch
  template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
  while xor xor_eq threadIdx blockIdx blockDim gridDim warpSize float2 float3 float4 int2 int3 int4 uint8_t uint16_t
  uint32_t uint64_t int8_t int16_t int32_t int64_t size_t uchar ushort uint ulong dim3 cw Math main NULL EOF INFINITY
  NAN errno assert std unix linux fmodf floorf ceilf truncf sqrtf sinf cosf tanf asinf acosf atanf atan2f sinhf coshf
  tanhf asinhf acoshf atanhf expf expm1f logf log2f log10f log1pf powf cbrtf hypotf y0 y1 yn j0 j1 jn gamma arguments
  eval undefined NaN Infinity await async yield let var function typeof instanceof in of with debugger null`
    .split(/\s+/)
    // Functions of C's math library may be hidden by a local; x0 and y0 are too good as names to lose.
    .filter(name => !/^(y0|y1|yn|j0|j1|jn|gamma)$/.test(name)),
);

/** An ASCII identifier, close to the author's. */
export const safeName = (name: string): string => {
  const ascii = Array.from(name, char => {
    if (/[A-Za-z0-9_]/.test(char)) {
      return char;
    }
    return char === '$' ? '_' : `u${(char.codePointAt(0) ?? 0).toString(16)}`;
  }).join('');
  // C++ keeps `__x` and `_X` to itself.
  const plain = ascii.replace(/__+/g, '_').replace(/^_(?=[A-Z0-9_]|$)/, 'v_');
  return /^[A-Za-z_]/.test(plain) ? plain : `v${plain}`;
};

/** A set of names in use. */
export type Names = { readonly take: (wanted: string) => string; readonly has: (name: string) => boolean };

/** @param alsoTaken Says which names are taken elsewhere. */
export const makeNames = (alsoTaken: (name: string) => boolean = () => false): Names => {
  const used = new Set<string>();
  const has = (name: string): boolean => used.has(name);
  const free = (name: string): boolean => !reserved.has(name) && !used.has(name) && !alsoTaken(name);
  const take = (wanted: string): string => {
    const base = safeName(wanted);
    let name = base;
    for (let number = 1; !free(name); number++) {
      name = `${base}_${number}`;
    }
    used.add(name);
    return name;
  };
  return { take, has };
};
