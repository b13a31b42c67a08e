/** Where the visitor writes: a field that grows, suggestions, send and stop. */

/** What the element takes at once. */
const LONGEST_QUESTION = 4000;

export interface Composer {
  suggest(questions: readonly string[]): void;
  /** While an answer is made or heard it can be stopped. */
  setAnswering(isAnswering: boolean): void;
  /** Where one can only write, the button to send is always there. */
  setOnlyWriting(isOnlyWriting: boolean): void;
}

export function composer(root: HTMLElement, hooks: { onAsk(text: string): void; onStop(): void }): Composer {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const field = find<HTMLTextAreaElement>('textarea');
  const stop = find<HTMLButtonElement>('.stop');
  const chips = find<HTMLUListElement>('.chips');
  const writing = questionField(find('form'), field, hooks.onAsk);

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
    setOnlyWriting: writing.setAlways,
  };
}

/** The field and its button. `setAlways`: the button is there also while there is nothing to send. */
function questionField(form: HTMLFormElement, field: HTMLTextAreaElement, onAsk: (text: string) => void) {
  const send = form.querySelector('.send') as HTMLButtonElement;
  const tooLong = document.getElementById(field.getAttribute('aria-describedby') ?? '') as HTMLElement;
  let isAlways = false;

  const update = () => {
    const { length } = field.value.trim();
    send.disabled = length === 0 || length > LONGEST_QUESTION;
    send.hidden = length === 0 && !isAlways;
    tooLong.hidden = length <= LONGEST_QUESTION;
    const excess = length - LONGEST_QUESTION;
    tooLong.textContent =
      excess > 0 ? `Too long by ${excess} characters: at most ${LONGEST_QUESTION} can be sent.` : '';
  };

  const ask = () => {
    const text = field.value.trim();
    if (text === '' || text.length > LONGEST_QUESTION) return;
    field.value = '';
    update();
    onAsk(text);
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
  return {
    setAlways(next: boolean) {
      isAlways = next;
      update();
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
