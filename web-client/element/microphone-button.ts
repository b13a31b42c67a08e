/** The microphone's button on the portrait, its ring that follows the voice, and the note that says what is wrong. */
import type { MicrophoneState } from './microphone.js';

/** Long enough to read two sentences twice; a problem that lasts is told again at the next press. */
const NOTE_STAYS_MS = 12_000;

const TITLES: Partial<Record<MicrophoneState['kind'], string>> = {
  opening: 'The browser is being asked',
  on: 'Mute the microphone',
  muted: 'Go on listening',
};

export interface MicrophoneButton {
  show(state: MicrophoneState): void;
}

export function microphoneButton(button: HTMLButtonElement, note: HTMLElement, level: () => number): MicrophoneButton {
  let leaving: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;

  const draw = () => {
    button.style.setProperty('--level', level().toFixed(2));
    frame = requestAnimationFrame(draw);
  };

  const say = (message: string) => {
    clearTimeout(leaving);
    note.textContent = message;
    note.classList.toggle('told', message !== '');
    if (message !== '') leaving = setTimeout(() => note.classList.remove('told'), NOTE_STAYS_MS);
  };

  return {
    show(state) {
      const { kind } = state;
      button.dataset.state = kind;
      button.setAttribute('aria-pressed', String(kind === 'on'));
      button.title = TITLES[kind] ?? 'Talk';
      // Nothing that the visitor can do here gives the server a recogniser.
      button.hidden = kind === 'unavailable';
      say(kind !== 'unavailable' && 'message' in state ? (state.message ?? '') : '');
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
      if (kind === 'on') draw();
      else button.style.removeProperty('--level');
    },
  };
}
