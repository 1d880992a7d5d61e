/** `cuweave explain --html`: one page that needs nothing else, and whose lines lead to one another. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../support/commandLine.js';
import { makeProject, type Project } from '../support/project.js';

const chromium = '/usr/bin/chromium';
let project: Project;
const page = (): string => readFileSync(join(project.root, 'plan.html'), 'utf8');
const explain = (...args: readonly string[]) =>
  commandLine(project.root, ['explain', '-f', 'pipelines.ts', '--cpu', ...args]);

beforeAll(async () => {
  project = makeProject({
    'ops/gain.ts': `import { f32, pointOp } from 'cuweave/ops';
/** Less is more: a < b && "c". */
export const gain = pointOp({
  from: ['rgb'],
  params: { by: f32 },
  apply: (px, { by }) => px.map(v => (v < 128 ? v * by : v)),
});
`,
    'pipelines.ts': `import { linear, nchw, nv12, pipeline, replicate, resize, yuvToRgb } from 'cuweave/ops';
import { gain } from './ops/gain.js';
export const small = pipeline(nv12(), yuvToRgb(), resize({ width: 64, height: 64, filter: linear, border: replicate }), gain({ by: 2 }), nchw('f16'));
`,
  });
  const { code, stdout, stderr } = await explain('--html', 'plan.html');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Written: plan.html\n', stderr: '' });
});
afterAll(() => project.remove());

describe('explain --html', () => {
  it('asks for nothing from elsewhere', () => {
    expect(page()).not.toMatch(/<link|<img|\bsrc=|\bhref=|@import|url\(|https?:/);
    expect(page()).toContain("default-src 'none'");
  });

  it('shows authors’ text as text', () => {
    expect(page()).toContain('Less is more: a &#60; b &#38;&#38; &#34;c&#34;.');
    expect(page()).not.toContain('a < b');
  });

  it('leads from every line of code that has one to a line of a spec', () => {
    const places = new Set([...page().matchAll(/data-at="([^"]*)"/g)].map(([, at]) => at));
    const from = [...page().matchAll(/data-from="([^"]*)"/g)].map(([, at]) => at);
    expect(from).toContain('ops/gain.ts:6');
    expect(from.filter(at => !places.has(at))).toEqual([]);
  });

  it('says what fused, how often it runs and what it moves', () => {
    const text = page().replace(/<style>[\s\S]*<\/style>|<[^>]*>/g, ' ');
    expect(text).toMatch(/nv12\s+→ 3\.11 MB →\s+small\s+yuvToRgb\s+resize\s+gain/);
    expect(text).toMatch(/yuvToRgb\s+moved behind the filter: affine, and the weights of linear sum to 1/);
  });

  it('names specs that lie outside of the working folder by their project', async () => {
    mkdirSync(join(project.root, 'elsewhere'), { recursive: true });
    const args = ['explain', '-f', '../pipelines.ts', '--cpu', '--html', 'plan.html'];
    const { code, stderr } = await commandLine(join(project.root, 'elsewhere'), args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(project.root, 'elsewhere', 'plan.html'), 'utf8')).toBe(page());
  });

  it('is written over a page of its own, and over nothing else', async () => {
    expect((await explain('--html', 'plan.html')).code).toBe(0);
    writeFileSync(join(project.root, 'mine.html'), '<p>mine</p>');
    const refused: string[] = [];
    for (const path of ['mine.html', 'plan.txt', 'nowhere/plan.html']) {
      const { code, stderr } = await explain('--html', path);
      expect(code).toBe(1);
      refused.push(stderr.trim());
    }
    expect(refused).toMatchInlineSnapshot(`
      [
        "error: --html mine.html: the file exists, and cuweave did not write it. Name another one.",
        "error: Expected a path that ends in .html for --html but received "plan.txt"",
        "error: --html nowhere/plan.html: the folder nowhere does not exist",
      ]
    `);
    expect(readFileSync(join(project.root, 'mine.html'), 'utf8')).toBe('<p>mine</p>');
  });

  it.skipIf(!existsSync(chromium))(
    `runs in Chromium${existsSync(chromium) ? '' : ' (skipped: it is not installed)'}`,
    async () => {
      const profile = mkdtempSync(join(tmpdir(), 'cuweave-chromium-'));
      const flags =
        '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
      const args = [
        ...flags.split(' '),
        '--disable-component-update',
        '--disable-sync',
        `--user-data-dir=${profile}`,
      ];
      try {
        const { stdout } = await promisify(execFile)(
          chromium,
          [...args, '--dump-dom', `file://${join(project.root, 'plan.html')}`],
          { maxBuffer: 2 ** 26 },
        );
        // The script has found the lines that generated code is made of.
        expect(stdout).toMatch(/data-at="ops\/gain\.ts:6" class="used"/);
      } finally {
        rmSync(profile, { recursive: true, force: true });
      }
    },
  );
});
