/**
 * Engines whose calls are told to an observer, one wrapper for each job. A call counts from the moment at which the
 * engine has what it needs to begin: a recogniser the whole utterance, a model its request, the others their first
 * input. Before that nobody waits for it, and no vendor has been asked.
 */
import { asParleyError, type Code, ParleyError } from '../../errors.js';
import type { Asked, CallOutcome, Endpoint, Job, Observer } from '../../observe/observer.js';
import type { Engine, EngineContext, FaceEngine, Llm, SttEngine, TtsEngine, Vad } from '../contract.js';
import { tellingUsage } from '../tokens.js';
import { runsHere } from './chain.js';

/** Whom an engine belongs to, and who is told. */
export interface Watching {
  readonly service: string;
  readonly observer: Observer;
}

/** These end a call that nobody needs any more. */
const CANCELLED: ReadonlySet<Code> = new Set(['turn_cancelled', 'barge_in', 'client_gone', 'shutting_down']);

export function watchedLlm(engine: Engine<Llm>, watching: Watching): Engine<Llm> {
  const asked = whoIsAsked('llm', engine, watching);
  return withRun<Engine<Llm>>(engine, asked, watching, (request, context) => {
    const call = startCall(asked, 'chat', watching.observer, context);
    call.begin();
    const events = tellingUsage(engine.run(request, context), request, context.signal, (input, output) =>
      watching.observer.tokens(asked, input, output),
    );
    return call.follow(events, ({ kind }) => (kind === 'working' ? 'sign' : 'part'));
  });
}

export function watchedStt(engine: SttEngine, watching: Watching): SttEngine {
  const asked = whoIsAsked('stt', engine, watching);
  return withRun<SttEngine>(engine, asked, watching, (audio, options, context) => {
    const call = startCall(asked, 'transcriptions', watching.observer, context);
    const whole = noted(audio, () => {}, call.begin);
    return call.follow(engine.run(whole, options, context), ({ kind }) => (kind === 'partial' ? 'sign' : 'all'));
  });
}

export function watchedTts(engine: TtsEngine, watching: Watching): TtsEngine {
  const asked = whoIsAsked('tts', engine, watching);
  return withRun<TtsEngine>(engine, asked, watching, (phrases, options, context) => {
    const call = startCall(asked, 'speech', watching.observer, context);
    const given = noted(phrases, ({ text }) => {
      call.begin();
      watching.observer.characters(asked, text.length);
    });
    return call.follow(engine.run(given, options, context), () => 'part');
  });
}

export function watchedVad(engine: Engine<Vad>, watching: Watching): Engine<Vad> {
  const asked = whoIsAsked('vad', engine, watching);
  return withRun<Engine<Vad>>(engine, asked, watching, (frames, context) => {
    const call = startCall(asked, 'voice_activity', watching.observer, context);
    return call.follow(engine.run(noted(frames, call.begin), context), () => 'part');
  });
}

export function watchedFace(engine: FaceEngine, watching: Watching): FaceEngine {
  const asked = whoIsAsked('face', engine, watching);
  return withRun<FaceEngine>(engine, asked, watching, (frames, options, context) => {
    const call = startCall(asked, 'pictures', watching.observer, context);
    return call.follow(engine.run(noted(frames, call.begin), options, context), () => 'part');
  });
}

const whoIsAsked = (job: Job, engine: Engine<unknown>, { service }: Watching): Asked => ({
  job,
  service,
  engine: engine.name,
  isHere: runsHere({ engine }),
});

/** The engine itself, but for these: what it knows of itself may change, and is asked of it each time. */
function withRun<E extends Engine<unknown>>(engine: E, asked: Asked, { observer }: Watching, run: E['run']): E {
  const probe = engine.probe?.bind(engine);
  return Object.create(engine, {
    run: { value: run },
    ...(probe === undefined ? {} : { probe: { value: watchedProbe(probe, asked, observer) } }),
  });
}

const watchedProbe =
  (probe: (signal: AbortSignal) => Promise<void>, asked: Asked, observer: Observer) => async (signal: AbortSignal) => {
    const start = performance.now();
    const end = (outcome: CallOutcome) => observer.ended(asked, 'probe', outcome, performance.now() - start);
    observer.called(asked, 'probe');
    try {
      await probe(signal);
      end({ kind: 'ok' });
    } catch (thrown) {
      end(outcomeOf(signal.aborted ? signal.reason : thrown));
      throw thrown;
    }
  };

/** `onItem` comes before the item, `onEnd` when there is no more. */
async function* noted<T>(
  source: AsyncIterable<T>,
  onItem: (item: T) => void,
  onEnd: () => void = () => {},
): AsyncGenerator<T, void, undefined> {
  for await (const item of source) {
    onItem(item);
    yield item;
  }
  onEnd();
}

/** Of what was asked for, an output is a part, or all of it; or it only shows that there will be some. */
type Share = 'sign' | 'part' | 'all';

interface Call {
  /** Somebody waits from here on. Only the first time counts. */
  begin(): void;
  /** The same outputs. */
  follow<T>(outputs: AsyncIterable<T>, share: (output: T) => Share): AsyncGenerator<T, void, undefined>;
}

function startCall(asked: Asked, endpoint: Endpoint, observer: Observer, { signal, turn }: EngineContext): Call {
  const watch = stopwatch();
  let hasAnswered = false;
  let isOver = false;

  const begin = () => {
    if (!isOver && watch.begin()) observer.called(asked, endpoint);
  };
  const end = (outcome: CallOutcome) => {
    // What fails before it could begin was a call all the same; what is dropped before that was none.
    if (outcome.kind === 'failed') begin();
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', onAbort);
    watch.rest();
    if (watch.sinceBegin() !== null) observer.ended(asked, endpoint, outcome, watch.waitedMs());
  };
  // Not only when it ends: an engine that hangs is given up and may never end.
  const onAbort = () => end(outcomeOf(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  const note = (share: Share) => {
    const ms = watch.sinceBegin();
    if (share === 'sign' || ms === null || isOver) return;
    if (!hasAnswered) observer.answered(asked, turn, ms);
    hasAnswered = true;
    // Whoever has all leaves, and that is no cancelling.
    if (share === 'all') end({ kind: 'ok' });
  };
  return {
    begin,
    follow: (outputs, share) => followed(outputs, watch, (output) => note(share(output)), end),
  };
}

async function* followed<T>(
  outputs: AsyncIterable<T>,
  watch: Stopwatch,
  note: (output: T) => void,
  end: (outcome: CallOutcome) => void,
): AsyncGenerator<T, void, undefined> {
  const source = outputs[Symbol.asyncIterator]();
  try {
    for (;;) {
      watch.wait();
      const next = await source.next();
      watch.rest();
      if (next.done === true) return end({ kind: 'ok' });
      note(next.value);
      yield next.value;
    }
  } catch (thrown) {
    end(outcomeOf(thrown));
    throw thrown;
  } finally {
    end({ kind: 'cancelled' });
    await source.return?.();
  }
}

/** Counts the time in which somebody waits for an engine that could answer. */
interface Stopwatch {
  /** False if it had begun before. */
  begin(): boolean;
  /** Null: it has not begun. */
  sinceBegin(): number | null;
  wait(): void;
  rest(): void;
  waitedMs(): number;
}

function stopwatch(): Stopwatch {
  let begunAt: number | null = null;
  let waitingSince: number | null = null;
  let waitedMs = 0;
  return {
    begin() {
      const isFirst = begunAt === null;
      begunAt ??= performance.now();
      return isFirst;
    },
    sinceBegin: () => (begunAt === null ? null : performance.now() - begunAt),
    wait() {
      waitingSince = performance.now();
    },
    rest() {
      if (waitingSince !== null && begunAt !== null) waitedMs += performance.now() - Math.max(waitingSince, begunAt);
      waitingSince = null;
    },
    waitedMs: () => waitedMs,
  };
}

function outcomeOf(reason: unknown): CallOutcome {
  if (reason instanceof DOMException && reason.name === 'TimeoutError') return { kind: 'failed', code: 'deadline' };
  const { code } = reason instanceof ParleyError ? reason : asParleyError(reason, 'engine_failed');
  // It has answered: that it has nothing to say.
  if (code === 'no_answer') return { kind: 'ok' };
  return CANCELLED.has(code) ? { kind: 'cancelled' } : { kind: 'failed', code };
}
