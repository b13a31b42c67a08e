/** The pictures of one answer as a player shows them: each when its sample sounds, or when it comes if that is later. */

export interface PlayerPictures {
  /** The one that is seen, by its sample, and when the first of them was; null: none has been. */
  readonly shown: number | null;
  readonly firstShownAt: number | null;
  come(position: number, now: number): void;
  /** So many samples have sounded, each at its time. */
  show(played: number, timeOf: (sample: number) => number): void;
}

export function createPlayerPictures(): PlayerPictures {
  const waiting: { readonly position: number; readonly since: number }[] = [];
  let shown: number | null = null;
  let firstShownAt: number | null = null;
  return {
    get shown() {
      return shown;
    },
    get firstShownAt() {
      return firstShownAt;
    },
    come: (position, now) => void waiting.push({ position, since: now }),
    show(played, timeOf) {
      for (; waiting.length > 0 && played > waiting[0]!.position; waiting.shift()) {
        const { position, since } = waiting[0]!;
        shown = position;
        firstShownAt ??= Math.max(since, timeOf(position));
      }
    },
  };
}
