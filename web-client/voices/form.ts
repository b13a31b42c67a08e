/** The form: whose voice, what they agree to, and by whom it is made. What is missing stands beside its field. */
import { engineName } from './engine-names.js';
import { consentOf, consentTrouble } from './reading.js';

export interface Statement {
  readonly name: string;
  readonly consent: string;
  readonly engine: string | null;
}

export interface StatementForm {
  /** The engines that can make a voice now, the server's choice first. */
  offer(engines: readonly string[]): void;
  /** Null: something is missing; it is said where, and the focus is there. */
  read(): Statement | null;
  reset(): void;
}

const AT_HOME = 'The recordings stay on this server and are not kept: only the voice is, with the sentence.';

export function statementForm(root: HTMLElement, now: () => Date): StatementForm {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const name = find<HTMLInputElement>('#name');
  const speaker = find<HTMLInputElement>('#speaker');
  const consent = find<HTMLTextAreaElement>('#consent');
  const agreed = find<HTMLInputElement>('#agreed');
  const engine = find<HTMLSelectElement>('#engine');
  /** The sentence is somebody's own. */
  let isWritten = false;
  let wasAsked = false;

  const compose = () => {
    if (!isWritten) consent.value = consentOf(speaker.value, now());
  };
  speaker.addEventListener('input', () => {
    compose();
    // Another statement is another thing to agree to.
    agreed.checked = false;
  });
  consent.addEventListener('input', () => {
    isWritten = consent.value.trim() !== '';
    agreed.checked = false;
  });
  consent.addEventListener('blur', compose);

  const sayWhereItGoes = () => {
    find('.goes').textContent =
      engine.value === 'elevenlabs'
        ? 'The recordings and the sentence are sent to ElevenLabs, which keeps the voice.'
        : AT_HOME;
  };
  engine.addEventListener('change', () => {
    // Somebody else will have the voice: that is another thing to agree to.
    agreed.checked = false;
    sayWhereItGoes();
  });

  const complain = (field: HTMLElement, trouble: string | null): boolean => {
    if (trouble === null) field.removeAttribute('aria-invalid');
    else field.setAttribute('aria-invalid', 'true');
    find(`#${field.id}-trouble`).textContent = trouble ?? '';
    return trouble !== null;
  };

  /** The fields that are not right, each told why. */
  const check = () =>
    [
      complain(name, name.value.trim() === '' ? 'Give the voice a name.' : null) && name,
      complain(consent, consentTrouble(consent.value)) && (isWritten ? consent : speaker),
      complain(agreed, agreed.checked ? null : 'Without their consent no voice is made.') && agreed,
    ].filter((field) => field !== false);

  // Once something was said to be missing, it is looked at again as it is mended.
  root.addEventListener('input', () => {
    if (wasAsked) check();
  });

  const reset = () => {
    name.value = '';
    speaker.value = '';
    agreed.checked = false;
    isWritten = false;
    wasAsked = false;
    compose();
  };
  reset();
  return {
    offer(engines) {
      const chosen = engine.value;
      engine.replaceChildren(...engines.map((one) => new Option(engineName(one), one)));
      if (engines.includes(chosen)) engine.value = chosen;
      else agreed.checked = false;
      find('.engine').hidden = engines.length < 2;
      sayWhereItGoes();
    },
    read() {
      // It may be another day by now.
      compose();
      const wrong = check();
      wasAsked = wrong.length > 0;
      wrong[0]?.focus();
      if (wasAsked) return null;
      return { name: name.value.trim(), consent: consent.value.trim(), engine: engine.value || null };
    },
    reset,
  };
}
