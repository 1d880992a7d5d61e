// What nvcc makes of the measured pipelines: how long it takes, registers, spills, machine code. For the GPU present, or the
// first architecture that builds are made for. Writes bench/out/kernelCode.md and .json. Needs nvcc, no GPU.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain } from 'cuweave/compiler';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'bench', 'out');

const explained = await explain({ root, entries: ['bench/pipelines.ts'] });
const kernels = explained.flatMap(explanation => explanation.kernels);
const why = kernels.find(({ compiled }) => !compiled)?.notCompiled;
if (why) {
  console.log(`machine code: not measured, ${why}`);
} else {
  const rows = kernels.map(({ name, chain, compiled }) => ({ name, chain, ...compiled }));
  const lines = rows.map(
    ({ name, seconds, registers, spilled, codeSize }) =>
      `| ${name} | ${seconds.toFixed(1)} | ${registers} | ${spilled} | ${codeSize} |`,
  );
  const head = `nvcc, ${rows[0].arch}:\n\n| kernel | nvcc, s | registers | spilled, bytes | code, bytes |\n|---|---:|---:|---:|---:|`;
  const text = `${head}\n${lines.join('\n')}\n`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'kernelCode.json'), `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(join(out, 'kernelCode.md'), text);
  console.log(`\n${text}`);
}
