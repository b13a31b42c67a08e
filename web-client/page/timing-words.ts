/** What the panel says of a turn in words. Pure. */

import type { Timings } from '../element/turn-clock.js';
import { duration } from './duration.js';
import type { Bar, Waterfall } from './waterfall.js';

export function totalIn({ total, isSpoken }: Waterfall): { readonly number: string; readonly what: string } {
  if (total === null) return { number: '', what: 'Nothing of it was heard.' };
  const from = isSpoken ? 'from your last sound' : 'from your request';
  const until = {
    heard: 'until the answer was heard',
    sent: 'until the answer was sent; nothing says that it was heard',
    written: 'until the first words, in writing',
  }[total.until];
  return { number: duration(total.ms), what: `${from} ${until}` };
}

/** How a turn ended that was not completed; undefined if it was. */
export function endIn({ status, code, marks }: Timings): string | undefined {
  const at = marks.interrupted === undefined ? '' : `, after ${duration(marks.interrupted)}`;
  if (status === 'cancelled') return code === 'turn_detected' ? `You interrupted it${at}.` : `It was stopped${at}.`;
  if (status === 'failed') return `It failed: ${code ?? 'the log says why'}.`;
  return status === 'incomplete' ? `It was cut short: ${code ?? 'the log says why'}.` : undefined;
}

/** When the visitor's turn was decided to be over, and what was done before that. */
export function overIn({ bars, decided }: Waterfall): string | undefined {
  if (decided === null) return undefined;
  const early = bars.filter(({ ahead }) => ahead > 0).map(({ from }) => decided - from);
  const over = `Your turn was over after ${duration(decided)}.`;
  return early.length === 0 ? over : `${over} The answer was begun ${duration(Math.max(...early))} before: striped.`;
}

export function hereIn({ here: { heard, seen } }: Timings): string | undefined {
  const parts = [
    heard === null ? [] : [`heard in ${duration(heard)}`],
    seen === null ? [] : [`seen in ${duration(seen)}`],
  ];
  const both = parts.flat().join(', ');
  return both === '' ? undefined : `In this browser, after the answer was announced: ${both}.`;
}

/** For those who do not see the bar. */
export function spanIn({ from, to, ahead, isCut }: Bar): string {
  const early = ahead > 0 ? `, ${duration(ahead)} of it before your turn was over` : '';
  return `${duration(from)} to ${duration(to)}${early}${isCut ? ', not finished' : ''}`;
}
