/** How the C header describes a pipeline of several kernels. */
import type { Plan } from '../ir/plan.js';

/** What to call in which order, as lines; none for a pipeline that is one kernel. */
export const compositeLines = ({ name, chain, kernels, steps }: Plan): readonly string[] => {
  if (kernels.length === 1) return [];
  const lines = kernels.map((kernel, n) => {
    const { reads } = steps[n]!;
    const from = reads === undefined ? 'the source' : `what ${kernels[reads]!.name} wrote`;
    const to = kernel.pipeline.sinks.map(({ output, format }) => {
      if (output === undefined) return `an intermediate image of ${format.name}`;
      return `the result${output === '' ? '' : ` '${output}'`}`;
    });
    return `  cuweave_${kernel.name}: ${from} > ${to.join(' and ')}`;
  });
  return [`${name}: ${chain}`, 'Kernels, to be called in this order on one stream:', ...lines, ''];
};
