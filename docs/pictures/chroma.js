// Where chroma samples of 4:2:0 lie, and which of them a pixel mixes: read from the kernels, by images with one sample other than 0.
import { Image, openDevice } from 'cuweave';
import { cell, dot, line, picture, text } from './svg.js';

const [WIDTH, HEIGHT] = [8, 6];
const UNIT = 40;
/** The pixel whose samples are shown. */
const [X, Y] = [3, 3];

/** The weight of each chroma sample at the pixel (X, Y), row by row. */
const weightsOf = async (device, pipeline) => {
  const samples = (WIDTH / 2) * (HEIGHT / 2);
  const images = Array.from({ length: samples }, (_, one) =>
    Image.fromHost(device, {
      format: 'nv12',
      width: WIDTH,
      height: HEIGHT,
      colour: { matrix: 'bt709', range: 'limited', source: 'stream' },
      planes: [
        { data: new Uint8Array(WIDTH * HEIGHT) },
        { data: Uint8Array.from({ length: 2 * samples }, (_, i) => (i === 2 * one ? 128 : 0)) },
      ],
    }),
  );
  const { data } = await pipeline(images).toHost();
  return Array.from({ length: samples }, (_, n) => data[3 * ((n * HEIGHT + Y) * WIDTH + X) + 1] / 128);
};

/** Where sample 0 lies, in pixels from the centre of pixel (0, 0); the others are two pixels apart. */
const PLACES = { centre: [0.5, 0.5], left: [0, 0.5], topLeft: [0, 0] };

const panel = (x, y, { name, about, weights, siting }) => {
  const at = (px, py) => [x + (px + 0.5) * UNIT, y + (py + 0.5) * UNIT];
  const [columns, rows] = [6, 6];
  const [left, top] = PLACES[siting];
  const reader = at(X, Y);
  const sample = n => at(2 * (n % (WIDTH / 2)) + left, 2 * Math.floor(n / (WIDTH / 2)) + top);
  const shown = weights.map((weight, n) => ({ weight, n })).filter(({ n }) => n % (WIDTH / 2) < 3);
  return [
    text(x, y - 28, name, 'ink bold code small'),
    text(x, y - 11, about, 'dim tiny'),
    Array.from({ length: columns * rows }, (_, n) => {
      const [px, py] = [n % columns, Math.floor(n / columns)];
      return [
        cell(x + px * UNIT, y + py * UNIT, UNIT, UNIT, px === X && py === Y ? 'ours' : 'box'),
        dot(...at(px, py), 2, 'dim'),
      ];
    }),
    shown.filter(({ weight }) => weight > 0).map(({ n }) => line(...reader, ...sample(n), 'reach')),
    shown
      .filter(({ n }) => sample(n)[1] < y + rows * UNIT)
      .map(({ weight, n }) => {
        const [cx, cy] = sample(n);
        return [
          dot(cx, cy, 6, weight > 0 ? 'accent' : 'other'),
          weight > 0 ? text(cx + 8, cy - 7, Number(weight.toFixed(4)), 'accent tiny bold') : '',
        ];
      }),
  ];
};

/** Chroma of 4:2:0 by each siting. */
export const chroma = async ({ chromaNearest, chromaLeft, chromaCentre, chromaTopLeft }) => {
  const device = openDevice('cpu');
  const panels = [
    ['nv12()', 'the sample that covers the pixel', chromaNearest, 'centre'],
    ["siting: 'left'", 'H.264 and HEVC, where streams say nothing', chromaLeft, 'left'],
    ["siting: 'centre'", 'JPEG, MPEG-1', chromaCentre, 'centre'],
    ["siting: 'topLeft'", 'UHD and HDR (BT.2020)', chromaTopLeft, 'topLeft'],
  ];
  const drawn = [];
  for (const [n, [name, about, pipeline, siting]] of panels.entries()) {
    const weights = await weightsOf(device, pipeline);
    drawn.push(panel(20 + (n % 2) * 290, 110 + Math.floor(n / 2) * 320, { name, about, weights, siting }));
  }
  return picture({
    width: 640,
    height: 690,
    title: 'Chroma samples of 4:2:0, and how a pixel reads them',
    about:
      'Four grids of pixels with chroma samples: nearest takes one sample; with chroma linear the pixel mixes two or four samples by where they lie, which differs for the sitings left, centre and topLeft.',
    parts: [
      text(20, 26, "Where chroma lies, and what a pixel mixes with chroma: 'linear'", 'ink bold'),
      dot(28, 46, 2, 'dim'),
      text(38, 50, 'luma, one for each pixel', 'dim small'),
      dot(208, 46, 6, 'other'),
      text(220, 50, 'a chroma sample', 'dim small'),
      dot(348, 46, 6, 'accent'),
      text(360, 50, 'one that the blue pixel mixes, by how much', 'dim small'),
      drawn,
    ],
  });
};
