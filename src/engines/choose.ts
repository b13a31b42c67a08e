/**
 * From settings to engines: the only file that names providers. Each job has a table of rows; `auto` goes through it
 * from the best to the one that always works, a list of names in the order given, and the first that can start does
 * the job. What was chosen, why, and what would be better stands in the start-up table.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { ParleyError } from '../errors.js';
import type { EngineRow } from '../observe/start-table.js';
import type { Persona } from '../persona.js';
import type { Engine, FaceEngine, Llm, SttEngine, TtsEngine, Vad } from './contract.js';
import { drawnFace } from './face/drawn.js';
import { scriptedLlm } from './llm/scripted.js';
import { sphinxChoice } from './stt/pocketsphinx-choice.js';
import { espeakTts } from './tts/espeak.js';
import { loudnessVad } from './vad/loudness.js';
import { sileroVad } from './vad/silero.js';
import { sileroObstacle } from './vad/silero-package.js';

export interface ChosenEngines {
  readonly vad: Engine<Vad>;
  /** Null: callers can only type. */
  readonly stt: SttEngine | null;
  readonly llm: Engine<Llm>;
  readonly tts: TtsEngine | null;
  readonly face: FaceEngine | null;
}

export interface ChooseTools {
  /** The package's own folder: worker programs are run from its dist/. */
  readonly root: string;
  readonly persona: Persona;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/** A provider that may do a job here, or the reason why not and the line that would change it. */
interface Candidate<E> {
  readonly name: string;
  readonly why: string;
  /** Null: it can start. */
  readonly obstacle: { readonly why: string; readonly enable: string } | null;
  readonly start: () => E | null;
}

export function chooseEngines(config: Config, tools: ChooseTools): { engines: ChosenEngines; choices: EngineRow[] } {
  const vad = choose('voice detector', config.VAD, vadCandidates(tools));
  if (vad.engine === null) {
    throw new ParleyError(
      'bad_settings',
      `VAD="${config.VAD.join(',')}" cannot start: ${vad.choice.why}. Leave VAD out.`,
    );
  }
  const stt = choose('recogniser', config.STT, sttCandidates(tools));
  const llm = choose('language model', config.LLM, llmCandidates(tools));
  const tts = choose('voice', config.TTS, ttsCandidates(tools));
  const face = choose('face', config.FACE, faceCandidates());
  if (llm.engine === null) throw new Error('the scripted host can always start');
  return {
    engines: { vad: vad.engine, stt: stt.engine, llm: llm.engine, tts: tts.engine, face: face.engine },
    choices: [vad.choice, stt.choice, llm.choice, tts.choice, face.choice],
  };
}

function vadCandidates({ root, log }: ChooseTools): Candidate<Engine<Vad>>[] {
  return [
    {
      name: 'silero',
      why: 'a small neural network, in a thread of its own for all callers',
      obstacle: sileroObstacle(),
      start: () => sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log }),
    },
    {
      name: 'loudness',
      why: 'whatever is louder than the steady noise counts as speech; needs nothing',
      obstacle: null,
      start: loudnessVad,
    },
  ];
}

function sttCandidates(tools: ChooseTools): Candidate<SttEngine>[] {
  return [
    { name: 'pocketsphinx', ...sphinxChoice(tools) },
    { name: 'none', why: 'callers type', obstacle: null, start: () => null },
  ];
}

function llmCandidates({ persona }: ChooseTools): Candidate<Engine<Llm>>[] {
  return [
    {
      name: 'scripted',
      why: `follows the script of personas/${persona.id}.json; needs nothing`,
      obstacle: null,
      start: () => scriptedLlm({ persona, now: () => new Date() }),
    },
  ];
}

function ttsCandidates({ root, log, stopping }: ChooseTools): Candidate<TtsEngine>[] {
  const missing = {
    why: 'its package is not installed',
    enable: 'npm install --save-optional @echogarden/espeak-ng-emscripten@0.3.5',
  };
  return [
    {
      name: 'espeak',
      why: 'espeak-ng in a process of its own; needs no key and no network',
      obstacle: isInstalled('@echogarden/espeak-ng-emscripten') ? null : missing,
      start: () => espeakTts({ workerFile: join(root, 'dist/engines/tts/espeak-worker.js'), log, signal: stopping }),
    },
    { name: 'none', why: 'answers are text', obstacle: null, start: () => null },
  ];
}

function faceCandidates(): Candidate<FaceEngine>[] {
  return [
    {
      name: 'drawn',
      why: 'a drawn presenter whose mouth follows the sound; needs no GPU',
      obstacle: null,
      start: drawnFace,
    },
    { name: 'none', why: 'answers are a voice without a face', obstacle: null, start: () => null },
  ];
}

function choose<E>(
  job: string,
  wanted: readonly string[],
  candidates: readonly Candidate<E>[],
): { engine: E | null; choice: EngineRow } {
  const order = wanted.flatMap((name) =>
    name === 'auto' ? candidates : candidates.filter((candidate) => candidate.name === name),
  );
  const chosen = order.find((candidate) => candidate.obstacle === null);
  const passedOver = order.slice(0, chosen === undefined ? order.length : order.indexOf(chosen));
  const better = passedOver.flatMap(({ name, obstacle }) =>
    obstacle === null ? [] : [{ engine: name, why: obstacle.why, enable: obstacle.enable }],
  );
  if (chosen === undefined) {
    const why = passedOver.map(({ name, obstacle }) => `${name}: ${obstacle?.why}`).join('; ');
    return { engine: null, choice: { job, engine: null, why, better } };
  }
  return { engine: chosen.start(), choice: { job, engine: chosen.name, why: chosen.why, better } };
}

/** Looks whether the package is there without loading it. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
