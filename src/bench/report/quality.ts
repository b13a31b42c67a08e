/** What was amiss: in the sound, in the pictures, in what was understood, and in turns that failed. */
import { html, type Markup, type Part } from './markup.js';
import type { Reading } from './reading.js';
import { counted } from './wording.js';

/** A name and what there is to say. */
export type Fact = readonly [name: Part, text: Part];

export function factList(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
`;
}

export function qualityFacts({ summary }: Reading): Fact[] {
  const { pictures, gaps, transcripts, cutOffs } = summary;
  const share = (part: number, all: number) => (all === 0 ? '' : ` (${percentage(part / all)})`);
  const facts: Fact[] = [
    [
      'Gaps in the sound',
      gaps.count === 0
        ? `none in ${gaps.audioSeconds} s of speech`
        : `${gaps.count}, ${gaps.ms} ms in all, in ${gaps.audioSeconds} s of speech`,
    ],
    ['Pictures late', `${pictures.late} of ${pictures.expected}${share(pictures.late, pictures.expected)}`],
    ['Pictures missing', `${pictures.missing} of ${pictures.expected}${share(pictures.missing, pictures.expected)}`],
  ];
  if (transcripts !== null) {
    const { right, wrong, missing } = transcripts;
    facts.push(['Transcripts', `${right} right, ${wrong} wrong, ${missing} missing`]);
    facts.push(['Cut off before the end', cutOffText(cutOffs)]);
  }
  return facts;
}

/** Of answers to interruptions, too, as the summary has them. */
function cutOffText(cutOffs: Reading['summary']['cutOffs'] | undefined): string {
  // Older files do not tell.
  if (cutOffs == null) return 'unknown';
  return cutOffs.times === 0 ? 'no caller' : `${counted(cutOffs.times, 'time')}, in ${counted(cutOffs.turns, 'turn')}`;
}

/** Two digits that say something, however small it is: 0.031 % is not 0 %. */
export function percentage(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  return `${Number(value.toPrecision(2))} %`;
}

/** Every reason with how often it was given, the most frequent first; null if nothing failed. */
export function failureTable({ summary, interruptions }: Reading): Markup | null {
  const reasons = new Map(Object.entries(summary.failures));
  for (const { failure } of interruptions) {
    if (failure === null) continue;
    const reason = `interruption: ${failure}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (reasons.size === 0) return null;
  const rows = [...reasons].sort(([, a], [, b]) => b - a);
  return html`<table class="reasons"><thead><tr><th scope="col">times</th><th scope="col" class="text">reason</th></tr></thead><tbody>${rows.map(
    ([reason, count]) => html`<tr><td>${count}</td><td class="text">${reason}</td></tr>`,
  )}</tbody></table>
`;
}
