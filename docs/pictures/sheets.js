// Results of operators side by side. Every tile is computed by its pipeline; its caption is the text of the pipeline's operators.
import { readFileSync } from 'node:fs';
import { Image, openDevice } from 'cuweave';
import sharp from 'sharp';
import { picture, pixels, text } from './svg.js';

const here = new URL('.', import.meta.url);
const [WIDTH, HEIGHT] = [160, 120];
const COLUMNS = 5;
/** From tile to tile: across, and down, where a caption has up to three lines below its title, or none. */
const CELL = 172;
const [LINE, LOW_LINE] = [184, 164];

/** The operators of each pipeline, as they are written. */
const written = new Map(
  [
    ...readFileSync(new URL('pipelines.ts', here), 'utf8').matchAll(
      /export const (\w+) = pipeline\(\s*rgb8\(\),\s*([\s\S]*?),\s*nhwc\('u8'\),?\s*\);/g,
    ),
  ].map(([, name, stages]) => [name, stages.replaceAll(/\s+/g, ' ')]),
);

/** Words in lines of 27 characters, two at most. */
const inLines = words => {
  const lines = [''];
  for (const word of words.split(' ')) {
    if (lines.at(-1).length + word.length > 27) {
      lines.push('');
    }
    lines[lines.length - 1] += `${lines.at(-1) === '' ? '' : ' '}${word}`;
  }
  return lines.length > 2 ? [lines[0], `${lines[1]} …`] : lines;
};

/** The caption: the last operator, or the one option that the tiles of a row differ in; below it options, and what stands before. */
const captionOf = (name, option) => {
  const stages = written.get(name);
  const [, before = '', last, options = ''] = /^(?:(.*\)), )?(\w+)\((?:\{ ?(.*?),? ?\})?\)$/.exec(stages);
  if (option !== undefined) {
    return [new RegExp(`${option}: ([\\w()]+)`).exec(options)[1], []];
  }
  return [
    last,
    inLines(options === '' ? '' : options.replace(/, border: \w+$/, '')).concat(
      before === '' ? [] : [`after ${before}`],
    ),
  ];
};

const drawn = async ({ data, info }) => ({ data, width: info.width, height: info.height });
const scene = async () =>
  drawn(
    await sharp(new URL('scene.svg', here).pathname)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
const changed = ({ data, ...size }, change) => ({ ...size, data: data.map(change) });
const part = ({ data, width }, x, y, w, h) => ({
  width: w,
  height: h,
  data: Uint8Array.from({ length: w * h * 3 }, (_, n) => {
    const [c, px, py] = [n % 3, Math.floor(n / 3) % w, Math.floor(n / 3 / w)];
    return data[((y + py) * width + x + px) * 3 + c];
  }),
});
/** Every twelfth pixel black or white, by a linear congruential generator (Numerical Recipes' constants). */
const specked = ({ data, ...size }) => {
  let state = 7;
  const own = Uint8Array.from(data);
  for (let i = 0; i < own.length; i += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (state < 2 ** 32 / 12) {
      own.fill(state & 64 ? 255 : 0, i, i + 3);
    }
  }
  return { ...size, data: own };
};
/** Each pixel up to 30 levels lighter or darker, by the same generator. */
const grainy = ({ data, ...size }) => {
  let state = 11;
  const own = Uint8ClampedArray.from(data);
  for (let i = 0; i < own.length; i += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    for (let c = 0; c < 3; c++) {
      own[i + c] += (state / 2 ** 32) * 60 - 30;
    }
  }
  return { ...size, data: Uint8Array.from(own) };
};
/** Rings that grow finer outwards: cos(r² / 51) up to one pixel each way at the corners. */
const rings = size => ({
  width: size,
  height: size,
  data: Uint8Array.from({ length: size * size * 3 }, (_, n) => {
    const [x, y] = [Math.floor(n / 3) % size, Math.floor(n / 3 / size)];
    const r2 = (x - size / 2) ** 2 + (y - size / 2) ** 2;
    return Math.round(127.5 + 127.5 * Math.cos((Math.PI * r2) / (size * 1.2)));
  }),
});

const inputsOf = async () => {
  const plain = await scene();
  return {
    scene: plain,
    dull: changed(plain, v => 90 + v * 0.3),
    tinted: changed(plain, (v, i) => v * [1, 0.8, 0.55][i % 3]),
    specked: specked(plain),
    grainy: grainy(plain),
    rings: rings(160),
    window: part(plain, 12, 72, 26, 20),
    house: part(plain, 4, 42, 64, 48),
  };
};

// Packed with a small loss, but for tiles that are shown much larger: the package has little room.
const webpOf = async ({ data, width, height, channels = 3 }) =>
  sharp(data, { raw: { width, height, channels } })
    .webp(width < 40 ? { lossless: true } : { quality: 68, smartSubsample: true, effort: 6 })
    .toBuffer();

/** One tile: an input by itself, or a pipeline's result of it. */
const tileOf = async (device, inputs, built, { input, by, scale = 1 }) => {
  const source = inputs[input];
  if (by === undefined) {
    return { ...source, scale, webp: await webpOf(source) };
  }
  const image = Image.fromHost(device, {
    format: 'rgb8',
    width: source.width,
    height: source.height,
    planes: [{ data: source.data }],
  });
  const { data, shape } = await built[by](image).toHost();
  const [, height, width, channels] = shape;
  return { width, height, scale, webp: await webpOf({ data, width, height, channels }) };
};

const sheet = async (device, inputs, built, { title, about, tiles }) => {
  const step = tiles.some(({ option }) => option !== undefined) ? LOW_LINE : LINE;
  const parts = [];
  for (const [n, tile] of tiles.entries()) {
    const [x, y] = [10 + (n % COLUMNS) * CELL, 40 + Math.floor(n / COLUMNS) * step];
    const { width, height, scale, webp } = await tileOf(device, inputs, built, tile);
    const [w, h] = [width * scale, height * scale];
    parts.push(pixels(x + (WIDTH - w) / 2, y + (HEIGHT - h) / 2, w, h, webp));
    const [name, lines] = tile.by === undefined ? [tile.name, [tile.about]] : captionOf(tile.by, tile.option);
    const all = [...lines.filter(words => words !== ''), ...(tile.note === undefined ? [] : [tile.note])];
    parts.push(text(x, y + HEIGHT + 15, name, 'ink bold tiny'));
    parts.push(all.map((words, at) => text(x, y + HEIGHT + 29 + at * 12, words, 'dim tiny')));
  }
  const rows = Math.ceil(tiles.length / COLUMNS);
  return picture({
    width: 10 + COLUMNS * CELL,
    height: 40 + rows * step,
    title,
    about,
    parts: [text(10, 24, title, 'ink bold'), parts],
  });
};

const of = (input, ...names) => names.map(by => ({ input, by }));

const SHEETS = {
  points: {
    title: 'Point operators',
    about: 'The same small scene after thirteen operators that change colours and brightness.',
    tiles: [
      { input: 'scene', name: 'the scene', about: '160 × 120' },
      ...of(
        'scene',
        'lighter',
        'starker',
        'negative',
        'coarse',
        'solar',
        'sepia',
        'gray',
        'above',
        'twoLevels',
      ),
      { input: 'dull', name: 'the scene, dull', about: 'input of the next three' },
      ...of('dull', 'stretched', 'spread', 'local'),
      { input: 'tinted', by: 'balanced', note: 'of the scene under warm light' },
    ],
  },
  geometry: {
    title: 'Geometry',
    about: 'The scene cropped, resized, letterboxed, mirrored, turned and warped.',
    tiles: [
      { input: 'scene', name: 'the scene', about: '160 × 120' },
      ...of('scene', 'middle', 'small', 'boxed', 'mirrored'),
      { input: 'scene', by: 'quarter', scale: 0.75 },
      ...of('scene', 'turned', 'sheared', 'receding'),
    ],
  },
  stencils: {
    title: 'Stencils',
    about:
      'The scene blurred, sharpened, with a region blurred, cleaned of specks, eroded, dilated, and its edges.',
    tiles: [
      { input: 'scene', name: 'the scene', about: '160 × 120' },
      ...of('scene', 'boxed7', 'soft', 'sharp', 'hidden'),
      { input: 'specked', name: 'the scene, specked', about: 'input of the next one' },
      ...of('specked', 'cleaned'),
      { input: 'grainy', name: 'the scene, grainy', about: 'input of the next one' },
      ...of('grainy', 'smooth'),
      ...of('scene', 'thinned', 'grown', 'steep', 'outline', 'ink'),
    ],
  },
  filters: {
    title: 'Filters: resize of rings, 160² to 60² (shown twice as large), and of 26 × 20 pixels to 156 × 120',
    about:
      'Filters without antialiasing give rings that are not there; antialiased ones give grey. Enlarged, nearest shows squares, linear blurs, cubic and lanczos4 are sharper.',
    tiles: [
      ...of('rings', 'ringsNearest', 'ringsLinear', 'ringsArea', 'ringsTriangle', 'ringsLanczos').map(
        tile => ({ ...tile, scale: 2, option: 'filter' }),
      ),
      { input: 'window', name: 'a piece of the scene', about: '26 × 20 pixels', scale: 6 },
      ...of('window', 'largeNearest', 'largeLinear', 'largeCubic', 'largeLanczos').map(tile => ({
        ...tile,
        option: 'filter',
      })),
    ],
  },
  around: {
    title: 'Borders: 64 × 48 pixels of the scene, padded to 160 × 120',
    about:
      'The same piece with a grey margin, with smeared edges, mirrored with and without repeating the last pixel, and tiled.',
    tiles: of(
      'house',
      'aroundConstant',
      'aroundReplicate',
      'aroundReflect',
      'aroundReflect101',
      'aroundWrap',
    ).map(tile => ({ ...tile, option: 'border' })),
  },
};

/** All sheets by name. @param built The pipelines of pipelines.ts, built. */
export const sheets = async built => {
  const device = openDevice('cpu');
  const inputs = await inputsOf();
  const made = {};
  for (const [name, about] of Object.entries(SHEETS)) {
    made[name] = await sheet(device, inputs, built, about);
  }
  return made;
};
