/** The page at `/`: the element, and around it the microphone and the conversation in writing. */
import '../element/parley-avatar.js';
import type { ParleyAvatar, ParleyEvents } from '../element/parley-avatar.js';
import { type About, fetchAbout } from './about.js';
import { composer } from './composer.js';
import { showEngines, whyDeaf } from './engines.js';
import { microphoneControl } from './microphone.js';
import { notices } from './notices.js';
import { transcript } from './transcript.js';

const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;

const avatar = find<ParleyAvatar>('parley-avatar');
const lines = transcript(find('.lines'), find('.transcript'), find('.answers'));
const notice = notices(find('.notices'), () => avatar.reconnect());
const composing = composer(find('.foot'), {
  onAsk: (text) => void avatar.say(text),
  onStop: () => avatar.stop(),
});

const microphone = microphoneControl(find('.tools'), find('#microphone-menu'), avatar, notice.problem);

function listen<Name extends keyof ParleyEvents>(name: Name, react: (detail: ParleyEvents[Name]) => void): void {
  avatar.addEventListener(name, (event) => react((event as CustomEvent<ParleyEvents[Name]>).detail));
}

listen('parley-message', lines.put);
listen('parley-error', ({ code, message }) => {
  // The lost connection says the same a moment later, and what happens next.
  if (code !== 'shutting_down') notice.problem(message);
});
listen('parley-connection', notice.connection);
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
  if (look !== null) document.documentElement.style.setProperty('--ambient', look.background);
});

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

function introduce({ persona, engines, name, version }: About): void {
  document.title = `${persona.name} · Parley`;
  find('.intro h1').textContent = persona.name;
  find('.intro p').textContent = persona.description;
  composing.suggest(persona.suggestions);
  showEngines(find('#engines'), engines, `${name} ${version}`);
  find('.bar button').hidden = false;
  const reason = whyDeaf(engines);
  if (reason !== undefined) microphone.explain(reason);
}

// Without it the conversation works all the same; the page only has less to say about it.
fetchAbout().then(introduce, () => find('.intro').remove());
