/** Prints what is drawn for the cases of expected.json: `jiti parameters.ts > parameters.json`. */
import { crops, jitters, plainJitters, training } from './pipelines.js';

const lists = {
  jitteredBytes: jitters,
  plainBytes: plainJitters,
  croppedBytes: crops,
  trainingInput: training,
};
const [width, height] = [61, 47];
console.log(
  JSON.stringify(
    Object.entries(lists).map(([name, list]) => ({
      name,
      width,
      height,
      seed: 5,
      samples: Array.from({ length: 12 }, (_, index) => list.parameters(index, { seed: 5, width, height })),
    })),
  ),
);
