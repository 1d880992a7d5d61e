// One process that serves a video several times at once, each into a ring of its own: node serve.js BUILD BATCH DEVICE PATH RING…
import { servePipeline } from '../../dist/compiler/commands/running/serve.js';

const [buildDirectory, batch, device, path, ...rings] = process.argv.slice(2);
await Promise.all(
  rings.map(ring =>
    servePipeline({
      ...{ buildDirectory, pipeline: 'preprocess', videos: [path], ring, device },
      batch: Number(batch),
      slots: 8,
    }),
  ),
);
