/** The command line. Every command is a function elsewhere; here are only its options, its output and its exit code. */
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { Command, CommanderError, Option } from 'commander';
import type { BuildResult, BuildStep } from '../build/build.js';
import { BuildError, InternalError, SpecError } from '../errors.js';
import { version } from '../package.js';
import { explanationText } from './explain.js';
import { checkPage, writePage } from './explainFile.js';
import { Interrupted, interruptible } from './interrupts.js';
import {
  chosenFrames,
  count,
  decimal,
  dimensions,
  image,
  listed,
  type SamplingWords,
  setting,
  withSampling,
} from './optionValues.js';
import { progressDisplay } from './progress.js';
import type { Terminal } from './terminal.js';
import { visibly } from './visible.js';

/** Where a command writes. */
export type Streams = { readonly stdout: Terminal; readonly stderr: Terminal };

/** The last lines of a command's help. */
const example = (line: string): string => `\nExample:\n  npx cuweave ${line}`;

const compilingAddon = 'compiling the addon, once per installation, about a minute';

/**
 * Runs one command in the folder that the process is in.
 *
 * @param args What follows the program's name.
 * @returns The exit code.
 */
export const main = async (args: readonly string[], streams: Streams): Promise<number> => {
  const [stdout, stderr] = [visibly(streams.stdout), visibly(streams.stderr)];
  const print = (text: string): void => {
    stdout.write(`${text}\n`);
  };
  const root = process.cwd();
  let code = 0;
  const program = new Command('cuweave')
    .description('Image operators as TypeScript functions, fused into one CUDA kernel.')
    .version(version)
    // Thrown, not an end of the process: the commands below take it over.
    .exitOverride()
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      getOutHelpWidth: () => columnsOf(stdout),
      getErrHelpWidth: () => columnsOf(stderr),
      getOutHasColors: () => stdout.isTTY === true,
      getErrHasColors: () => stderr.isTTY === true,
    })
    .showHelpAfterError('(run with --help for the options)')
    // For an unknown command commander would print the general help; this rejects it instead.
    .addHelpText('before', () => {
      const [first, second] = program.args;
      const name = first === 'help' ? second : first;
      const isCommand = name === undefined || name.startsWith('-') || name === 'help';
      return isCommand ? '' : program.error(`error: unknown command '${name}'`);
    });

  program
    .command('build')
    .description('compile pipelines: kernels for the GPU and the CPU, typed bindings, manifest, C header')
    .argument('<files...>', 'TypeScript files that export pipelines')
    .option('-o, --out <folder>', 'output folder: new, empty, or of an earlier build', 'build')
    .option(
      '--arch <sm_NN,...>',
      'GPU architectures; default: the GPU present, else sm_80, sm_86, sm_89 and sm_90',
      listed,
    )
    .option('--cpu', 'leave CUDA out')
    .option('--strict', 'no fused multiply-add on the GPU: the same bits as on the CPU')
    .option('--package <folder>', 'also make a package for C and C++: library, headers, CMake, pkg-config')
    .option('--name <name>', 'of the package; default: its folder’s')
    .option('--static', 'with a static library in the package')
    .option('--python', 'a Python module, too: pipelines.py, which needs no compiler')
    .option('--wheel <folder>', 'that module as a wheel for pip, in this folder')
    .option('-j, --jobs <n>', 'compilers at a time; default: one per core', count)
    .option('-w, --watch', 'build again whenever a file changes that was read, until Ctrl-C')
    .addHelpText('after', example('build src/pipelines.ts --arch sm_80,sm_90'))
    .action(
      async (
        entries: string[],
        options: {
          out: string;
          arch?: string[];
          cpu?: true;
          strict?: true;
          package?: string;
          name?: string;
          static?: true;
          python?: true;
          wheel?: string;
          jobs?: number;
          watch?: true;
        },
        command: Command,
      ) => {
        const { watch, arch: archs, package: directory, name, static: isStatic, ...rest } = options;
        if (directory === undefined && (name !== undefined || isStatic)) {
          command.error('error: --name and --static are of a package: add --package FOLDER');
        }
        const { build } = await import('../build/build.js');
        const display = progressDisplay('steps', streams.stderr);
        const report = (result: BuildResult): void => {
          display.stop();
          for (const { name, file } of result.gone) {
            print(`${name} is gone: it was in ${options.out}/ before${file ? `, from ${file}` : ''}`);
          }
          const made = result.pipelines.join(', ');
          const what =
            result.archs.length > 0
              ? `for ${result.archs.join(', ')} and the CPU`
              : `for the CPU only (${result.cpuOnly})`;
          print(`${made}: built ${what} in ${result.seconds.toFixed(1)} s`);
          print(`${result.compiled} steps done, ${result.cached} unchanged; output in ${options.out}/`);
          if (result.package) {
            print(
              `package ${result.package.name} in ${directory}/: find_package(${result.package.name} CONFIG)`,
            );
          }
          if (result.wheel !== undefined) {
            print(result.wheel);
          }
        };
        try {
          await interruptible(async signal => {
            const all = {
              root,
              signal,
              entries,
              archs,
              ...rest,
              ...(directory === undefined ? {} : { package: { directory, name, static: isStatic } }),
              onProgress: ({ done, total, label, cached }: BuildStep) =>
                display.step(done, total, cached ? `${label} (unchanged)` : label),
              onAddon: () => display.note(compilingAddon),
            };
            if (!watch) {
              report(await build(all));
              return;
            }
            const { watchBuild } = await import('../build/watch.js');
            const failed = (error: unknown): void => {
              display.stop();
              stderr.write(`${textOf(error)}\n`);
            };
            await watchBuild(all, {
              built: report,
              failed,
              ready: () => stderr.write('waiting for changes\n'),
            });
          });
        } finally {
          display.stop();
        }
      },
    );

  program
    .command('check')
    .description('report every error in the specs without building')
    .argument('<files...>', 'TypeScript files that export pipelines')
    .addHelpText('after', example('check src/pipelines.ts'))
    .action(async (entries: string[]) => {
      const { plansOf } = await import('../specs.js');
      const plans = await plansOf({ root, entries });
      for (const { name, chain, kernels } of plans) {
        print(`${name}: ${chain}${kernels.length === 1 ? '' : ` (${kernels.length} kernels)`}`);
      }
      print(`${plans.length} ${plans.length === 1 ? 'pipeline' : 'pipelines'}, no errors`);
    });

  program
    .command('explain')
    .description('print the plan: kernels, what fused and why, bytes moved, registers, and the code')
    .argument('[pipeline]', 'a pipeline; default: all')
    .requiredOption(
      '-f, --file <files>',
      'TypeScript files that export pipelines, separated by commas',
      listed,
    )
    .addOption(
      new Option('--size <WxH>', 'size of the source image for the byte counts')
        .argParser(dimensions)
        .default({ width: 1920, height: 1080 }, '1920x1080'),
    )
    .option(
      '--compiled',
      'compile every kernel as build does, and print what nvcc and g++ made of it: registers, spills, widths of loads',
    )
    .option('--json', 'print all of it as JSON')
    .option('--html <file>', 'write all of it as one page, with generated code beside the specs')
    .option('--code', 'print the generated CUDA and host code')
    .option('--arch <sm_NN,...>', 'as in build', listed)
    .option('--cpu', 'as in build')
    .option('--strict', 'as in build')
    .addHelpText(
      'after',
      `${example('explain thumbnail -f src/pipelines.ts --size 1280x720')}\n\nWhat every line of it means: docs/explain.md in the package.`,
    )
    .action(
      async (
        name: string | undefined,
        options: {
          file: string[];
          size: { width: number; height: number };
          compiled?: true;
          json?: true;
          html?: string;
          code?: true;
          arch?: string[];
          cpu?: true;
          strict?: true;
        },
      ) => {
        const { explain } = await import('../report/explain.js');
        const { arch: archs, file, json, html, ...rest } = options;
        const entries = file.map(path => resolve(root, path));
        const { explanationPage, pageRoot } = await import('../report/page.js');
        if (html !== undefined) {
          checkPage(html);
        }
        const folder = html === undefined ? root : pageRoot(root, entries);
        const display = progressDisplay('steps', streams.stderr);
        try {
          const explanations = await explain({
            root: folder,
            entries,
            archs,
            ...rest,
            ...(html !== undefined ? { code: true } : {}),
            ...(name ? { names: [name] } : {}),
            onProgress: ({ done, total, label }) => display.step(done, total, label),
          });
          display.stop();
          if (html !== undefined) {
            writePage(html, explanationPage(explanations, { root: folder, version }));
            print(`Written: ${html}`);
            return;
          }
          print(
            json
              ? JSON.stringify({ cuweave: version, pipelines: explanations }, null, 2)
              : explanations.map(explanationText).join('\n\n'),
          );
        } finally {
          display.stop();
        }
      },
    );

  withSampling(
    program
      .command('run')
      .description('run a built pipeline on pictures or a video')
      .argument('<pipeline>', 'the name of a pipeline')
      .argument('<inputs...>', 'pictures, or a video')
      .requiredOption('-o, --out <path>', 'a picture (.png, .jpg), a tensor (.npy), or a folder')
      .option('-b, --build <folder>', 'the output folder of cuweave build', 'build')
      .addOption(new Option('-d, --device <name>', 'cuda, cuda:N or cpu; default: CUDA if there is one'))
      .option('--batch <n>', 'images per call', count, 8)
      .option('--limit <n>', 'stop after this many frames', count)
      .option('--set <name=json>', 'a parameter that the pipeline leaves open; may be repeated', setting)
      .option(
        '--image <name=path>',
        'a picture or .npy file for an image that the pipeline reads beside its source; repeated with one name: one per input',
        image,
      ),
    'a',
  )
    .option('--sheet <path>', 'also write a contact sheet of the results')
    .option(
      '--no-orient',
      'leave the frames of a video as they are stored, though it asks for them to be turned',
    )
    .addHelpText(
      'after',
      `${example('run thumbnail photo.jpg -o small.png')}\n  npx cuweave run picture clip.mp4 --every 0.5 -o frames`,
    )
    .action(
      async (
        pipeline: string,
        inputs: string[],
        options: {
          out: string;
          build: string;
          device?: string;
          batch: number;
          limit?: number;
          set?: Record<string, unknown>;
          image?: Record<string, readonly string[]>;
          sheet?: string;
          orient: boolean;
        } & SamplingWords,
      ) => {
        const { runPipeline } = await import('./running/run.js');
        const display = progressDisplay('frames', streams.stderr);
        try {
          const result = await interruptible(signal =>
            runPipeline({
              buildDirectory: options.build,
              pipeline,
              inputs,
              output: options.out,
              device: options.device,
              batch: options.batch,
              limit: options.limit,
              frames: chosenFrames(options),
              options: options.set ?? {},
              images: options.image ?? {},
              sheet: options.sheet,
              orient: options.orient,
              onNote: sentence => stderr.write(`${sentence}\n`),
              signal,
              onProgress: ({ done, total }) => display.step(done, total, pipeline),
              onPartial: ({ frames, files }) => {
                display.stop();
                const some = files.length > 3 ? `${files.slice(0, 3).join(', ')}, …` : files.join(', ');
                stderr.write(`${frames} ${frames === 1 ? 'frame is' : 'frames are'} written: ${some}\n`);
              },
            }),
          );
          display.stop();
          const decoded = result.decoder
            ? `, decoded by ${result.decoder === 'nvdec' ? 'NVDEC' : 'the CPU'},`
            : '';
          print(
            `${result.frames} ${result.frames === 1 ? 'frame' : 'frames'} on ${result.device}${decoded} in ${result.seconds.toFixed(2)} s: ${result.fps.toFixed(1)} fps`,
          );
          for (const file of result.files) {
            print(file);
          }
        } finally {
          display.stop();
        }
      },
    );

  withSampling(
    program
      .command('serve')
      .description('run a built pipeline on videos, into a ring that other processes read')
      .argument('<pipeline>', 'the name of a pipeline')
      .argument('<clip...>', 'videos')
      .requiredOption('--ring <name>', "the ring's name: letters, digits, '-', '_' and '.'")
      .option('-b, --build <folder>', 'the output folder of cuweave build', 'build')
      .addOption(
        new Option(
          '-d, --device <name>',
          'cuda, cuda:N or cpu, whose memory holds the ring; default: CUDA if there is one',
        ),
      )
      .option('--batch <n>', 'frames of a batch', count, 16)
      .option('--slots <n>', 'batches that there is room for', count, 8)
      .option('--broadcast', 'each consumer gets every batch; else each batch goes to one of them')
      .option('--repeat', 'begin anew after the last video, until Ctrl-C')
      .option('--shuffle <seed>', 'the videos in an order by this seed, another one in each pass', decimal)
      .option('--set <name=json>', 'as in run', setting)
      .option('--image <name=path>', 'as in run', image),
    'each',
  )
    .option('--no-orient', 'as in run')
    .addHelpText(
      'after',
      `${example('serve preprocess clips/*.mp4 --ring train --batch 16 --every 0.5 --repeat --shuffle 1')}\n\nConsumers, from Python: for batch in pipelines.ring("train", arrays="torch"): … (docs/rings.md in the package).`,
    )
    .action(
      async (
        pipeline: string,
        videos: string[],
        options: {
          ring: string;
          build: string;
          device?: string;
          batch: number;
          slots: number;
          broadcast?: true;
          repeat?: true;
          shuffle?: number;
          set?: Record<string, unknown>;
          image?: Record<string, readonly string[]>;
          orient: boolean;
        } & SamplingWords,
      ) => {
        const { servePipeline } = await import('./running/serve.js');
        const display = progressDisplay('frames', streams.stderr);
        try {
          const result = await interruptible(signal =>
            servePipeline({
              buildDirectory: options.build,
              pipeline,
              videos,
              ring: options.ring,
              device: options.device,
              batch: options.batch,
              slots: options.slots,
              broadcast: options.broadcast === true,
              repeat: options.repeat === true,
              ...(options.shuffle === undefined ? {} : { shuffle: options.shuffle }),
              frames: chosenFrames(options),
              options: options.set ?? {},
              images: options.image ?? {},
              orient: options.orient,
              onNote: sentence => stderr.write(`${sentence}\n`),
              onRing: sentence => stderr.write(`${sentence}\n`),
              // A server's log would grow by a line for each batch.
              ...(streams.stderr.isTTY
                ? {
                    onProgress: ({ done }: { readonly done: number }) =>
                      display.step(done, undefined, pipeline),
                  }
                : {}),
              signal,
            }),
          );
          display.stop();
          print(
            `${result.frames} ${result.frames === 1 ? 'frame' : 'frames'} in ${result.batches} ${result.batches === 1 ? 'batch' : 'batches'} in ${result.seconds.toFixed(2)} s`,
          );
        } finally {
          display.stop();
        }
      },
    );

  program
    .command('addon')
    .description('compile the native addon now; build does it when it is needed')
    .option('--force', 'compile it even if it is up to date')
    .addHelpText('after', example('addon'))
    .action(async (options: { force?: true }) => {
      const { buildAddon } = await import('../build/addon.js');
      const { path, built } = await buildAddon({
        force: options.force,
        onStart: () => stderr.write(`${compilingAddon}\n`),
      });
      print(`${path}: ${built ? 'built' : 'up to date'}`);
    });

  program
    .command('doctor')
    .description('report what this machine has, what a missing piece costs, and how to get it')
    .addHelpText('after', example('doctor'))
    .action(async () => {
      const { doctor } = await import('./doctor.js');
      const { text, ok } = await doctor();
      print(text);
      code = ok ? 0 : 1;
    });

  program
    .command('new')
    .description('make a project with one operator and one pipeline')
    .argument('<folder>', 'a folder that does not exist or is empty')
    .option('--name <name>', 'the package name; default: the folder name')
    .option(
      '--cuweave <range>',
      'what it depends on: versions, a URL, or file:PATH; default: where this one is from',
    )
    .addHelpText('after', example('new my-project'))
    .action(async (folder: string, options: { name?: string; cuweave?: string }) => {
      const { newProject } = await import('./new.js');
      const { text } = await newProject({ directory: folder, ...options });
      print(text);
    });

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said what is wrong.
    if (error instanceof CommanderError) {
      return error.exitCode;
    }
    stderr.write(`${textOf(error)}\n`);
    return error instanceof Interrupted ? error.code : 1;
  }
};

const columnsOf = ({ isTTY, columns }: Terminal): number => (isTTY === true ? (columns ?? 80) : 80);

/** What went wrong, in the words that help: a stack only where the defect is ours. */
const textOf = (error: unknown): string => {
  if (error instanceof SpecError) {
    return error.message.trimEnd();
  }
  if (error instanceof BuildError) {
    return `error: ${error.message}`;
  }
  if (error instanceof InternalError || !(error instanceof Error)) {
    return inspect(error);
  }
  // The runtime's errors say what to do in their message; a name of its own marks them.
  if (error.name !== 'Error' && error.name !== 'TypeError') {
    return `error: ${error.message}`;
  }
  return process.env.CUWEAVE_STACK ? String(error.stack) : `error: ${error.message}`;
};
