/** Differences with how sure they are: a dot for each, and the interval around it, against a line of no difference. */
import type { Compared, Verdict } from './compared-stages.js';
import { short } from './curve.js';
import { across, type Frame, figure, xAxis } from './figure.js';
import { html, type Markup } from './markup.js';
import { roundSpan } from './scale.js';
import { signed } from './wording.js';

const ROW = 36;

/** Null if there is nothing that could be drawn. */
export function forest(stages: readonly Compared[]): Markup | null {
  const rows = stages.flatMap(({ name, verdicts }) =>
    verdicts.flatMap((verdict) => (verdict.interval === null ? [] : [{ name, ...verdict, ...verdict.interval }])),
  );
  if (rows.length === 0) return null;
  const height = rows.length * ROW + 4;
  const ends = rows.flatMap(({ low, high, difference }) => [low, high, difference]);
  const frame: Frame = { x: roundSpan(ends, 4), y: [0, 1], height };
  const zero = short(across(frame, 0));
  const drawn = figure({
    title: 'B less A, with the interval of 95 %',
    note: 'Left of the line B is faster, right of it slower. Grey: no difference that these runs could show.',
    label: rows.map(({ name, quantile, difference }) => `${name} ${quantile} ${signed(difference)} ms`).join(', '),
    height: height + 26,
    drawing: html`${xAxis(frame, 'ms')}<line class="zero" x1="${zero}%" x2="${zero}%" y1="0" y2="${height}"/>${rows.map((row, at) => whisker(row, at * ROW, frame))}`,
  });
  return html`<div class="forest">${drawn}</div>`;
}

interface Row extends Verdict {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

const STYLES: Readonly<Record<Verdict['kind'], string>> = {
  slower: 'worse',
  faster: 'shown',
  unclear: 'unclear',
  'too few': 'unclear',
};

function whisker({ name, quantile, difference, low, high, kind }: Row, top: number, frame: Frame): Markup {
  const x = (value: number) => short(across(frame, value));
  return html`<text class="stage" x="0" y="${top + 14}">${name}, ${quantile} <tspan class="ms">${signed(difference)}</tspan> <tspan class="between">(${signed(low)} to ${signed(high)})</tspan></text>
<line class="whisker ${STYLES[kind]}" x1="${x(low)}%" x2="${x(high)}%" y1="${top + 25}" y2="${top + 25}"/><circle class="${STYLES[kind]}" cx="${x(difference)}%" cy="${top + 25}" r="5"/>
`;
}
