/** How the turns of one stage are spread: how many took how long, and below which share had it by then. */

import { percentile } from '../statistics.js';
import { cumulative, histogram } from './bins.js';
import { short, stepPath } from './curve.js';
import { across, curve, down, type Frame, figure, xAxis, yAxis } from './figure.js';
import { html, type Markup } from './markup.js';
import { roundSpan, type Span } from './scale.js';
import type { Stage } from './stages.js';
import { whole } from './wording.js';

const BARS = { top: 18, height: 66 };
const RISE = { top: 96, height: 84 };
/** With a half of them the shape of two humps is still seen in a chart of 300 pixels. */
const BINS = 50;

/** Stages that are set beside each other have one scale, so that later ones stand further to the right. */
export function sharedSpan(stages: readonly Stage[]): Span {
  // Half as much again as the worst p95 shows a tail; the one turn that took 15 s would hide everything else.
  const ends = stages.map(({ of }) => Math.min(of.max, of.p95 * 1.5));
  return roundSpan(ends, 5);
}

export function spread({ name, values, of }: Stage, span: Span): Markup {
  const beyond = values.filter((value) => value > span[1]).length;
  const note = html`p50 <b>${whole(of.p50)}</b>, p95 <b>${whole(of.p95)} ms</b>, n\u00a0${of.count}${beyond > 0 && html`; ${beyond} beyond the edge, at most ${whole(of.max)} ms`}`;
  const rise: Frame = { x: span, y: [0, 1], height: RISE.height };
  const sorted = [...values].sort((a, b) => a - b);
  const marks = (['p50', 'p95'] as const).map((mark) => ({
    mark,
    at: short(across(rise, percentile(sorted, mark === 'p50' ? 0.5 : 0.95))),
  }));
  return figure({
    title: name,
    note,
    label: `${name}: half of the turns within ${whole(of.p50)} ms, 95 of 100 within ${whole(of.p95)} ms`,
    height: RISE.top + RISE.height + 26,
    drawing: html`<g>${bars(values, span)}</g>
<svg y="${RISE.top}" width="100%" height="${RISE.height}" overflow="visible">${yAxis(rise, [0, 0.5, 0.95], percent)}${xAxis(rise, 'ms')}${rising(values, rise)}</svg>
${marks.map(
  ({ mark, at }) =>
    html`<line class="${mark}" x1="${at}%" x2="${at}%" y1="4" y2="${RISE.top + RISE.height}"/><text class="mark" x="${at}%" y="12" dx="${mark === 'p50' ? -5 : 5}" text-anchor="${mark === 'p50' ? 'end' : 'start'}">${mark}</text>`,
)}`,
  });
}

function bars(values: readonly number[], span: Span): Markup {
  const bins = histogram(values, span, BINS);
  const frame: Frame = { x: span, y: [0, Math.max(1, ...bins.map(({ count }) => count))], height: BARS.height };
  const base = BARS.top + BARS.height;
  const width = short(100 / BINS - 0.25);
  const drawn = bins
    .filter(({ count }) => count > 0)
    .map(({ from, to, count }) => {
      const y = BARS.top + down(frame, count);
      return html`<rect class="bar" x="${short(across(frame, from))}%" y="${short(y)}" width="${width}%" height="${short(base - y)}"><title>${count} from ${whole(from)} to ${whole(to)} ms</title></rect>`;
    });
  return html`${drawn}<line class="base" x1="0" x2="100%" y1="${base}" y2="${base}"/>`;
}

/** From nothing at the left edge to all at the right one; what lies beyond the edge is missing there. */
export function rising(values: readonly number[], frame: Frame, style = 'curve'): Markup {
  const steps = cumulative(values).filter(({ value }) => value <= frame.x[1]);
  const points = steps.map(({ value, share }) => [across(frame, value), down(frame, share)] as const);
  const last = points.at(-1)?.[1] ?? frame.height;
  return curve(stepPath([[0, frame.height], ...points, [100, last]]), frame.height, style);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
