// The command line of bench/run.js.
import { parseArgs } from 'node:util';
import { selectCases } from './cases.js';

export const usage = `Usage: npm run bench -- [options]

Measures cuweave and its peers on this machine in one run, and writes Markdown, JSON and a chart.

  --cases PATTERN     cases whose id matches this regular expression; default: all
  --peers LIST        peers, separated by commas, or none; default: all that are found here
  --repetitions N     repetitions; the median counts; default: 30 on a GPU, 5 on the CPU
  --threads N         on the CPU: cuweave and its peers have N of the processors that this process may use; default: all
  --out FOLDER        where the results are written; default: bench/out
  --help              this text

PYTHON names the interpreter of the peers in Python (default: python3); CUDA_HOME where CUDA is, else nvcc is looked for in PATH.`;

/** What the arguments ask for. @throws Error that says what was expected and received. */
export const parseArguments = (argv, peers) => {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        cases: { type: 'string' },
        peers: { type: 'string' },
        repetitions: { type: 'string' },
        threads: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new Error(`${error.message.split('. ')[0]}. Run with --help for the options.`);
  }
  if (values.help) {
    return { help: true };
  }
  const count = name => {
    const number = values[name] === undefined ? undefined : Number(values[name]);
    if (number !== undefined && !(Number.isInteger(number) && number >= 1 && number <= 1000)) {
      throw new Error(`--${name}: expected a whole number in 1..1000 but received ${values[name]}`);
    }
    return number;
  };
  const repetitions = count('repetitions');
  const threads = count('threads');
  const known = peers.map(({ id }) => id);
  const names = values.peers === undefined ? known : values.peers.split(',').map(name => name.trim());
  const chosen = names.length === 1 && names[0] === 'none' ? [] : names;
  const unknown = chosen.find(name => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--peers: expected some of ${known.join(', ')}, or none, but received ${unknown}`);
  }
  if (values.out === '') {
    throw new Error('--out: expected a folder but received nothing');
  }
  return {
    help: false,
    cases: selectCases(values.cases),
    peers: peers.filter(({ id }) => chosen.includes(id)),
    repetitions,
    threads,
    out: values.out,
  };
};
