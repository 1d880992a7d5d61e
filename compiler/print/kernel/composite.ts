/** How the C header describes a pipeline of several kernels. */
import { isOneKernel, type Plan } from '../../ir/plan.js';

/** What to call in which order, as lines; none for a pipeline that is one kernel. */
export const compositeLines = (plan: Plan): readonly string[] => {
  const { name, chain, kernels, steps, halves, pairs } = plan;
  if (isOneKernel(plan)) {
    return [];
  }
  const lines = kernels.map((kernel, n) => {
    const { reads } = steps[n]!;
    const from = reads === undefined ? 'the source' : `what ${kernels[reads]!.name} wrote`;
    const to = kernel.pipeline.sinks.map(({ output, format }) => {
      if (output === undefined) {
        return `an intermediate image of ${format.name}`;
      }
      return `the result${output === '' ? '' : ` '${output}'`}`;
    });
    const line = `  cuweave_${kernel.name}: ${from} > ${to.join(' and ')}`;
    const [across, down] = halves[n]?.kernels ?? [];
    if (!across || !down) {
      return line;
    }
    const both = `cuweave_${across.name}, cuweave_${down.name}`;
    const between = across.pipeline.sinks[0].format.name;
    return `${line}; or, to the same bits, ${both}, with an image of ${between} between them`;
  });
  const together = pairs.map(pair => {
    const both = pair.steps.map(step => `cuweave_${kernels[step]!.name}`).join(' and ');
    return `  cuweave_${pair.name}: ${both} in one launch`;
  });
  const called = 'Kernels, to be called in this order on one stream:';
  return [`${name}: ${chain}`, called, ...lines, ...together, ''];
};
