/** Where the visitor writes: a field that grows, suggestions, send and stop. */

export interface Composer {
  suggest(questions: readonly string[]): void;
  /** While an answer is made or heard it can be stopped. */
  setAnswering(isAnswering: boolean): void;
}

export function composer(root: HTMLElement, hooks: { onAsk(text: string): void; onStop(): void }): Composer {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const form = find<HTMLFormElement>('form');
  const field = find<HTMLTextAreaElement>('textarea');
  const send = find<HTMLButtonElement>('.send');
  const stop = find<HTMLButtonElement>('.stop');
  const chips = find<HTMLUListElement>('.chips');

  const update = () => {
    send.disabled = field.value.trim() === '';
  };

  const ask = () => {
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    update();
    hooks.onAsk(text);
  };

  field.addEventListener('input', update);
  field.addEventListener('keydown', (event) => {
    // Enter that ends the composing of a character (Chinese, Japanese) does not send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
    field.focus();
  });
  stop.addEventListener('click', () => {
    hooks.onStop();
    field.focus();
  });

  return {
    suggest(questions) {
      chips.replaceChildren(...questions.map((question) => chip(question, hooks.onAsk)));
      chips.hidden = questions.length === 0;
    },
    setAnswering(isAnswering) {
      // Focus must not fall off the page with the button that had it.
      if (!isAnswering && document.activeElement === stop) field.focus();
      stop.hidden = !isAnswering;
    },
  };
}

function chip(question: string, onAsk: (text: string) => void): HTMLElement {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = question;
  button.addEventListener('click', () => onAsk(question));
  item.append(button);
  return item;
}
