import { expect, it } from 'vitest';
import { globalAccesses } from '../../compiler/report/sass.js';

// As cuobjdump 12.8 prints it, without most of its lines.
const listing = `
Fatbin elf code:
================
arch = sm_90
	code for sm_90
		Function : first
	.headerflags	@"EF_CUDA_TEXMODE_UNIFIED EF_CUDA_64BIT_ADDRESS EF_CUDA_SM90"
        /*0000*/                   LDC R1, c[0x0][0x28] ;                           /* 0x00000a00ff017b82 */
                                                                                    /* 0x000fe20000000800 */
        /*0220*/                   LDG.E.U8.CONSTANT R22, desc[UR6][R18.64] ;       /* 0x0000000612167981 */
        /*0230*/              @!P0 LDG.E.U8.CONSTANT R24, desc[UR6][R18.64+0x1] ;   /* 0x0000010612187981 */
        /*0400*/                   LDG.E.CONSTANT R15, desc[UR6][R18.64] ;          /* 0x00000006120f7981 */
        /*0410*/                   LDG.E.64.CONSTANT R4, desc[UR6][R18.64] ;        /* 0x00000006120f7981 */
        /*0420*/                   LDL.64 R4, [R1] ;                                /* 0x00000006120f7981 */
        /*0430*/                   LDS.128 R4, [R2] ;                               /* 0x00000006120f7981 */
        /*0880*/          @P1  STG.E.EF.128 desc[UR6][R24.64], R8 ;                 /* 0x0000000818007986 */
        /*0890*/                   STG.E.U16 desc[UR6][R22.64], R12 ;               /* 0x0000000c16007986 */
        /*08a0*/                   ST.E.64 desc[UR6][R6.64], R16 ;                  /* 0x0000001006007986 */
        /*08b0*/                   STL [R1], R16 ;                                  /* 0x0000001006007986 */
		..........

		Function : second
        /*0000*/                   EXIT ;                                           /* 0x000000000000794d */
`;

it('loads and stores of each width, without those of shared and local memory', () => {
  expect(Object.fromEntries(globalAccesses(listing))).toEqual({
    first: {
      loads: [
        { bytes: 8, count: 1 },
        { bytes: 4, count: 1 },
        { bytes: 1, count: 2 },
      ],
      stores: [
        { bytes: 16, count: 1 },
        { bytes: 8, count: 1 },
        { bytes: 2, count: 1 },
      ],
    },
    second: { loads: [], stores: [] },
  });
});

it('nothing of what is no listing', () => {
  expect(globalAccesses('cuobjdump fatal: no such file').size).toBe(0);
});
