/**
 * The caller's turns: asks the reducer of `turn-taking.ts` at every verdict of the voice detector, and does what it
 * says. Holds the turn that is open, and the try to recognise it that goes on beside it.
 *
 * Positions count the samples of audio that came. The reducer's own count runs ahead of them by `gaps`: the time in
 * which nothing came.
 */
import { HEARING_RATE, msToSamples, samplesToMs } from '../audio/pcm.js';
import { type EngineContext, type HearingOptions, type SttEngine, VAD_FRAME_SAMPLES } from '../engines/contract.js';
import { type Words, wordsOf } from './completeness.js';
import { watchEcho } from './echo.js';
import { newId } from './ids.js';
import { type Probe, startProbe } from './probing.js';
import type { Recording } from './recording.js';
import { type Attempt, type Heard, startAttempt } from './transcribing.js';
import type { TurnRules } from './turn-rules.js';
import {
  type AvatarActivity,
  FORGIVES,
  OPENS,
  quiet,
  step,
  type Turn,
  type TurnAction,
  type TurnEvent,
} from './turn-taking.js';

/** What somebody said, from a little before its first sound to the pause after it. */
export interface Utterance {
  readonly itemId: string;
  /** Where it ends in the audio that the caller has sent. */
  readonly endMs: number;
  readonly heard: Promise<Heard>;
  readonly grows: Attempt['grows'];
  /** What its recogniser took from its end, once it is recognised. */
  tookMs(): number | null;
  /** Milliseconds with speech in them; null if the caller committed it, and nobody counted. */
  readonly voicedMs: number | null;
  /** When its last sound came, on the house's clock. */
  readonly spokenAt: number;
}

export interface TurnHooks {
  activity(): AvatarActivity;
  /** How much the caller has heard of what sounds, in samples of it. */
  heard(): number;
  /** The caller has begun to speak: `startMs` into the audio that it sent. */
  started(itemId: string, startMs: number): void;
  stopped(utterance: Utterance): void;
  /** What had begun is taken away: committed or cleared by the caller, or nobody listens any more. */
  abandoned(): void;
  pause(): void;
  resume(): void;
  interrupt(): void;
  /** What the avatar may have been paused for was no turn. */
  dismissed(): void;
}

export interface TurnTools {
  readonly stt: SttEngine;
  readonly options: () => HearingOptions;
  readonly hooks: TurnHooks;
  readonly context: EngineContext;
  readonly now: () => number;
}

export interface Turns {
  /** When the caller began to speak as it does now, or did last, on the house's clock; null: no turn is open. */
  readonly spokenSince: number | null;
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

/** What the attempts at one turn are about. */
interface Subject {
  readonly itemId: string;
  readonly from: number;
  /** Samples with speech in them so far: a recogniser may look at this when the turn is over. */
  readonly speech: { voiced: number };
}

/** A turn that is open. `isAsked`: its attempt has all the audio that it will get. */
interface Open extends Subject {
  attempt: Attempt;
  isAsked: boolean;
  /** For a recogniser that gives no words before the end. */
  probe: Probe | null;
  /** When the first sound came of what is said now, where its last so far was, and when that came. */
  startedAt: number;
  lastVoiced: number;
  spokenAt: number;
}

const OPENS_MS = samplesToMs(OPENS, HEARING_RATE);
const toMs = (samples: number) => Math.floor(samplesToMs(samples, HEARING_RATE));

export function createTurns(recording: Recording, tools: TurnTools): Turns {
  const { hooks, context, now } = tools;
  const echo = watchEcho();
  let turn: Turn = quiet;
  let open: Open | null = null;
  let position = 0;
  /** When the audio before that came. */
  let heardAt = now();
  let mark = 0;
  let gaps = 0;

  const decide = (event: TurnEvent, rules: TurnRules) => {
    const next = step(turn, event, rules);
    turn = next.turn;
    for (const action of next.actions) act(action, rules);
  };
  const avatar = () => echo.seen(hooks.activity());
  const attempt = ({ itemId, from, speech }: Subject, onPartial?: (text: string) => void): Attempt => {
    const options = { ...tools.options(), voicedMs: () => toMs(speech.voiced) };
    const begun = startAttempt(tools.stt, options, { ...context, turn: itemId }, onPartial);
    begun.hear(recording.slice(from, position));
    return begun;
  };
  /** What the recogniser makes of the open turn before its end. */
  const overhear = (itemId: string, rules: TurnRules) => (words: Words) => {
    if (open?.itemId !== itemId) return;
    decide({ kind: 'overheard', end: position + gaps, words, avatar: avatar() }, rules);
  };
  const begin = (itemId: string, from: number, voicedFrom: number, rules: TurnRules) => {
    const onWords = overhear(itemId, rules);
    const subject = { itemId, from, speech: { voiced: 0 } };
    const begun = attempt(subject, (text) => onWords(wordsOf(text)));
    const ask = () => attempt(subject);
    const probe = tools.stt.givesPartials ? null : startProbe(ask, (heard) => onWords(amountsTo(heard)));
    const startedAt = heardAt - samplesToMs(position + gaps - voicedFrom, HEARING_RATE);
    open = { ...subject, attempt: begun, isAsked: false, probe, startedAt, lastVoiced: voicedFrom, spokenAt: heardAt };
  };
  const ask = (current: Open, number: number, rules: TurnRules) => {
    current.isAsked = true;
    current.attempt.end();
    current.attempt.heard.then(
      (heard) => {
        if (open !== current) return;
        const end = position + gaps;
        decide({ kind: 'words', end, attempt: number, words: amountsTo(heard), avatar: avatar() }, rules);
      },
      () => {}, // Whoever takes the utterance is told; until then the turn ends by its pause alone.
    );
  };
  const goOn = (current: Open, rules: TurnRules) => {
    const onWords = overhear(current.itemId, rules);
    current.attempt.drop();
    current.attempt = attempt(current, (text) => onWords(wordsOf(text)));
    current.isAsked = false;
  };
  const finish = (current: Open, end: number, voiced: number) => {
    open = null;
    current.probe?.drop();
    mark = end - gaps;
    if (!current.isAsked) current.attempt.end();
    hooks.stopped({
      itemId: current.itemId,
      endMs: toMs(mark),
      heard: current.attempt.heard,
      grows: current.attempt.grows,
      tookMs: current.attempt.tookMs,
      voicedMs: toMs(voiced),
      spokenAt: current.spokenAt,
    });
  };
  const act = (action: TurnAction, rules: TurnRules) => {
    if (action.kind === 'open') {
      const prefix = msToSamples(rules.prefixMs, HEARING_RATE);
      const from = Math.max(mark, recording.start, action.from - gaps - prefix);
      return begin(newId('item'), from, action.from, rules);
    }
    if (open === null) return;
    switch (action.kind) {
      case 'started':
        open.probe?.drop();
        return hooks.started(open.itemId, toMs(open.from));
      case 'ask':
        return ask(open, action.attempt, rules);
      case 'go_on':
        return goOn(open, rules);
      case 'stop':
        return finish(open, action.end, action.voiced);
      case 'drop':
        letGo(open);
        open = null;
        return hooks.dismissed();
      case 'pause':
      case 'resume':
      case 'interrupt':
        return hooks[action.kind]();
    }
  };

  /** The caller is heard to speak, up to here. */
  const note = (current: Open, lastVoiced: number) => {
    // What the reducer takes for one noise, and what it takes for two.
    if (lastVoiced - current.lastVoiced > FORGIVES) current.startedAt = heardAt - OPENS_MS;
    current.lastVoiced = lastVoiced;
    current.spokenAt = heardAt;
  };

  return {
    get isOpen() {
      return open !== null;
    },
    get spokenSince() {
      return open?.startedAt ?? null;
    },
    get needed() {
      return open?.from ?? mark;
    },
    judge(end, speech, rules, arrivedAt) {
      position = end;
      heardAt = arrivedAt;
      if (end <= mark) return;
      if (open !== null && !open.isAsked) open.attempt.hear(recording.slice(end - VAD_FRAME_SAMPLES, end));
      echo.hear(speech >= rules.off, hooks.activity(), hooks.heard());
      decide({ kind: 'frame', end: end + gaps, speech, avatar: avatar() }, rules);
      if (open !== null && turn.kind !== 'quiet') open.speech.voiced = turn.voiced;
      if (open !== null && turn.kind === 'talking' && turn.standing !== 'told')
        open.probe?.reach(end + gaps - turn.from);
      if (open !== null && turn.kind !== 'quiet' && turn.lastVoiced === end + gaps) note(open, turn.lastVoiced);
    },
    pass(samples, rules) {
      gaps += samples;
      decide({ kind: 'gap', end: position + gaps, length: samples, avatar: avatar() }, rules);
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
      if (released !== null) letGo(released);
      if (standing === 'pausing') hooks.resume();
      if (standing === 'told') hooks.abandoned();
      return released;
    },
  };
}

function letGo({ attempt, probe }: Open): void {
  attempt.drop();
  probe?.drop();
}

function amountsTo(heard: Heard): Words {
  if (heard.kind === 'words') return wordsOf(heard.text);
  return heard.kind === 'unclear' ? 'unclear' : 'none';
}
