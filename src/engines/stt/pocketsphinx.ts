/**
 * The embedded recogniser: PocketSphinx in a Python worker, which needs no key, no GPU and no network. It hears the
 * phrases of the persona's script and nothing else; what is none of them is `unclear` (docs/hearing.md).
 */
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { HEARING_RATE } from '../../audio/pcm.js';
import { startPool } from '../../workers/pool.js';
import type { EngineContext, HearingOptions, SttEngine, Transcript } from '../contract.js';
import { hearSurely } from './hear-surely.js';
import type { Hearing } from './hearing-grammar.js';

export interface SphinxOptions {
  readonly python: string;
  /** The folder that holds parley_workers; `python -m` looks for it where it is started. */
  readonly pythonFolder: string;
  readonly hearing: Pick<Hearing, 'grammar' | 'spelling'>;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** How many processes hear; as many as there are cores, up to MOST_PROCESSES, if nobody says. */
  readonly processes?: number;
}

/** The engine, and the processes behind it for tests that end them. */
export interface SphinxEngine extends SttEngine {
  readonly pids: readonly number[];
  ready(signal: AbortSignal): Promise<unknown>;
}

/** A process decodes on one core; three of them on two cores were slower than two. */
const MOST_PROCESSES = 4;
/**
 * Utterances that a process hears at the same time; more callers wait for one of them to end. A place takes 32 MB. Of 16
 * people at once on two cores the last is answered after 4.0 s with four, after 4.4 s with three; of ten, half within
 * 0.7 and 0.3 s. Whom it answers after 6 s is lost, so the crowd decides.
 */
const PLACES = 4;
/** After a crash it is back in about a second, on a busy machine in three. */
const BACK_MS = 4000;
/** Who talks for longer says no phrase. */
const MOST_KEPT = 10 * HEARING_RATE;

export function pocketsphinxStt(sphinx: SphinxOptions): SphinxEngine {
  const { hearing, log, signal, processes = Math.min(MOST_PROCESSES, availableParallelism()) } = sphinx;
  const pool = startPool(processes, {
    name: 'pocketsphinx',
    file: sphinx.python,
    args: ['-m', 'parley_workers'],
    cwd: sphinx.pythonFolder,
    engine: 'pocketsphinx',
    settings: { ...hearing.grammar, places: PLACES },
    log,
    ...(signal === undefined ? {} : { signal }),
  });

  const listening = { name: 'pocketsphinx', listener: pool, params: {}, mostKept: MOST_KEPT, backMs: BACK_MS };

  async function* run(
    audio: AsyncIterable<Int16Array>,
    { language }: HearingOptions,
    context: EngineContext,
  ): AsyncGenerator<Transcript, void, undefined> {
    for await (const heard of hearSurely(listening, audio, context)) {
      if (isEnglish(language) || (heard.kind === 'final' && heard.text === '')) yield written(heard, hearing.spelling);
      else if (heard.kind !== 'partial') yield { kind: 'unclear' };
    }
  }

  return {
    name: 'pocketsphinx',
    run,
    givesPartials: true,
    // What is understood must not depend on how fast partial transcripts are read; the utterance itself is the bound.
    readAhead: Number.POSITIVE_INFINITY,
    health: () => pool.health(),
    close: () => pool.close(),
    ready: (ofCaller) => pool.ready(ofCaller),
    get pids() {
      return pool.pids;
    },
  };
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
