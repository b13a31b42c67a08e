/** What the element shows: the portrait, the state light, the first button, the volume, the caption. */
import type { CaptionWord } from './captions.js';
import css from './element.css?inline';
import type { Mood } from './mood.js';

const LABELS: Record<Mood, string> = {
  offline: 'Connecting',
  idle: 'Ready',
  listening: 'Listening',
  thinking: 'Thinking',
  speaking: 'Speaking',
  interrupted: 'Interrupted',
};

/** How long the last line stays after it was said. */
const CAPTION_STAYS_MS = 1800;

/** The server is ready again within 20 ms of an interruption; a light that is meant to be seen stays on for longer. */
const INTERRUPTED_STAYS_MS = 700;

const MARKUP = `
<div class="frame offline" part="frame">
  <canvas part="face" role="img" aria-label="The avatar is loading" width="512" height="512"></canvas>
  <div class="veil" part="veil">
    <button class="start" part="start" type="button">
      <svg width="20" height="20" viewBox="0 0 20 20" fill="currentColor" aria-hidden="true"><path
        d="M5 3.6c0-1 1.1-1.7 2-1.1l9.2 6.3c.8.6.8 1.8 0 2.4L7 17.5c-.9.6-2 0-2-1.1z"/></svg>
      <span>Start the conversation</span>
    </button>
  </div>
  <div class="light" part="light"><i></i><span></span></div>
  <div class="sound" part="sound">
    <button class="mute" type="button" aria-pressed="false" aria-label="Mute">
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7"
        stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d="M3 8v4h2.8L10 15.5v-11L5.8 8z" fill="currentColor"/>
        <path class="waves" d="M12.8 7.6a3.4 3.4 0 0 1 0 4.8M15 5.4a6.5 6.5 0 0 1 0 9.2"/>
        <path class="cross" d="m13 8 4 4m0-4-4 4"/>
      </svg>
    </button>
    <input type="range" min="0" max="1" step="0.05" value="1" aria-label="Volume">
  </div>
</div>
<p class="caption" part="caption" aria-hidden="true"></p>`;

export interface Stage {
  readonly canvas: HTMLCanvasElement;
  readonly start: HTMLButtonElement;
  readonly mute: HTMLButtonElement;
  readonly volume: HTMLInputElement;
  /** `background` is the colour behind the head. */
  setAvatar(name: string, background: string, aspect: number): void;
  setMood(mood: Mood): void;
  setStarted(isStarted: boolean): void;
  setVolume(volume: number, isMuted: boolean): void;
  setCaption(words: readonly CaptionWord[]): void;
  /** The conversation is over: offline, and nothing is being said. */
  rest(): void;
}

export function buildStage(root: ShadowRoot): Stage {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = MARKUP;
  const find = <T extends Element>(selector: string) => root.querySelector(selector) as T;
  const frame = find<HTMLElement>('.frame');
  const canvas = find<HTMLCanvasElement>('canvas');
  const start = find<HTMLButtonElement>('.start');
  const mute = find<HTMLButtonElement>('.mute');
  const volume = find<HTMLInputElement>('.sound input');
  const label = find<HTMLElement>('.light span');
  const caption = captionLine(find('.caption'));
  let mood: Mood = 'offline';
  let name = 'The avatar';
  label.textContent = LABELS.offline;

  let changing: ReturnType<typeof setTimeout> | undefined;
  const describe = () => canvas.setAttribute('aria-label', `${name}, ${LABELS[mood].toLowerCase()}`);

  const change = (next: Mood) => {
    frame.classList.replace(mood, next);
    mood = next;
    label.textContent = LABELS[mood];
    describe();
  };

  return {
    canvas,
    start,
    mute,
    volume,
    setAvatar(newName, background, aspect) {
      name = newName;
      frame.style.setProperty('--parley-background', background);
      canvas.style.aspectRatio = String(aspect);
      frame.classList.add('has-face');
      describe();
    },
    setMood(next) {
      clearTimeout(changing);
      if (mood === 'interrupted' && next === 'idle') changing = setTimeout(change, INTERRUPTED_STAYS_MS, next);
      else change(next);
    },
    setStarted(isStarted) {
      const [leaving, taking] = isStarted ? [start, mute] : [mute, start];
      const hadFocus = root.activeElement === leaving;
      frame.classList.toggle('started', isStarted);
      // A button that vanishes would drop the focus to the top of the page.
      if (hadFocus) taking.focus();
    },
    setVolume(value, isMuted) {
      volume.value = String(isMuted ? 0 : value);
      frame.classList.toggle('muted', isMuted || value === 0);
      mute.setAttribute('aria-pressed', String(isMuted));
    },
    setCaption: caption.show,
    rest() {
      clearTimeout(changing);
      change('offline');
      caption.clear();
    },
  };
}

/** Draws a line of words; only what changes is touched, 50 times a second. */
function captionLine(line: HTMLElement): { show: Stage['setCaption']; clear(): void } {
  let shown = '';
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const show: Stage['setCaption'] = (words) => {
    if (words.length === 0) {
      // What was never said goes at once, what was said a little later.
      line.classList.add('leaving');
      leaving ??= setTimeout(() => line.classList.add('old'), CAPTION_STAYS_MS);
      return;
    }
    clearTimeout(leaving);
    leaving = undefined;
    line.classList.remove('leaving', 'old');
    const text = words.map((word) => word.text).join('');
    if (text !== shown || words.length !== line.childElementCount) {
      line.replaceChildren(...words.map((word) => span(word.text)));
      shown = text;
    }
    words.forEach(({ state }, at) => {
      const element = line.children[at] as HTMLElement;
      if (element.className !== state) element.className = state;
    });
  };
  return {
    show,
    clear() {
      show([]);
      line.replaceChildren();
      shown = '';
    },
  };
}

function span(text: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  return element;
}
