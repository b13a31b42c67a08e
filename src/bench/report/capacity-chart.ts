/** The curves of a ramp: the median and p95 over the number of callers, with the limit and what failed. */
import { type Capacity, SLACK_MS, type Standing } from '../capacity.js';
import { linePath, short } from './curve.js';
import { across, curve, down, type Frame, figure, xAxis, yAxis } from './figure.js';
import { html, type Markup, type Part } from './markup.js';
import { roundSpan, ticks } from './scale.js';
import { capital, counted, whole } from './wording.js';

const HEIGHT = 220;

export interface Ramp {
  readonly name: string | null;
  readonly capacity: Capacity;
}

/** One ramp, or two over each other. */
export function capacityChart(ramps: readonly Ramp[]): Markup {
  const all = ramps.flatMap(({ capacity }) => capacity.standings);
  const limits = ramps.flatMap(({ capacity }) => capacity.limit ?? []);
  const frame: Frame = {
    // The names of the curves have room to the right of the last points.
    x: [0, Math.max(1, ...all.map(({ callers }) => callers)) * 1.08],
    y: roundSpan(
      [...all.flatMap(({ of }) => of?.p95 ?? []), ...limits].map((value) => value * 1.08),
      5,
    ),
    height: HEIGHT,
  };
  const styles = ramps.length === 1 ? ['one'] : ['one', 'two'];
  const [alone] = ramps.length === 1 ? ramps : [];
  return figure({
    title: `${titleOf(ramps)} in ms, over the number of callers`,
    note: html`${ramps.map((ramp, at) => html`<span class="series ${styles[at]}">${verdict(ramp)}</span> `)}${keyOf(all)}`,
    label: ramps.map(described).join('; '),
    height: HEIGHT + 26,
    drawing: html`${yAxis(frame, ticks(frame.y, 5))}${xAxis(frame, 'callers', ticks(frame.x, 5).filter(Number.isInteger))}${ramps.map(({ capacity }, at) => drawn(capacity, frame, styles[at]!))}${alone !== undefined && names(alone.capacity, frame)}`,
  });
}

/** A server without a face is judged by another moment than one with: the curves are then not of the same thing. */
function titleOf(ramps: readonly Ramp[]): string {
  const untils = new Set(ramps.map(({ capacity }) => capacity.until));
  if (untils.size < 2) return capital([...untils].join(''));
  return `${ramps.map(({ name, capacity }) => `${name}: ${capacity.until}`).join('; ')};`;
}

function keyOf(all: readonly Standing[]): string {
  const crosses = all.some(({ failed }) => failed > 0) ? '; ✕: something failed' : '';
  return `Solid: p95, dashed: p50, dotted: the limit${crosses}.`;
}

export function verdict({ name, capacity: { heldAt, standings, limit, until } }: Ramp): string {
  const who = name === null ? '' : `${name} `;
  if (heldAt === null) return `${who}did not hold at any step`;
  const isAll = standings.at(-1)?.callers === heldAt && standings.at(-1)?.holds === true;
  const within =
    limit === null ? '' : ` (limit: p95 ${whole(limit)} ms until the ${until}, that of the first step + ${SLACK_MS})`;
  return `${who}held at ${counted(heldAt, 'caller')}${isAll ? ', the most that were tried' : ''}${within}`;
}

function described(ramp: Ramp): string {
  const steps = ramp.capacity.standings.map(
    ({ callers, of, failed }) =>
      `${counted(callers, 'caller')} ${of === null ? 'nothing' : `p95 ${whole(of.p95)} ms`}, ${failed} failed`,
  );
  return `${verdict(ramp)}: ${steps.join('; ')}`;
}

function drawn({ standings, limit }: Capacity, frame: Frame, style: string): Markup {
  const y = limit === null ? null : short(down(frame, limit));
  return html`${y !== null && html`<line class="limit ${style}" x1="0" x2="100%" y1="${y}" y2="${y}"/>`}${lineOf(standings, 'p95', frame, `curve ${style}`)}${lineOf(standings, 'p50', frame, `curve faint ${style}`)}${standings.map((standing) => dots(standing, frame, style))}`;
}

function lineOf(standings: readonly Standing[], of: 'p50' | 'p95', frame: Frame, style: string): Markup {
  const points = standings.map((standing) =>
    standing.of === null ? null : ([across(frame, standing.callers), down(frame, standing.of[of])] as const),
  );
  return curve(linePath(points), frame.height, style);
}

/** A cross takes the place of a dot, so that no colour has to say it alone. */
function dots({ callers, of, failed }: Standing, frame: Frame, style: string): Markup {
  const x = short(across(frame, callers));
  const dot = (value: number, kind: string): Part =>
    html`<circle class="${kind} ${style}" cx="${x}%" cy="${short(down(frame, value))}" r="4"/>`;
  // Where no turn got as far, there is no height to stand at.
  const y = of === null ? 8 : down(frame, of.p95);
  const cross =
    failed > 0 &&
    html`<text class="failed" x="${x}%" y="${short(y)}" dy="0.35em" text-anchor="middle">✕<title>${failed} failed</title></text>`;
  return html`${of !== null && dot(of.p50, 'dot faint')}${of !== null && failed === 0 && dot(of.p95, 'dot')}${cross}`;
}

/** Beside the last points, and outside of the plot. Two ramps would write over each other. */
function names({ standings, limit }: Capacity, frame: Frame): Markup {
  const last = standings.findLast(({ of }) => of !== null);
  const edge =
    limit !== null &&
    html`<text class="tick" x="100%" y="${short(down(frame, limit))}" dx="4" dy="0.35em">limit</text>`;
  if (!last?.of) return html`${edge}`;
  const x = short(across(frame, last.callers));
  const high = down(frame, last.of.p95);
  // Where both are nearly the same, their names would lie on each other.
  const low = Math.max(down(frame, last.of.p50), high + 14);
  return html`${edge}<text class="mark" x="${x}%" y="${short(high)}" dx="9" dy="0.35em">p95</text><text class="mark" x="${x}%" y="${short(low)}" dx="9" dy="0.35em">p50</text>`;
}
