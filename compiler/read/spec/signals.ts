/** How many bits the codes of a YUV signal have where it is decoded or made: a full range is scaled by them (ITU-T H.273). */
import type { Format, ParamField, Stage } from '../../ir/types.js';

/** A path from the source to a result. */
type Path = { readonly stages: readonly Stage[]; readonly sink: Format };

/** Maps a stage to the bits of the codes that it reads or makes, where a call does not find them out by itself. */
export type SignalBits = ReadonlyMap<string, number>;

const codeBits = ({ code }: Format): number => code?.bits ?? 8;
const has = ({ params }: Stage, kind: ParamField['kind']): boolean =>
  params.some(param => param.kind === kind);

/**
 * Follows the signal along every path. What is decoded is the image's, whose bits the call knows, unless an operator made it on the way.
 * What is made has the bits of the sink that it ends in.
 * @param refuse Called for a stage that would have to make codes of different bits at once.
 */
export const signalBits = (
  paths: readonly Path[],
  refuse: (stage: Stage, bits: readonly number[]) => void,
): SignalBits => {
  const made = new Map<Stage, Set<number>>();
  const decoded = new Map<string, number>();
  for (const { stages, sink } of paths) {
    let maker: Stage | 'image' | undefined = 'image';
    const ends = (bits: number): void => {
      if (maker !== undefined && maker !== 'image') {
        made.set(maker, (made.get(maker) ?? new Set()).add(bits));
      }
    };
    for (const stage of stages) {
      if (stage.role !== 'point' || stage.from === stage.to) {
        continue;
      }
      if (has(stage, 'yuvToRgb') && maker !== 'image') {
        decoded.set(stage.name, 8);
        ends(8);
      }
      maker = has(stage, 'rgbToYuv') ? stage : undefined;
    }
    if (sink.colour === 'yuv') {
      ends(codeBits(sink));
    }
  }
  const bits = [...made].map(([stage, all]): [string, number] => {
    if (all.size > 1 && mayBeFull(stage)) {
      refuse(
        stage,
        [...all].sort((a, b) => a - b),
      );
    }
    return [stage.name, Math.max(...all)];
  });
  return new Map([...decoded, ...bits.filter(([, n]) => n !== 8)]);
};

/** Whether the range that a stage makes is full, or the caller's choice. */
const mayBeFull = ({ params }: Stage): boolean =>
  params.some(
    ({ kind, value }) =>
      kind === 'rgbToYuv' && (!('settled' in value) || JSON.stringify(value.settled).includes('"full"')),
  );

/** The stages, with the bits of their signals written to their parameters. */
export const withSignalBits = (stages: readonly Stage[], bits: SignalBits): readonly Stage[] =>
  stages.map(stage => {
    const bitDepth = bits.get(stage.name);
    return bitDepth === undefined
      ? stage
      : {
          ...stage,
          params: stage.params.map(param =>
            param.kind === 'yuvToRgb' || param.kind === 'rgbToYuv' ? { ...param, bitDepth } : param,
          ),
        };
  });
