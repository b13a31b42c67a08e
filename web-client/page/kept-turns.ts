/** The last turns of this visit, and which of them is looked at. Pure. */

/** An hour of talk has hundreds; what one wants to look at is among the last. */
const MOST_TURNS = 20;

export interface KeptTurns<Turn> {
  /** A new turn, or a known one told again. Whoever looks at the last one goes on to the new one. */
  put(turn: Turn): void;
  /** Negative: back. */
  step(by: number): void;
  readonly shown: Turn | undefined;
  /** Counted from 1; 0 of 0 while there is none. */
  readonly place: { readonly at: number; readonly of: number };
}

export function keptTurns<Turn extends { readonly responseId: string }>(): KeptTurns<Turn> {
  let turns: readonly Turn[] = [];
  let at = -1;
  return {
    put(turn) {
      const known = turns.findIndex(({ responseId }) => responseId === turn.responseId);
      if (known >= 0) {
        turns = turns.with(known, turn);
        return;
      }
      const wasLast = at === turns.length - 1;
      const gone = turns.length === MOST_TURNS ? 1 : 0;
      turns = [...turns.slice(gone), turn];
      at = wasLast ? turns.length - 1 : Math.max(0, at - gone);
    },
    step(by) {
      at = Math.min(turns.length - 1, Math.max(0, at + by));
    },
    get shown() {
      return turns[at];
    },
    get place() {
      return { at: at + 1, of: turns.length };
    },
  };
}
