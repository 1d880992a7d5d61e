/** The measured cases: one definition, which our programs and the peers share. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bench, casesOn, median, rectangles, selectCases } from '../../bench/cases.js';
import { peers } from '../../bench/peers.js';
import * as pipelines from '../../bench/pipelines.js';
import { yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import { root } from '../tooling/source.js';

const peerText = (name: string): string => readFileSync(`${root}/bench/peers/${name}`, 'utf8');

describe('the cases', () => {
  it('have ids of their own, and pipelines that exist', () => {
    const ids = bench.cases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(bench.cases.filter(({ pipeline }) => !(pipeline in pipelines))).toEqual([]);
  });

  it('read no more than their image', () => {
    const bytes = { gray8: 1, nv12: 1.5, rgb8: 3, yuv_nchw_u8: 3, rgb_nchw_f32: 12 };
    for (const { id, source, bytesRead } of bench.cases) {
      expect(bytesRead, id).toBeGreaterThan(0);
      expect(bytesRead, id).toBeLessThanOrEqual(bytes[source.format] * source.width * source.height);
    }
  });

  it('turn by the angle that torchvision is given, around the centre', () => {
    const { degrees } = JSON.parse(readFileSync(`${root}/bench/cases.json`, 'utf8'));
    const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
    const [x, y] = [1919 / 2, 1079 / 2];
    const expected = [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y];
    const turned = bench.cases.flatMap(({ options }) => {
      const matrix = options?.matrix as { dstToSrc: number[] } | undefined;
      return matrix ? [matrix.dstToSrc] : [];
    });
    expect(turned.length).toBe(3);
    for (const matrix of turned) {
      for (const [n, value] of matrix.entries()) {
        expect(value).toBeCloseTo(expected[n], 10);
      }
    }
  });

  it('give the peers the colours of BT.709', () => {
    const { bt709 } = JSON.parse(readFileSync(`${root}/bench/cases.json`, 'utf8'));
    const { cOffset: _, ...ours } = yuvToRgbCoefficients('bt709', 'limited');
    for (const [name, value] of Object.entries(ours)) {
      expect(bt709[name], name).toBeCloseTo(value, 12);
    }
  });

  it('are known to the peers by the same ids', () => {
    const known = new Set(bench.cases.map(({ id }) => id));
    for (const { id, source, script } of peers) {
      const text = peerText(source ?? script ?? '');
      const named = [
        ...text.matchAll(source ? /one\.id == "([\w-]+)"/g : /^\s+"([a-z\d]+(?:-[a-z\d]+)*)": \w/gm),
      ].map(match => match[1]);
      if (id !== 'torch_compile') {
        expect(named.length, id).toBeGreaterThan(3);
      }
      expect(
        named.filter(name => !known.has(name)),
        id,
      ).toEqual([]);
    }
    const opencv = peers.find(({ id }) => id === 'opencv');
    expect(opencv?.cases?.filter(name => !known.has(name))).toEqual([]);
  });

  it('are chosen by a pattern', () => {
    expect(selectCases('^NV12-(640|224)$').map(({ id }) => id)).toEqual(['nv12-640', 'nv12-224']);
    expect(selectCases().length).toBe(bench.cases.length);
    expect(casesOn('cuda', bench.cases).some(({ id }) => id === 'nv12-bt601-640')).toBe(false);
    expect(casesOn('cpu', bench.cases).some(({ id }) => id === 'nv12-bt601-640')).toBe(true);
  });

  it('crop rectangles that lie in the frame', () => {
    const { crops, source, batches } = bench.cases.find(
      ({ id }) => id === 'crops',
    ) as (typeof bench.cases)[0];
    const rects = rectangles(crops!, batches[0]);
    expect(rects.length).toBe(50);
    expect(rects[11]).toEqual({ x: 380, y: 400, width: 60, height: 120 });
    for (const { x, y, width, height } of rects) {
      expect(x + width).toBeLessThanOrEqual(source.width);
      expect(y + height).toBeLessThanOrEqual(source.height);
    }
  });

  it('have a median that is one of the times', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(3);
  });
});
