/** Small specs written to a folder of their own and read in one go. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import type { PipelineIr } from '../../compiler/ir/types.js';
import { readSpecs, type Specs } from '../../compiler/read/index.js';

const imports = `import * as ops from 'cuweave/ops';
import { constant, convertTo, crop, f32, filter, flip, i32, idiv, indexBorder, indexMapOp, linear, mapOp, mat2x3, nchw,
  nearest, nhwc, normalize, nv12, oneOf, open, perChannel, perImage, pipeline, pointOp, rect, replicate, resize, rgb8,
  roundHalfEven, vec2, warpAffine, withDefault, yuv444p, yuvToRgb } from 'cuweave/ops';
import type { Index, Pixel, Point, Size } from 'cuweave/ops';
`;

/** A spec around one point operator, given by its `apply`. */
export const pointSpec = (
  apply: string,
  parts: { readonly top?: string; readonly params?: string; readonly options?: string } = {},
): string => `${imports}${parts.top ?? ''}
const op = pointOp({ from: ['rgb'], params: {${parts.params ?? ''}}, apply: ${apply} });
export const p = pipeline(rgb8(), op(${parts.options ?? ''}), nchw('f32'));
`;

/** A spec of any kind; every name of cuweave/ops that tests use is imported. */
export const anySpec = (text: string): string => `${imports}${text}\n`;

/** The pipelines of one result. */
export const oneResult = ({ pipelines }: Specs): readonly PipelineIr[] =>
  pipelines.filter((pipeline): pipeline is PipelineIr => !('outputs' in pipeline));

/** What one run said, file by file. */
export type SpecRun = {
  readonly specs: Specs;
  /** The text about one file, without the summary. */
  readonly textOf: (file: string) => string;
  readonly codesOf: (file: string) => readonly string[];
};

/**
 * Writes the files, reads them in one run and removes them.
 *
 * @param entries The files that are entries; by default all.
 */
export const runSpecs = async (
  files: Readonly<Record<string, string>>,
  entries: readonly string[] = Object.keys(files),
): Promise<SpecRun> => {
  const root = mkdtempSync(join(tmpdir(), 'cuweave-read-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const specs = await readSpecs({ root, entries });
    const of = (file: string) => specs.diagnostics.filter(({ loc }) => loc.file === file);
    const texts = new Map(Object.entries(files));
    return {
      specs,
      textOf: file =>
        formatDiagnostics(of(file), { root, readFile: name => texts.get(name) })
          .replace(/\n\nFound .*\n$/, '')
          .replaceAll(root, '<root>'),
      codesOf: file => of(file).map(({ code }) => code),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};
