/** `npm run bench -- --endings`: no server and no socket; the voice detector and the rules of turns over scripted utterances. */
import { join } from 'node:path';
import { pino } from 'pino';
import { type Engine, type EngineContext, VAD_FRAME_SAMPLES, type Vad } from '../../engines/contract.js';
import { sileroVad } from '../../engines/vad/silero.js';
import type { Judged } from './judging.js';
import { type Endings, scoreEndings } from './scoring.js';
import { loadUtterances, type Utterance } from './utterances.js';

export async function runEndings(root: string, signal: AbortSignal): Promise<Endings> {
  const log = pino({ level: 'silent' });
  const vad = sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log });
  try {
    const context = { signal, log, turn: 'endings' };
    const judged: Judged[] = [];
    for (const utterance of loadUtterances(root)) judged.push(await detect(utterance, vad, context));
    return scoreEndings(judged);
  } finally {
    await vad.close();
  }
}

async function detect(utterance: Utterance, vad: Engine<Vad>, context: EngineContext): Promise<Judged> {
  const speech: number[] = [];
  for await (const probability of vad.run(framesOf(utterance.samples), context)) speech.push(probability);
  return { ...utterance, speech };
}

async function* framesOf(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  for (let at = 0; at + VAD_FRAME_SAMPLES <= samples.length; at += VAD_FRAME_SAMPLES) {
    yield samples.slice(at, at + VAD_FRAME_SAMPLES);
  }
}
