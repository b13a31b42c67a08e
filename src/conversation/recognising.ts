/**
 * The tries to recognise one turn: one hears it from its beginning, one more may be asked ahead when a silence begins,
 * and while nobody knows whether it is a turn, its beginning may be looked at for words.
 */
import type { SttEngine } from '../engines/contract.js';
import type { Words } from './completeness.js';
import { type Probe, startProbe } from './probing.js';
import type { Attempt, Heard } from './transcribing.js';

export interface Recognising {
  hear(samples: Int16Array): void;
  /** So long has somebody spoken of whom it is not known whether it is a turn. */
  reach(samples: number): void;
  /** It is a turn. */
  settle(): void;
  /** What are the words, if this silence is a pause? */
  askAhead(): void;
  /** It is none. */
  forget(): void;
  /** All of it has been heard, for now. */
  ask(): Attempt;
  /** The pause was none: what was understood of it is of no use. */
  goOn(): void;
  /** All of it has been heard. The try that knows what it was. */
  end(): Attempt;
  drop(): void;
}

export interface RecognisingTools {
  readonly stt: SttEngine;
  /** Begins a try that has heard the turn up to now. */
  readonly attempt: (onPartial?: (text: string) => void) => Attempt;
  /** Words of somebody who still speaks. */
  readonly overheard: (heard: Heard) => void;
}

export function recognise({ stt, attempt, overheard }: RecognisingTools): Recognising {
  const begin = () => attempt((text) => overheard({ kind: 'words', text }));
  let current = begin();
  let ahead: Attempt | null = null;
  let isAsked = false;
  const probe: Probe | null = stt.givesPartials ? null : startProbe(attempt, overheard);
  const forget = () => {
    ahead?.drop();
    ahead = null;
  };
  const ask = (): Attempt => {
    if (isAsked) return current;
    isAsked = true;
    if (ahead === null) {
      current.end();
    } else {
      current.drop();
      current = ahead;
      ahead = null;
    }
    return current;
  };
  return {
    hear(samples) {
      if (!isAsked) current.hear(samples);
    },
    reach: (samples) => probe?.reach(samples),
    settle: () => probe?.drop(),
    askAhead() {
      if (stt.mayBeAskedAhead !== true) return;
      forget();
      const asked = attempt();
      ahead = asked;
      asked.end();
      // One that has failed by the end of the silence is not to stand for the turn.
      asked.heard.catch(() => {
        if (ahead === asked) ahead = null;
      });
    },
    forget,
    ask,
    goOn() {
      forget();
      current.drop();
      current = begin();
      isAsked = false;
    },
    end() {
      probe?.drop();
      const last = ask();
      forget();
      return last;
    },
    drop() {
      current.drop();
      forget();
      probe?.drop();
    },
  };
}

/** `of`: what words amount to. */
export function amountsTo(heard: Heard, of: (text: string) => Words): Words {
  if (heard.kind === 'words') return of(heard.text);
  return heard.kind === 'unclear' ? 'unclear' : 'none';
}
