/**
 * Shows what the mouth does: `node tools/mouth/track.mjs VOICE.wav [SHEET.svg]`, after `npx tsc`. Prints a line for each picture
 * (time, open, wide, contacts, the likeliest viseme); the sheet draws the same over time, with a small mouth for each.
 * The file must be 16-bit mono at 16 kHz: `sox in.wav -r 16000 -c 1 -b 16 out.wav`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { FACE_FRAME_SAMPLES, HEARING_RATE } from '../../dist/audio/pcm.js';
import { hear, startHearing } from '../../dist/engines/face/hearing.js';
import { likelihoods } from '../../dist/engines/face/mouth-model.js';
import { finish, follow, LOOK_AHEAD_FRAMES, startTrack } from '../../dist/engines/face/mouth-track.js';
import { visemes } from '../../dist/engines/face/visemes.js';

const [path, sheet] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: track.mjs VOICE.wav [SHEET.svg]');
const file = readFileSync(path);
if (file.readUInt32LE(24) !== HEARING_RATE || file.readUInt16LE(22) !== 1) throw new Error('16 kHz mono, please');
const data = file.indexOf('data', 12, 'latin1') + 8;
const samples = new Int16Array(
  file.buffer.slice(file.byteOffset + data, file.byteOffset + file.length - ((file.length - data) % 2)),
);

const frames = [];
for (let at = 0; at < samples.length; at += FACE_FRAME_SAMPLES) {
  const frame = new Int16Array(FACE_FRAME_SAMPLES);
  frame.set(samples.subarray(at, at + FACE_FRAME_SAMPLES));
  frames.push(frame);
}
const track = startTrack();
const mouths = frames.map((frame) => follow(track, frame)).filter((mouth) => mouth !== undefined);
mouths.push(...finish(track));

/** The two likeliest visemes of each picture, from a second hearing of the same frames. */
const hearing = startHearing();
const silence = new Int16Array(FACE_FRAME_SAMPLES);
const heard = [...frames, ...Array(LOOK_AHEAD_FRAMES).fill(silence)]
  .map((frame) =>
    hear(hearing, frame).map(({ context }) => {
      const order = [...likelihoods(context)].map((p, i) => [p, visemes[i]]).sort((a, b) => b[0] - a[0]);
      return order[0][0] > 0.6 ? order[0][1] : `${order[0][1]}/${order[1][1]}`;
    }),
  )
  .slice(LOOK_AHEAD_FRAMES);

const bar = (value) => '#'.repeat(Math.round(value * 20)).padEnd(20, '.');
mouths.forEach((mouth, n) => {
  const contacts = ['press', 'bite', 'teeth', 'tongue'].filter((part) => mouth[part] > 0.15);
  const said = contacts.map((part) => `${part} ${mouth[part].toFixed(1)}`).join(' ');
  process.stdout.write(
    `${(n * 0.04).toFixed(2).padStart(6)}  ${bar(mouth.open)} ${mouth.wide.toFixed(2)}  ${heard[n].join(' ').padEnd(14)} ${said}\n`,
  );
});

if (sheet !== undefined) writeFileSync(sheet, drawn());

/** Rows of 50 pictures: the wave, the six parameters as lines, and a mouth for each picture. */
function drawn() {
  const perRow = 50;
  const step = 24;
  const colours = { open: '#c00', wide: '#06c', press: '#000', bite: '#a50', teeth: '#888', tongue: '#d6a' };
  const rows = [];
  for (let from = 0; from < mouths.length; from += perRow) {
    const row = mouths.slice(from, from + perRow);
    const lines = Object.entries(colours).map(([part, colour]) => {
      const points = row.map((mouth, i) => `${(i + 0.5) * step},${110 - 100 * mouth[part]}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
    });
    const shapes = row.map((mouth, i) => {
      const width = 5 + 5 * mouth.wide;
      const height = Math.max(0.5, 10 * mouth.open);
      const fill = mouth.press > 0.5 ? '#000' : mouth.bite > 0.5 ? '#a50' : mouth.teeth > 0.5 ? '#ccc' : '#c66';
      return `<ellipse cx="${(i + 0.5) * step}" cy="180" rx="${width}" ry="${height}" fill="${fill}"/>`;
    });
    const wave = row.flatMap((_, i) => {
      const piece = samples.subarray((from + i) * FACE_FRAME_SAMPLES, (from + i + 1) * FACE_FRAME_SAMPLES);
      return Array.from({ length: 8 }, (_, part) => {
        const peak =
          piece.subarray(part * 80, part * 80 + 80).reduce((top, s) => Math.max(top, Math.abs(s)), 0) / 32_768;
        return `<rect x="${i * step + part * 3}" y="${140 - 25 * peak}" width="2" height="${50 * peak + 0.5}" fill="#9b9"/>`;
      });
    });
    const ticks = row.map((_, i) =>
      (from + i) % 5 === 0
        ? `<text x="${i * step}" y="204" font-size="8">${((from + i) * 0.04).toFixed(1)}</text>`
        : '',
    );
    rows.push(
      `<g transform="translate(10 ${(from / perRow) * 215})">${wave.join('')}${lines.join('')}${shapes.join('')}${ticks.join('')}</g>`,
    );
  }
  const legend = Object.entries(colours).map(
    ([part, colour], i) => `<text x="${10 + i * 60}" y="10" fill="${colour}" font-size="10">${part}</text>`,
  );
  const height = Math.ceil(mouths.length / perRow) * 215;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${perRow * step + 20}" height="${height}" font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>${rows.join('')}${legend.join('')}</svg>`;
}
