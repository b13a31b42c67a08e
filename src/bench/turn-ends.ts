/** Where a server takes a turn for ended: each time before its last voiced sample, it has cut its caller off. */
import type { ServerEvent } from '../protocol/server-events.js';

export interface TurnEnds {
  event(event: ServerEvent, now: number): void;
  readonly cutOffs: number;
  /** The last answer was begun before all had been said: what was said behind it has no answer yet. */
  readonly isAnswerEarly: boolean;
}

/** `zero`: the moment of the last voiced sample. */
export function watchEnds(zero: number): TurnEnds {
  let cutOffs = 0;
  let hasEnded = false;
  let isAnswerEarly = false;
  const end = (now: number) => {
    // That it answers what it has taken for the end is no second mistake.
    if (!hasEnded && now < zero) cutOffs += 1;
    hasEnded = true;
  };
  return {
    event(event, now) {
      if (event.type === 'input_audio_buffer.speech_started') hasEnded = false;
      if (event.type === 'input_audio_buffer.speech_stopped') end(now);
      if (event.type !== 'response.created') return;
      end(now);
      isAnswerEarly = now < zero;
    },
    get cutOffs() {
      return cutOffs;
    },
    get isAnswerEarly() {
      return isAnswerEarly;
    },
  };
}
