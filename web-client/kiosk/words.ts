/** What both sides say, large: the host's line as it sounds, and above it the caller's last. */
import { captionLine } from '../element/caption-line.js';
import type { ParleyEvents } from '../element/parley-avatar.js';

export interface Words {
  say(words: ParleyEvents['parley-caption']['words']): void;
  put(message: ParleyEvents['parley-message']): void;
  /** Nothing of the former caller stays. */
  wipe(): void;
}

/** `heard` is read out by screen readers. */
export function largeWords(caller: HTMLElement, host: HTMLElement, heard: HTMLElement): Words {
  const line = captionLine(host);
  const callerSays = ({ text, status }: ParleyEvents['parley-message']) => {
    caller.textContent = status === 'lost' ? '' : text === '' && status === 'speaking' ? '…' : text;
    // A new question: what was said before it is over.
    if (status === 'speaking' || status === 'complete') line.clear();
  };
  return {
    say(words) {
      host.classList.remove('written');
      line.show(words);
    },
    put(message) {
      if (message.role === 'user') return callerSays(message);
      // An answer without sound has no words that light up one after the other.
      if (message.status === 'complete' && host.childElementCount === 0) {
        // It stands there whole, and may be long.
        host.classList.add('written');
        host.scrollTop = 0;
        line.show([{ text: message.text, state: 'heard' }]);
      }
      if (message.status !== 'speaking') heard.textContent = message.text;
      if (message.status !== 'speaking') line.show([]);
    },
    wipe() {
      line.clear();
      caller.textContent = '';
      heard.textContent = '';
    },
  };
}
