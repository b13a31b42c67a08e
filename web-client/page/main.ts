/** The page at `/`: the element, and around it the microphone and the conversation in writing. */
import '../element/parley-avatar.js';
import type { ParleyAvatar, ParleyEvents } from '../element/parley-avatar.js';
import { type About, fetchAbout, fetchPresenters, fetchVoices, type Voices } from './about.js';
import { composer } from './composer.js';
import { showEngines, whyDeaf, whyMute } from './engines.js';
import { microphoneControl } from './microphone.js';
import { notices } from './notices.js';
import { presenterChoice } from './presenter.js';
import { timingPanel } from './timing.js';
import { transcript } from './transcript.js';

const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;

/** It goes into the page last: then it knows whom to ask for, and nothing that it tells is missed. */
const avatar = document
  .importNode(find<HTMLTemplateElement>('template').content, true)
  .querySelector('parley-avatar') as ParleyAvatar;
const presenter = presenterChoice(find('.presenter'), avatar);
const voice = new URLSearchParams(location.search).get('voice');
if (voice !== null) avatar.setAttribute('voice', voice);
const lines = transcript(find('.lines'), find('.transcript'), find('.answers'));
const notice = notices(find('.notices'), () => avatar.reconnect());
const composing = composer(find('.foot'), {
  onAsk: (text) => void avatar.say(text),
  onStop: () => avatar.stop(),
});

const microphone = microphoneControl(find('.tools'), find('#microphone-menu'), avatar, notice.problem);

const timing = timingPanel(find('#timing'), find('.bar .clock'));

function listen<Name extends keyof ParleyEvents>(name: Name, react: (detail: ParleyEvents[Name]) => void): void {
  avatar.addEventListener(name, (event) => react((event as CustomEvent<ParleyEvents[Name]>).detail));
}

listen('parley-message', lines.put);
listen('parley-timings', timing.put);
listen('parley-error', ({ code, message }) => {
  // Somebody else is seen; that is all there is to say about it.
  if (code === 'unknown_avatar') presenter.giveUp();
  // The lost connection says the same a moment later, and what happens next.
  else if (code !== 'shutting_down') notice.problem(message);
});
listen('parley-connection', (state) => {
  notice.connection(state);
  lines.setOpen(state.kind === 'open');
});
listen('parley-microphone', (state) => {
  microphone.show(state);
  composing.setOnlyWriting(state.kind === 'unavailable');
  sayTurn();
});
let hasStarted = false;
listen('parley-state', ({ state, isStarted, avatar: look }) => {
  if (isStarted && !hasStarted) notice.solved();
  hasStarted = isStarted;
  composing.setAnswering(state === 'speaking' || state === 'thinking');
  sayTurn();
  if (look === null) return;
  document.documentElement.style.setProperty('--ambient', look.background);
  presenter.show(look.id);
  seen = look;
  nameHost();
});

let about: About | undefined;
let seen: ParleyEvents['parley-state']['avatar'] = null;

/** By the persona's name; whoever else was chosen, by their own. */
function nameHost(): void {
  if (about === undefined) return;
  const name = seen === null || seen.id === about.avatar ? about.persona.name : seen.name;
  document.title = `${name} · Parley`;
  find('.intro h1').textContent = name;
}

/** Whose turn it is, for those who do not see the light: only while one talks, because a reader would talk into it. */
function sayTurn(): void {
  const { state, microphone: ear } = avatar;
  const turns: Partial<Record<typeof state, string>> = {
    idle: 'Listening',
    listening: 'Listening',
    thinking: 'Thinking',
  };
  const turn = ear.kind === 'on' ? (turns[state] ?? '') : ear.kind === 'muted' ? 'The microphone is muted' : '';
  const line = find('.turn');
  if (line.textContent !== turn) line.textContent = turn;
}

document.addEventListener('keydown', (event) => {
  // Esc that closes a panel is meant for the panel.
  if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector(':popover-open')) avatar.stop();
});

function introduce(told: About): void {
  about = told;
  const { persona, engines, name, version } = told;
  nameHost();
  find('.intro p').textContent = persona.description;
  composing.suggest(persona.suggestions);
  showEngines(find('#engines'), engines, `${name} ${version}`);
  find('.bar [popovertarget]').hidden = false;
  const silence = whyMute(engines);
  find('.limits').textContent = silence ?? '';
  find('.limits').hidden = silence === undefined;
  find('.stage').classList.toggle('silent', silence !== undefined);
  const reason = whyDeaf(engines);
  if (reason !== undefined) microphone.explain(reason);
}

/** The page of the voices has something to offer: one can be made there, or one that was made be found. */
function showWay({ voices, making }: Voices): void {
  find('.bar .voices').hidden = making.engines.length === 0 && voices.every(({ kind }) => kind === 'built_in');
}

// Without it the conversation works all the same; the page only has less to say about it.
fetchAbout().then(introduce, () => find('.intro').remove());
fetchPresenters().then(presenter.offer, () => {});
fetchVoices().then(showWay, () => {});
find('.stage').append(avatar);
