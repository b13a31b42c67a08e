/**
 * The frame of every chart. Across, places are per cent of the width, so that one drawing fits every window and its
 * letters keep their size; down, they are pixels. What stands outside of the plot (labels of ticks) has its room from the
 * page's style.
 */
import { short } from './curve.js';
import { html, type Markup, type Part } from './markup.js';
import { place, type Span, ticks } from './scale.js';

export interface Frame {
  readonly x: Span;
  readonly y: Span;
  readonly height: number;
}

export interface Chart {
  readonly title: Part;
  /** What a reader should know beside the title: the numbers, or how to read it. */
  readonly note?: Part;
  /** For those who do not see it. */
  readonly label: string;
  readonly height: number;
  readonly drawing: Part;
}

export function figure({ title, note, label, height, drawing }: Chart): Markup {
  return html`<figure>
<figcaption><b>${title}</b>${note === undefined ? null : html` <span>${note}</span>`}</figcaption>
<div class="plot"><svg width="100%" height="${height}" role="img" aria-label="${label}">${drawing}</svg></div>
</figure>
`;
}

/** Across, as per cent. */
export function across({ x }: Frame, value: number): number {
  return place(value, x);
}

/** Down, as pixels from the top. */
export function down({ y, height }: Frame, value: number): number {
  return place(value, y, [height, 0]);
}

/** Five labels of four digits and a unit have room even on a telephone. */
const ACROSS = 5;

/** Ticks below the plot. The last one has the unit. */
export function xAxis(frame: Frame, unit: string, at = ticks(frame.x, ACROSS)): Markup {
  const labels = at.map((value, index) => {
    const x = short(across(frame, value));
    const number = String(value).replace('-', '\u2212');
    const text = index === at.length - 1 && unit !== '' ? `${number} ${unit}` : number;
    return html`<line class="grid" x1="${x}%" x2="${x}%" y1="0" y2="${frame.height}"/><text class="tick" x="${x}%" y="${frame.height + 17}" text-anchor="middle">${text}</text>`;
  });
  return html`${labels}<line class="base" x1="0" x2="100%" y1="${frame.height}" y2="${frame.height}"/>`;
}

/** Ticks beside the plot, as they are given. */
export function yAxis(frame: Frame, at: readonly number[], text: (value: number) => string = String): Markup {
  return html`${at.map((value) => {
    const y = short(down(frame, value));
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="-8" y="${y}" dy="0.35em" text-anchor="end">${text(value)}</text>`;
  })}`;
}

/** A curve over the whole plot. Its own coordinates are 100 wide and stretched; its line is not. */
export function curve(path: string, height: number, style: string): Markup {
  return html`<svg width="100%" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none" overflow="visible"><path class="${style}" d="${path}" vector-effect="non-scaling-stroke"/></svg>`;
}
