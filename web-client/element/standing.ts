/** What a page is told of the element as a whole: its mood, whether it was begun, and who is seen. */
import type { AvatarLook, ParleyEvents } from './events.js';
import type { Mood } from './mood.js';

export interface Standing {
  readonly mood: Mood;
  setMood(mood: Mood): void;
  setStarted(isStarted: boolean): void;
  /** Null: nobody is there yet. */
  setAvatar(avatar: AvatarLook | null): void;
}

export function standing(onChange: (state: ParleyEvents['parley-state']) => void): Standing {
  let now: ParleyEvents['parley-state'] = { state: 'offline', isStarted: false, avatar: null };
  const change = (news: Partial<typeof now>) => {
    now = { ...now, ...news };
    onChange(now);
  };
  return {
    get mood() {
      return now.state;
    },
    setMood: (state) => change({ state }),
    setStarted(isStarted) {
      if (isStarted !== now.isStarted) change({ isStarted });
    },
    setAvatar: (avatar) => change({ avatar }),
  };
}
