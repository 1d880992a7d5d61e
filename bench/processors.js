// Which processors a measured program may use.
import { readFileSync } from 'node:fs';

/** The numbers in a list as Linux writes it: `0-3,8`. */
export const processorsIn = list =>
  list.split(',').flatMap(range => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });

/** Those that this process may use. */
const allowed = () =>
  processorsIn(/^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);

/** The command held to the first `count` processors; as it is where the number is not given. @throws Error if there are fewer. */
export const onProcessors = (threads, command, args, processors = allowed()) => {
  if (threads === undefined) {
    return { command, args };
  }
  if (threads > processors.length) {
    throw new Error(
      `--threads: expected at most ${processors.length}, the processors here, but received ${threads}`,
    );
  }
  return { command: 'taskset', args: ['-c', processors.slice(0, threads).join(','), command, ...args] };
};
