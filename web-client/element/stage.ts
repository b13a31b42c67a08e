/** What the element shows: the portrait, the state light, its buttons, the volume, the caption. */
import { type CaptionLine, captionLine } from './caption-line.js';
import controls from './controls.css?inline';
import css from './element.css?inline';
import type { MicrophoneState } from './microphone.js';
import { microphoneButton } from './microphone-button.js';
import type { Mood } from './mood.js';
import { STAGE_MARKUP } from './stage-markup.js';

const LABELS: Record<Mood, string> = {
  offline: 'Connecting',
  idle: 'Ready',
  listening: 'Listening',
  thinking: 'Thinking',
  speaking: 'Speaking',
  interrupted: 'Interrupted',
};

/** The server is ready again within 20 ms of an interruption; a light that is meant to be seen stays on for longer. */
const INTERRUPTED_STAYS_MS = 700;

export interface Stage {
  readonly canvas: HTMLCanvasElement;
  readonly start: HTMLButtonElement;
  readonly mute: HTMLButtonElement;
  readonly volume: HTMLInputElement;
  readonly microphone: HTMLButtonElement;
  /** `background` is the colour behind the head. */
  setAvatar(name: string, background: string, aspect: number): void;
  /** Another one is coming; what is seen of this one fades, and its words are not to stand under the next. */
  awaitAvatar(): void;
  setMood(mood: Mood): void;
  setStarted(isStarted: boolean): void;
  setVolume(volume: number, isMuted: boolean): void;
  setMicrophone(state: MicrophoneState): void;
  setCaption: CaptionLine['show'];
  /** The conversation is over: offline, and nothing is being said. */
  rest(): void;
}

/** `microphoneLevel` is asked before every picture while the microphone is on. */
export function buildStage(root: ShadowRoot, microphoneLevel: () => number): Stage {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css + controls);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = STAGE_MARKUP;
  const find = <T extends Element>(selector: string) => root.querySelector(selector) as T;
  const frame = find<HTMLElement>('.frame');
  const canvas = find<HTMLCanvasElement>('canvas');
  const start = find<HTMLButtonElement>('.start');
  const mute = find<HTMLButtonElement>('.mute');
  const volume = find<HTMLInputElement>('.sound input');
  const button = find<HTMLButtonElement>('.microphone');
  const caption = captionLine(find('.caption'));
  const microphone = microphoneButton(button, find('.note'), microphoneLevel);
  const light = stateLight(frame, canvas, find('.light span'));

  return {
    canvas,
    start,
    mute,
    volume,
    microphone: button,
    setAvatar(name, background, aspect) {
      frame.style.setProperty('--parley-background', background);
      canvas.style.aspectRatio = String(aspect);
      frame.classList.add('has-face');
      light.name(name);
    },
    awaitAvatar() {
      frame.classList.remove('has-face');
      caption.clear();
    },
    setMood: light.set,
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
    setMicrophone(state) {
      microphone.show(state);
      light.setListening(state.kind === 'on');
    },
    setCaption: caption.show,
    rest() {
      light.rest();
      caption.clear();
    },
  };
}

interface StateLight {
  name(name: string): void;
  set(mood: Mood): void;
  /** With an open microphone nobody needs to do anything to be heard. */
  setListening(isListening: boolean): void;
  rest(): void;
}

/** The mood as colour and word on the frame, and in what the picture is called. */
function stateLight(frame: HTMLElement, canvas: HTMLElement, label: HTMLElement): StateLight {
  let mood: Mood = 'offline';
  let name: string | undefined;
  let isListening = false;
  let changing: ReturnType<typeof setTimeout> | undefined;

  const show = () => {
    const word = mood === 'idle' && isListening ? LABELS.listening : LABELS[mood];
    label.textContent = word;
    if (name !== undefined) canvas.setAttribute('aria-label', `${name}, ${word.toLowerCase()}`);
  };
  const change = (next: Mood) => {
    frame.classList.replace(mood, next);
    mood = next;
    show();
  };
  show();
  return {
    name(newName) {
      name = newName;
      show();
    },
    set(next) {
      clearTimeout(changing);
      if (mood === 'interrupted' && next === 'idle') changing = setTimeout(change, INTERRUPTED_STAYS_MS, next);
      else change(next);
    },
    setListening(next) {
      isListening = next;
      show();
    },
    rest() {
      clearTimeout(changing);
      change('offline');
    },
  };
}
