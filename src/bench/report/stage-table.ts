/** Every stage in numbers, and in a stroke of one scale for all: from the median to p95, and on to the slowest. */
import { short } from './curve.js';
import { html, type Markup } from './markup.js';
import { place, type Span } from './scale.js';
import type { Stage } from './stages.js';
import { whole } from './wording.js';

export interface StageGroup {
  readonly name: string;
  readonly stages: readonly Stage[];
}

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'max'] as const;

export function stageTable(groups: readonly StageGroup[]): Markup | null {
  const shown = groups.filter(({ stages }) => stages.length > 0);
  if (shown.length === 0) return null;
  // One turn of 15 s would press all others together: what goes on beyond the worst p95 is cut off at the edge.
  const worst = Math.max(...shown.flatMap(({ stages }) => stages.map(({ of }) => of.p95)));
  const span = [0, worst * 1.1] as const;
  return html`<table class="stages">
<thead><tr><th scope="col">ms</th><td class="stroke"><i class="dot"></i> p50, to p95, to the slowest</td>${PERCENTILES.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col">n</th></tr></thead>
${shown.map(({ name, stages }) => group(name, stages, span))}</table>
`;
}

function group(name: string, stages: readonly Stage[], span: Span): Markup {
  return html`<tbody><tr><th class="group" colspan="8" scope="rowgroup">${name}</th></tr>
${stages.map(
  ({ name: stage, of }) =>
    html`<tr><th scope="row">${stage}</th><td class="stroke">${stroke(of, span)}</td>${PERCENTILES.map((percentile) => html`<td>${whole(of[percentile])}</td>`)}<td class="n">${of.count}</td></tr>
`,
)}</tbody>
`;
}

function stroke({ p50, p95, max }: Stage['of'], span: Span): Markup {
  const [from, to, end] = [p50, p95, max].map((value) => short(Math.max(0, Math.min(100, place(value, span)))));
  return html`<svg width="100%" height="14" aria-hidden="true"><line class="beyond" x1="${to}%" x2="${end}%" y1="7" y2="7"/><line class="range" x1="${from}%" x2="${to}%" y1="7" y2="7"/><circle class="dot" cx="${from}%" cy="7" r="4"/></svg>`;
}
