import { describe, expect, it } from 'vitest';
import { parseArguments, usage } from '../../bench/arguments.js';
import { bench } from '../../bench/cases.js';
import { peers } from '../../bench/peers.js';

const parse = (...argv: string[]) => parseArguments(argv, peers);
const refusal = (...argv: string[]): string => {
  try {
    parse(...argv);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
};

describe('the arguments of npm run bench', () => {
  it('default to everything', () => {
    expect(parse()).toEqual({
      help: false,
      cases: bench.cases,
      peers,
      repetitions: undefined,
      threads: undefined,
      out: undefined,
    });
  });

  it('choose', () => {
    const chosen = parse('--cases', 'warp', '--peers', 'plain, npp', '--repetitions', '7', '--out', 'here');
    if (chosen.help) {
      throw new Error('Expected no help.');
    }
    expect(chosen.cases.map(({ id }) => id)).toEqual(['warp-f32', 'warp-u8', 'nv12-warp']);
    expect(chosen.peers.map(({ id }) => id)).toEqual(['plain', 'npp']);
    expect(chosen).toMatchObject({ repetitions: 7, out: 'here' });
    expect(parse('--threads', '2')).toMatchObject({ threads: 2 });
    expect(parse('--peers', 'none')).toMatchObject({ peers: [] });
    expect(parse('--help')).toEqual({ help: true });
  });

  it('say what is expected', () => {
    expect(refusal('--cases', 'zebra')).toMatch(
      /^--cases: expected a pattern that matches a case \(yuv444-rgb-f32, .*\) but received zebra$/,
    );
    expect(refusal('--cases', '(')).toMatch(/^--cases: expected a regular expression but received \(/);
    expect(refusal('--peers', 'plain,jax')).toBe(
      `--peers: expected some of ${peers.map(({ id }) => id).join(', ')}, or none, but received jax`,
    );
    for (const wrong of ['0', '1.5', 'many', '']) {
      for (const option of ['--repetitions', '--threads']) {
        expect(refusal(option, wrong)).toBe(
          `${option}: expected a whole number in 1..1000 but received ${wrong}`,
        );
      }
    }
    expect(refusal('--out=')).toBe('--out: expected a folder but received nothing');
    expect(refusal('--case', 'x')).toBe("Unknown option '--case'. Run with --help for the options.");
    expect(refusal('stray')).toMatch(/^Unexpected argument 'stray'.* Run with --help for the options\.$/);
  });

  it('are all in the usage', () => {
    for (const option of ['--cases', '--peers', '--repetitions', '--threads', '--out', '--help']) {
      expect(usage).toContain(option);
    }
  });
});
