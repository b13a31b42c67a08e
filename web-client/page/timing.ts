/** The panel "How long that took": open or not, which this browser remembers, and which of the last turns it shows. */

import type { Timings } from '../element/turn-clock.js';
import { keptTurns } from './kept-turns.js';
import { remember, remembered } from './memory.js';
import { isShortcut } from './shortcut.js';
import { turnView } from './turn-view.js';

const REMEMBERED = 'parley.timing';

export function timingPanel(panel: HTMLElement, opener: HTMLElement): { put(turn: Timings): void } {
  const find = <T extends HTMLElement>(selector: string) => panel.querySelector(selector) as T;
  const turns = keptTurns<Timings>();
  const view = turnView(find('.measured'));
  const [older, newer] = [find('.older'), find('.newer')];

  const draw = () => {
    const { shown, place } = turns;
    if (!door.isOpen || shown === undefined) return;
    find('.none').hidden = true;
    find('.measured').hidden = false;
    find('.pages').hidden = place.of < 2;
    find('.place').textContent = `${place.at} of ${place.of}`;
    older.setAttribute('aria-disabled', String(place.at === 1));
    newer.setAttribute('aria-disabled', String(place.at === place.of));
    view.show(shown);
  };
  const step = (by: number) => {
    turns.step(by);
    draw();
    // Only who asks for another turn is told: a reader would talk into the avatar's answers.
    find('.pages .unseen').textContent = `Turn ${turns.place.at} of ${turns.place.of}`;
  };
  const door = doorOf(panel, opener, () => draw());

  find('.close').addEventListener('click', door.close);
  older.addEventListener('click', () => step(-1));
  newer.addEventListener('click', () => step(1));
  panel.addEventListener('keydown', (event) => {
    // With these the arrows are the browser's: back and forward.
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'Escape') door.close();
    else return;
    event.preventDefault();
  });
  return {
    put(turn) {
      turns.put(turn);
      draw();
    },
  };
}

function doorOf(panel: HTMLElement, opener: HTMLElement, onOpen: () => void) {
  let isOpen = remembered(REMEMBERED) === 'open';

  const show = () => {
    panel.hidden = !isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
  };
  const move = (next: boolean) => {
    // Focus must not fall off the page with what had it.
    if (!next && panel.contains(document.activeElement)) opener.focus();
    isOpen = next;
    remember(REMEMBERED, isOpen ? 'open' : 'closed');
    show();
    if (isOpen) onOpen();
  };

  opener.addEventListener('click', () => move(!isOpen));
  document.addEventListener('keydown', (event) => {
    if (!isShortcut(event, 'T')) return;
    event.preventDefault();
    move(!isOpen);
  });
  show();
  return {
    get isOpen() {
      return isOpen;
    },
    close: () => move(false),
  };
}
