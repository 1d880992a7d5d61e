/**
 * `cuweave explain --json`: what the text says, for programs. Names and meanings stay as they are while `format` does; more may be
 * added. docs/explain.md describes them.
 */

import type { ResultsPlan } from '../ir/plan.js';
import { version } from '../package.js';
import type { CompiledCuda, CompiledHost } from '../report/compiled.js';
import type {
  BuiltKernel,
  ExplainedCut,
  ExplainedHalves,
  ExplainedKernel,
  Explanation,
  Traffic,
} from '../report/explain.js';

/** All that `cuweave explain --json` prints. */
export type ExplainJson = ReturnType<typeof explanationJson>;

/** Explanations as JSON. Sizes are in pixels; what is called bytes is for one image of that size, or for one pixel where it says so. */
export const explanationJson = (explanations: readonly Explanation[]) => ({
  format: 1,
  cuweave: version,
  pipelines: explanations.map(pipelineJson),
});

const pipelineJson = (of: Explanation) => ({
  name: of.name,
  place: of.place,
  chain: of.chain,
  size: of.size,
  kernels: of.kernels.map(kernelJson),
  splits: of.cuts.map(splitJson),
  inTwo: of.halves.map(inTwoJson),
  pairs: of.pairs.map(({ name, kernels, images, cuda }) => ({
    name,
    kernels,
    imagesPerLaunch: images,
    cuda: cuda?.map(pairCudaJson) ?? null,
  })),
  results: of.results ? resultsJson(of.results) : null,
  unfused: of.unfused.map(step => ({ step: step.step, ...trafficJson(step) })),
  open: of.open,
  built: of.built.map(builtJson),
  compilers: of.compilers ?? null,
  code: of.code ?? null,
});

const trafficJson = ({ read, written }: Traffic) => ({ bytesRead: read, bytesWritten: written });

const kernelJson = ({ name, chain, notes, traffic, compiled, notCompiled }: ExplainedKernel) => ({
  name,
  chain,
  stages: notes.map(({ stage, rule, why }) => ({ name: stage, rule, why })),
  ...trafficJson(traffic),
  compiled: compiled
    ? {
        arch: compiled.arch,
        seconds: compiled.seconds,
        registers: compiled.registers,
        spillStoreBytes: compiled.spilled,
        codeBytes: compiled.codeSize,
      }
    : null,
  notCompiled: notCompiled ?? null,
});

const splitJson = ({
  writer,
  readers,
  after,
  forced,
  format,
  bytes,
  size,
  written,
  read,
  others,
}: ExplainedCut) => ({
  writer,
  readers,
  after,
  forced: forced.why === 'resampling' ? { ...forced, taps: forced.taps.map(taps => taps ?? null) } : forced,
  image: { format: format.name, bytesPerPixel: bytes, size, bytesWritten: written, bytesRead: read },
  alternatives: others.map(other => ({
    after: other.after,
    format: other.format.name,
    bytesPerPixel: other.bytes,
  })),
});

const inTwoJson = ({ kernel, chains, between, bytes, one, two }: ExplainedHalves) => ({
  kernel,
  chains,
  image: { size: between, bytes },
  taps: { one, two },
});

const resultsJson = ({ groups, ways }: ResultsPlan) => ({
  groups: groups.map(({ names, apart, beside }) => ({
    names,
    apart: apart ?? null,
    besideSharedImage: beside === true,
  })),
  ways: ways.map((way, n) => ({
    way: way.way,
    after: way.way === 'image' ? way.after : null,
    format: way.way === 'image' ? way.format.name : null,
    bytesPerPixel: way.bytes,
    chosen: n === 0,
  })),
});

const builtJson = ({ name, chain, schedule, cuda, host }: BuiltKernel) => ({
  name,
  chain,
  schedule: { ...schedule, staged: schedule.staged ?? null },
  cuda: cuda?.map(cudaJson) ?? null,
  host: host ? hostJson(host) : null,
});

const cudaJson = ({ arch, seconds, functions, notListed }: CompiledCuda) => ({
  arch,
  seconds,
  functions: functions.map(one => ({
    symbol: one.symbol,
    images: one.images,
    alignedRows: one.aligned ?? null,
    staged: one.staged ?? false,
    registers: one.registers,
    spillStoreBytes: one.spillStores,
    spillLoadBytes: one.spillLoads,
    stackBytes: one.stack,
    sharedBytes: one.shared,
    constantBytes: one.constant,
    codeBytes: one.codeSize,
    globalLoads: one.global?.loads ?? null,
    globalStores: one.global?.stores ?? null,
  })),
  notListed: notListed ?? null,
});

/** Without what tells the functions of one kernel apart. */
const pairCudaJson = (of: CompiledCuda) => ({
  ...cudaJson(of),
  functions: cudaJson(of).functions.map(({ images, alignedRows, staged, ...rest }) => rest),
});

const hostJson = ({ seconds, codeSize, loops }: CompiledHost) => ({
  seconds,
  codeBytes: codeSize,
  loops:
    loops?.map(({ line, does, text, versions }) => ({
      line,
      does,
      text,
      versions: versions.map(({ target, vectorBytes, notVectorised }) => ({
        target,
        vectorBytes: vectorBytes ?? null,
        notVectorised: notVectorised ?? null,
      })),
    })) ?? null,
});
