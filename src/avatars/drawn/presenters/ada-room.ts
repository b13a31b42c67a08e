/** Behind Ada: a bright lobby with tall windows, lamps and plants. */
import type { Background } from '../design.js';

export const adaRoom: Background = {
  page: '#dfe6e2',
  wall: ['#f3efe6', '#e6e8e1', '#cfdad7', '#b4c6c5'],
  shapes: [
    {
      points: [
        [-30, -40],
        [78, -40],
        [78, 352],
        [-30, 352],
      ],
      colour: '#ffffff',
      opacity: 0.85,
      blur: 8,
    },
    {
      points: [
        [94, -40],
        [206, -40],
        [206, 346],
        [94, 346],
      ],
      colour: '#ffffff',
      opacity: 0.7,
      blur: 9,
    },
    {
      points: [
        [224, -40],
        [300, -40],
        [300, 340],
        [224, 340],
      ],
      colour: '#ffffff',
      opacity: 0.42,
      blur: 11,
    },
    {
      points: [
        [-30, 150],
        [310, 158],
        [310, 163],
        [-30, 156],
      ],
      colour: '#c3cfc9',
      opacity: 0.5,
      blur: 4,
    },
    {
      points: [
        [-30, 250],
        [120, 214],
        [220, 262],
        [310, 236],
        [310, 346],
        [-30, 352],
      ],
      colour: '#a9c4b4',
      opacity: 0.5,
      blur: 18,
    },
    {
      points: [
        [402, -40],
        [560, -40],
        [560, 420],
        [402, 420],
      ],
      colour: '#8fa9a3',
      opacity: 0.55,
      blur: 22,
    },
    {
      points: [
        [-40, 372],
        [250, 366],
        [560, 378],
        [560, 560],
        [-40, 560],
      ],
      colour: '#93aaa5',
      opacity: 0.6,
      blur: 16,
    },
    {
      points: [
        [432, 420],
        [424, 330],
        [392, 268],
        [430, 290],
        [444, 330],
      ],
      colour: '#4f7d62',
      opacity: 0.6,
      blur: 9,
    },
    {
      points: [
        [446, 420],
        [440, 310],
        [452, 226],
        [474, 268],
        [462, 340],
      ],
      colour: '#5d8f70',
      opacity: 0.65,
      blur: 9,
    },
    {
      points: [
        [458, 420],
        [470, 330],
        [504, 252],
        [524, 258],
        [500, 330],
      ],
      colour: '#487459',
      opacity: 0.62,
      blur: 9,
    },
    {
      points: [
        [462, 430],
        [496, 366],
        [540, 320],
        [548, 340],
        [500, 400],
      ],
      colour: '#6a9a7b',
      opacity: 0.6,
      blur: 10,
    },
    {
      points: [
        [420, 400],
        [500, 400],
        [492, 480],
        [430, 480],
      ],
      colour: '#d9cdb9',
      opacity: 0.7,
      blur: 9,
    },
  ],
  lights: [
    { x: 120, y: 110, rx: 300, ry: 260, colour: '#fff6e2', opacity: 0.6 },
    { x: 256, y: 250, rx: 230, ry: 260, colour: '#fdf3e2', opacity: 0.35 },
    { x: 424, y: 84, rx: 52, ry: 52, colour: '#ffdf9f', opacity: 0.75 },
    { x: 424, y: 84, rx: 22, ry: 22, colour: '#fff4d8', opacity: 0.9 },
    { x: 480, y: 122, rx: 40, ry: 40, colour: '#ffdf9f', opacity: 0.6 },
    { x: 480, y: 122, rx: 16, ry: 16, colour: '#fff4d8', opacity: 0.8 },
  ],
};
