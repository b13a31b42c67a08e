/** What two runs took of the server: processors, memory, bytes, its event loop, and what was begun ahead. Pure. */

import type { Leftovers } from '../leftovers.js';
import { facing, figure, type OlderSummary, type Row } from './compared-row.js';
import type { Reading } from './reading.js';
import { counted, kilobytes, signed } from './wording.js';

export function costRows(a: Reading, b: Reading): Row[] {
  const row = facing<OlderSummary>(a.summary, b.summary);
  return [
    ...begunRows(a, b),
    ...row('Server, cores', ({ server }) => ofServer(server, figure(server?.cores, '', 2))),
    ...row('Server, cores a caller', ({ server }) => ofServer(server, figure(server?.coresPerCaller, '', 3))),
    ...row('Server, memory before', ({ server }) => ofServer(server, figure(server?.idleMegabytes, 'MB'))),
    ...row('Server, memory at most', ({ server }) => ofServer(server, figure(server?.peakMegabytes, 'MB'))),
    ...row('Server, memory a caller', ({ server }) => memoryOfEach(server)),
    ...row('Event loop late, p99', ({ told }) => figure(told?.lagMs?.p99, 'ms')),
    ...row('Event loop late, at most', ({ told }) => figure(told?.lagMs?.max, 'ms')),
    ...row('A session sends, p50', ({ bytes }) => sizeText(bytes?.sent?.p50)),
    ...row('A session receives, p50', ({ bytes }) => sizeText(bytes?.received?.p50)),
    ...row('Heap, a session more', ({ told }) => slopeText(told?.heap)),
    ...leftoverRows(a, b),
  ];
}

function begunRows(a: Reading, b: Reading): Row[] {
  const both = facing(a, b);
  const row = (name: string, count: 'kept' | 'dropped' | 'wasted', unit = '') =>
    both(name, (run) => begun(run, count, unit));
  return [
    ...row('Begun ahead, kept', 'kept'),
    ...row('Begun ahead, dropped', 'dropped'),
    ...row('Begun ahead, made for nothing', 'wasted', 'characters'),
  ];
}

/** A server that never begins ahead does not count it either. */
function begun({ summary, settings }: Reading, count: 'kept' | 'dropped' | 'wasted', unit: string): string | null {
  const { told }: OlderSummary = summary;
  const text = figure(told?.speculations?.[count], unit);
  return text === null && settings?.SPECULATION === 'off' ? 'switched off' : text;
}

/** One may have been seen whole, and the other not. */
function ofServer(server: OlderSummary['server'], text: string | null): string | null {
  return server?.by === 'server' && text !== null ? `${text}, of its main process` : text;
}

/** Null in a file says that what counting its heap took lay over it. */
function memoryOfEach(server: OlderSummary['server']): string | null {
  if (server?.megabytesPerCaller === null) return 'hidden by what counting took';
  return ofServer(server, figure(server?.megabytesPerCaller, 'MB', 1));
}

const sizeText = (bytes: number | undefined) => (bytes === undefined ? null : kilobytes(bytes));

function slopeText(heap: NonNullable<OlderSummary['told']>['heap']): string | null {
  if (heap?.bytesPerSession === undefined) return null;
  const error = heap.errorBytes === undefined ? '' : `, standard error ${heap.errorBytes}`;
  return `${signed(heap.bytesPerSession)} bytes${error}`;
}

function leftoverRows(a: Reading, b: Reading): Row[] {
  const both = facing(a.leftovers, b.leftovers);
  const row = (name: string, of: (left: Leftovers) => string) => both(name, (left) => left && of(left));
  const kinds = new Set([a, b].flatMap(({ leftovers }) => leftovers?.kinds ?? []).map(({ kind }) => kind));
  const count = (kind: string) =>
    row(`Left in the heap, ${kind}`, (left) => moreOf(left.kinds?.find((each) => each.kind === kind)?.count));
  return [
    ...row('Left in the heap by a session', ({ bytes, sessions }) => `${signed(bytes)} bytes, ${of(sessions)}`),
    ...row('Left in the heap, compiled code', ({ codeBytes }) => `${signed(codeBytes)} bytes`),
    ...[...kinds].flatMap(count),
  ];
}

const of = (sessions: number) => `of ${counted(sessions, 'session')}`;

/** What is not named has not grown by one for every second session. */
const moreOf = (count: number | undefined) => (count === undefined ? 'none to speak of' : `${signed(count)}`);
