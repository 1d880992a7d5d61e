// The peers: what each needs, how it is built and run, and what came of it.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./peers/', import.meta.url));

/** In the order in which they run; `seconds` after which a peer begins no other case. */
export const peers = [
  { id: 'plain', label: 'plain CUDA', on: 'cuda', seconds: 60, source: 'plain.cu', libraries: [] },
  {
    id: 'npp',
    label: 'NPP',
    on: 'cuda',
    seconds: 60,
    source: 'npp.cu',
    libraries: ['nppicc', 'nppig', 'nppidei', 'nppial', 'nppc'],
  },
  {
    id: 'triton',
    label: 'Triton',
    on: 'cuda',
    seconds: 60,
    script: 'triton_kernels.py',
    modules: ['torch', 'triton', 'numpy'],
  },
  {
    id: 'torch_eager',
    label: 'PyTorch eager',
    on: 'cuda',
    seconds: 60,
    script: 'torch_eager.py',
    modules: ['torch', 'numpy'],
  },
  {
    id: 'torchvision',
    label: 'torchvision v2',
    on: 'cuda',
    seconds: 60,
    script: 'torchvision_v2.py',
    modules: ['torch', 'torchvision', 'numpy'],
  },
  {
    id: 'torch_compile',
    label: 'PyTorch compiled',
    on: 'cuda',
    seconds: 150,
    script: 'torch_compile.py',
    modules: ['torch', 'triton', 'numpy'],
  },
  {
    id: 'opencv',
    label: 'OpenCV',
    on: 'cpu',
    seconds: 60,
    script: 'opencv_cpu.py',
    modules: ['cv2', 'numpy'],
    cases: ['nv12-bt601-640', 'rgb-640', 'warp-f32', 'warp-u8'],
  },
];

export const python = process.env.PYTHON ?? 'python3';
export const nvcc = process.env.CUDA_HOME ? join(process.env.CUDA_HOME, 'bin', 'nvcc') : 'nvcc';

/** What runs now: each leads a group of its own, with whatever it starts. */
const running = new Set();
const end = ({ pid }) => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
};
/** Ends what runs, as a terminal does not reach their groups. */
export const endRunning = () => {
  for (const child of running) {
    end(child);
  }
};

/** Runs a program to its end, or ends it and what it started after `seconds`. Arguments are never read by a shell. */
export const run = (command, args, { seconds = 600 } = {}) =>
  new Promise(resolve => {
    const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid) {
      running.add(child);
    }
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', text => {
        output[name] += text;
      });
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      end(child);
    }, 1000 * seconds);
    const finish = result => {
      clearTimeout(timer);
      running.delete(child);
      resolve(result);
    };
    child.on('error', error => {
      const stderr = error.code === 'ENOENT' ? `${command} was not found` : error.message;
      finish({ status: -1, stdout: '', stderr, timedOut: false });
    });
    child.on('close', status => finish({ status: status ?? -1, ...output, timedOut }));
  });

const lastLine = text => text.trim().split('\n').pop() ?? '';

/** Which modules python3 lacks, or why it cannot say. */
export const missingModules = modules => {
  const code =
    'import importlib.util, sys\nprint([name for name in sys.argv[1:] if not importlib.util.find_spec(name)])';
  const done = spawnSync(python, ['-c', code, ...modules], { encoding: 'utf8' });
  if (done.error) {
    return { why: `${python} was not found` };
  }
  if (done.status !== 0) {
    return { why: `${python}: ${lastLine(done.stderr)}` };
  }
  return { missing: done.stdout.match(/\w+/g) ?? [] };
};

/** Compiles a peer in CUDA for the GPU present: its path, or why there is none. */
export const compilePeer = async ({ source, libraries }, into) => {
  const binary = join(into, source.replace(/\.cu$/, ''));
  const libs = libraries.map(name => `-l${name}`);
  const done = await run(
    nvcc,
    ['-O3', '-std=c++17', '-arch=native', '-o', binary, join(folder, source), ...libs],
    {
      seconds: 180,
    },
  );
  if (done.status === 0) {
    return { command: binary, args: [] };
  }
  return { why: whyNotCompiled(done) };
};

/** nvcc's complaint in a line. */
export const whyNotCompiled = ({ stderr, timedOut }) => {
  if (timedOut) {
    return 'nvcc took too long';
  }
  const header = /(\S+\.h): No such file/.exec(stderr)?.[1];
  if (header) {
    return `the header ${header} was not found`;
  }
  const library = /cannot find -l(\w+)/.exec(stderr)?.[1];
  if (library) {
    return `the library ${library} was not found`;
  }
  return lastLine(stderr);
};

/** How to start a peer, or why it cannot be. */
export const preparePeer = async (peer, into) => {
  if (peer.source) {
    return compilePeer(peer, into);
  }
  const { missing, why } = missingModules(peer.modules);
  if (why) {
    return { why };
  }
  if (missing.length > 0) {
    return { why: `${python} has no module named ${missing.map(name => `'${name}'`).join(', ')}` };
  }
  return { command: python, args: [join(folder, peer.script)] };
};

/** A case as a peer takes it: Python reads cases.json itself, CUDA is given what it needs. */
export const caseArgument = (peer, one, n) => {
  if (!peer.source) {
    return `${one.id}:${n}`;
  }
  const { source, output, tolerance, tolerances = {}, options } = one;
  const sizes = [source.width, source.height, output.width, output.height];
  return [one.id, n, ...sizes, tolerances[peer.id] ?? tolerance, ...(options?.matrix?.dstToSrc ?? [])].join(
    ',',
  );
};

/** Runs a prepared peer on the rows: its document, or why there is none. */
export const runPeer = async (peer, { command, args }, { rows, repetitions, seconds, data }) => {
  const cases = rows.map(({ one, n }) => caseArgument(peer, one, n));
  const done = await run(command, [...args, String(repetitions), String(seconds), data, ...cases], {
    // A case that was begun in time may still compile and run.
    seconds: seconds + 30,
  });
  if (done.timedOut) {
    return { why: `cut off after ${Math.round(seconds + 30)} s` };
  }
  if (done.status !== 0) {
    return { why: `failed: ${lastLine(done.stderr)}` };
  }
  try {
    return JSON.parse(lastLine(done.stdout));
  } catch {
    return { why: `printed no JSON document but ${JSON.stringify(lastLine(done.stdout).slice(0, 80))}` };
  }
};
