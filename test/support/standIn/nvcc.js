/**
 * A stand-in for nvcc: takes the flags of compiler/build/toolchain.ts, and compiles a generated .cu with g++ against
 * cuda_runtime.h beside this file, which says what that can show and what not. CUDA_HOME is this folder.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

const fail = message => {
  process.stderr.write(`nvcc stand-in: ${message}\n`);
  process.exit(1);
};

// The build's cache goes by the version: other files here are another compiler.
const version = () => {
  const hash = createHash('sha256');
  for (const file of ['nvcc.js', 'cuda_runtime.h']) {
    hash.update(readFileSync(join(folder, file)));
  }
  return `Cuda compilation tools, release 13.0, V13.0.0-standIn.${hash.digest('hex').slice(0, 12)}\n`;
};

// x86 has fused multiply-add in newer machines only; every 64-bit ARM has it.
const fusing = () =>
  process.arch !== 'x64' || /\bfma\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
    ? ['-ffp-contract=fast', ...(process.arch === 'x64' ? ['-mfma'] : [])]
    : ['-ffp-contract=off'];

// What g++ takes for a flag of nvcc's; a flag that is not here is an error.
const same = /^(-std=.*|-I.*|-DCUWEAVE_STRICT|-c|-shared)$/;
const dropped = /^(-O3|-lineinfo|-Xptxas=.*|--prec-div=true|--prec-sqrt=true|--ftz=false)$/;
const pairs = { '-gencode': () => [], '-cudart': () => [], '-o': file => ['-o', file] };

const translate = args => {
  const flags = [];
  const files = [];
  for (let n = 0; n < args.length; n++) {
    const arg = args[n];
    if (same.test(arg)) {
      flags.push(arg);
    } else if (Object.hasOwn(pairs, arg)) {
      flags.push(...pairs[arg](args[++n]));
    } else if (arg.startsWith('-Xcompiler=')) {
      flags.push(...arg.slice('-Xcompiler='.length).split(','));
    } else if (arg === '--fmad=false') {
      flags.push('-ffp-contract=off');
    } else if (arg === '--fmad=true') {
      flags.push(...fusing());
    } else if (!arg.startsWith('-')) {
      files.push(arg);
    } else if (!dropped.test(arg)) {
      fail(`unknown flag ${arg}`);
    }
  }
  return { flags, files };
};

const run = args => {
  const { status, error } = spawnSync('g++', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) {
    fail(error.message);
  }
  process.exit(status ?? 1);
};

const args = process.argv.slice(2);
if (args.includes('--version')) {
  process.stdout.write(version());
} else {
  const { flags, files } = translate(args);
  if (flags.includes('-shared')) {
    run([...flags, ...files, '-ldl']);
  }
  if (files.length !== 1) {
    fail(`expected one file but received ${files.length}`);
  }
  run(['-O1', ...flags, `-I${folder}`, '-x', 'c++', files[0]]);
}
