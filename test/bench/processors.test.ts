import { expect, it } from 'vitest';
import { onProcessors, processorsIn } from '../../bench/processors.js';

it('reads a list of processors as Linux writes it', () => {
  expect(processorsIn('0')).toEqual([0]);
  expect(processorsIn('0-2,8,10-11')).toEqual([0, 1, 2, 8, 10, 11]);
});

it('holds a command to as many processors as are asked for', () => {
  expect(onProcessors(undefined, 'node', ['x.js'], [4, 5])).toEqual({ command: 'node', args: ['x.js'] });
  expect(onProcessors(2, 'node', ['x.js'], [4, 5, 9])).toEqual({
    command: 'taskset',
    args: ['-c', '4,5', 'node', 'x.js'],
  });
  expect(() => onProcessors(3, 'node', [], [4, 5])).toThrow(
    '--threads: expected at most 2, the processors here, but received 3',
  );
});
