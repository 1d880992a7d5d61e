import { expect, it } from 'vitest';
import { compiledFunctions } from '../../compiler/report/ptxas.js';

// As nvcc 13.0 says it, of a kernel with runs and of one that calls a function.
const said = `ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function '_ZN7cuweave1a1aILi64ELb0EEEvNS0_5BatchIXT_EEE' for 'sm_80'
ptxas info    : Function properties for _ZN7cuweave1a1aILi64ELb0EEEvNS0_5BatchIXT_EEE
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 32 registers, used 0 barriers, 11416 bytes cmem[0]
ptxas info    : Compile time = 16.809 ms
ptxas info    : Compiling entry function '_ZN7cuweave1a1aILi64ELb1EEEvNS0_5BatchIXT_EEE' for 'sm_80'
ptxas info    : Function properties for _ZN7cuweave1a1aILi64ELb1EEEvNS0_5BatchIXT_EEE
    16 bytes stack frame, 24 bytes spill stores, 28 bytes spill loads
ptxas info    : Used 255 registers, used 0 barriers, 16 bytes cumulative stack size, 512 bytes smem
ptxas info    : Compiling entry function '_ZN7cuweave1b1bILi454EEEvNS0_5BatchIXT_EEE' for 'sm_80'
ptxas info    : Function properties for _ZN7cuweave1b1bILi454EEEvNS0_5BatchIXT_EEE
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 0 barriers, 48 bytes cumulative stack size
ptxas info    : Function properties for __internal_trig_reduction_slowpathf
    48 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
`;

it('registers, spills and stack by function, the largest parameter block first', () => {
  const found = compiledFunctions(said, new Uint8Array());
  expect(found.map(({ symbol, ...rest }) => rest)).toMatchInlineSnapshot(`
    [
      {
        "codeSize": 0,
        "constant": 0,
        "images": 454,
        "registers": 40,
        "shared": 0,
        "spillLoads": 4,
        "spillStores": 8,
        "stack": 48,
      },
      {
        "aligned": true,
        "codeSize": 0,
        "constant": 0,
        "images": 64,
        "registers": 255,
        "shared": 512,
        "spillLoads": 28,
        "spillStores": 24,
        "stack": 16,
      },
      {
        "aligned": false,
        "codeSize": 0,
        "constant": 0,
        "images": 64,
        "registers": 32,
        "shared": 0,
        "spillLoads": 0,
        "spillStores": 0,
        "stack": 0,
      },
    ]
  `);
  expect(found[0]!.symbol).toBe('_ZN7cuweave1b1bILi454EEEvNS0_5BatchIXT_EEE');
});

it('nothing of what is no report', () => {
  expect(compiledFunctions('error: no such file\n', new Uint8Array())).toEqual([]);
});
