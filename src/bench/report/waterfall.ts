/**
 * One turn as a waterfall: which stage ran when, what ran ahead of the turn's end, and what waited. Another turn is picked
 * with radio buttons and the page's style alone, so that the report needs no script, and allows none.
 */
import { short } from './curve.js';
import { across, type Frame, figure, xAxis } from './figure.js';
import { html, type Markup } from './markup.js';
import type { Turn } from './reading.js';
import { judged } from './reading.js';
import { roundSpan } from './scale.js';
import { type Bar, type Chosen, chosenTurns, type Fall, fallOf } from './waterfall-bars.js';
import { whole } from './wording.js';

const ROW = 38;
/** Above the first bar: what the line of the turn's end is called. */
const HEAD = 22;

export function waterfalls(turns: readonly Turn[]): Markup | null {
  const chosen = chosenTurns(turns);
  if (chosen.length === 0) return null;
  const picks = chosen.map(
    ({ name }, at) =>
      html`<input type="radio" name="turn" id="pick-${at}"${at === 0 ? html` checked` : null}><label for="pick-${at}">${name}</label>`,
  );
  return html`<div class="falls" role="group" aria-label="Which turn">${chosen.length > 1 ? picks : null}${chosen.map(waterfall)}</div>
<p class="key"><span class="working">work</span><span class="ahead">work ahead of the turn’s end</span><span class="waiting">waiting</span><span class="travelling">network</span></p>
`;
}

function waterfall({ name, turn }: Chosen, at: number): Markup {
  const fall = fallOf(turn);
  const { caller, turn: number, question } = turn.result;
  const id = turn.responseId === null ? null : html`, <code>${turn.responseId}</code>`;
  const took = judged(turn);
  return html`<div class="fall" id="fall-${at}">${figure({
    title: `${name}: ${whole(took ?? fall.end)} ms to the first sound and its picture`,
    note: html`caller ${caller + 1}, turn ${number + 1}, “${question}”${id}`,
    label: fall.bars.map((bar) => `${bar.name} ${whole(bar.to - bar.from)} ms`).join(', '),
    height: HEAD + fall.bars.length * ROW + 28,
    drawing: drawing(fall),
  })}</div>`;
}

function drawing({ bars, hardEnd, end }: Fall): Markup {
  const height = HEAD + bars.length * ROW + 6;
  const frame: Frame = { x: roundSpan([end * 1.02, ...bars.map(({ from }) => from)], 8), y: [0, 1], height };
  return html`${xAxis(frame, 'ms')}${hardEnd !== null && endLine(hardEnd, frame)}${bars.map((bar, row) => drawnBar(bar, row, frame, hardEnd))}`;
}

function endLine(at: number, frame: Frame): Markup {
  const x = across(frame, at);
  const [anchor, dx] = x > 50 ? ['end', -6] : ['start', 6];
  return html`<line class="over" x1="${short(x)}%" x2="${short(x)}%" y1="0" y2="${frame.height}"/><text class="mark" x="${short(x)}%" y="11" dx="${dx}" text-anchor="${anchor}">the turn is over: ${whole(at)} ms</text>`;
}

/** Its words stand above it: from its beginning on, or in the right half up to its end. */
function drawnBar({ name, from, to, kind }: Bar, row: number, frame: Frame, hardEnd: number | null): Markup {
  const top = HEAD + row * ROW;
  const isRight = across(frame, from) > 50;
  const ahead = kind === 'working' && hardEnd !== null ? Math.min(to, Math.max(from, hardEnd)) : from;
  // What recognises has to be done before the end; only the answer's own work can run ahead of it.
  const split = name === 'Recognising' ? from : ahead;
  const piece = (begin: number, finish: number, style: string) =>
    html`<rect class="${style}" x="${short(across(frame, begin))}%" y="${top + 20}" width="${short(across(frame, finish) - across(frame, begin))}%" height="12"/>`;
  const edge = short(across(frame, isRight ? to : from));
  return html`<text class="stage" x="${edge}%" y="${top + 14}" text-anchor="${isRight ? 'end' : 'start'}">${name} <tspan class="ms">${whole(to - from)}</tspan></text>
<line class="begun" x1="${short(across(frame, from))}%" x2="${short(across(frame, from))}%" y1="${top + 19}" y2="${top + 33}"/>${split > from && piece(from, split, 'ahead')}${to > split && piece(split, to, kind)}
`;
}
