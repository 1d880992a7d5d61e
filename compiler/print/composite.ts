/** How the C header describes a pipeline of several kernels. */
import type { Plan } from '../ir/plan.js';

/** What to call in which order, as lines; none for a pipeline that is one kernel. */
export const compositeLines = ({ name, chain, kernels, steps }: Plan): readonly string[] => {
  if (kernels.length === 1 && steps[0]!.output === '') return [];
  const lines = kernels.map((kernel, n) => {
    const { reads, output } = steps[n]!;
    const from = reads === undefined ? 'the source' : `what ${kernels[reads]!.name} wrote`;
    const intermediate = `an intermediate image of ${kernel.pipeline.sink.name}`;
    const to = output === undefined ? intermediate : `the result${output === '' ? '' : ` '${output}'`}`;
    return `  cuweave_${kernel.name}: ${from} > ${to}`;
  });
  return [`${name}: ${chain}`, 'Kernels, to be called in this order on one stream:', ...lines, ''];
};
