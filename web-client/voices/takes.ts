/** The recordings that are to be sent: made here or chosen as files, heard again, taken out. */
import { type Player, player } from './player.js';

export interface Take {
  readonly file: Blob;
  /** What its file is called; null: it was recorded here. */
  readonly name: string | null;
  /** Null: this browser cannot tell. */
  readonly seconds: number | null;
  /** What the server may say of it. */
  readonly trouble: string | null;
}

export const MOST_TAKES = 8;

export interface Takes {
  readonly all: readonly Take[];
  add(take: Take): void;
  clear(): void;
  /** What is being heard falls silent. */
  hush(): void;
}

interface Row {
  readonly take: Take;
  readonly element: HTMLElement;
  /** The server calls recordings by their numbers. */
  setNumber(number: number): void;
}

/** `home` gets the focus when the row that had it is gone. */
export function takeList(list: HTMLElement, home: HTMLElement, onChange: () => void): Takes {
  const sounds = player();
  let rows: Row[] = [];

  const become = (next: Row[]) => {
    rows = next;
    list.replaceChildren(...rows.map(({ element }) => element));
    for (const [at, row] of rows.entries()) row.setNumber(at + 1);
    onChange();
  };

  return {
    get all() {
      return rows.map(({ take }) => take);
    },
    add(take) {
      const row = rowOf(take, sounds, () => {
        sounds.stop();
        become(rows.filter((one) => one !== row));
        home.focus();
      });
      become([...rows, row]);
    },
    clear() {
      sounds.stop();
      become([]);
    },
    hush: sounds.stop,
  };
}

function rowOf(take: Take, sounds: Player, onRemove: () => void): Row {
  const element = document.createElement('li');
  const number = span('', 'number');
  const details = [take.name ?? 'recorded here', take.seconds === null ? null : `${take.seconds.toFixed(1)} s`];
  const trouble = span(take.trouble ?? '', 'trouble');
  const remove = button('Remove', onRemove);
  const play = button('Play', () => {
    if (play.textContent === 'Stop') return sounds.stop();
    play.textContent = 'Stop';
    void sounds.play(take.file, (problem) => {
      play.textContent = 'Play';
      if (problem !== null) trouble.textContent = problem;
    });
  });
  element.append(number, span(details.filter((part) => part !== null).join(' · '), 'details'), play, remove, trouble);
  return {
    take,
    element,
    setNumber(next) {
      const called = `Recording ${next}`;
      number.textContent = called;
      for (const one of [play, remove]) one.setAttribute('aria-description', called);
    },
  };
}

function span(text: string, className: string): HTMLElement {
  const made = document.createElement('span');
  made.textContent = text;
  made.className = className;
  return made;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'plain';
  made.textContent = text;
  made.addEventListener('click', onClick);
  return made;
}
