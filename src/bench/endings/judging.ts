/** When the server's rules would take an utterance for over. The very reducer of its conversations decides, offline. */
import { HEARING_RATE, msToSamples, samplesToMs } from '../../audio/pcm.js';
import { wordsOf } from '../../conversation/completeness.js';
import { listenForHush } from '../../conversation/hush.js';
import { quiet, type Turn } from '../../conversation/turn.js';
import type { TurnAction, TurnEvent } from '../../conversation/turn-events.js';
import type { TurnRules } from '../../conversation/turn-rules.js';
import { step } from '../../conversation/turn-taking.js';
import { VAD_FRAME_SAMPLES } from '../../engines/contract.js';
import { english } from '../../languages/en.js';
import type { Part, Utterance } from './utterances.js';

/** An utterance, and how likely somebody speaks in each frame of it. */
export interface Judged extends Utterance {
  readonly speech: readonly number[];
}

export type Verdict =
  /** It was taken for over while there was more to come. */
  | { readonly kind: 'cut_off' }
  /** So long after its last voiced sample. */
  | { readonly kind: 'ended'; readonly afterMs: number };

/** `sttMs`: what a recogniser takes for the words. */
export function judge({ samples, parts, speech }: Judged, rules: TurnRules, sttMs: number): Verdict {
  const took = msToSamples(sttMs, HEARING_RATE);
  const recogniser = createRecogniser(took);
  let turn: Turn = quiet;
  let listener = listenForHush();
  let over: number | null = null;
  const take = (event: TurnEvent) => {
    const next = step(turn, event, rules);
    turn = next.turn;
    for (const action of next.actions) {
      recogniser.act(action, event.end);
      if (action.kind === 'open') listener = listenForHush();
      if (action.kind === 'stop') over ??= event.end;
    }
  };
  for (let frame = 0; frame < speech.length && over === null; frame += 1) {
    const end = (frame + 1) * VAD_FRAME_SAMPLES;
    const hush = listener.hear(samples.subarray(end - VAD_FRAME_SAMPLES, end));
    take({ kind: 'frame', end, speech: speech[frame]!, hush, avatar: 'silent' });
    const answer = recogniser.answer(end);
    if (answer === null) continue;
    const { attempt, heardTo } = answer;
    take({ kind: 'words', end, attempt, words: wordsOf(saidBy(parts, heardTo), english), avatar: 'silent' });
  }
  const last = parts.at(-1)!.to;
  if (over !== null && over < last) return { kind: 'cut_off' };
  return { kind: 'ended', afterMs: samplesToMs((over ?? speech.length * VAD_FRAME_SAMPLES) - last, HEARING_RATE) };
}

interface Answer {
  readonly attempt: number;
  /** What came behind this it has not heard. */
  readonly heardTo: number;
}

/** Words are understood without the last hiss of them. */
const SPARED = msToSamples(20, HEARING_RATE);

/** One that answers so many samples after it was asked, also if that was ahead. */
function createRecogniser(took: number) {
  let aheadAt: number | null = null;
  let asked: (Answer & { readonly due: number }) | null = null;
  return {
    act(action: TurnAction, end: number) {
      if (action.kind === 'ask_ahead') aheadAt = end;
      if (action.kind === 'ask') {
        const heardTo = aheadAt ?? end;
        asked = { attempt: action.attempt, heardTo, due: heardTo + took };
      }
      if (action.kind === 'go_on') asked = null;
      if (action.kind === 'forget' || action.kind === 'ask') aheadAt = null;
    },
    /** What is known by now; null: nothing. */
    answer(end: number): Answer | null {
      if (asked === null || asked.due > end) return null;
      const answer = asked;
      asked = null;
      return answer;
    },
  };
}

const saidBy = (parts: readonly Part[], heardTo: number): string =>
  parts
    .filter(({ to }) => to - SPARED <= heardTo)
    .map(({ text }) => text)
    .join(' ');
