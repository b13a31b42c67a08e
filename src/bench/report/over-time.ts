/** How the server was while it was asked: what it took of the machine, second by second, one strip below the other. */
import type { Sample } from '../run-file.js';
import { linePath } from './curve.js';
import { across, curve, down, type Frame, figure, xAxis, yAxis } from './figure.js';
import { html, type Markup } from './markup.js';
import { roundSpan, type Span, ticks } from './scale.js';

interface Strip {
  readonly name: string;
  readonly unit: string;
  /** Undefined in files of before. */
  readonly of: (sample: Sample) => number | null | undefined;
}

const STRIPS: readonly Strip[] = [
  { name: 'Processors', unit: 'cores', of: ({ cores }) => cores },
  {
    name: 'Taken by others where the callers are',
    unit: '%',
    of: ({ stolen }) => (stolen == null ? stolen : 100 * stolen),
  },
  { name: 'Memory', unit: 'MB', of: ({ megabytes }) => megabytes },
  { name: 'Lag of the event loop', unit: 'ms', of: ({ lagMs }) => lagMs },
  { name: 'Heap of the main process', unit: 'MB', of: ({ heapMegabytes }) => heapMegabytes },
  { name: 'Heap as collections left it', unit: 'MB', of: ({ heapLeftMegabytes }) => heapLeftMegabytes },
  { name: 'Sessions', unit: '', of: ({ sessions }) => sessions },
];

const HEIGHT = 84;
/** An hour has 3600 samples; no drawing has room for more than these. */
const MOST_POINTS = 600;

/** Null if nobody looked. */
export function overTime(samples: readonly Sample[]): Markup | null {
  if (samples.length < 2) return null;
  const ends = [samples[0]!.at, samples.at(-1)!.at] as const;
  return html`<div class="pairs">${STRIPS.map((strip) => drawn(strip, samples, ends))}</div>`;
}

function drawn({ name, unit, of }: Strip, samples: readonly Sample[], [begin, end]: Span): Markup | null {
  const known = samples.map((sample) => ({ at: sample.at, value: finite(of(sample)) }));
  const values = known.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return null;
  const { worst, peaks } = { worst: values.reduce((most, value) => Math.max(most, value), 0), peaks: peaksOf(known) };
  const isMinutes = end - begin > 600;
  const x: Span = isMinutes ? [begin / 60, end / 60] : [begin, end];
  const frame: Frame = { x, y: roundSpan([worst * 1.05], 3), height: HEIGHT };
  const points = peaks.map(({ at, value }) =>
    value === null ? null : ([across(frame, isMinutes ? at / 60 : at), down(frame, value)] as const),
  );
  const most = `${Number(worst.toFixed(worst < 10 ? 2 : 0))}${unit === '' ? '' : ` ${unit}`}`;
  return figure({
    title: name,
    note: html`at most <b>${most}</b>`,
    label: `${name} over time, at most ${most}`,
    height: HEIGHT + 26,
    drawing: html`${yAxis(frame, ticks(frame.y, 3))}${xAxis(frame, isMinutes ? 'min' : 's')}${curve(linePath(points), HEIGHT, 'curve')}`,
  });
}

interface Point {
  readonly at: number;
  readonly value: number | null;
}

/** The highest of every few: a lag of one second must not vanish between two points. */
function peaksOf(known: readonly Point[]): Point[] {
  const every = Math.ceil(known.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(known.length / every) }, (_, at) => {
    const few = known.slice(at * every, (at + 1) * every);
    return few.reduce((high, point) => ((point.value ?? -1) > (high.value ?? -1) ? point : high));
  });
}

function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
