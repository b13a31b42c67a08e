/**
 * A reply that is being made, and of which nothing leaves before it is released: so it may be begun while the caller
 * might still go on. Whatever is made before is held, and of what costs money no more is asked for than may be lost.
 */
import type { Logger } from 'pino';
import type { Avatar, LlmRequest, Phrase, SessionScope, SpeechOptions, TtsEngine } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { abortable } from '../flow.js';
import { startTimeline, type Timeline } from '../observe/timeline.js';
import { type Measured, measured } from './measuring.js';
import { type ReplyEngines, type ReplyEvent, type ReplyRequest, reply } from './reply.js';
import type { Said } from './said.js';
import { saying } from './saying.js';
import type { Spoken } from './spoken.js';
import type { StandbyLines } from './thinking.js';

export interface ReplyPlan {
  /** Of the response that it becomes. */
  readonly id: string;
  /** False: the answer is text, and nothing of it sounds. */
  readonly aloud: boolean;
  /** What it answers; null: that was typed. */
  readonly said: Said | null;
  /** A promise while what the caller said is still being recognised. */
  readonly llm: LlmRequest | Promise<LlmRequest>;
  /** How it is spoken, if it is. */
  readonly speech: SpeechOptions;
  readonly face: PlannedFace | null;
  /** The answer, if it is known and no model has to be asked. */
  readonly says: string | null;
  /** What is said where the model is late, or cannot answer. */
  readonly standby: StandbyLines;
  /** Filled while the reply is made; whoever cuts the history reads it. */
  readonly spoken: Spoken;
}

export interface PlannedFace {
  readonly avatar: Avatar;
  /** The base picture that the caller will see when the reply sounds, if that is in so many milliseconds. */
  readonly base: (inMs: number) => number;
  /** False: whoever asks for it changes what the caller sees. */
  readonly isForetold: boolean;
}

export interface BeginTools {
  readonly engines: ReplyEngines;
  /** Whose turn it is, for engines that keep something for a caller. */
  readonly scope: SessionScope;
  readonly log: Logger;
  readonly now: () => number;
}

/** How a reply is held that may never be wanted. */
export interface Hold {
  /** So many phrases may be spoken before it is released. */
  readonly phrases: number;
  /** When it will be released, if it will, as far as is known. */
  dueAt: number;
}

export interface Begun {
  readonly plan: ReplyPlan;
  readonly timeline: Timeline;
  readonly making: Measured;
  readonly events: AsyncIterable<ReplyEvent>;
  readonly signal: AbortSignal;
  /** It will be wanted at another time, if it is. */
  postpone(dueAt: number): void;
  /** It is wanted. Each frame leaves when `due` has resolved for it. */
  release(due: (index: number) => Promise<void>): void;
  stop(reason: ParleyError): void;
  /** Nobody has wanted it: nothing of it is counted as an answer. */
  discard(): void;
}

export function beginReply(plan: ReplyPlan, tools: BeginTools, session: AbortSignal, hold: Hold | null): Begun {
  const { now } = tools;
  const turn = new AbortController();
  const signal = AbortSignal.any([session, turn.signal]);
  const gate = createGate(signal);
  const timeline = startTimeline(now, plan.said?.at ?? now());
  timeline.markAt('soft_end', plan.said?.softEndAt ?? null);
  timeline.markAt('words', plan.said?.wordsAt ?? null);
  if (hold !== null) timeline.mark('speculated');
  const making = measured(enginesFor(plan, tools.engines), plan.id, timeline);
  const request: ReplyRequest = {
    llm: plan.llm,
    speech: plan.aloud ? plan.speech : null,
    face: plan.face === null ? null : { avatar: plan.face.avatar, base: baseOf(plan.face, gate, hold, now) },
    // An answer in writing is read by programs, too: they would take an apology for the answer.
    standby: plan.aloud ? sinceDue(plan.standby, hold, gate) : null,
    due: gate.due,
  };
  const context = { signal, log: tools.log.child({ response: plan.id }), turn: plan.id, session: tools.scope };
  const onPhrase = () => timeline.mark('first_phrase');
  const events = reply(held(making.engines, hold, gate, onPhrase), request, context, plan.spoken);
  // It begins when its first event is asked for.
  const first = events.next();
  first.catch(() => {}); // Whoever reads on meets it.
  return {
    plan,
    timeline,
    making,
    events: resumed(first, events),
    signal,
    postpone(dueAt) {
      if (hold !== null) hold.dueAt = dueAt;
    },
    release: gate.open,
    stop: (reason) => turn.abort(reason),
    discard() {
      turn.abort(new ParleyError('turn_cancelled'));
      making.discard();
      events.return().catch(() => {});
    },
  };
}

/** Nobody waits for an answer before it is due, and the turn may end later than was foreseen when it was begun. */
function sinceDue({ filler, ...lines }: StandbyLines, hold: Hold | null, gate: Gate): StandbyLines {
  return { ...lines, filler: filler === null || hold === null ? filler : { ...filler, due: gate.opened } };
}

interface Gate {
  readonly isOpen: () => boolean;
  readonly opened: () => Promise<void>;
  readonly due: (index: number) => Promise<void>;
  readonly open: (due: (index: number) => Promise<void>) => void;
}

function createGate(signal: AbortSignal): Gate {
  let through: ((index: number) => Promise<void>) | null = null;
  let ring = () => {};
  const rung = new Promise<void>((resolve) => {
    ring = resolve;
  });
  const opened = async () => {
    if (through === null) await abortable(rung, signal);
  };
  return {
    isOpen: () => through !== null,
    opened,
    async due(index) {
      await opened();
      await through!(index);
    },
    open(due) {
      through = due;
      ring();
    },
  };
}

const enginesFor = ({ says }: ReplyPlan, engines: ReplyEngines): ReplyEngines =>
  says === null ? engines : { ...engines, llm: saying(says) };

/** Outside of what is measured: what the voice is not given is not counted. */
function held(engines: ReplyEngines, hold: Hold | null, gate: Gate, onPhrase: () => void): ReplyEngines {
  if (hold === null || engines.tts === null) return engines;
  return { ...engines, tts: withheld(engines.tts, hold.phrases, gate, onPhrase) };
}

/** A voice that is given no more than so many phrases before the gate opens; `onPhrase` is told of those that could be. */
function withheld(tts: TtsEngine, most: number, gate: Gate, onPhrase: () => void): TtsEngine {
  async function* some(phrases: AsyncIterable<Phrase>) {
    let given = 0;
    for await (const phrase of phrases) {
      onPhrase();
      if (given >= most) await gate.opened();
      given += 1;
      yield phrase;
    }
  }
  const run: TtsEngine['run'] = (phrases, options, context) => tts.run(some(phrases), options, context);
  return Object.create(tts, { run: { value: run } });
}

function baseOf(face: PlannedFace, gate: Gate, hold: Hold | null, now: () => number): () => Promise<number> {
  return async () => {
    if (hold === null || gate.isOpen()) return face.base(0);
    if (face.isForetold) return face.base(Math.max(0, hold.dueAt - now()));
    await gate.opened();
    return face.base(0);
  };
}

async function* resumed<T>(
  first: Promise<IteratorResult<T, void>>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  try {
    for (let next = await first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return();
  }
}
