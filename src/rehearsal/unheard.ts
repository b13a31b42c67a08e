/**
 * Keeps what a rehearsal asks of the house's own face from being counted. All else that it asks is canned, and hardly
 * anybody but it asks for pictures then: nobody is served before it is over, or takes too long and has to leave.
 */
import type { Asked, Endpoint, Observer } from '../observe/observer.js';

export interface Unheard {
  /** The same, but for that. */
  readonly observer: Observer;
  during<T>(rehearsal: () => Promise<T>): Promise<T>;
}

export function unheard(observer: Observer): Unheard {
  let isRehearsing = false;
  const isHeard = ({ job }: Asked, endpoint: Endpoint) => !isRehearsing || job !== 'face' || endpoint === 'probe';
  return {
    observer: {
      ...observer,
      called(asked, endpoint) {
        if (isHeard(asked, endpoint)) observer.called(asked, endpoint);
      },
      answered(asked, turn, ms) {
        if (isHeard(asked, 'pictures')) observer.answered(asked, turn, ms);
      },
      ended(asked, endpoint, outcome, waitedMs) {
        if (isHeard(asked, endpoint)) observer.ended(asked, endpoint, outcome, waitedMs);
      },
    },
    async during(rehearsal) {
      isRehearsing = true;
      try {
        return await rehearsal();
      } finally {
        isRehearsing = false;
      }
    },
  };
}
