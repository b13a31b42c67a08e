/** Behind Daniel: a room in the evening, with a lamp before a window at dusk, shelves of books, and a plant. */
import type { Background } from '../design.js';
import type { Point } from '../paint.js';

type Shape = Background['shapes'][number];

/** An upright rectangle, or one that leans over by `lean` at its top. */
const block = (left: number, top: number, right: number, bottom: number, lean = 0): readonly Point[] => [
  [left + lean, top],
  [right + lean, top],
  [right, bottom],
  [left, bottom],
];

/** Books stand on a board, from left to right: [width, height, colour, lean]. */
function shelf(left: number, board: number, books: readonly (readonly [number, number, string, number?])[]): Shape[] {
  let at = left;
  const rows = books.map(([width, height, colour, lean]): Shape => {
    const points = block(at, board - height, at + width, board, lean);
    at += width + 1;
    return { points, colour, opacity: 0.85, blur: 3.6 };
  });
  return [...rows, { points: block(376, board, 560, board + 9), colour: '#8a5f3f', opacity: 0.9, blur: 3 }];
}

const leaf = (points: readonly Point[], colour: string): Shape => ({ points, colour, opacity: 0.8, blur: 6 });

export const danielRoom: Background = {
  page: '#e8d9c8',
  wall: ['#7f6250', '#99765b', '#8d6a50', '#5e4437'],
  shapes: [
    { points: block(-40, -40, 96, 330), colour: '#3f4a63', opacity: 0.95, blur: 7 },
    { points: block(-40, 150, 96, 330), colour: '#6b6479', opacity: 0.7, blur: 26 },
    { points: block(90, -40, 106, 338), colour: '#b08a69', opacity: 0.9, blur: 4 },
    { points: block(-40, 328, 112, 346), colour: '#b08a69', opacity: 0.8, blur: 4 },
    { points: block(386, -40, 560, 430), colour: '#3a2822', opacity: 0.85, blur: 8 },
    ...shelf(396, 128, [
      [17, 74, '#7d3b2b'],
      [13, 84, '#c39a63'],
      [18, 70, '#3f5a5a'],
      [11, 80, '#a5673d'],
      [19, 66, '#55433b'],
      [30, 62, '#8f4a32', 8],
    ]),
    ...shelf(404, 244, [
      [24, 62, '#5d6f62'],
      [15, 80, '#b98a55'],
      [12, 70, '#6e3428'],
      [20, 76, '#394c55'],
      [30, 58, '#a87b52'],
    ]),
    ...shelf(396, 360, [
      [14, 76, '#9a6a42'],
      [20, 66, '#4c5a4d'],
      [13, 80, '#84402d'],
      [17, 70, '#c1a072'],
      [40, 40, '#5a4035'],
    ]),
    { points: block(-40, 400, 560, 560), colour: '#4a352b', opacity: 0.6, blur: 18 },
    leaf(
      [
        [52, 430],
        [30, 350],
        [-6, 300],
        [8, 360],
        [40, 430],
      ],
      '#3f5a41',
    ),
    leaf(
      [
        [60, 430],
        [58, 330],
        [40, 252],
        [76, 300],
        [74, 430],
      ],
      '#4f6c4a',
    ),
    leaf(
      [
        [70, 430],
        [88, 340],
        [124, 286],
        [120, 346],
        [84, 430],
      ],
      '#5d7a50',
    ),
    leaf(
      [
        [62, 440],
        [100, 386],
        [146, 366],
        [128, 404],
        [84, 440],
      ],
      '#47613f',
    ),
    // The lamp's shade, over everything else.
    {
      points: block(84, 44, 156, 116).map(([x, y]): Point => [y < 50 ? 120 + (x - 120) * 0.6 : x, y]),
      colour: '#ffe2ac',
      opacity: 0.95,
      blur: 5,
    },
    { points: block(117, 116, 123, 200), colour: '#c79a62', opacity: 0.7, blur: 3 },
  ],
  lights: [
    { x: 120, y: 96, rx: 250, ry: 230, colour: '#ffc477', opacity: 0.62 },
    { x: 120, y: 92, rx: 74, ry: 74, colour: '#fff0cf', opacity: 0.7 },
    { x: 250, y: 230, rx: 200, ry: 230, colour: '#f0c692', opacity: 0.3 },
    { x: 476, y: 196, rx: 60, ry: 200, colour: '#ffbe7a', opacity: 0.16 },
  ],
};
