/** Which base picture the loop is at while nobody speaks. Pure: the time is passed in, in seconds. */

const FPS = 25;
/** More would show: the head would seem to hurry. */
const MOST_STEERING = 0.2;
/** A distance of this many pictures (0.4 s) or more is steered at with full force. */
const FULL_FORCE_AT = 10;

export interface IdleClock {
  /** Base picture with its fraction, in [0, frames). */
  readonly at: number;
  readonly time: number;
}

/** Pictures from `from` to `to` the short way round the loop; negative if `to` lies behind. */
export function distance(from: number, to: number, frames: number): number {
  const ahead = (((to - from) % frames) + frames) % frames;
  return ahead > frames / 2 ? ahead - frames : ahead;
}

/** The clock at `time`. With an `aim` it runs up to a fifth faster or slower, towards that base picture. */
export function advance(clock: IdleClock, time: number, frames: number, aim?: number): IdleClock {
  const elapsed = Math.max(0, time - clock.time);
  const pull = aim === undefined ? 0 : distance(clock.at, aim, frames) / FULL_FORCE_AT;
  const speed = 1 + MOST_STEERING * Math.min(1, Math.max(-1, pull));
  return { at: (clock.at + elapsed * FPS * speed) % frames, time };
}
