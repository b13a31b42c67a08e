/** What was amiss, as a person reads it, in a terminal and on a page; of older files, too. Pure. */
import type { OlderSummary } from './compared-row.js';
import { counted, percentage } from './wording.js';

type Part<Name extends keyof OlderSummary> = NonNullable<OlderSummary[Name]>;

/** Null: the file does not tell. */
export function shareText(part: number | undefined, all: number | undefined): string | null {
  if (part === undefined || all === undefined) return null;
  return `${part} of ${all}${part === 0 || all === 0 ? '' : ` (${percentage(part / all)})`}`;
}

export function transcriptText({ right, wrong, missing }: Part<'transcripts'>): string {
  return `${right ?? '?'} right, ${wrong ?? '?'} wrong, ${missing ?? '?'} missing`;
}

/** `of`: how many turns there were, if that does not stand beside it. */
export function cutOffText({ turns, times }: Part<'cutOffs'>, of: number | null = null): string {
  if (turns === undefined || times === undefined) return 'unknown';
  if (times === 0) return 'none';
  return `${counted(times, 'time')}, in ${of === null ? counted(turns, 'turn') : `${turns} of ${counted(of, 'turn')}`}`;
}

export function gapText({ count, ms, audioSeconds }: Part<'gaps'>): string {
  const within = `in ${audioSeconds ?? '?'} s of speech`;
  return count === 0 ? `none ${within}` : `${count ?? '?'}, ${ms ?? '?'} ms in all, ${within}`;
}
