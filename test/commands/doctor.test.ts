import { describe, expect, it } from 'vitest';
import { type Check, diagnosisText, doctor, gpuCheck } from '../../compiler/commands/doctor.js';

describe('cuweave doctor', () => {
  it('looks at everything and does not fail', async () => {
    const { checks, text, ok } = await doctor();
    expect(checks.map(({ name }) => name)).toEqual([
      'Node',
      'C++ compiler',
      'CMake',
      'nvcc',
      'Addon',
      'GPU',
      'NVDEC',
      'Video decoder',
      'Pictures',
    ]);
    expect(checks.find(({ name }) => name === 'Node')).toMatchObject({ status: 'ok' });
    expect(checks.find(({ name }) => name === 'Video decoder')).toMatchObject({ status: 'ok' });
    expect(ok).toBe(checks.every(({ status }) => status !== 'required'));
    expect(text.split('\n').length).toBeGreaterThan(9);
  });

  it('says how to mend what is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const { checks, ok } = await doctor();
      expect(ok).toBe(false);
      expect(
        checks.filter(({ status }) => status === 'required').map(({ name, mend }) => `${name}: ${mend}`),
      ).toEqual(['C++ compiler: apt-get install g++', 'CMake: apt-get install cmake make']);
    } finally {
      process.env.PATH = path;
    }
  });

  it('describes GPUs, and why there are none', () => {
    const device = { kind: 'cuda', index: 0, multiprocessors: 132 } as const;
    const status = {
      usable: true,
      message: '',
      devices: [
        { ...device, name: 'NVIDIA H200', totalMemory: 139 * 2 ** 30, computeCapability: [9, 0] as const },
      ],
    };
    expect(gpuCheck(status)).toEqual({ name: 'GPU', status: 'ok', finding: 'NVIDIA H200, sm_90, 139 GiB' });
    const none = gpuCheck({ usable: false, reason: 'noDriver', message: 'No NVIDIA driver.', devices: [] });
    expect(none).toMatchObject({ status: 'missing', finding: 'No NVIDIA driver: pipelines run on the CPU' });
  });

  it('prints a table', () => {
    const checks: Check[] = [
      { name: 'Node', status: 'ok', finding: '20' },
      { name: 'C++ compiler', status: 'required', finding: 'none', mend: 'apt-get install g++' },
      { name: 'nvcc', status: 'missing', finding: 'none', mend: 'get it' },
    ];
    expect(diagnosisText(checks)).toMatchInlineSnapshot(`
      "ok  Node          20
      !!  C++ compiler  none
                        to mend: apt-get install g++
      --  nvcc          none
                        to mend: get it

      Required and missing: C++ compiler."
    `);
    const addon: Check = { name: 'Addon', status: 'missing', finding: 'not built yet' };
    const end = (...found: Check[]) => diagnosisText(found).split('\n').at(-1);
    expect(end(checks[0])).toBe('Everything that is required is here.');
    expect(end(checks[0], addon)).toBe(
      'Everything that is required is here, but for the addon, which the first build compiles.',
    );
  });
});
