/**
 * The end of a session that has used up what it may: the caller is told in words and in a line that it hears, and when
 * that has been heard, the connection is closed.
 */
import { ParleyError } from '../errors.js';
import { delay } from '../flow.js';
import type { Caller } from '../protocol/caller.js';
import type { Allowance } from './allowance.js';
import type { Floor } from './floor.js';

export interface Ending {
  /**
   * Asked before an answer is given: false if the farewell takes its place. Throws session_limit once that was said.
   */
  admits(): boolean;
  /** The caller hears nothing any more. */
  rests(): void;
}

export interface EndingTools {
  readonly allowance: Allowance;
  /** Null: for ever. */
  readonly minutes: number | null;
  readonly caller: Pick<Caller, 'end' | 'gone'>;
  readonly floor: Pick<Floor, 'free'>;
  /** Says the farewell; false if there is none. */
  readonly bid: () => boolean;
  readonly tell: (error: ParleyError) => void;
}

/** For a caller who never says that it has heard the farewell. */
const LONGEST_MS = 30_000;

export function createEnding({ allowance, minutes, caller, floor, bid, tell }: EndingTools): Ending {
  const { gone } = caller;
  let over: ParleyError | null = null;
  /** The answer before the farewell comes to rest, too. */
  let isSaid = false;

  const end = (limit: string) => {
    over = new ParleyError('session_limit', `This session has reached its limit of ${limit}.`);
    tell(over);
    const last = over;
    const leave = async () => {
      // An answer that is being given is given to its end.
      await floor.free();
      isSaid = !gone.aborted && bid();
      if (isSaid) await delay(LONGEST_MS, gone);
      if (!gone.aborted) caller.end(last);
    };
    leave().catch(() => {});
  };
  if (minutes !== null) {
    delay(minutes * 60_000, gone).then(
      () => {
        if (over === null) end(`${minutes} minutes`);
      },
      () => {},
    );
  }
  return {
    admits() {
      if (over !== null) throw over;
      const limit = allowance.reached();
      if (limit === null) return true;
      end(limit);
      return false;
    },
    rests() {
      if (over !== null && isSaid) caller.end(over);
    },
  };
}
