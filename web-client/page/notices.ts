/** What went wrong, in a sentence: the connection while it is away, and problems until they are read. */
import type { ParleyEvents } from '../element/parley-avatar.js';

/** Long enough to read two sentences twice. */
const PROBLEM_STAYS_MS = 10_000;
/** A try that succeeds at once needs no banner; a flash of one is worse than none. */
const SHORTEST_NOTICE_MS = 800;

export interface Notices {
  connection(state: ParleyEvents['parley-connection']): void;
  problem(message: string): void;
  /** What was wrong is not wrong any more. */
  solved(): void;
}

export function notices(root: HTMLElement, onRetry: () => void): Notices {
  const find = (selector: string) => root.querySelector(selector) as HTMLElement;
  const problem = find('.problem');
  let leaving: ReturnType<typeof setTimeout> | undefined;
  find('.retry').addEventListener('click', onRetry);
  const solved = () => {
    problem.hidden = true;
  };
  find('.dismiss').addEventListener('click', solved);
  return {
    connection: connectionNotice(find('.connection')),
    solved,
    problem(message) {
      clearTimeout(leaving);
      leaving = setTimeout(solved, PROBLEM_STAYS_MS);
      problem.hidden = false;
      find('.problem p').textContent = message;
    },
  };
}

function connectionNotice(notice: HTMLElement): Notices['connection'] {
  const sentence = notice.querySelector('[role=alert]') as HTMLElement;
  const countdown = notice.querySelector('.countdown') as HTMLElement;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const count = (until: number) => {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    countdown.textContent = seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.';
    if (seconds > 0) timer = setTimeout(count, 1000, until);
  };

  return (state) => {
    clearTimeout(timer);
    if (state.kind === 'open') {
      notice.hidden = true;
    } else if (state.kind === 'connecting') {
      countdown.textContent = 'Trying again.';
    } else {
      // The sentence is read out once, not at every try.
      if (sentence.textContent !== state.why || notice.hidden) sentence.textContent = state.why;
      notice.hidden = notice.hidden && state.retryInMs < SHORTEST_NOTICE_MS;
      count(performance.now() + state.retryInMs);
    }
  };
}
