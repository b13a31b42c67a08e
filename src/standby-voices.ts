/** Has the presenters' voices learn the lines that they should have by heart, in the background of a start. */
import type { House } from './conversation/house.js';
import type { SpeechOptions } from './engines/contract.js';
import type { KeepingTts } from './engines/resilience/keeping-tts.js';
import { delay, orLate } from './flow.js';

/** A vendor that is away now is asked again. */
const AGAIN_MS = 60_000;
/** Only the very first start of a voice takes any time; a server that has no voice for this long goes on without. */
const READY_MS = 10_000;

export interface Learning {
  /** Why the server is not ready yet; null: it is. */
  readonly trouble: string | null;
}

export function startLearning(house: House, tts: KeepingTts | null, stopping: AbortSignal): Learning {
  let trouble: string | null = null;
  if (tts === null) return { trouble };
  trouble = 'voice: its standby lines are being spoken for the first time';
  const first = learnOnce(house, tts, stopping);
  void orLate(first, READY_MS).then(() => {
    trouble = null;
  });
  void first
    .then(async (isDone) => {
      for (let all = isDone; !all; all = await learnOnce(house, tts, stopping)) await delay(AGAIN_MS, stopping);
    })
    .catch(() => {});
  return {
    get trouble() {
      return trouble;
    },
  };
}

async function learnOnce(house: House, tts: KeepingTts, stopping: AbortSignal): Promise<boolean> {
  let isAll = true;
  for (const wanted of speakingVoices(house)) isAll = (await tts.learn(wanted, stopping)) && isAll;
  return isAll || stopping.aborted;
}

function speakingVoices({ presenter, presenters }: House): SpeechOptions[] {
  const all = new Map([presenter, ...presenters.values()].map(({ voice, otherVoices }) => [voice, otherVoices]));
  return [...all].map(([voice, otherwise]) => ({ voice, otherwise, speed: 1 }));
}
