/** The first turn of each session against the later ones: whatever is not warmed up shows there. */
import { down, type Frame, figure, xAxis, yAxis } from './figure.js';
import { html, type Markup, type Part } from './markup.js';
import { judged, type Turn } from './reading.js';
import { percent, rising, sharedSpan } from './spread.js';
import { type Stage, stage } from './stages.js';
import { whole } from './wording.js';

const HEIGHT = 150;

/** Null if there is nothing to hold against each other. */
export function firstTurns(turns: readonly Turn[]): Markup | null {
  const of = (name: string, chosen: readonly Turn[]) =>
    stage(
      name,
      chosen.flatMap((turn) => judged(turn) ?? []),
    );
  const [first] = of(
    'First turn',
    turns.filter(({ result }) => result.turn === 0),
  );
  const [later] = of(
    'Later turns',
    turns.filter(({ result }) => result.turn > 0),
  );
  if (first === undefined || later === undefined) return null;
  return rises('First sound and its picture', [first, later]);
}

/** The first in the first colour, the second in the second; their names and numbers are the key. */
export function rises(title: string, [one, other]: readonly [Stage, Stage]): Markup {
  const frame: Frame = { x: sharedSpan([one, other]), y: [0, 1], height: HEIGHT };
  const half = down(frame, 0.5);
  return figure({
    title,
    note: html`<span class="series one">${numbers(one)}</span> <span class="series two">${numbers(other)}</span>`,
    label: `${title}: ${[one, other].map(({ name, of }) => `${name} p50 ${whole(of.p50)} ms, p95 ${whole(of.p95)} ms`).join('; ')}`,
    height: HEIGHT + 26,
    drawing: html`${yAxis(frame, [0, 0.5, 0.95], percent)}${xAxis(frame, 'ms')}<line class="grid strong" x1="0" x2="100%" y1="${half}" y2="${half}"/>${rising(one.values, frame, 'curve one')}${rising(other.values, frame, 'curve two')}`,
  });
}

function numbers({ name, of }: Stage): Part {
  return html`${name}: p50 <b>${whole(of.p50)}</b>, p95 <b>${whole(of.p95)} ms</b>, n\u00a0${of.count}`;
}
