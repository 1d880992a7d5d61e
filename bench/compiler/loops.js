/** What g++ made of the inner loops of a kernel's host code: which are vectorised, and why others are not. */
import { basename } from 'node:path';
/** The innermost loops of a generated file that stand in its own lines, not in those of the author's functions. */
export const innerLoops = (source, file) => {
  const lines = source.split('\n');
  const found = [];
  let own = true;
  lines.forEach((text, n) => {
    const directive = /^#line \d+ "(.*)"$/.exec(text);
    if (directive) {
      own = directive[1] === file;
    }
    if (!own || !/^\s*for \(/.test(text)) {
      return;
    }
    const body = bodyFrom(lines, n);
    if (/^\s*for \(/m.test(body)) {
      return;
    }
    found.push({ line: n + 1, does: kindOf(body), text: text.trim().replace(/\s*\{$/, '') });
  });
  return found;
};
/** What follows a loop's first line, as far as its braces. */
const bodyFrom = (lines, first) => {
  if (!lines[first].endsWith('{')) {
    return lines[first + 1] ?? '';
  }
  const indent = /^\s*/.exec(lines[first])[0];
  const end = lines.indexOf(`${indent}}`, first + 1);
  return lines.slice(first + 1, end < 0 ? undefined : end).join('\n');
};
const kindOf = body => {
  if (/\.take\(/.test(body)) {
    return 'taps';
  }
  if (/::prefetch\(/.test(body)) {
    return 'prefetch';
  }
  if (/\bsampleBeyond\(/.test(body)) {
    return 'beyond';
  }
  if (/\bsampleInside\(/.test(body)) {
    return 'filter';
  }
  if (/\bfetch\(/.test(body)) {
    return /\bcontinue;/.test(body) ? 'edge' : 'read';
  }
  if (/\blocate\(/.test(body)) {
    return 'points';
  }
  return /\b(finish|store\w*|save\w*)\(|\] = /.test(body) ? 'write' : 'other';
};
/** What g++ calls the versions of a function for several instruction sets. */
const targets = {
  arch_x86_64_v4: 'AVX-512',
  arch_x86_64_v3: 'AVX2',
  default: 'baseline',
};
/**
 * What g++ said of the loops of a generated file.
 * @param report What it writes with `-fdump-tree-vect-optimized-missed`: as with `-fopt-info-vec-optimized-missed`, with the name of
 *   each function before what concerns it.
 */
export const hostLoops = (source, file, report) => {
  const loops = innerLoops(source, file);
  const lines = source.split('\n');
  const isLoop = line => loops.some(loop => loop.line === line);
  /** Where a reason was met: of the generated file with the text, unless it is a loop's own line. */
  const placeOf = (path, line) => {
    if (path !== file) {
      return ` (${basename(path)}:${line})`;
    }
    const text = lines[line - 1]?.trim() ?? '';
    // Of what g++ made itself it gives the function that the loop stands in.
    if (text.startsWith('CW_CLONES')) {
      return '';
    }
    return isLoop(line) ? ` (line ${line})` : ` (line ${line}: ${text})`;
  };
  const versions = new Map(loops.map(({ line }) => [line, new Map()]));
  for (const part of report.split(/^;; Function /m).slice(1)) {
    const symbol = /\(([^,\s]+)/.exec(part)?.[1] ?? '';
    const suffix = symbol.split('.').slice(1).join('.');
    const target = targets[suffix] ?? (suffix === '' ? 'baseline' : suffix);
    /** Why the attempt with the widest vectors failed, which is the first, and what was said last. */
    let reason;
    let latest;
    for (const line of part.split('\n')) {
      const [, path, at, said] = /^(\S+):(\d+):\d+: (?:optimized|missed):\s+(.*)$/.exec(line) ?? [];
      if (said === undefined) {
        continue;
      }
      const missed = /^not vectorized: (.*)$/.exec(said)?.[1];
      if (missed !== undefined) {
        latest = `${inWords(missed)}${placeOf(path, Number(at))}`;
      }
      if (/^bad (loop|operation|data)/.test(said)) {
        reason ??= latest;
      }
      const width = /^loop vectorized using (\d+) byte vectors/.exec(said)?.[1];
      if (width === undefined && !/^couldn't vectorize loop/.test(said)) {
        continue;
      }
      const own = path === file ? versions.get(Number(at)) : undefined;
      const before = own?.get(target);
      if (width !== undefined) {
        // What is left over after the last whole vector comes in shorter ones.
        const vectorBytes = Math.max(Number(width), before?.vectorBytes ?? 0);
        own?.set(target, { target, vectorBytes });
      } else if (!before) {
        own?.set(target, { target, notVectorised: reason ?? latest ?? 'g++ does not say why' });
      }
      reason = latest = undefined;
    }
  }
  return loops.map(loop => ({ ...loop, versions: [...versions.get(loop.line).values()] }));
};
/** g++'s reasons that loops of images meet, in other words. */
const reasons = [
  [/^control flow in loop/, 'it branches'],
  [/^latch block not empty|^multiple exits|^loop contains .*exit/i, 'it may end early'],
  [/^not suitable for (gather|scatter)/, 'it reads or writes on a condition where no instruction does'],
  [
    /^(relevant stmt not supported|no vectype|unsupported data-type)/,
    'no vector instruction does a step of it',
  ],
  [/^complicated access pattern|data ref analysis failed/, 'its addresses follow no pattern'],
  [/^vectorization (is )?not profitable/, 'it would not pay'],
  [/^number of iterations cannot be computed/, 'how often it runs is not known before'],
  [/clobbers memory|function calls/, 'it calls a function'],
  [/^loop nest containing|inner loop/, 'there are loops in it'],
];
const inWords = said => reasons.find(([pattern]) => pattern.test(said))?.[1] ?? said.replace(/[.;]?\s*$/, '');
