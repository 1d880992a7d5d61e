/**
 * Looks for inputs that crash, hang, fill the memory, or throw what callers are not told of. `npm run fuzz -- --help` says how.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { minimise } from './minimise.js';
import { type Finding, type Outcome, runJobs } from './runner.js';
import { inputOf, makeTarget, roundOf, targetNames } from './targets.js';

const usage = `Usage: npm run fuzz -- [options] [targets…]

Targets: ${targetNames.join(', ')}; default: all.

  --seed NUMBER      other inputs; default 1
  --first NUMBER     the number of the first input; default 0
  --inputs NUMBER    per target, in one go
  --minutes NUMBER   instead: rounds of all targets for so long; default 1
  --replay FILE      instead: this file, for the one target that is named
  --out FOLDER       where what is found goes; default test/fuzz/findings
  --keep-size        leave what is found as large as it is
`;

// One line of a failure, without what differs from input to input.
const signature = ({ target, kind, text }: Finding): string => {
  const [first, ...stack] = text.split('\n');
  const at = stack.find(line => /runtime|compiler|node_modules/.test(line)) ?? '';
  return `${target} ${kind} ${first.replace(/[\d.]+/g, '#')} ${at.trim().replace(/file:\/\/\S*\//, '')}`;
};

const save = async (
  finding: Finding,
  { seed, out, keepSize }: { readonly seed: number; readonly out: string; readonly keepSize: boolean },
): Promise<string> => {
  const target = await makeTarget(finding.target);
  const bytes = inputOf(target, await target.seeds(), seed, finding.input);
  await target.close?.();
  const folder = await mkdtemp(join(tmpdir(), 'cuweave-fuzz-'));
  const fails = async (less: Uint8Array): Promise<boolean> => {
    const file = join(folder, 'input');
    await writeFile(file, less);
    const job = { target: finding.target, seed, first: 0, count: 1, files: [file] };
    const { findings } = await runJobs([job]);
    return findings.some(found => signature(found) === signature(finding));
  };
  try {
    const small =
      keepSize || finding.kind === 'hang' || finding.kind === 'memory'
        ? bytes
        : await minimise(bytes, fails, 40);
    const path = join(out, `${finding.target}-${finding.kind}-${seed}-${finding.input}`);
    await mkdir(out, { recursive: true });
    await writeFile(path, small);
    await writeFile(`${path}.txt`, finding.text);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      first: { type: 'string', default: '0' },
      inputs: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      replay: { type: 'string' },
      out: { type: 'string', default: fileURLToPath(new URL('findings', import.meta.url)) },
      'keep-size': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : targetNames;
  const unknown = names.find(name => !targetNames.includes(name));
  const [seed, first, minutes] = [values.seed, values.first, values.minutes].map(Number);
  const inputs = values.inputs === undefined ? undefined : Number(values.inputs);
  const wrong = [seed, first, minutes, inputs ?? 0].some(number => !(number >= 0));
  if (values.help || unknown !== undefined || wrong || (values.replay !== undefined && names.length !== 1)) {
    console.log(unknown === undefined ? usage : `There is no target ${unknown}.\n\n${usage}`);
    return values.help ? 0 : 2;
  }
  if (values.replay !== undefined) {
    const files = [resolve(values.replay)];
    const { counts, findings } = await runJobs([{ target: names[0], seed, first: 0, count: 1, files }]);
    console.log(
      findings.length > 0 ? findings.map(({ kind, text }) => `${kind}: ${text}`).join('\n') : counts,
    );
    return findings.length > 0 ? 1 : 0;
  }
  const began = Date.now();
  const deadline = inputs === undefined ? began + minutes * 60_000 : Infinity;
  const total: Record<string, number> = {};
  const counts: Record<string, number> = {};
  const grew: Record<string, number> = {};
  const seen = new Map<string, { readonly path: string; times: number }>();
  const add = async (name: string, outcome: Outcome): Promise<void> => {
    total[name] = (total[name] ?? 0) + outcome.inputs;
    for (const [word, more] of Object.entries(outcome.counts)) {
      counts[word] = (counts[word] ?? 0) + more;
    }
    for (const [target, more] of Object.entries(outcome.grew)) {
      grew[target] = Math.max(grew[target] ?? 0, Math.round(more));
    }
    for (const finding of outcome.findings) {
      const known = seen.get(signature(finding));
      if (known) {
        known.times++;
        continue;
      }
      console.log(
        `${finding.target} ${finding.kind}, input ${finding.input}: ${finding.text.split('\n')[0]}`,
      );
      seen.set(signature(finding), { path: '', times: 1 });
      const path = await save(finding, { seed, out: values.out, keepSize: values['keep-size'] });
      seen.set(signature(finding), { path, times: 1 });
    }
  };
  for (let at = 0; ; at++) {
    for (const name of names) {
      const count = inputs ?? roundOf[name];
      const job = { target: name, seed, first: first + at * count, count };
      await add(name, await runJobs([job], { deadline }));
    }
    if (inputs !== undefined || Date.now() >= deadline) {
      break;
    }
  }
  const all = Object.values(total).reduce((sum, more) => sum + more, 0);
  console.log(`\n${all} inputs in ${((Date.now() - began) / 60_000).toFixed(1)} minutes, seed ${seed}`);
  console.table(
    Object.fromEntries(
      Object.entries(total).map(([name, tried]) => [name, { inputs: tried, 'most MiB': grew[name] ?? 0 }]),
    ),
  );
  console.table(Object.fromEntries(Object.entries(counts).sort()));
  console.log(seen.size === 0 ? 'Nothing was found.' : `${seen.size} kinds of finding:`);
  for (const [kind, { path, times }] of seen) {
    console.log(`  ${times} × ${kind}\n    ${path}`);
  }
  return seen.size > 0 ? 1 : 0;
};

process.exitCode = await main();
