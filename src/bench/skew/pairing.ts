/** Which flash belongs to which click, and how far apart they were: from what the page has seen. */
import type { Refresh } from './probe.js';

/** By so much sound and picture may be apart as a whole, and still be paired rightly. */
const WIDEST_LAG_MS = 1000;
/** Round the lag: half of what clicks are apart at least. */
const REACH_MS = 120;
/** Two flashes that are this near to their places are as good as each other. */
const NEAR_MS = 60;
/** Half of full light: the dark pictures have at most a fifth, the white patch has all. */
const LIT = 128;
/** What is known of the sound's clock that long before and behind a click is told of it. */
const CLOCK_MS = 1000;

export interface Pair {
  /** When the click was heard, by the page's clock. */
  readonly heardAt: number;
  /** Milliseconds by which the flash came to the screen behind it; less than 0: before it. */
  readonly skew: number;
}

export interface Paired {
  readonly pairs: readonly Pair[];
  /** Those whose other half was not there. */
  readonly lost: { readonly clicks: number; readonly flashes: number };
}

/**
 * When flashes came to the screen, whose refreshes are `refreshMs` apart. A page that is late draws in a frame whose refresh
 * has gone by; then it is the next that brings it, whatever time the browser gives to the frame behind.
 */
export function flashes(refreshes: readonly Refresh[], refreshMs: number): number[] {
  return refreshes
    .filter(({ light }, index) => light >= LIT && (refreshes[index - 1]?.light ?? LIT) < LIT)
    .map(({ at, drawnAt }) => at + Math.max(0, Math.ceil((drawnAt - at) / refreshMs)) * refreshMs);
}

/**
 * When a click was heard, by the page's clock; null: nobody knows. The browser notes where its sound is whenever the sound
 * card asks for more, which it does up to some 10 ms late on a busy machine; the card itself does not stumble. So it is the
 * middle of what was noted around the click.
 */
export function heardAt(click: number, refreshes: readonly Refresh[]): number | null {
  const offsets = refreshes
    .flatMap(({ output }) => (output === null || Math.abs(output.contextTime - click) > CLOCK_MS ? [] : [output]))
    .map(({ contextTime, performanceTime }) => performanceTime - contextTime)
    .sort((a, b) => a - b);
  const middle = offsets[Math.floor(offsets.length / 2)];
  return middle === undefined ? null : click + middle;
}

/** Both in order. The distances of the clicks are those of no other place in the row, so that the lag is told by most. */
export function pairUp(clicks: readonly number[], seen: readonly number[]): Paired {
  const lag = commonLag(clicks, seen);
  const left = [...seen];
  const pairs = clicks.flatMap((click): Pair[] => {
    const [nearest] = [...left].sort((a, b) => Math.abs(a - click - lag) - Math.abs(b - click - lag));
    if (nearest === undefined || Math.abs(nearest - click - lag) > REACH_MS) return [];
    left.splice(left.indexOf(nearest), 1);
    return [{ heardAt: click, skew: nearest - click }];
  });
  return { pairs, lost: { clicks: clicks.length - pairs.length, flashes: left.length } };
}

/** The one at which most clicks have a flash near; of several, the shortest. */
function commonLag(clicks: readonly number[], seen: readonly number[]): number {
  const lags = clicks
    .flatMap((click) => seen.map((flash) => flash - click))
    .filter((lag) => Math.abs(lag) <= WIDEST_LAG_MS)
    .sort((a, b) => Math.abs(a) - Math.abs(b));
  const fits = (lag: number) =>
    clicks.filter((click) => seen.some((flash) => Math.abs(flash - click - lag) <= NEAR_MS)).length;
  let best = { lag: 0, fits: 0 };
  for (const lag of lags) {
    const now = fits(lag);
    if (now > best.fits) best = { lag, fits: now };
  }
  return best.lag;
}
