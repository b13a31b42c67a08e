/** Who presents: a quiet choice, where there are several, that this browser remembers. */
import type { ParleyAvatar } from '../element/parley-avatar.js';
import type { Presenter } from './about.js';
import { forget, remember, remembered } from './memory.js';

const REMEMBERED = 'parley.presenter';

export interface PresenterChoice {
  offer(presenters: readonly Presenter[]): void;
  /** Who is seen. */
  show(id: string): void;
  /** The one that was remembered is not there any more. */
  giveUp(): void;
}

/** Call it before the element is put into the page: the one who was chosen last is asked for at once. */
export function presenterChoice(root: HTMLElement, avatar: ParleyAvatar): PresenterChoice {
  const select = root.querySelector('select') as HTMLSelectElement;
  const chosen = new URLSearchParams(location.search).get('avatar') ?? remembered(REMEMBERED);
  if (chosen !== null) avatar.setAttribute('avatar', chosen);
  let shown = '';
  /** Chosen, and not seen yet: until then the one before is still told of. */
  let awaited: string | null = null;

  select.addEventListener('change', () => {
    awaited = select.value;
    remember(REMEMBERED, select.value);
    avatar.setAttribute('avatar', select.value);
  });
  return {
    offer(presenters) {
      select.replaceChildren(...presenters.map(({ id, name }) => new Option(name, id)));
      select.value = awaited ?? shown;
      root.hidden = presenters.length < 2;
    },
    show(id) {
      shown = id;
      if (awaited !== null && awaited !== id) return;
      awaited = null;
      select.value = id;
    },
    giveUp() {
      awaited = null;
      select.value = shown;
      forget(REMEMBERED);
    },
  };
}
