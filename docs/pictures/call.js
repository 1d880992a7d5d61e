// The ways through a call: who does what, what waits, and where errors come up.
import { arrow, box, line, picture, text } from './svg.js';

const step = (x, y, width, title, about, kind = 'box', height = 52) => [
  box(x, y, width, height, kind),
  text(x + width / 2, y + (about ? 22 : 31), title, 'ink mid bold small'),
  about ? text(x + width / 2, y + 40, about, 'dim mid tiny') : '',
];

/** From `preprocess(images)` to numbers on the host. */
export const call = () =>
  picture({
    width: 860,
    height: 430,
    title: 'The ways through a call',
    about:
      'In JavaScript a call checks everything, makes the result and enqueues; it returns at once. On the stream a GPU launches kernels, as one kernel, two halves or a graph, and the CPU runs rows on its threads. Only await toHost() waits; what goes wrong on the device rejects it.',
    parts: [
      text(10, 26, 'Your thread', 'ink bold'),
      text(112, 26, 'tensor = preprocess(images, { matrix })', 'dim small code'),
      step(10, 44, 150, 'bind the inputs', 'sizes, planes, colours'),
      arrow(160, 70, 184, 70),
      step(186, 44, 150, 'check and pack', 'options, per call or image'),
      arrow(336, 70, 360, 70),
      step(362, 44, 150, 'make the result', 'or take it: runInto'),
      arrow(512, 70, 536, 70),
      step(538, 44, 120, 'enqueue', 'on the stream'),
      arrow(658, 70, 706, 70),
      text(682, 60, 'at once', 'dim mid tiny'),
      step(708, 44, 142, 'a tensor', 'its numbers come later', 'ours'),
      text(10, 122, 'What does not fit is an ArgumentError here, before anything runs.', 'dim small'),

      arrow(598, 96, 598, 180),
      line(10, 142, 580, 142, 'thin'),
      line(616, 142, 850, 142, 'thin'),
      text(10, 172, 'The stream', 'ink bold'),
      text(10, 194, 'Its work runs in order. It waits by itself for', 'dim small'),
      text(10, 210, 'what other streams do with the same memory,', 'dim small'),
      text(10, 226, 'so the next pipeline may take the tensor at once.', 'dim small'),
      step(
        380,
        182,
        436,
        'one step for each kernel of the plan',
        'an image between two kernels comes from the device’s pool',
      ),
      arrow(470, 234, 470, 276),
      text(480, 260, 'on the CPU', 'dim small'),
      arrow(700, 234, 700, 276),
      text(710, 260, 'on a GPU', 'dim small'),
      step(330, 278, 210, 'rows on all threads', 'of all images of the call', 'ours'),
      step(
        560,
        278,
        290,
        'launches of up to N images each',
        'N is what the arguments of a launch hold',
        'ours',
      ),
      text(10, 296, 'Each step takes the way that costs least:', 'ink small bold'),
      text(10, 314, 'a resize one kernel, or two halves by rows', 'dim small'),
      text(10, 330, 'and columns, with the same bits', 'dim small'),
      text(
        330,
        350,
        'On a GPU two kernels that read the same may be one launch; a captured graph is one for all.',
        'dim tiny',
      ),
      line(10, 368, 850, 368, 'thin'),
      text(10, 396, 'Your thread again', 'ink bold'),
      text(170, 396, 'await tensor.toHost()', 'dim small code'),
      text(
        10,
        418,
        'Only this waits. What went wrong on the device rejects it: CudaError, DeviceLostError.',
        'dim small',
      ),
    ],
  });
