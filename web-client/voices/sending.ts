/** Sends the form, says how far it is, and what came of it. */
import type { Voice } from '../page/about.js';
import { sendVoice, type VoiceOrder } from './requests.js';

export interface Sending {
  readonly isOn: boolean;
  /** Null: no voice was made, and it is said why. */
  send(order: VoiceOrder): Promise<Voice | null>;
  say(sentence: string, ...more: Node[]): void;
}

/** `onOver`: there may be another voice now, even where its making was stopped. */
export function sendingOf(form: HTMLFormElement, onOver: () => Promise<void>): Sending {
  const find = <T extends HTMLElement>(selector: string) => form.querySelector(selector) as T;
  const progress = find<HTMLProgressElement>('progress');
  const cancel = find<HTMLButtonElement>('.cancel');
  const submit = find<HTMLButtonElement>('.main');
  const outcome = find('.outcome');
  let current: AbortController | undefined;

  const become = (next: AbortController | undefined) => {
    current = next;
    const isOn = next !== undefined;
    for (const part of form.querySelectorAll('fieldset, .engine select')) part.toggleAttribute('disabled', isOn);
    // The one takes the other's place, and the focus with it.
    const hadFocus = [submit, cancel].some((button) => button === document.activeElement);
    submit.hidden = isOn;
    cancel.hidden = !isOn;
    if (hadFocus) (isOn ? cancel : submit).focus();
    progress.hidden = !isOn;
    progress.value = 0;
  };
  const say = (sentence: string, ...more: Node[]) => outcome.replaceChildren(sentence, ...more);

  cancel.addEventListener('click', () => current?.abort());
  return {
    get isOn() {
      return current !== undefined;
    },
    say,
    async send(order) {
      const sent = new AbortController();
      become(sent);
      outcome.classList.remove('refused');
      say('The recordings are being sent.');
      const hooks = {
        onProgress: (share: number) => {
          progress.value = share;
        },
        onSent: () => {
          progress.removeAttribute('value');
          say('The recordings are there; the voice is being made. This may take a minute.');
        },
      };
      const result = await sendVoice(order, hooks, sent.signal);
      await onOver();
      become(undefined);
      if (result.kind === 'done') return result.value;
      outcome.classList.add('refused');
      say(result.sentence);
      return null;
    },
  };
}
