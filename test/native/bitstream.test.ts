/** What the addon itself reads of packets, under AddressSanitizer and UndefinedBehaviorSanitizer. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../native/location.js';

const ROUNDS = 200_000;

it(`${ROUNDS.toLocaleString('en')} random and half-right packets are read within their bounds`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-bitstream-'));
  try {
    const program = join(folder, 'check');
    const native = join(packageRoot, 'native/src');
    const sources = [
      join(packageRoot, 'test/support/bitstreamCheck.cpp'),
      join(native, 'video/bitstream.cc'),
    ];
    const flags = ['-std=c++17', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-I', native];
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    execFileSync('g++', [...flags, ...sanitizers, ...sources, '-o', program]);
    expect(execFileSync(program, [String(ROUNDS)], { encoding: 'utf8' })).toBe(`${ROUNDS}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
