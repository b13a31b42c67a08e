/**
 * Which sound leaves the loudspeaker now. An AudioContext's clock stands still between two buffers of the sound card
 * (10-40 ms) and leaps at each, and what it says lies still before the card; pictures drawn by it would stutter, and be
 * early. The page's clock is smooth but drifts. Together they give a smooth time that follows the loudspeaker.
 */

/** Seconds: beyond this the context was suspended, and the old relation of the clocks means nothing. */
const LEAP = 0.1;
/** Half a second of an answer, in which it is noted 130 times a second: a sound card that ran dry is followed in half of that. */
const KEPT = 64;

/** Which time of the sound's clock is heard at a time of the page's: the middle of what was noted lately. In seconds. */
export class OutputClock {
  #offsets: number[] = [];
  #middle = 0;

  /** The sound of `contextTime` leaves the loudspeaker at `pageTime`. */
  note(contextTime: number, pageTime: number): void {
    const offset = contextTime - pageTime;
    if (Math.abs(offset - this.#middle) > LEAP) this.#offsets = [];
    this.#offsets.push(offset);
    if (this.#offsets.length > KEPT) this.#offsets.shift();
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    this.#middle = sorted[Math.floor(sorted.length / 2)] as number;
  }

  at(pageTime: number): number {
    return pageTime + this.#middle;
  }
}

/** An AudioContext, as far as it tells how late its sound is: not every browser tells all of it. In seconds. */
export interface Output {
  readonly currentTime: number;
  readonly baseLatency?: number;
  readonly outputLatency?: number;
  /** `performanceTime` in milliseconds of the page's clock. */
  getOutputTimestamp?(): { readonly contextTime?: number; readonly performanceTime?: number };
}

/** More than any loudspeaker is late, and longer than any sound card sleeps: a browser that says so has it wrong. */
const BEYOND = 1;

/**
 * Notes which sound leaves the loudspeaker at which time. `currentTime` less `outputLatency` was 13 ms too far ahead in
 * Chromium: the one counts the buffer that is being filled, and the other does not, and is rounded to 8 ms.
 */
export function noteOutput(clock: OutputClock, output: Output, pageTime: number): void {
  const { contextTime = 0, performanceTime = 0 } = output.getOutputTimestamp?.() ?? {};
  const [delay, age] = [output.currentTime - contextTime, pageTime - performanceTime / 1000];
  const isKnown = contextTime > 0 && performanceTime > 0 && delay >= 0 && delay < BEYOND && Math.abs(age) < BEYOND;
  if (isKnown) clock.note(contextTime, performanceTime / 1000);
  else clock.note(output.currentTime - reckonedDelay(output), pageTime);
}

/**
 * Seconds from the context's clock to the ear, in the middle: of the buffer that its clock is ahead by, one half has gone.
 * Safari tells the whole way only since 18.4, before that its own part.
 */
function reckonedDelay({ outputLatency, baseLatency = 0 }: Output): number {
  return (outputLatency ?? baseLatency) + baseLatency / 2;
}
