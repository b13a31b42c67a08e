/** How long each turn took: what the server says of its stages, and when this browser sounded and showed the answer. */
import type { ResponseStatus, ServerEvent } from '../../src/protocol/server-events.js';
import type { Heard } from './audible.js';

export interface Timings {
  readonly responseId: string;
  readonly status: ResponseStatus;
  /** Why it is not `completed`. */
  readonly code: string | null;
  /** Milliseconds from the visitor's last sound, or its request, to each stage that was reached. */
  readonly marks: Readonly<Record<string, number>>;
  /** Milliseconds from the arrival of the news that the answer begins. Null: it was not, or not yet. */
  readonly here: { readonly heard: number | null; readonly seen: number | null };
}

export interface TurnClock {
  receive(event: ServerEvent): void;
  /** `seenAt`: when the first picture of what is heard was drawn; null: none was. */
  follow(heard: Heard, seenAt: number | null): void;
  /** The session is over, and with it the turn. */
  reset(): void;
}

interface Turn {
  readonly responseId: string;
  readonly createdAt: number;
  response?: number;
  outcome?: Pick<Timings, 'status' | 'code'>;
  marks?: Timings['marks'];
  heard: number | null;
  seen: number | null;
}

/** An answer may still sound while the next is made, and answers in writing are made beside both. */
const MOST_AT_ONCE = 16;

/** `now` in milliseconds. The same turn is told again when it is heard or seen only afterwards, as short answers are. */
export function turnClock(now: () => number, onTimings: (timings: Timings) => void): TurnClock {
  const turns = new Map<string, Turn>();

  const tell = ({ responseId, outcome, marks, heard, seen }: Turn) => {
    if (outcome !== undefined && marks !== undefined)
      onTimings({ responseId, ...outcome, marks, here: { heard, seen } });
  };
  const begin = (responseId: string) => {
    turns.set(responseId, { responseId, createdAt: now(), heard: null, seen: null });
    const [oldest] = turns.keys();
    if (turns.size > MOST_AT_ONCE && oldest !== undefined) turns.delete(oldest);
  };

  return {
    receive(event) {
      if (event.type === 'response.created') return begin(event.response.id);
      const turn = turns.get(idIn(event) ?? '');
      if (turn === undefined) return;
      if (event.type === 'avatar.response') turn.response = event.response;
      else if (event.type === 'response.done') {
        const { status, status_details } = event.response;
        turn.outcome = { status, code: status_details?.error?.code ?? status_details?.reason ?? null };
      } else if (event.type === 'avatar.timings') {
        turn.marks = event.marks;
        tell(turn);
      }
    },
    follow(heard, seenAt) {
      const turn = [...turns.values()].find(({ response }) => response === heard.response);
      if (turn === undefined) return;
      const { createdAt, heard: wasHeard, seen: wasSeen } = turn;
      // The audio thread tells of its positions every 21 ms; the first sample sounded as long ago as there are samples.
      if (heard.isSounding && heard.samples > 0) turn.heard ??= now() - heard.samples / 24 - createdAt;
      if (seenAt !== null) turn.seen ??= seenAt - createdAt;
      if (turn.heard !== wasHeard || turn.seen !== wasSeen) tell(turn);
    },
    reset() {
      turns.clear();
    },
  };
}

function idIn(event: ServerEvent): string | null | undefined {
  if (event.type === 'response.done') return event.response.id;
  return 'response_id' in event ? event.response_id : undefined;
}
