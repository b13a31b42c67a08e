/**
 * The embedded recogniser: PocketSphinx in a Python worker, which needs no key, no GPU and no network. It hears the
 * phrases of the persona's script and nothing else; what is none of them is `unclear` (docs/hearing.md).
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { HEARING_RATE, pcmBytes } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import { type Chunk, startWorker } from '../../workers/process.js';
import type { Engine, EngineContext, HearingOptions, Stt, Transcript } from '../contract.js';
import type { Hearing } from './hearing-grammar.js';

export interface SphinxOptions {
  readonly python: string;
  /** The folder that holds parley_workers; `python -m` looks for it where it is started. */
  readonly pythonFolder: string;
  readonly hearing: Pick<Hearing, 'grammar' | 'spelling'>;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The engine, and the process behind it for tests that end it. */
export interface SphinxEngine extends Engine<Stt> {
  readonly pid: number | undefined;
  ready(signal: AbortSignal): Promise<unknown>;
}

/** Utterances that are heard at the same time; more callers wait for one of them to end. A place takes 32 MB. */
const PLACES = 4;
/** How long a turn waits for a recogniser that is being started. */
const BACK_MS = 2000;

/** Longer pieces are cut, so that the worker can look up between two of them. */
const LONGEST_PIECE = HEARING_RATE / 2;

const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('partial'), text: z.string() }),
  z.strictObject({ kind: z.literal('final'), text: z.string() }),
  z.strictObject({ kind: z.literal('unclear') }),
]);

export function pocketsphinxStt({ python, pythonFolder, hearing, log, signal }: SphinxOptions): SphinxEngine {
  const worker = startWorker({
    name: 'pocketsphinx',
    file: python,
    args: ['-m', 'parley_workers'],
    cwd: pythonFolder,
    engine: 'pocketsphinx',
    settings: { ...hearing.grammar, places: PLACES },
    log,
    ...(signal === undefined ? {} : { signal }),
  });

  async function* run(
    audio: AsyncIterable<Int16Array>,
    { language }: HearingOptions,
    context: EngineContext,
  ): AsyncGenerator<Transcript, void, undefined> {
    const { signal: ofTurn } = context;
    // After a crash it is back in about a second: a pause is better than a caller who is not heard.
    if (worker.health() !== 'up') {
      await within(worker.ready(ofTurn), BACK_MS, 'worker_unavailable', 'The recogniser is not back yet.');
    }
    for await (const { data } of worker.open({ method: 'listen', params: {}, input: pieces(audio), signal: ofTurn })) {
      const heard = parsed(data);
      if (isEnglish(language) || (heard.kind === 'final' && heard.text === '')) yield written(heard, hearing.spelling);
      else if (heard.kind !== 'partial') yield { kind: 'unclear' };
    }
  }

  return {
    name: 'pocketsphinx',
    run,
    // What is understood must not depend on how fast partial transcripts are read; the utterance itself is the bound.
    readAhead: Number.POSITIVE_INFINITY,
    health: () => worker.health(),
    close: () => worker.close(),
    ready: (ofCaller) => worker.ready(ofCaller),
    get pid() {
      return worker.pid;
    },
  };
}

async function* pieces(audio: AsyncIterable<Int16Array>): AsyncGenerator<Chunk> {
  for await (const samples of audio) {
    for (let at = 0; at < samples.length; at += LONGEST_PIECE) {
      yield { data: {}, body: pcmBytes(samples.subarray(at, at + LONGEST_PIECE)) };
    }
  }
}

function parsed(data: Record<string, unknown>): z.infer<typeof answerSchema> {
  const { success, data: answer, error } = answerSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `pocketsphinx: ${z.prettifyError(error)}`);
  return answer;
}

/** Its model is of English; a caller who announced another language would be heard wrongly or not at all. */
const isEnglish = (language: string | null) => language === null || /^en\b/i.test(language);

/** As one would write it: a sentence begins with a capital, and names keep theirs. */
function written(heard: Transcript, spelling: ReadonlyMap<string, string>): Transcript {
  if (heard.kind === 'unclear') return heard;
  const words = heard.text.split(' ').map((word) => spelling.get(word) ?? word);
  const text = words.join(' ');
  return { kind: heard.kind, text: text.charAt(0).toUpperCase() + text.slice(1) };
}
