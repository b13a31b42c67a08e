/** The conversation in writing: what the visitor wrote and said, and of the avatar's answers what was heard. */
import type { ParleyEvents } from '../element/parley-avatar.js';

type Message = ParleyEvents['parley-message'];

/** The page of a kiosk runs for weeks. */
const MOST_LINES = 200;
/** Pixels from the end at which the reader counts as reading along. */
const NEAR_END = 80;

export interface Transcript {
  put(message: Message): void;
  /** Whether there is a connection: what is written without one waits for it, and says so. */
  setOpen(isOpen: boolean): void;
}

export function transcript(scroller: HTMLElement, list: HTMLElement, spoken: HTMLElement): Transcript {
  const rows = new Map<string, HTMLElement>();
  let isReadingAlong = true;
  let isOpen = false;

  const follow = () => {
    if (isReadingAlong && rows.size > 0) scroller.scrollTop = scroller.scrollHeight;
  };
  scroller.addEventListener('scroll', () => {
    isReadingAlong = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  });
  // A keyboard that slides in must not push the last line out of sight.
  new ResizeObserver(follow).observe(scroller);

  const rowFor = ({ id, role }: Message): HTMLElement => {
    const known = rows.get(id);
    if (known !== undefined) return known;
    const row = document.createElement('li');
    row.className = role;
    row.append(document.createElement('p'));
    list.append(row);
    rows.set(id, row);
    const [oldest] = rows;
    if (rows.size > MOST_LINES && oldest !== undefined) {
      oldest[1].remove();
      rows.delete(oldest[0]);
    }
    return row;
  };

  const withdraw = (id: string) => {
    rows.get(id)?.remove();
    rows.delete(id);
  };

  return {
    put(message) {
      if (message.status === 'withdrawn') return withdraw(message.id);
      const row = rowFor(message);
      row.classList.toggle('speaking', message.status === 'speaking');
      row.classList.toggle('waiting', message.status === 'speaking' && message.text === '');
      row.classList.toggle('unclear', message.status === 'unclear' || message.status === 'lost');
      if (!isOpen && message.role === 'user' && message.status === 'complete') row.classList.add('unsent');
      row.firstElementChild?.replaceChildren(written(message), ...(message.status === 'cut' ? [cutMark()] : []));
      // Read out whole: word by word it would never stop.
      if (message.role === 'avatar' && message.status !== 'speaking') spoken.textContent = message.text;
      if (message.status === 'lost') spoken.textContent = LOST;
      isReadingAlong ||= message.role === 'user';
      follow();
    },
    setOpen(next) {
      isOpen = next;
      if (isOpen) for (const row of rows.values()) row.classList.remove('unsent');
    },
  };
}

const LOST = 'What you said was lost with the connection. Please say it again.';

/** Speech has no words until it is understood, and some has none at all. */
function written({ text, status }: Message): string {
  if (status === 'lost') return text === '' ? LOST : `${text} … ${LOST}`;
  if (text !== '') return text;
  return status === 'unclear' ? '(not understood)' : '…';
}

function cutMark(): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'cut';
  mark.textContent = ' —';
  mark.title = 'Interrupted here';
  return mark;
}
