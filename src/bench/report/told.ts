/** What the server's own metrics tell of a run. */
import type { Leftovers } from '../leftovers.js';
import type { Markup } from './markup.js';
import { type Fact, factList } from './quality.js';
import type { Reading } from './reading.js';
import { counted, kilobytes, signed } from './wording.js';

/** Null if it tells nothing; files of before have none of it. */
export function toldSection({ summary, leftovers }: Reading): Markup | null {
  const { told, bytes }: Partial<Reading['summary']> = summary;
  const facts: Fact[] = [];
  if (told?.speculations) {
    const { kept, dropped, wasted } = told.speculations;
    const waste = wasted === null ? '' : `, ${wasted} made for nothing`;
    facts.push(['Answers begun ahead of the end', `${kept} kept, ${dropped} dropped${waste}`]);
  }
  if (told?.lagMs) facts.push(['Event loop late by', `p99 ${told.lagMs.p99} ms, at most ${told.lagMs.max} ms`]);
  if (told?.mostSessions) facts.push(['Sessions at most', told.mostSessions]);
  if (told?.heap) {
    const { bytesPerSession, errorBytes, sessions, windows } = told.heap;
    const over = `over ${counted(sessions, 'session')}, in ${counted(windows, 'window')}`;
    facts.push(['Heap, a session more', `${signed(bytesPerSession)} bytes, standard error ${errorBytes}, ${over}`]);
  }
  if (leftovers !== null) facts.push(...leftoverFacts(leftovers));
  if (bytes) {
    const told = ({ p50, max }: { readonly p50: number; readonly max: number }) =>
      `p50 ${kilobytes(p50)}, at most ${kilobytes(max)}`;
    facts.push(['A session sends', told(bytes.sent)], ['A session receives', told(bytes.received)]);
  }
  return facts.length === 0 ? null : factList(facts);
}

function leftoverFacts({ sessions, bytes, codeBytes, kinds }: Leftovers): Fact[] {
  const each = `${signed(bytes)} bytes, and ${signed(codeBytes)} of compiled code, for each of ${counted(sessions, 'session')}`;
  const more = kinds.map(({ kind, count }): Fact => [`More of ${kind}`, signed(count)]);
  return [['Left in the heap at rest', each], ...more];
}
