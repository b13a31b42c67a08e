/**
 * The caller's turns: asks the reducer of `turn-taking.ts` at every verdict of the voice detector, and does what it
 * says. Holds the turn that is open, and the try to recognise it that goes on beside it.
 *
 * Positions count the samples of audio that came. The reducer's own count runs ahead of them by `gaps`: the time in
 * which nothing came.
 */
import { HEARING_RATE, msToSamples, samplesToMs } from '../audio/pcm.js';
import {
  type Engine,
  type EngineContext,
  type HearingOptions,
  type Stt,
  VAD_FRAME_SAMPLES,
} from '../engines/contract.js';
import { type Words, wordsOf } from './completeness.js';
import { newId } from './ids.js';
import type { Recording } from './recording.js';
import { type Attempt, type Heard, startAttempt } from './transcribing.js';
import type { TurnRules } from './turn-rules.js';
import { type AvatarActivity, quiet, step, type Turn, type TurnAction, type TurnEvent } from './turn-taking.js';

/** What somebody said, from a little before its first sound to the pause after it. */
export interface Utterance {
  readonly itemId: string;
  /** Where it ends in the audio that the caller has sent. */
  readonly endMs: number;
  readonly heard: Promise<Heard>;
  /** Milliseconds with speech in them; null if the caller committed it, and nobody counted. */
  readonly voicedMs: number | null;
  /** When its last sound came, on the house's clock. */
  readonly spokenAt: number;
}

export interface TurnHooks {
  activity(): AvatarActivity;
  /** The caller has begun to speak: `startMs` into the audio that it sent. */
  started(itemId: string, startMs: number): void;
  stopped(utterance: Utterance): void;
  /** What had begun is taken away: committed or cleared by the caller, or nobody listens any more. */
  abandoned(): void;
  pause(): void;
  resume(): void;
  interrupt(): void;
}

export interface TurnTools {
  readonly stt: Engine<Stt>;
  readonly options: () => HearingOptions;
  readonly hooks: TurnHooks;
  readonly context: EngineContext;
  readonly now: () => number;
}

export interface Turns {
  /** Whether a turn is open: then time must go on even if no audio comes. */
  readonly isOpen: boolean;
  /** Audio before this is not needed. */
  readonly needed: number;
  /** A verdict on the frame that ends at `end`. `arrivedAt`: when that audio came. */
  judge(end: number, speech: number, rules: TurnRules, arrivedAt: number): void;
  /** Time passed without audio. */
  pass(samples: number, rules: TurnRules): void;
  /** Ends the open turn as it is: nobody judges any more whether it goes on. */
  close(): void;
  /** Takes the open turn away; what comes next begins at `mark`. */
  release(mark: number): { readonly itemId: string } | null;
}

/** A turn that is open. `isAsked`: its attempt has all the audio that it will get. */
interface Open {
  readonly itemId: string;
  readonly from: number;
  attempt: Attempt;
  isAsked: boolean;
  spokenAt: number;
}

const toMs = (samples: number) => Math.floor(samplesToMs(samples, HEARING_RATE));

export function createTurns(recording: Recording, tools: TurnTools): Turns {
  const { hooks, context, now } = tools;
  let turn: Turn = quiet;
  let open: Open | null = null;
  let position = 0;
  let mark = 0;
  let gaps = 0;

  const decide = (event: TurnEvent, rules: TurnRules) => {
    const next = step(turn, event, rules);
    turn = next.turn;
    for (const action of next.actions) act(action, rules);
  };
  const attempt = (itemId: string, from: number): Attempt => {
    const begun = startAttempt(tools.stt, tools.options(), { ...context, turn: itemId });
    begun.hear(recording.slice(from, position));
    return begun;
  };
  const ask = (current: Open, number: number, rules: TurnRules) => {
    current.isAsked = true;
    current.attempt.end();
    current.attempt.heard.then(
      (heard) => {
        if (open !== current) return;
        const end = position + gaps;
        decide({ kind: 'words', end, attempt: number, words: amountsTo(heard), avatar: hooks.activity() }, rules);
      },
      () => {}, // Whoever takes the utterance is told; until then the turn ends by its pause alone.
    );
  };
  const goOn = (current: Open) => {
    current.attempt.drop();
    current.attempt = attempt(current.itemId, current.from);
    current.isAsked = false;
  };
  const finish = (current: Open, end: number, voiced: number) => {
    open = null;
    mark = end - gaps;
    if (!current.isAsked) current.attempt.end();
    hooks.stopped({
      itemId: current.itemId,
      endMs: toMs(mark),
      heard: current.attempt.heard,
      voicedMs: toMs(voiced),
      spokenAt: current.spokenAt,
    });
  };
  const act = (action: TurnAction, rules: TurnRules) => {
    if (action.kind === 'open') {
      const prefix = msToSamples(rules.prefixMs, HEARING_RATE);
      const from = Math.max(mark, recording.start, action.from - gaps - prefix);
      const itemId = newId('item');
      open = { itemId, from, attempt: attempt(itemId, from), isAsked: false, spokenAt: now() };
      return;
    }
    if (open === null) return;
    switch (action.kind) {
      case 'started':
        return hooks.started(open.itemId, toMs(open.from));
      case 'ask':
        return ask(open, action.attempt, rules);
      case 'go_on':
        return goOn(open);
      case 'stop':
        return finish(open, action.end, action.voiced);
      case 'drop':
        open.attempt.drop();
        open = null;
        return;
      case 'pause':
      case 'resume':
      case 'interrupt':
        return hooks[action.kind]();
    }
  };

  return {
    get isOpen() {
      return open !== null;
    },
    get needed() {
      return open?.from ?? mark;
    },
    judge(end, speech, rules, arrivedAt) {
      position = end;
      if (end <= mark) return;
      if (open !== null && !open.isAsked) open.attempt.hear(recording.slice(end - VAD_FRAME_SAMPLES, end));
      decide({ kind: 'frame', end: end + gaps, speech, avatar: hooks.activity() }, rules);
      if (open !== null && turn.kind !== 'quiet' && turn.lastVoiced === end + gaps) open.spokenAt = arrivedAt;
    },
    pass(samples, rules) {
      gaps += samples;
      decide({ kind: 'gap', end: position + gaps, length: samples, avatar: hooks.activity() }, rules);
    },
    close() {
      if (turn.kind === 'quiet') return;
      const { standing, lastVoiced, voiced } = turn;
      if (standing === 'told' && open !== null) {
        turn = quiet;
        finish(open, Math.max(position + gaps, lastVoiced), voiced);
      } else if (open !== null) {
        this.release(open.from);
      }
    },
    release(at) {
      const released = open;
      const standing = turn.kind === 'quiet' ? 'hidden' : turn.standing;
      turn = quiet;
      mark = at;
      open = null;
      released?.attempt.drop();
      if (standing === 'pausing') hooks.resume();
      if (standing === 'told') hooks.abandoned();
      return released;
    },
  };
}

function amountsTo(heard: Heard): Words {
  if (heard.kind === 'words') return wordsOf(heard.text);
  return heard.kind === 'unclear' ? 'unclear' : 'none';
}
