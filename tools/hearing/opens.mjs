/**
 * Which sounds of interrupt.py the voice detector takes for speech, so that a turn opens, and when: OUT/opens.json has
 * the sample for each, or null. Two frames of speech, 64 ms, open a turn (src/conversation/turn-taking.ts).
 *
 *     node tools/hearing/opens.mjs OUT      after npx tsc -p .
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = (file) => import(join(root, 'dist', file));
const { sileroVad } = await dist('engines/vad/silero.js');
const { VAD_FRAME_SAMPLES: FRAME } = await dist('engines/contract.js');
const { pcmSamples } = await dist('audio/pcm.js');
const SPEECH = 0.5;
const WAV_HEADER_BYTES = 44;

const [out] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const vad = sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log });

async function* framesOf(file) {
  const samples = pcmSamples(readFileSync(join(out, file)).subarray(WAV_HEADER_BYTES));
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) yield samples.subarray(at, at + FRAME);
}

async function opening(file) {
  let frames = 0;
  let before = 0;
  for await (const speech of vad.run(framesOf(file), { signal: new AbortController().signal, log, turn: file })) {
    frames += 1;
    if (speech >= SPEECH && before >= SPEECH) return frames * FRAME;
    before = speech;
  }
  return null;
}

const opens = {};
for (const { file } of JSON.parse(readFileSync(join(out, 'list.json')))) opens[file] = await opening(file);
writeFileSync(join(out, 'opens.json'), JSON.stringify(opens));
await vad.close();
