/** Words that languages keep for themselves: whatever is printed in one of them names nothing so. */

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** What no variable of a JavaScript module is called. Source: ECMAScript 2024, 12.7.2 and 13.1.1, strict code. */
export const javascriptWords = wordsOf(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static
  super switch this throw true try typeof var void while with yield arguments eval`,
);

/** Keywords of C and C++. Source: ISO C++20, [lex.key], with `module` and `import` of [lex.name]; C23's `restrict` and `typeof`. */
export const cppWords = wordsOf(
  `alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
  concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
  do double dynamic_cast else enum explicit export extern false float for friend goto if import inline int long module
  mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
  reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch template
  this thread_local throw true try typedef typeid typename typeof union unsigned using virtual void volatile wchar_t
  while xor xor_eq`,
);
