/** What every request and socket of the simulated vendor shares. */
import type { Logger } from 'pino';
import type { TtsEngine } from '../../../engines/contract.js';
import type { FaultPlan } from '../faults.js';
import type { VendorModel } from './catalogue.js';
import type { Voices } from './cloning.js';
import type { Endpoint, Ledger, Paces } from './ledger.js';

export interface Account {
  readonly speak: TtsEngine;
  readonly pace: Paces;
  readonly models: readonly VendorModel[];
  readonly voices: Voices;
  readonly faults: FaultPlan<Endpoint>;
  readonly ledger: Ledger;
  readonly streams: Streams;
  readonly log: Logger;
  takesKey(key: string): boolean;
}

/** How many texts may be spoken at once. */
export interface Streams {
  /** False: there are too many already. */
  begin(): boolean;
  end(): void;
}

export function streams(most: number): Streams {
  let running = 0;
  return {
    begin() {
      if (running >= most) return false;
      running += 1;
      return true;
    },
    end: () => {
      running -= 1;
    },
  };
}
