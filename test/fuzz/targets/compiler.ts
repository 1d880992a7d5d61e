/** Programs that are checked, and manifests that are loaded. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildError, checkSpecs, SpecError } from '../../../compiler/index.js';
import { CuweaveError, definePipeline, Image, openDevice, Tensor } from '../../../runtime/index.js';
import { buildHandmade, handmadeManifest, handmadeSizes } from '../../support/handmade.js';
import { anySpec, pointSpec } from '../../support/specFiles.js';
import { changeBytes } from '../mutate/bytes.js';
import { changeJson, changeWords } from '../mutate/text.js';
import type { Target } from '../target.js';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const programs = [
  pointSpec('(px, { gain }) => px.map(v => v * gain + 0.5)', { params: 'gain: f32', options: '{ gain: 2 }' }),
  pointSpec(
    '([r, g, b]) => { let s = 0; for (let i = 0; i < 3; i++) { s += i > 1 ? r : g; } return [s, g, b]; }',
  ),
  anySpec(`const flipped = mapOp({ params: { m: perImage(mat2x3) }, apply: ([x, y], { m }) => [m[0] * x + m[1] * y + m[2], y] });
export const q = pipeline(nv12(), yuvToRgb(), flipped({ filter: linear, border: constant(0) }), nhwc('u8'));`),
  anySpec(`export const r = pipeline(rgb8(), crop(), resize({ width: 4, height: 4, filter: linear, border: replicate }),
  normalize({ mean: [0, 0, 0], std: [1, 1, 1] }), nchw('f16'));`),
];

/** Checks programs whose words were changed; what they say wrong comes as diagnostics, and nothing is thrown. */
export const spec = async (): Promise<Target> => {
  const root = await mkdtemp(join(tmpdir(), 'cuweave-fuzz-'));
  return {
    name: 'spec',
    seeds: async () => programs.map(text => Buffer.from(text)),
    change: (random, bytes) => Buffer.from(changeWords(random, textOf(bytes))),
    isTyped: error => error instanceof SpecError || error instanceof BuildError,
    run: async bytes => {
      await writeFile(join(root, 'pipelines.ts'), bytes);
      const { diagnostics } = await checkSpecs({ root, entries: ['pipelines.ts'] });
      return diagnostics.length > 0 ? 'diagnostics' : 'plans';
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
};

/** Loads a pipeline by a manifest in which a value was changed, and calls it. */
export const manifest = async (): Promise<Target> => {
  const made = await buildHandmade();
  const device = openDevice('cpu');
  return {
    name: 'manifest',
    seeds: async () => [Buffer.from(JSON.stringify(handmadeManifest))],
    change: (random, bytes) => {
      try {
        return Buffer.from(changeJson(random, textOf(bytes)));
      } catch {
        return changeBytes(random, bytes);
      }
    },
    isTyped: error => error instanceof CuweaveError,
    run: async bytes => {
      let value: never;
      try {
        value = JSON.parse(textOf(bytes)) as never;
      } catch {
        return 'no JSON';
      }
      const cropped = definePipeline({
        directory: made.directory,
        manifest: value,
        name: 'cropped',
        sizes: handmadeSizes,
      });
      const data = Uint8Array.from({ length: 36 }, (_, n) => n);
      const image = Image.fromHost(device, { format: 'rgb8', width: 4, height: 3, planes: [{ data }] });
      const result: unknown = cropped(image, { rect: { x: 0, y: 0, width: 4, height: 3 }, gain: 1 });
      if (result instanceof Tensor) {
        await result.toHost();
        result.dispose();
      }
      image.dispose();
      return 'called';
    },
    close: async () => {
      device.dispose();
      await made.remove();
    },
  };
};
