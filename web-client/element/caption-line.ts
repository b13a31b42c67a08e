/** Draws the line that is being said. Only what changes is touched, 50 times a second. */
import type { CaptionWord } from './captions.js';

/** How long the last line stays after it was said. */
const CAPTION_STAYS_MS = 1800;

export interface CaptionLine {
  show(words: readonly CaptionWord[]): void;
  clear(): void;
}

export function captionLine(line: HTMLElement): CaptionLine {
  let shown = '';
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const show: CaptionLine['show'] = (words) => {
    if (words.length === 0) {
      // What was never said goes at once, what was said a little later.
      line.classList.add('leaving');
      leaving ??= setTimeout(() => line.classList.add('old'), CAPTION_STAYS_MS);
      return;
    }
    clearTimeout(leaving);
    leaving = undefined;
    line.classList.remove('leaving', 'old');
    const text = words.map((word) => word.text).join('');
    if (text !== shown || words.length !== line.childElementCount) {
      line.replaceChildren(...words.map((word) => span(word.text)));
      shown = text;
    }
    words.forEach(({ state }, at) => {
      const element = line.children[at] as HTMLElement;
      if (element.className !== state) element.className = state;
    });
  };
  return {
    show,
    clear() {
      show([]);
      line.replaceChildren();
      shown = '';
    },
  };
}

function span(text: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  return element;
}
