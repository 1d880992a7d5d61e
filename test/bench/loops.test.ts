import { expect, it } from 'vitest';
import { hostLoops, innerLoops } from '../../bench/compiler/loops.js';

const source = `#line 5 "ops/sum.ts"
for (int i = 0; i < 3; i++) sum += i;
#line 4 "a.cpp"
static void rows() {
  for (int row = 0; row < 9; row++) {
    for (Index i = 0; i < count; i++) {
      if (isGathered[i]) continue;
      const f32x3 pixel = fetch(image, args, begin + i, row);
    }
    for (Index i = 0; i < count; i++) {
      store(image, begin + i, row, finish(image, args, px));
    }
    for (Index i = 0; i < count; i++)
      odd(i);
  }
}
`;

it('the innermost loops of the generated lines, and what they do', () => {
  expect(innerLoops(source, 'a.cpp')).toEqual([
    { line: 6, does: 'edge', text: 'for (Index i = 0; i < count; i++)' },
    { line: 10, does: 'write', text: 'for (Index i = 0; i < count; i++)' },
    { line: 13, does: 'other', text: 'for (Index i = 0; i < count; i++)' },
  ]);
});

// As g++ 12 writes it, without most of its lines.
const report = `
;; Function cuweave::rows (_ZN7cuweaveL4rowsEv.default, funcdef_no=1055, decl_uid=22220)
a.cpp:5:9: missed:  not vectorized: loop nest containing two or more consecutive inner loops cannot be vectorized
a.cpp:5:9: missed: couldn't vectorize loop
/n/prelude.h:198:7: missed:   not vectorized: relevant stmt not supported: MEM[(uint8_t &)_475] = prephitmp_1624;
a.cpp:10:5: missed:  bad operation or unsupported loop bound.
a.cpp:10:5: missed:   not vectorized: no vectype for stmt: _3 = fetched.x[i_120];
a.cpp:10:5: missed:  bad data references.
a.cpp:10:5: missed: couldn't vectorize loop
/n/prelude.h:198:7: missed: not vectorized: vectorization is not profitable.
a.cpp:6:5: missed:   not vectorized: control flow in loop.
a.cpp:6:5: missed:  bad loop form.
a.cpp:6:5: missed: couldn't vectorize loop

;; Function cuweave::rows (_ZN7cuweaveL4rowsEv.arch_x86_64_v4, funcdef_no=1057, decl_uid=22220)
a.cpp:8:5: missed:   not vectorized: something new.
a.cpp:6:5: missed: couldn't vectorize loop
a.cpp:10:5: optimized: loop vectorized using 64 byte vectors
a.cpp:10:5: optimized:  loop versioned for vectorization because of possible aliasing
a.cpp:10:5: optimized: loop vectorized using 32 byte vectors
`;

it('what g++ made of them for each instruction set, with the reason of its first attempt', () => {
  expect(hostLoops(source, 'a.cpp', report).map(({ line, versions }) => ({ line, versions }))).toEqual([
    {
      line: 6,
      versions: [
        { target: 'baseline', notVectorised: 'it branches (line 6)' },
        {
          target: 'AVX-512',
          notVectorised: 'something new (line 8: const f32x3 pixel = fetch(image, args, begin + i, row);)',
        },
      ],
    },
    {
      line: 10,
      versions: [
        { target: 'baseline', notVectorised: 'no vector instruction does a step of it (prelude.h:198)' },
        { target: 'AVX-512', vectorBytes: 64 },
      ],
    },
    { line: 13, versions: [] },
  ]);
});
