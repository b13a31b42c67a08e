/** What was amiss: in the sound, in the pictures, in what was understood, and in turns that failed. */
import { html, type Markup, type Part } from './markup.js';
import { cutOffText, gapText, shareText, transcriptText } from './quality-text.js';
import type { Reading } from './reading.js';

/** A name and what there is to say. */
export type Fact = readonly [name: Part, text: Part];

export function factList(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
`;
}

export function qualityFacts({ summary }: Reading): Fact[] {
  const { pictures, gaps, transcripts, cutOffs } = summary;
  const facts: Fact[] = [
    ['Gaps in the sound', gapText(gaps)],
    ['Pictures late', shareText(pictures.late, pictures.expected)],
    ['Pictures missing', shareText(pictures.missing, pictures.expected)],
  ];
  if (transcripts === null) return facts;
  // Of answers to interruptions, too, as the summary has them; older files do not tell.
  const cutOff = cutOffs == null ? 'unknown' : cutOffText(cutOffs);
  return [...facts, ['Transcripts', transcriptText(transcripts)], ['Cut off before the end', cutOff]];
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
