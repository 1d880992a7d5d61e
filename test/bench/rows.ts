/** Rows as a run gives them, for the tests of what is made of them. */
import { mergeRows, type PeerDocument } from '../../bench/report.js';

const ours = [
  { case: 'a', label: 'A → B & <C>', n: 1, micros: 10, roof: 12 },
  { case: 'a', label: 'A → B & <C>', n: 4, micros: 40, roof: 38 },
  { case: 'b', label: 'D', n: 16, micros: 2000, roof: 1000 },
];
const document = (peer: string, rows: PeerDocument['rows']): PeerDocument => ({
  peer,
  version: '1',
  rows,
  skipped: [],
});
const good = { maxError: 0.2, share: 0.0005, tolerance: 1 };

export const columns = [
  { id: 'plain', label: 'plain CUDA' },
  { id: 'npp', label: 'NPP' },
  { id: 'torch_eager', label: 'PyTorch eager' },
];
export const merged = mergeRows(
  ours,
  {
    plain: document('plain', [
      { case: 'a', n: 1, micros: 12.5, check: good },
      { case: 'a', n: 4, micros: 38, check: good },
      { case: 'elsewhere', n: 4, micros: 1, check: good },
    ]),
    torch_eager: document('torch_eager', [
      { case: 'a', n: 4, micros: 1000, check: { ...good, share: 0.5, maxError: 12.3456 }, waited: true },
      { case: 'b', n: 16, micros: 48_000, check: { wrong: 'float32 [1]' } },
    ]),
  },
  0.001,
);
