// cuweave and its peers on this machine, in one run; --help says what can be chosen.
// Through npm it builds first; `node bench/run.js` takes what is built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArguments, usage } from './arguments.js';
import { bench, casesOn } from './cases.js';
import { chart } from './chart.js';
import { endRunning, nvcc, peers, preparePeer, python, run, runPeer } from './peers.js';
import { onProcessors } from './processors.js';
import { markdown, mergeRows, table } from './report.js';

/** Seconds after which no peer is begun and none begins another case. */
const RUN_SECONDS = 330;

const here = fileURLToPath(new URL('.', import.meta.url));
const root = resolve(here, '..');
const fail = message => {
  console.error(message);
  process.exit(1);
};

let options;
try {
  options = parseArguments(process.argv.slice(2), peers);
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
if (options.help) {
  console.log(usage);
  process.exit();
}
const out = resolve(options.out ?? join(here, 'out'));

const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    fail(`node ${args.join(' ')} failed`);
  }
};
if (process.env.npm_execpath) {
  node(process.env.npm_execpath, 'run', '--silent', 'build');
  node('dist/compiler/cli.js', 'build', 'bench/pipelines.ts', '-o', 'bench/build');
}
for (const built of ['dist/runtime/index.js', 'bench/build/index.js']) {
  if (!existsSync(join(root, built))) {
    fail(`Expected ${built} but it is not built: npm run bench builds it.`);
  }
}
const { cudaStatus } = await import('cuweave');

/** A line that a program says of itself, or that it is not there. */
const said = (command, args, pick = text => text.trim().split('\n')[0]) => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (pick(stdout) ?? 'unknown') : 'not found';
};
const cuda = cudaStatus();
const versions = {
  cuweave: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  date: new Date().toISOString().slice(0, 10),
  GPU: cuda.usable ? cuda.devices[0].name : `none: ${cuda.message}`,
  'NVIDIA driver': said('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']),
  ...(cuda.driverVersion
    ? {
        'CUDA of the driver': `${Math.floor(cuda.driverVersion / 1000)}.${(cuda.driverVersion % 1000) / 10}`,
      }
    : {}),
  nvcc: said(nvcc, ['--version'], text => /V([\d.]+)/.exec(text)?.[1]),
  'g++': said('g++', ['-dumpfullversion']),
  CPU: `${cpus()[0]?.model ?? 'unknown'}, ${options.threads ?? cpus().length} of ${cpus().length} threads`,
  Node: process.versions.node,
  Python: said(python, ['--version'], text => text.trim().replace(/^Python /, '')),
};

const scratch = mkdtempSync(join(tmpdir(), 'cuweave-bench-'));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    endRunning();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(code);
  });
}
const left = () => RUN_SECONDS - performance.now() / 1000;
const absent = [];

/** A measured program, on the CPU with as many processors as are asked for. */
const held = (kind, command, args) =>
  onProcessors(kind === 'cpu' ? options.threads : undefined, command, args);

/** Our times, and an input and result of each case for the peers. */
const measureOurs = async (kind, cases, repetitions, data) => {
  const pattern = `^(${cases.map(({ id }) => id).join('|')})$`;
  const wanted = ['--json', '--data', data, '--cases', pattern, '--repetitions', String(repetitions)];
  const { command, args } = held(kind, process.execPath, [join(here, 'kernels.js'), kind, ...wanted]);
  const done = await run(command, args);
  if (done.status !== 0) {
    throw new Error(`Our cases failed on ${kind}:\n${done.stderr}`);
  }
  return JSON.parse(done.stdout.trim().split('\n').pop()).rows;
};

/** One peer on the rows of a device; without a document it is absent, for a reason that is kept. */
const measurePeer = async (peer, prepared, rows, repetitions, data) => {
  const skip = why => {
    absent.push({ what: peer.label, why });
    console.error(`  ${peer.label}: ${why}`);
    return {};
  };
  if (prepared.why) {
    return skip(prepared.why);
  }
  const seconds = Math.min(peer.seconds, left());
  if (seconds < 5) {
    return skip('cut off: the time of the whole run was over');
  }
  const began = performance.now();
  const result = await runPeer(peer, held(peer.on, prepared.command, prepared.args), {
    rows,
    repetitions,
    seconds,
    data,
  });
  if (result.why) {
    return skip(result.why);
  }
  versions[peer.label] = result.version;
  for (const { case: id, n, why, cutOff } of result.skipped) {
    // What a peer has no operation for shows in the table; what failed is said.
    if (why !== 'not an operation of this peer') {
      absent.push({
        what: `${peer.label}, ${id}, N = ${n}`,
        why: cutOff ? `cut off after ${Math.round(seconds)} s` : why,
      });
    }
  }
  console.error(
    `  ${peer.label}: ${result.rows.length} rows in ${Math.round((performance.now() - began) / 1000)} s`,
  );
  return { document: result };
};

const measureDevice = async (kind, cases) => {
  const chosen = options.peers.filter(({ on }) => on === kind);
  const repetitions = options.repetitions ?? (kind === 'cuda' ? 30 : 5);
  const data = join(scratch, kind);
  mkdirSync(data);
  // Compilers run beside our kernels' times on a GPU, which do not depend on the host; on the CPU nothing runs beside.
  const preparing = chosen.map(peer => preparePeer(peer, scratch));
  if (kind === 'cpu') {
    await Promise.all(preparing);
  }
  console.error(`${kind === 'cuda' ? versions.GPU : versions.CPU}:`);
  const ours = await measureOurs(kind, cases, repetitions, data);
  console.error(`  cuweave: ${ours.length} rows`);
  const rows = ours.map(({ case: id, n }) => ({ one: cases.find(one => one.id === id), n }));
  const documents = {};
  for (const [at, peer] of chosen.entries()) {
    const { document } = await measurePeer(peer, await preparing[at], rows, repetitions, data);
    if (document) {
      documents[peer.id] = document;
    }
  }
  return { kind, rows: mergeRows(ours, documents, bench.outliers), columns: chosen };
};

const tables = [];
try {
  // Beside a GPU's, the CPU's table holds the cases that a peer has there. It comes first: what may be cut off comes last.
  const compared = options.peers.flatMap(({ on, cases = [] }) => (on === 'cpu' ? cases : []));
  const onCpu = casesOn('cpu', options.cases).filter(({ id }) => !cuda.usable || compared.includes(id));
  if (onCpu.length > 0) {
    tables.push(await measureDevice('cpu', onCpu));
  }
  const onGpu = casesOn('cuda', options.cases);
  if (cuda.usable && onGpu.length > 0) {
    tables.unshift(await measureDevice('cuda', onGpu));
  }
  for (const peer of options.peers) {
    if (peer.on === 'cuda' && !cuda.usable) {
      absent.push({ what: peer.label, why: 'no CUDA device' });
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (process.exitCode) {
  process.exit();
}

const method =
  'On a GPU a time is one call of 20 back to back between two events, behind copies until all are enqueued, the median of ' +
  'the repetitions; on the CPU it is the wall clock of one call. Random data, buffers rotated beyond the caches. The roof is ' +
  'the bytes that must move, each input byte once and each output byte once, at the bandwidth of a copy of the same size in ' +
  "the same run. In brackets: a peer's time over ours.";
const report = { versions, method, tables, absent };
mkdirSync(out, { recursive: true });
const written = [
  ['bench.md', markdown(report)],
  ['bench.json', `${JSON.stringify(report, null, 2)}\n`],
  ...tables.map(({ kind, rows, columns }) => [
    `bench-${kind}.svg`,
    chart(rows, columns, `cuweave and its peers on ${kind === 'cuda' ? versions.GPU : versions.CPU}`),
  ]),
];
for (const [name, text] of written) {
  writeFileSync(join(out, name), text);
}
for (const { rows, columns } of tables) {
  console.log(`\n${table(rows, columns)}`);
}
console.log(
  `\n${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join('; ')}`,
);
for (const { what, why } of absent) {
  console.log(`not measured: ${what}: ${why}`);
}
console.log(`\nwritten: ${written.map(([name]) => join(out, name)).join(', ')}`);
