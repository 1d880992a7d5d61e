/** docs/ops.md, printed from the declarations and comments of the operators themselves. */
import { readFileSync } from 'node:fs';
import * as exported from '../../ops/index.js';
import { boundsText } from '../../ops/internal.js';
import type { Format, NumberKind, Param } from '../../ops/spec.js';
import { packageFile } from '../package.js';
import { type Maker, type OpSource, readOpsSource } from '../read/spec/opsSource.js';

/** The pictures of docs/pictures that show a group. */
const pictures: Partial<Record<Maker, readonly (readonly [file: string, shows: string])[]>> = {
  pointOp: [['points', 'The same small scene after thirteen operators.']],
  mapOp: [
    ['geometry', 'The scene cropped, resized, letterboxed, mirrored, turned and warped.'],
    [
      'sampling',
      'From 8 pixels to 5, edges aligned reads at 0.3, 1.9, 3.5, 5.1 and 6.7; corners aligned at 0, 1.75, 3.5, 5.25 and 7.',
    ],
  ],
  stencilOp: [
    [
      'stencils',
      'The scene blurred, sharpened, cleaned of specks and grain, eroded, dilated, and its edges.',
    ],
  ],
  filter: [
    [
      'filters',
      'Shrinking without antialiasing shows rings that are not there; enlarging is blurred or sharp by filter.',
    ],
  ],
  border: [
    [
      'borders',
      'A row a b c d with five pixels on each side: constant vvvvv, replicate aaaaa and ddddd, reflect ddcba and dcbaa, reflect101 bcdcb and cbabc, wrap dabcd and abcda.',
    ],
    ['around', 'A piece of the scene padded by each border.'],
  ],
  format: [
    [
      'chroma',
      'Where chroma samples of 4:2:0 lie for each siting, and the weights by which a pixel mixes them.',
    ],
  ],
};
const picturesOf = (maker: Maker): string =>
  (pictures[maker] ?? []).map(([file, shows]) => `\n\n![${shows}](pictures/${file}.svg)`).join('');

const groups: readonly (readonly [maker: Maker, title: string, text: string])[] = [
  ['pointOp', 'Point operators', 'What happens to the channels of one pixel.'],
  [
    'indexMapOp',
    'Exact geometry',
    'Where an output pixel comes from, in whole pixels: nothing is lost, and it fuses with anything.',
  ],
  [
    'mapOp',
    'Resampling geometry',
    'Where an output pixel comes from, between the pixels of the input. Its `filter` reads that point, its `border` says what lies outside.',
  ],
  [
    'stencilOp',
    'Stencils',
    'What a pixel becomes by those around it: blurs, medians, edges, morphology. Its `border` says what lies outside the image. Operators before a stencil run for every pixel that it reads.',
  ],
  [
    'reduction',
    'Reductions',
    'What an image comes to: the end of a pipeline, one of its results, or what a parameter of an operator is given. The result is a tensor of one row for each image.',
  ],
  ['filter', 'Filters', 'How a point between pixels is read: `resize({ …, filter: linear })`.'],
  ['border', 'Borders', 'What lies outside an image: `warpAffine({ …, border: replicate })`.'],
  [
    'format',
    'Formats',
    'How pixels lie in memory: the first stage of a pipeline, and the last. Sources are given as an image or a tensor.',
  ],
];

const head = `# Operators

This page lists everything that may stand in a pipeline, from \`cuweave/ops\`. What an option leaves out is asked for at the call, unless it has a
default; options *per image* take one value, or an array with one for each image of the batch. Where numbers stand in an array, a typed
array may stand. Numbers that an option cannot take are refused by \`cuweave check\`, and at the call. To write your own, see
[authoring.md](authoring.md).

This page is printed from the operators' declarations and comments: mend those, then run \`npm run docs\`.
`;

const next = `
Next: [pipelines.md](pipelines.md) for what fuses, [migration.md](migration.md) for the same calls in other libraries, [authoring.md](authoring.md) for an operator of your own.
`;

/** How far operators are from another library's operation, over all cases of test/golden; made by its differences.test.ts. */
export type Difference = {
  readonly operators: string;
  /** The library and its version. */
  readonly peer: string;
  readonly operation: string;
  /** What the results are stored as. */
  readonly result: string;
  /** Of single values, in the units of the result. */
  readonly max: number;
  readonly mean: number;
  /** How many of the values differ at all. */
  readonly share: number;
  readonly why: string;
};

const differencesSection = (): string => {
  const rows = JSON.parse(
    readFileSync(packageFile('test', 'golden', 'differences.json'), 'utf8'),
  ) as readonly Difference[];
  const lines = rows.map(({ operators, peer, operation, result, max, mean, share, why }) => [
    operators,
    `${peer.replace(/^[a-z]+/, name => peerNames[name] ?? name)}: ${operation}`,
    result,
    number(max),
    number(mean),
    share === 0 ? '0' : `${number(100 * share)} %`,
    max === 0 ? '' : why,
  ]);
  const titles = ['operators', 'compared with', 'result', 'max', 'mean', 'differ', 'why'];
  return `## How far from other libraries

Measured on the results of other libraries in test/golden: the largest and the mean difference of a value, in the units of the
result (u8: levels; the values of f32 and f16 are in 0..255 for OpenCV and about 1 for PyTorch), and how many values differ at all.
Where the largest is far above the mean, single pixels fall to the other side of a step. What has no line here has no
counterpart in those libraries, or none whose result is kept; [testing.md](testing.md) says what else the operators are held to.

${table([titles, ...lines])}
`;
};
const peerNames: Readonly<Record<string, string>> = {
  opencv: 'OpenCV',
  torch: 'PyTorch',
  pillow: 'Pillow',
  numpy: 'NumPy',
};
const number = (value: number): string =>
  value !== 0 && value < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(2)));

/** The whole page. */
export const opsDoc = (): string => {
  const { ops, colours, chroma } = readOpsSource();
  const sections = groups.map(([maker, title, text]) => {
    const members = ops.filter(op => op.maker === maker);
    const rows = members.map(op => [
      `[\`${op.name}\`](#${op.name.toLowerCase()})`,
      modelsOf(op),
      gist(op.text),
    ]);
    const columns = maker === 'filter' || maker === 'border' ? [0, 2] : [0, 1, 2];
    const titles = ['', maker === 'format' ? 'holds' : 'takes → gives', ''];
    const overview = table([titles, ...rows].map(row => columns.map(column => row[column])));
    const shared = maker === 'format' ? `\n\n${chromaSection(chroma)}` : '';
    return `## ${title}\n\n${text}${picturesOf(maker)}\n\n${overview}${shared}\n\n${members.map(entry).join('\n')}`;
  });
  return `${head}\n## Colour models\n\n${colours}\n\n${sections.join('\n')}\n${differencesSection()}${next}`;
};

const chromaSection = (options: ReadonlyMap<string, string>): string =>
  `Formats with subsampled chroma take options as a source, \`nv12({ chroma: 'linear', siting: 'left' })\`:\n\n${table(
    [['option', ''], ...[...options].map(([name, text]) => [`\`${name}\``, text])],
  )}`;

const entry = (op: OpSource): string => {
  const options = optionRows(op);
  const parts = [
    `### ${op.name}`,
    `\`${signaturesOf(op).join('`, `')}\``,
    op.text,
    ...(options.length > 0 ? [table([['option', 'value', 'default', ''], ...options])] : []),
  ];
  return `${parts.join('\n\n')}\n`;
};

type Declared = {
  readonly params: Readonly<Record<string, Param>>;
  readonly from?: readonly string[];
  readonly to?: string;
};
/** The operator's own declaration, where the export is the operator itself. */
const declaredOf = ({ name }: OpSource): Declared | undefined => {
  const value: unknown = Object.entries(exported).find(([own]) => own === name)?.[1];
  return typeof value === 'function' && 'params' in value ? (value as unknown as Declared) : undefined;
};

const modelsOf = (op: OpSource): string => {
  const declared = declaredOf(op);
  const [first, second] = declared
    ? [(declared.from ?? exported.anyColour).join(', '), declared.to ?? 'same']
    : op.models.map(model => model.replace(/["']/g, '').replaceAll(' | ', ', '));
  if (op.maker === 'format') {
    return `${whole(first)}${second === 'source' ? ', as a source' : ''}`;
  }
  return first === undefined || second === 'same' ? whole(first) : `${first} → ${second}`;
};
const whole = (models = 'any'): string =>
  models === 'C' || models === 'Colour' || models.split(', ').length === exported.anyColour.length
    ? 'any'
    : models;

const signaturesOf = (op: OpSource): readonly string[] => {
  const declared = declaredOf(op);
  if (!declared) {
    return op.signatures.length > 0 ? op.signatures : [op.name];
  }
  const names = Object.entries(declared.params).map(([name, param]) =>
    param.default === undefined ? name : `${name}?`,
  );
  const sampling: Readonly<Record<string, readonly string[]>> = {
    mapOp: ['filter', 'border'],
    stencilOp: ['border'],
  };
  const all = [...names, ...(sampling[op.maker] ?? [])];
  return [all.length > 0 ? `${op.name}({ ${all.join(', ')} })` : `${op.name}()`];
};

const optionRows = (op: OpSource): readonly (readonly string[])[] => {
  const params = declaredOf(op)?.params;
  const names = new Set([...Object.keys(params ?? {}), ...op.params.keys()]);
  return [...names].map(name => {
    const param = params?.[name];
    const type = op.types.get(name);
    const shown = param ? shownValue(param) : type === undefined ? `a ${name}` : `\`${type}\``;
    const preset = param?.default === undefined ? '' : `\`${written(param.default)}\``;
    return [`\`${name}\``, shown, preset, op.params.get(name) ?? ''];
  });
};

const values: Readonly<Record<NumberKind, string>> = {
  f32: 'number',
  i32: 'whole number',
  vec2: '`[x, y]`',
  mat2x3: '`{ dstToSrc }` or `{ srcToDst }`, 6 numbers',
  mat3x3: '`{ dstToSrc }` or `{ srcToDst }`, 9 numbers',
  angle: 'degrees',
  mat3x4: '12 numbers',
  primaries: '`{ from, to }`',
  camera: '`{ fx, fy, cx, cy }`',
  distortion: '`{ k1, k2, p1, p2, k3, k4, k5, k6 }`',
  fisheye: '`{ k1, k2, k3, k4 }`',
  rect: '`{ x, y, width, height }`',
  rects: 'up to 4 of `{ x, y, width, height }`',
  table: '256 numbers',
  weights: 'numbers, row by row',
  gaussian: 'number',
  orientation: "`{ rotation, flip }` or `'auto'`",
  yuvToRgb: '`{ matrix, range }`',
  rgbToYuv: '`{ matrix, range }`',
};
const shownValue = ({ param, per, choices, colour, bounds }: Param): string => {
  if (param === 'measured') {
    return 'a reduction, or `[operators, reduction]`';
  }
  if (param === 'image') {
    return `format of ${colour === 'same' ? 'such an image' : `an image of ${colour}`}`;
  }
  if (param === 'choice') {
    return (choices ?? [])
      .map(choice => (typeof choice === 'string' ? `\`'${choice}'\`` : `\`${choice}\``))
      .join(', ');
  }
  const limited = bounds ? `${param === 'camera' ? ', fx and fy' : ''} ${boundsText(bounds)}` : '';
  const kind = `${values[param]}${limited}`;
  return `${kind}${per === 'image' ? ', per image' : per === 'channel' ? ', or one per channel' : ''}`;
};

const written = (value: unknown): string => {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.some(isReduction)) {
    const names = all.map(one => `${nameOfPlaced(one)}()`).join(', ');
    return all.length > 1 ? `[${names}]` : names;
  }
  if (isFormat(value)) {
    return value.name;
  }
  // A fraction such as 1/255 is written as one.
  if (typeof value === 'number' && value > 0 && value < 1 && Number.isInteger(1 / value)) {
    return `1/${1 / value}`;
  }
  return JSON.stringify(value)?.replaceAll('"', "'").replaceAll(',', ', ') ?? '';
};

const isReduction = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'reduction';
/** The name under which cuweave/ops exports a placed operator, or its own. */
const nameOfPlaced = (value: unknown): string => {
  const { op } = value as { readonly op: { readonly name?: string } };
  const found = Object.entries(exported).find(([, one]) => (one as unknown) === op);
  return op.name ?? found?.[0] ?? 'operator';
};

const isFormat = (value: unknown): value is Format =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'format';

/** The first sentence. */
const gist = (text: string): string =>
  /^.*?[.:](?=\s|$)/s.exec(text)?.[0].replace(/\s+/g, ' ').replace(/:$/, '.') ?? text;

const table = (rows: readonly (readonly (string | undefined)[])[]): string => {
  const [titles, ...lines] = rows.map(
    row => `| ${row.map(cell => (cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return [titles, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`, ...lines].join('\n');
};
