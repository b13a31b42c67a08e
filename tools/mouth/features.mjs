/**
 * Makes the training rows: `node tools/mouth/features.mjs CORPUS [copies]`, after `npx tsc`. Each utterance is altered at random
 * (voice size, room, microphone, noise, level), heard through the engine's own src/engines/face/hearing.ts, and every
 * 20 ms gives one row of CORPUS/rows.u8 (the context in steps of 80/255 dB), one byte in labels.u8 and one in
 * voices.u8, with the voices' names in voices.json.
 */
import { openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FACE_FRAME_SAMPLES, HEARING_RATE } from '../../dist/audio/pcm.js';
import { HOP, HOPS_AFTER, hear, startHearing } from '../../dist/engines/face/hearing.js';
import { visemes } from '../../dist/engines/face/visemes.js';
import { alter } from './alter.mjs';
import { seeded } from './phrases.mjs';

const [folder, copies = '2'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: features.mjs CORPUS [copies]');
const random = seeded(7);
const pcm = openSync(join(folder, 'speech.pcm'), 'r');
const files = Object.fromEntries(
  ['rows', 'labels', 'voices'].map((name) => [name, openSync(join(folder, `${name}.u8`), 'w')]),
);
const voices = [];

function read({ offset, samples }) {
  const bytes = Buffer.alloc(samples * 2);
  readSync(pcm, bytes, 0, bytes.length, offset);
  return new Int16Array(bytes.buffer, bytes.byteOffset, samples);
}

/** The viseme at a time, walking forward. */
function labeller(labels) {
  let at = 0;
  return (seconds) => {
    while (at < labels.length && labels[at][0] <= seconds) at += 1;
    return seconds < 0 || at >= labels.length ? 'sil' : labels[at][1];
  };
}

function writeUtterance({ samples, labels }, voice) {
  const hearing = startHearing();
  const label = labeller(labels);
  const rows = [];
  const answers = [];
  for (let k = 0; (k + 1) * FACE_FRAME_SAMPLES <= samples.length; k += 1) {
    const moments = hear(hearing, samples.subarray(k * FACE_FRAME_SAMPLES, (k + 1) * FACE_FRAME_SAMPLES));
    moments.forEach(({ context }, i) => {
      const hop = 2 * k + i - HOPS_AFTER;
      if (hop < 0) return;
      rows.push(Buffer.from(Uint8Array.from(context, (value) => Math.round(((value + 2) / 4) * 255))));
      answers.push(visemes.indexOf(label((hop * HOP) / HEARING_RATE)));
    });
  }
  writeSync(files.rows, Buffer.concat(rows));
  writeSync(files.labels, Uint8Array.from(answers));
  writeSync(files.voices, new Uint8Array(answers.length).fill(voice));
  return answers.length;
}

let count = 0;
for (const line of readFileSync(join(folder, 'speech.jsonl'), 'utf8').trim().split('\n')) {
  const utterance = JSON.parse(line);
  if (!voices.includes(utterance.voice)) voices.push(utterance.voice);
  for (let copy = 0; copy < Number(copies); copy += 1) {
    const altered = alter(read(utterance), utterance.rate, utterance.labels, random);
    count += writeUtterance(altered, voices.indexOf(utterance.voice));
  }
}
writeFileSync(join(folder, 'voices.json'), JSON.stringify(voices));
process.stdout.write(`${count} rows, ${voices.length} voices\n`);
