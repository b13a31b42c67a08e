/** The kiosk: one face, full screen, for one visitor after the other, for weeks. */
import '../element/parley-avatar.js';
import type { ParleyAvatar, ParleyEvents } from '../element/parley-avatar.js';
import { fetchAbout } from '../page/about.js';
import { inkOn } from './ink.js';
import { kioskSettings } from './settings.js';
import { visitorsStay } from './stay.js';
import { stayAwake } from './wake-lock.js';
import { largeWords } from './words.js';

const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;
const { silenceMs, listens, suggests, avatar: wanted } = kioskSettings(location.search);

/** More would be a list to read, not something to touch. */
const MOST_SUGGESTIONS = 4;

const { body } = document;
/** It goes into the page last: then it knows whom to ask for, and nothing that it tells is missed. */
const avatar = document
  .importNode(find<HTMLTemplateElement>('template').content, true)
  .querySelector('parley-avatar') as ParleyAvatar;
if (wanted !== null) avatar.setAttribute('avatar', wanted);
const words = largeWords(find('.caller'), find('.host'), find('.answers'));
const call = find('.call');

const stay = visitorsStay(silenceMs, {
  onBegin() {
    avatar.waitsForWords = false;
    body.classList.remove('attract');
  },
  onEnd() {
    avatar.waitsForWords = true;
    avatar.forget();
    words.wipe();
    body.classList.add('attract');
    call.focus();
  },
});

const canListen = () => listens && avatar.microphone.kind !== 'unavailable';

function listen<Name extends keyof ParleyEvents>(name: Name, react: (detail: ParleyEvents[Name]) => void): void {
  avatar.addEventListener(name, (event) => react((event as CustomEvent<ParleyEvents[Name]>).detail));
}

listen('parley-caption', ({ words: line }) => words.say(line));
listen('parley-message', (message) => {
  // A noise alone is no visitor; a word is.
  if (message.role === 'user' && message.status === 'complete') stay.present();
  words.put(message);
});
listen('parley-state', ({ state, avatar: look }) => {
  body.dataset.state = state;
  stay.setBusy(state === 'thinking' || state === 'speaking');
  stay.setHeard(state === 'listening');
  if (look === null) return;
  document.title = look.name;
  body.style.setProperty('--background', look.background);
  body.dataset.ink = inkOn(look.background);
});
listen('parley-connection', ({ kind }) => {
  body.classList.toggle('is-away', kind === 'waiting' || (kind === 'connecting' && body.classList.contains('is-away')));
  find('.away').textContent = body.classList.contains('is-away') ? 'One moment, please. I will be back.' : '';
});
listen('parley-microphone', (microphone) => {
  find('.call span').textContent = invitation(microphone.kind);
  const isDeaf = 'message' in microphone && listens && microphone.kind !== 'unavailable';
  // Visitors can do nothing about it but touch; whoever looks after the machine finds the reason in the console.
  find('.deaf').textContent = isDeaf
    ? `I cannot hear you at the moment.${suggests ? ' Please touch a question.' : ''}`
    : '';
  if (isDeaf) console.warn(`${microphone.kind}: ${microphone.message}`);
});
listen('parley-error', ({ code, message }) => {
  if (code === 'unknown_avatar') console.warn(message);
  if (code === 'stt_failed') showBriefly('I could not make that out. Please say it again.');
  // Without a voice to answer with it waits for the touch that lets the browser sound.
  if (code === 'sound_blocked') avatar.closeMicrophone();
});

/** Long enough to be read twice. */
const BRIEFLY_MS = 8000;

/** Where nobody says it aloud. */
function showBriefly(line: string): void {
  const shown = find('.deaf');
  shown.textContent = line;
  setTimeout(() => {
    if (shown.textContent === line) shown.textContent = '';
  }, BRIEFLY_MS);
}

function invitation(microphone: ParleyAvatar['microphone']['kind']): string {
  if (microphone === 'on') return 'Say hello, or touch';
  return canListen() ? 'Touch to talk' : 'Touch to begin';
}

/** A touch or a key: the host greets, and listens. */
function welcome(): void {
  const isNew = !stay.isOn;
  stay.present();
  if (!isNew) return;
  const { kind } = avatar.microphone;
  if (canListen() && kind !== 'on' && kind !== 'opening') void avatar.openMicrophone();
  void avatar.start();
}

document.addEventListener('click', welcome);
document.addEventListener('keydown', welcome);
document.addEventListener('contextmenu', (event) => event.preventDefault());
document.addEventListener('dragstart', (event) => event.preventDefault());

function suggestion(question: string): HTMLElement {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = question;
  button.addEventListener('click', () => void avatar.say(question));
  item.append(button);
  return item;
}

/** Where it was allowed before, a word is enough to begin. Browsers that do not tell are asked at the first touch. */
async function listenFromTheStart(): Promise<void> {
  const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
  if (state === 'granted' && canListen()) await avatar.openMicrophone();
}

stayAwake();
avatar.waitsForWords = true;
find('main').prepend(avatar);
if (listens) listenFromTheStart().catch(() => {});
else find('.call span').textContent = 'Touch to begin';
call.focus();
// Without suggestions the visitor is greeted all the same.
fetchAbout().then(
  ({ persona }) => {
    const questions = suggests ? persona.suggestions.slice(0, MOST_SUGGESTIONS) : [];
    find('.suggestions').replaceChildren(...questions.map(suggestion));
  },
  () => {},
);
