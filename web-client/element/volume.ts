/** How loud the avatar is: the element's control, and what its page has set. */
import type { Stage } from './stage.js';

export interface Volume {
  /** 0 to 1; what is no number is ignored. */
  value: number;
  isMuted: boolean;
  /** What reaches the loudspeaker. */
  readonly audible: number;
}

export function volumeOf(
  stage: Pick<Stage, 'mute' | 'volume' | 'setVolume'>,
  onChange: (audible: number) => void,
): Volume {
  let value = 1;
  let isMuted = false;
  const audible = () => (isMuted ? 0 : value);

  function set(next: number, muted: boolean): void {
    value = next;
    isMuted = muted;
    stage.setVolume(value, isMuted);
    onChange(audible());
  }

  stage.mute.addEventListener('click', () => set(value, !isMuted));
  stage.volume.addEventListener('input', () => set(Number(stage.volume.value), false));
  return {
    get value() {
      return value;
    },
    set value(next) {
      if (Number.isFinite(next)) set(Math.min(1, Math.max(0, next)), isMuted);
    },
    get isMuted() {
      return isMuted;
    },
    set isMuted(next) {
      set(value, next);
    },
    get audible() {
      return audible();
    },
  };
}
