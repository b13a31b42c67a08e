/** The voices that can be chosen: those that were made of recordings, which can be deleted, and those of the engines. */
import type { Voice } from '../page/about.js';
import { engineName } from './engine-names.js';
import { deleteVoice } from './requests.js';

export interface VoiceList {
  show(voices: readonly Voice[]): void;
  /** They could not be read. */
  fail(): void;
}

/** `onDeleted`: they have to be read anew. */
export function voiceList(root: HTMLElement, onDeleted: () => Promise<void>): VoiceList {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const none = find('.none');
  const said = find('.said');

  const remove = async (voice: Voice, row: HTMLElement) => {
    said.textContent = `${voice.name} is being deleted.`;
    row.inert = true;
    const outcome = await deleteVoice(voice.id);
    if (outcome.kind === 'refused') {
      row.inert = false;
      said.textContent = outcome.sentence;
      return;
    }
    await onDeleted();
    said.textContent = `${voice.name} is deleted.`;
    // The button that had the focus is gone.
    find('h2').focus();
  };

  return {
    show(voices) {
      const learnt = voices.filter(({ kind }) => kind === 'learnt').reverse();
      const others = voices.filter(({ kind }) => kind === 'built_in');
      find('.learnt').replaceChildren(...learnt.map((voice) => learntRow(voice, remove)));
      none.textContent = 'None yet.';
      none.hidden = learnt.length > 0;
      find('.others ul').replaceChildren(...others.map(rowOf));
      find('.others summary').textContent = `${others.length} that came with the engines`;
      find('.others').hidden = others.length === 0;
    },
    fail() {
      none.textContent = 'The voices could not be read. Load the page again.';
      none.hidden = false;
    },
  };
}

function learntRow(voice: Voice, remove: (voice: Voice, row: HTMLElement) => Promise<void>): HTMLElement {
  const row = rowOf(voice);
  const ask = button('Delete', 'plain', `Delete ${voice.name}`);
  const question = element('span', `Delete ${voice.name} for good?`, 'question');
  const sure = button('Delete', 'plain grave', `Yes, delete ${voice.name}`);
  const keep = button('Keep', 'plain', `Keep ${voice.name}`);
  const confirm = element('span', '', 'confirm');
  confirm.append(question, sure, keep);
  confirm.hidden = true;
  const actions = row.querySelector('.actions') as HTMLElement;
  actions.append(ask);
  row.append(confirm);

  const setAsked = (isAsked: boolean) => {
    actions.hidden = isAsked;
    confirm.hidden = !isAsked;
    (isAsked ? keep : ask).focus();
  };
  ask.addEventListener('click', () => setAsked(true));
  keep.addEventListener('click', () => setAsked(false));
  confirm.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') setAsked(false);
  });
  sure.addEventListener('click', () => void remove(voice, row));
  return row;
}

function rowOf(voice: Voice): HTMLElement {
  const row = document.createElement('li');
  const actions = element('span', '', 'actions');
  actions.append(talkLink(voice));
  const about = element('span', '', 'about');
  about.append(element('span', voice.name, 'name'), element('span', detailsOf(voice), 'details'));
  row.append(about, actions);
  return row;
}

/** To the conversation, with this voice. */
export function talkLink({ id, name }: Voice): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = `./?voice=${encodeURIComponent(id)}`;
  link.className = 'plain';
  link.textContent = 'Talk to it';
  link.setAttribute('aria-label', `Talk to ${name}`);
  return link;
}

function detailsOf({ engine, language, created }: Voice): string {
  const made = created === undefined ? undefined : dateOf(created);
  return [engine === undefined ? undefined : engineName(engine), language, made]
    .filter((part) => part != null)
    .join(' · ');
}

const dateOf = (created: string): string =>
  new Date(created).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

function element(tag: string, text: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function button(text: string, className: string, label: string): HTMLButtonElement {
  const made = element('button', text, className) as HTMLButtonElement;
  made.type = 'button';
  made.setAttribute('aria-label', label);
  return made;
}
