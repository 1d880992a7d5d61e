import { describe, expect, it } from 'vitest';
import { chart, largestBatches } from '../../bench/chart.js';
import { columns, merged } from './rows.js';

const svg = chart(merged, columns, 'On a <GPU> & co');

describe('the chart', () => {
  it('has a group for each case, of its largest batch', () => {
    expect(largestBatches(merged).map(({ case: id, n }) => [id, n])).toEqual([
      ['a', 4],
      ['b', 16],
    ]);
    expect(svg.match(/N = \d+/g)).toEqual(['N = 4', 'N = 16']);
  });

  it('has a bar for each program that gave a time, and names those in the legend', () => {
    const titles = [...svg.matchAll(/<title>([^<]*)<\/title><\/rect>/g)].map(match => match[1]);
    expect(titles).toEqual([
      'cuweave: 40.0 µs, 95 % of the roof',
      'plain CUDA: 38.0 µs, 100 % of the roof',
      'PyTorch eager: 1000 µs ≠, 4 % of the roof',
      'cuweave: 2000 µs, 50 % of the roof',
      'PyTorch eager: 48000 µs ≠, 2 % of the roof',
    ]);
    expect(svg).not.toContain('NPP');
  });

  it('is well-formed, inside its box, and has colours for light and dark', () => {
    expect(svg).toContain('On a &lt;GPU&gt; &amp; co');
    expect(svg).toContain('A → B &amp; &lt;C&gt;');
    expect(svg).toContain('prefers-color-scheme: dark');
    const height = Number(/viewBox="0 0 900 (\d+)"/.exec(svg)?.[1]);
    const bars = [...svg.matchAll(/x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="9"/g)];
    expect(bars.length).toBe(5);
    for (const [, x, y, width] of bars) {
      expect(Number(x) + Number(width)).toBeLessThan(900);
      expect(Number(y) + 9).toBeLessThan(height);
    }
    const opened = svg.match(/<(svg|style|text|title|rect|path)\b(?:[^>]*[^/>])?>/g)?.length;
    expect(svg.match(/<\/(svg|style|text|title|rect|path)>/g)?.length).toBe(opened);
  });
});
