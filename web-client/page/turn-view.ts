/** One turn, drawn: a table of its stages, whose middle column is the waterfall. */

import type { Timings } from '../element/turn-clock.js';
import { duration, tickIn } from './duration.js';
import { endIn, hereIn, overIn, spanIn, totalIn } from './timing-words.js';
import { type Bar, type Waterfall, waterfall } from './waterfall.js';

/** Right of this part of the axis a number would stand out of it. */
const LAST_LABEL = 0.93;

export function turnView(root: HTMLElement): { show(turn: Timings): void } {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const copied = copying(find('.id'));

  return {
    show(turn) {
      const fall = waterfall(turn);
      const { number, what } = totalIn(fall);
      find('.total strong').textContent = number;
      find('.total span').textContent = what;
      write(find('.end'), endIn(turn));
      find('table').hidden = fall.bars.length === 0;
      find('caption').textContent = `Stages, counted ${fall.isSpoken ? 'from your last sound' : 'from your request'}`;
      find('tbody').replaceChildren(...fall.bars.map((bar) => row(bar, fall)));
      find('.axis').replaceChildren(...axis(fall));
      write(find('.over'), overIn(fall));
      write(find('.here'), hereIn(turn));
      copied.offer(turn.responseId);
    },
  };
}

function write(line: HTMLElement, text: string | undefined): void {
  line.hidden = text === undefined;
  line.textContent = text ?? '';
}

function row(bar: Bar, { length, decided }: Waterfall): HTMLElement {
  const element = document.createElement('tr');
  element.className = bar.kind;
  element.classList.toggle('broken', bar.isCut);
  const name = text('th', bar.name);
  name.setAttribute('scope', 'row');
  const track = text('td', '', 'track');
  const drawn = text('span', '', 'stretch');
  place(drawn, bar.from / length, (bar.to - bar.from) / length);
  if (bar.ahead > 0) {
    const early = text('span', '', 'early');
    early.style.width = `${(bar.ahead / (bar.to - bar.from)) * 100}%`;
    drawn.append(early);
  }
  track.append(drawn, text('span', spanIn(bar), 'unseen'));
  if (decided !== null) track.prepend(line(decided / length));
  element.append(name, track, text('td', duration(bar.to - bar.from), 'took'));
  return element;
}

function axis({ ticks, length }: Waterfall): HTMLElement[] {
  return ticks
    .filter((tick) => tick <= length * LAST_LABEL)
    .map((tick) => {
      const label = text('span', tickIn(tick, length));
      place(label, tick / length);
      return label;
    });
}

/** Where the turn was decided to be over: through all rows, so that one sees what ran ahead of it. */
function line(at: number): HTMLElement {
  const mark = text('span', '', 'decided');
  place(mark, at);
  return mark;
}

function place(element: HTMLElement, at: number, width?: number): void {
  element.style.left = `${at * 100}%`;
  if (width !== undefined) element.style.width = `${width * 100}%`;
}

function text(tag: string, content: string, className = ''): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  element.className = className;
  return element;
}

/** The id that an operator finds the turn by. Where the page may not write to the clipboard, it is marked instead. */
function copying(root: HTMLElement): { offer(id: string): void } {
  const code = root.querySelector('code') as HTMLElement;
  const button = root.querySelector('button') as HTMLButtonElement;
  const status = root.querySelector('[role=status]') as HTMLElement;
  const say = (label: string, told: string) => {
    button.textContent = label;
    status.textContent = told;
  };
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? '');
      say('Copied', 'The id is copied');
    } catch {
      getSelection()?.selectAllChildren(code);
      say('Marked', 'The id is marked: copy it with the keys that you know');
    }
  });
  return {
    offer(id) {
      if (code.textContent === id) return;
      code.textContent = id;
      say('Copy', '');
    },
  };
}
