/** A comparison as a page that can be sent about. */
import { capacitiesSection } from './capacity-section.js';
import { versionText } from './circumstances.js';
import type { Row } from './compared-row.js';
import { type Compared, type Comparison, type Verdict, WORDS } from './compared-stages.js';
import { type Difference, differencesOf, overloaded, sameness, settingsUnknown } from './differences.js';
import { rises } from './first-turns.js';
import { forest } from './forest.js';
import { html, type Markup, type Part } from './markup.js';
import { page, section } from './page.js';
import { type Fact, factList } from './quality.js';
import type { Reading } from './reading.js';
import { disturbanceWarning, loadWarning } from './warnings.js';
import { capital, counted, moment, signed, whole } from './wording.js';

/** What a caller waits for, and where the time goes; the table has all. */
const MAIN = new Set([
  'Speech stopped',
  'Transcript',
  'First sound and its picture',
  'Heard',
  'Interruption, until silent',
  'Server: first token',
  'Server: first speech that is heard',
]);

export function comparisonPage(a: Reading, b: Reading, comparison: Comparison, rows: readonly Row[]): string {
  const main = comparison.stages.filter(({ name }) => MAIN.has(name));
  return page(
    `Parley bench: ${a.scenario.name}, two runs`,
    html`<header><p class="wordmark">Parley bench</p><h1>${capital(a.scenario.name)}: two runs</h1><p>A: ${runLine(a)}</p><p>B: ${runLine(b)}</p></header>
${loadWarning(a, 'Run A')}${loadWarning(b, 'Run B')}${disturbanceWarning(a, 'Run A')}${disturbanceWarning(b, 'Run B')}${spoiled(a, b)}
${section('What differs', differences(a, b))}
${section('Differences', forest(main), 'Each run was drawn anew from its own turns a thousand times. One interval in twenty misses by chance, and here are many: believe a pattern, not one row.')}
${section('Distributions', overlaid(main), 'The share of turns that had it by then.')}
${section('More callers', capacitiesSection(a, b))}
${section('Stages', table(comparison), 'Milliseconds from the last voiced sample, or from a typed question.')}
${section('Beside the times', rowTable(rows), 'Failures, sound, pictures, words, interruptions, and what it took: counts and figures as they are. Nothing is said of chance.')}
`,
  );
}

function runLine(reading: Reading): string {
  const { at, scenario, summary } = reading;
  return `${moment(at)}, ${scenario.name}, Parley ${versionText(reading)}, ${counted(summary.turns.asked, 'turn')}, ${summary.turns.failed} failed`;
}

function spoiled(a: Reading, b: Reading): Markup | null {
  const names = differencesOf(a, b).flatMap(({ name, kind }) => (kind === 'spoiling' ? [name] : []));
  if (names.length === 0) return null;
  return html`<p class="warning" role="alert"><b>Not comparable as they stand.</b> The runs differ in ${names.join(', ')}: what the figures differ by is not Parley’s doing alone.</p>
`;
}

const KINDS: Readonly<Record<Difference['kind'], Part>> = {
  subject: null,
  spoiling: html`, <b class="bad">not comparable</b>`,
  drawn: ', which the intervals reckon with',
};

function differences(a: Reading, b: Reading): Markup {
  const all = differencesOf(a, b);
  if (all.length === 0 && overloaded(a, b).length === 0) return html`<p>Nothing: ${sameness(a, b)}.</p>`;
  const unknown = settingsUnknown(a, b);
  const rest = unknown !== null && html`<p>${capital(unknown)}.</p>`;
  if (all.length === 0) return html`<p>Nothing but how well the callers kept up.</p>${rest}`;
  const row = ({ name, a: from, b: to, kind }: Difference): Fact => [
    html`${capital(name)}${KINDS[kind]}`,
    html`A: ${from}<br>B: ${to}`,
  ];
  return html`${factList(all.map(row))}${rest}`;
}

function overlaid(stages: readonly Compared[]): Markup | null {
  if (stages.length === 0) return null;
  const named = ({ name, a, b }: Compared) =>
    rises(name, [
      { ...a, name: 'A' },
      { ...b, name: 'B' },
    ]);
  return html`<div class="pairs">${stages.map(named)}</div>
`;
}

function table({ stages, alone }: Comparison): Markup {
  const rows = stages.flatMap(({ name, verdicts }) => verdicts.map((verdict) => row(name, verdict)));
  const head = ['A', 'B', 'B−A', '95 % between', 'B/A'].map(
    (text) => html`<th scope="col" class="${text.startsWith('95') ? 'verdict' : ''}">${text}</th>`,
  );
  return html`<table class="facing"><thead><tr><th scope="col">ms</th>${head}<th scope="col" class="verdict text"></th></tr></thead>
<tbody>${rows}</tbody></table>
${alone.length > 0 && html`<p>${alone.map(({ name, of }) => `${name}: only in ${of}.`).join(' ')}</p>`}`;
}

function row(name: string, { quantile, a, b, difference, ratio, interval, kind }: Verdict): Markup {
  const isShown = kind === 'slower' || kind === 'faster';
  const told: Part = isShown ? html`<b>${signed(difference)}</b>` : signed(difference);
  const between = interval === null ? '–' : `${signed(interval.low)} to ${signed(interval.high)}`;
  return html`<tr class="${kind === 'slower' ? 'slower' : ''}"><th scope="row">${name}, ${quantile}</th><td>${whole(a)}</td><td>${whole(b)}</td><td>${told}</td><td class="verdict">${between}</td><td>${ratio === null ? '–' : ratio.toFixed(2)}</td><td class="verdict text">${WORDS[kind]}</td></tr>
`;
}

function rowTable(rows: readonly Row[]): Markup {
  const each = ({
    name,
    a,
    b,
  }: Row) => html`<tr><th scope="row">${name}</th><td class="text">${a}</td><td class="text">${b}</td></tr>
`;
  return html`<table class="facing"><thead><tr><th scope="col"></th><th scope="col" class="text">A</th><th scope="col" class="text">B</th></tr></thead>
<tbody>${rows.map(each)}</tbody></table>
`;
}
