/** The page at `/`: the element, and around it the conversation in writing. */
import '../element/parley-avatar.js';
import type { ParleyAvatar, ParleyEvents } from '../element/parley-avatar.js';
import { type About, fetchAbout } from './about.js';
import { composer } from './composer.js';
import { showEngines } from './engines.js';
import { notices } from './notices.js';
import { transcript } from './transcript.js';

const find = <T extends HTMLElement>(selector: string) => document.querySelector(selector) as T;

const avatar = find<ParleyAvatar>('parley-avatar');
const lines = transcript(find('.lines'), find('.transcript'), find('.answers'));
const notice = notices(find('.notices'), () => void avatar.start());
const composing = composer(find('.foot'), {
  onAsk: (text) => void avatar.say(text),
  onStop: () => avatar.stop(),
});

function listen<Name extends keyof ParleyEvents>(name: Name, react: (detail: ParleyEvents[Name]) => void): void {
  avatar.addEventListener(name, (event) => react((event as CustomEvent<ParleyEvents[Name]>).detail));
}

listen('parley-message', lines.put);
listen('parley-error', ({ code, message }) => {
  // The lost connection says the same a moment later, and what happens next.
  if (code !== 'shutting_down') notice.problem(message);
});
listen('parley-connection', notice.connection);
let hasStarted = false;
listen('parley-state', ({ state, isStarted, avatar: look }) => {
  if (isStarted && !hasStarted) notice.solved();
  hasStarted = isStarted;
  composing.setAnswering(state === 'speaking' || state === 'thinking');
  if (look !== null) document.documentElement.style.setProperty('--ambient', look.background);
});

document.addEventListener('keydown', (event) => {
  // Esc that closes the panel of engines is meant for the panel.
  if (event.key === 'Escape' && !event.defaultPrevented && !find('#engines').matches(':popover-open')) avatar.stop();
});

function introduce({ persona, engines, name, version }: About): void {
  document.title = `${persona.name} · Parley`;
  find('.intro h1').textContent = persona.name;
  find('.intro p').textContent = persona.description;
  composing.suggest(persona.suggestions);
  showEngines(find('#engines'), engines, `${name} ${version}`);
  find('.bar button').hidden = false;
}

// Without it the conversation works all the same; the page only has less to say about it.
fetchAbout().then(introduce, () => find('.intro').remove());
