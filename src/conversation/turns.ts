/**
 * The caller's turns: asks the reducer of `turn-taking.ts` at every verdict of the voice detector, and does what it
 * says. Holds the turn that is open, and the try to recognise it that goes on beside it.
 *
 * Positions count the samples of audio that came. The reducer's own count runs ahead of them by `gaps`: the time in
 * which nothing came.
 */
import { HEARING_RATE, msToSamples, samplesToMs } from '../audio/pcm.js';
import {
  type EndOfTurnEngine,
  type EngineContext,
  type HearingOptions,
  type SttEngine,
  VAD_FRAME_SAMPLES,
} from '../engines/contract.js';
import { asParleyError, type ParleyError } from '../errors.js';
import type { Language } from '../languages/language.js';
import { wordsOf, wordsSoFar } from './completeness.js';
import { watchEcho } from './echo.js';
import { isOwnWords } from './echo-words.js';
import { watchHabit } from './habit.js';
import type { Loudspeaker } from './loudspeaker.js';
import { hear, type Open, openTurn, speakOn, toMs, UNSAID } from './open-turn.js';
import { amountsTo } from './recognising.js';
import type { Recording } from './recording.js';
import { startPause } from './said.js';
import { askWhetherOver } from './sounding-over.js';
import type { Heard } from './transcribing.js';
import { quiet, type Turn } from './turn.js';
import type { TurnAction, TurnEvent } from './turn-events.js';
import type { TurnHooks } from './turn-hooks.js';
import type { TurnRules } from './turn-rules.js';
import { step } from './turn-taking.js';

export interface TurnTools {
  readonly stt: SttEngine;
  /** Null: nobody hears whether a turn sounds as if it were over. */
  readonly endOfTurn: EndOfTurnEngine | null;
  readonly options: () => HearingOptions;
  /** What the caller speaks, as far as anybody says. */
  readonly language: () => Language;
  readonly loudspeaker: Loudspeaker;
  readonly hooks: TurnHooks & { failed(error: ParleyError): void };
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

export function createTurns(recording: Recording, tools: TurnTools): Turns {
  const { hooks, context, now } = tools;
  const echo = watchEcho(recording, tools.loudspeaker);
  let turn: Turn = quiet;
  let open: Open | null = null;
  let position = 0;
  /** When the audio before that came. */
  let heardAt = now();
  let mark = 0;
  let gaps = 0;

  const habit = watchHabit();

  const decide = (event: TurnEvent, rules: TurnRules) => {
    const next = step(turn, event, habit.rules(rules));
    turn = next.turn;
    for (const action of next.actions) act(action, rules);
  };
  /** What a recogniser or a model says of an open turn comes when it comes: nobody else would hear of what goes wrong then. */
  const told = <Said>(current: () => boolean, act: (said: Said) => void) => {
    return (said: Said) => {
      try {
        if (current()) act(said);
      } catch (thrown) {
        hooks.failed(asParleyError(thrown));
      }
    };
  };
  const avatar = () => echo.seen(hooks.activity());
  /** What was said so far was the avatar's own voice. */
  const isEcho = ({ from, soundedTo }: Open) => echo.isAll(from, soundedTo);
  /** Before that is known, words alone cut the avatar off: its own do not. */
  const othersWords = (heard: Heard): Heard =>
    heard.kind === 'words' && avatar() === 'speaking_early' && isOwnWords(heard.text, hooks.said())
      ? { kind: 'nothing' }
      : heard;
  const begin = (from: number, voicedFrom: number, rules: TurnRules) => {
    const startedAt = heardAt - samplesToMs(position + gaps - voicedFrom, HEARING_RATE);
    habit.began({ count: voicedFrom, at: startedAt });
    const begun: Open = openTurn(tools, {
      ...{ from, voicedFrom, position, startedAt, spokenAt: heardAt },
      soFar: () => recording.slice(from, position),
      overheard(heard) {
        if (open !== begun) return;
        const words = isEcho(begun)
          ? 'none'
          : amountsTo(othersWords(heard), (text) => wordsSoFar(text, begun.language));
        decide({ kind: 'overheard', end: position + gaps, words, avatar: avatar() }, rules);
      },
    });
    open = begun;
  };
  const ask = (current: Open, attempt: number, rules: TurnRules) => {
    const pause = startPause(isEcho(current) ? UNSAID : current.recognising.ask(), heardAt, now);
    current.pause = pause;
    const isOpen = () => open === current;
    pause.attempt.heard.then(
      told(isOpen, (heard) => {
        const words = isEcho(current)
          ? 'none'
          : amountsTo(othersWords(heard), (text) => wordsOf(text, current.language));
        decide({ kind: 'words', end: position + gaps, attempt, words, avatar: avatar() }, rules);
      }),
      () => {}, // Whoever takes the utterance is told; until then the turn ends by its pause alone.
    );
    const { endOfTurn } = tools;
    if (endOfTurn === null || rules.end.kind === 'silence') return;
    const from = Math.max(recording.start, position - msToSamples(endOfTurn.hearsMs, HEARING_RATE));
    const judged = told<number>(isOpen, (over) => {
      decide({ kind: 'judged', end: position + gaps, attempt, over, avatar: avatar() }, rules);
    });
    askWhetherOver(endOfTurn, recording.slice(from, position), { ...context, turn: current.itemId }, judged);
  };
  const foresee = ({ pause, spokenAt, speech }: Open, due: number) => {
    const heard = pause?.heard();
    if (pause === null || heard == null) return;
    const dueAt = heardAt + samplesToMs(due - position - gaps, HEARING_RATE);
    hooks.foresee({ heard, voicedMs: toMs(speech.voiced), said: pause.said(spokenAt), dueAt });
  };
  const finish = (over: Open, end: number, voiced: number) => {
    const { itemId, recognising, pause, spokenAt } = over;
    open = null;
    mark = end - gaps;
    const isNobody = isEcho(over);
    if (isNobody) recognising.drop();
    const attempt = isNobody ? UNSAID : recognising.end();
    const last = pause ?? startPause(attempt, null, now);
    const { heard, grows } = attempt;
    hooks.stopped({ itemId, endMs: toMs(mark), heard, grows, voicedMs: toMs(voiced), said: () => last.said(spokenAt) });
  };
  const act = (action: TurnAction, rules: TurnRules) => {
    if (action.kind === 'open') {
      const prefix = msToSamples(rules.prefixMs, HEARING_RATE);
      const from = Math.max(mark, recording.start, action.from - gaps - prefix);
      return begin(from, action.from, rules);
    }
    if (open === null) return;
    switch (action.kind) {
      case 'started':
        open.recognising.settle();
        return hooks.started(open.itemId, toMs(open.from));
      case 'ask_ahead':
        return isEcho(open) ? undefined : open.recognising.askAhead();
      case 'forget':
        return open.recognising.forget();
      case 'ask':
        return ask(open, action.attempt, rules);
      case 'foresee':
        return foresee(open, action.due);
      case 'go_on':
        open.pause = null;
        open.recognising.goOn();
        return hooks.unforeseen();
      case 'stop':
        habit.stopped({ count: action.lastVoiced, at: open.spokenAt }, action.waited, rules);
        return finish(open, action.end, action.voiced);
      case 'drop':
        open.recognising.drop();
        open = null;
        return hooks.dismissed();
      case 'pause':
      case 'resume':
      case 'interrupt':
        return hooks[action.kind]();
    }
  };

  /** What was taken for somebody over the avatar proves to be the avatar. */
  const letEchoGo = (rules: TurnRules) => {
    if (open === null || turn.kind === 'quiet' || turn.standing === 'told' || !isEcho(open)) return;
    if (turn.standing === 'pausing') hooks.resume();
    turn = quiet;
    act({ kind: 'drop' }, rules);
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
      const hush = open === null ? 'none' : hear(open, recording.slice(end - VAD_FRAME_SAMPLES, end));
      const sounds = hooks.sounds();
      const frame = { end, speech, off: rules.off, lateMs: now() - arrivedAt };
      const foreign = echo.hear(frame, hooks.activity(), sounds);
      habit.heard(sounds?.heard ?? 0);
      if (foreign < speech) letEchoGo(rules);
      decide({ kind: 'frame', end: end + gaps, speech: foreign, hush, avatar: avatar() }, rules);
      if (open !== null && turn.kind !== 'quiet') open.speech.voiced = turn.voiced;
      if (turn.kind === 'talking' && turn.standing !== 'told') open?.recognising.reach(end + gaps - turn.from);
      if (open !== null && turn.kind !== 'quiet' && turn.lastVoiced === end + gaps)
        speakOn(open, turn.lastVoiced, end, heardAt);
    },
    pass(samples, rules) {
      gaps += samples;
      heardAt = now();
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
      habit.forget();
      const standing = turn.kind === 'quiet' ? 'hidden' : turn.standing;
      turn = quiet;
      mark = at;
      open = null;
      released?.recognising.drop();
      hooks.unforeseen();
      if (standing === 'pausing') hooks.resume();
      if (standing === 'told') hooks.abandoned();
      return released;
    },
  };
}
