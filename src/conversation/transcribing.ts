/** One try to recognise an utterance: takes its audio while it is spoken, and gives what was understood. */
import type { EngineContext, HearingOptions, SttEngine } from '../engines/contract.js';
import { asParleyError, ParleyError } from '../errors.js';
import { abortable, delay, Queue } from '../flow.js';
import type { Recognition } from './history.js';

/** What a recogniser may take after the end of the utterance, if it does not say so itself. */
const STT_MS = 6000;

/** What was understood, if recognising it did not fail. */
export type Heard = Exclude<Recognition, { kind: 'failed' | 'silence' }>;

export interface Attempt {
  hear(samples: Int16Array): void;
  /** The utterance is over, as far as this try is concerned. */
  end(): void;
  /** Nobody wants the answer any more. */
  drop(): void;
  /** What was understood; rejects with a ParleyError, or with the signal's reason. */
  readonly heard: Promise<Heard>;
  /** Tells what the words seem to be, now and whenever the recogniser says more. */
  grows(told: (text: string) => void): void;
  /** Milliseconds from the end of the utterance to what was understood; null: not both have been. */
  tookMs(): number | null;
  /** Milliseconds since it was understood; null: it has not been. */
  knownForMs(): number | null;
}

/** `onPartial` is told what the words seem to be so far, as often as the recogniser says so. */
export function startAttempt(
  stt: SttEngine,
  options: HearingOptions,
  outer: EngineContext,
  onPartial: (text: string) => void = () => {},
): Attempt {
  const dropped = new AbortController();
  const answered = new AbortController();
  const signal = AbortSignal.any([outer.signal, dropped.signal]);
  // The turn's own bound is what limits this: 60 s of speech, or what a caller may commit at once.
  const audio = new Queue<Int16Array>(Number.POSITIVE_INFINITY);
  const onAbort = () => audio.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let latest = '';
  let tell = (_text: string) => {};
  const run = transcribe(stt, audio, options, { ...outer, signal }, (text) => {
    latest = text;
    onPartial(text);
    tell(text);
  });
  const heard = abortable(run, signal)
    .catch((thrown) => {
      throw outer.signal.aborted ? outer.signal.reason : asParleyError(thrown, 'stt_failed');
    })
    .finally(() => {
      signal.removeEventListener('abort', onAbort);
      answered.abort();
    });
  let endedAt: number | null = null;
  let tookMs: number | null = null;
  let knownAt: number | null = null;
  heard.then(
    () => {
      knownAt = performance.now();
      if (endedAt !== null) tookMs = knownAt - endedAt;
    },
    () => {},
  );
  return {
    hear: (samples) => void audio.offer(samples),
    end() {
      audio.close();
      endedAt ??= performance.now();
      delay(stt.deadlineMs ?? STT_MS, AbortSignal.any([signal, answered.signal])).then(
        () => dropped.abort(new ParleyError('deadline', `${stt.name} did not answer in time.`)),
        () => {},
      );
    },
    drop: () => dropped.abort(new ParleyError('turn_cancelled')),
    heard,
    grows(told) {
      tell = told;
      if (latest !== '') told(latest);
    },
    tookMs: () => tookMs,
    knownForMs: () => (knownAt === null ? null : performance.now() - knownAt),
  };
}

async function transcribe(
  stt: SttEngine,
  audio: AsyncIterable<Int16Array>,
  options: HearingOptions,
  context: EngineContext,
  onPartial: (text: string) => void,
): Promise<Heard> {
  for await (const transcript of stt.run(audio, options, context)) {
    if (transcript.kind === 'unclear') return { kind: 'unclear' };
    const text = transcript.text.trim();
    if (transcript.kind === 'final') return text === '' ? { kind: 'nothing' } : { kind: 'words', text };
    if (!context.signal.aborted) onPartial(text);
  }
  throw new ParleyError('stt_failed', `${stt.name} ended without a transcript.`);
}
