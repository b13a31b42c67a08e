/** The ramp of a run: its curve, and each step in numbers. */
import { type Capacity, capacityOf, type Standing } from '../capacity.js';
import { capacityChart } from './capacity-chart.js';
import { html, type Markup } from './markup.js';
import type { Reading } from './reading.js';
import { whole } from './wording.js';

/** Null for a run of one step. */
export function capacitySection({ steps }: Reading): Markup | null {
  if (steps.length < 2) return null;
  const capacity = capacityOf(steps);
  return html`${capacityChart([{ name: null, capacity }])}${stepTable(capacity)}`;
}

/** Two ramps over each other; null if one of both runs had none. */
export function capacitiesSection(a: Reading, b: Reading): Markup | null {
  if (a.steps.length < 2 || b.steps.length < 2) return null;
  const [ours, theirs] = [capacityOf(a.steps), capacityOf(b.steps)];
  const chart = capacityChart([
    { name: 'A', capacity: ours },
    { name: 'B', capacity: theirs },
  ]);
  return html`${chart}<div class="pairs">${stepTable(ours, 'A')}${stepTable(theirs, 'B')}</div>
`;
}

function stepTable({ standings }: Capacity, name: string | null = null): Markup {
  const caption = name !== null && html`<caption>${name}</caption>`;
  return html`<table class="figures">${caption}<thead><tr><th scope="col">callers</th><th scope="col">turns</th><th scope="col">failed</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">holds</th></tr></thead>
<tbody>${standings.map(row)}</tbody></table>
`;
}

function row({ callers, asked, failed, of, holds }: Standing): Markup {
  const ms = (value: number | undefined) => (value === undefined ? '–' : whole(value));
  return html`<tr><th scope="row">${callers}</th><td>${asked}</td><td class="${failed > 0 ? 'bad' : ''}">${failed}</td><td>${ms(of?.p50)}</td><td>${ms(of?.p95)}</td><td class="${holds ? '' : 'bad'}">${holds ? 'yes' : 'no'}</td></tr>`;
}
