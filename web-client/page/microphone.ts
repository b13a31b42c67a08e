/** The microphone in the composer: one press to talk, one to mute, and a menu for which one. */
import type { MicrophoneState, ParleyAvatar } from '../element/parley-avatar.js';
import { deviceMenu } from './devices.js';
import { isShortcut } from './shortcut.js';

const TITLES: Partial<Record<MicrophoneState['kind'], string>> = {
  opening: 'The browser is being asked',
  on: 'Mute the microphone (Alt+M)',
  muted: 'Go on listening (Alt+M)',
};

export interface MicrophoneControl {
  show(state: MicrophoneState): void;
  /** Why this server does not listen, and what would change it. */
  explain(reason: string): void;
}

type Avatar = Pick<
  ParleyAvatar,
  'microphone' | 'microphoneDevice' | 'microphoneLevel' | 'openMicrophone' | 'closeMicrophone' | 'pressMicrophone'
>;

export function microphoneControl(
  root: HTMLElement,
  menu: HTMLElement,
  avatar: Avatar,
  onUnavailable: (reason: string) => void,
): MicrophoneControl {
  const button = root.querySelector('.microphone') as HTMLButtonElement;
  const opener = root.querySelector('.devices') as HTMLButtonElement;
  const devices = deviceMenu(menu.querySelector('select') as HTMLSelectElement, (id) => void avatar.openMicrophone(id));
  const meter = levelMeter(button, () => avatar.microphoneLevel);
  let reason: string | undefined;

  const press = () => {
    const state = avatar.microphone;
    if (state.kind === 'unavailable') onUnavailable(reason ?? state.message);
    else if (state.kind === 'on' || state.kind === 'muted') void avatar.pressMicrophone();
    else if (state.kind !== 'opening') void avatar.openMicrophone(devices.chosen);
  };

  button.addEventListener('click', press);
  menu.querySelector('button')?.addEventListener('click', () => {
    menu.hidePopover();
    avatar.closeMicrophone();
    button.focus();
  });
  placeAbove(menu, opener);
  document.addEventListener('keydown', (event) => {
    if (!isShortcut(event, 'M')) return;
    event.preventDefault();
    press();
  });

  const offer = (isOpen: boolean) => {
    opener.hidden = !isOpen;
    if (isOpen) devices.refresh(avatar.microphoneDevice).catch(() => {});
    else menu.hidePopover();
  };

  const show: MicrophoneControl['show'] = (state) => {
    const { kind } = state;
    button.dataset.state = kind;
    button.setAttribute('aria-pressed', String(kind === 'on'));
    button.setAttribute('aria-disabled', String(kind === 'unavailable'));
    button.title = kind === 'unavailable' ? (reason ?? state.message) : (TITLES[kind] ?? 'Talk (Alt+M)');
    // While the browser opens another one, the menu stays where it is.
    if (kind !== 'opening') offer(kind === 'on' || kind === 'muted');
    meter.follow(kind === 'on');
  };
  show(avatar.microphone);
  return {
    show,
    explain(sentence) {
      reason = sentence;
      show(avatar.microphone);
    },
  };
}

function levelMeter(button: HTMLElement, level: () => number): { follow(isOn: boolean): void } {
  let frame: number | undefined;
  const draw = () => {
    button.style.setProperty('--level', level().toFixed(2));
    frame = requestAnimationFrame(draw);
  };
  return {
    follow(isOn) {
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
      if (isOn) draw();
    },
  };
}

/** Right above its button, wherever the composer is. */
function placeAbove(menu: HTMLElement, button: HTMLElement): void {
  menu.addEventListener('beforetoggle', () => {
    const { top, right } = button.getBoundingClientRect();
    menu.style.setProperty('--bottom', `${Math.round(innerHeight - top + 12)}px`);
    menu.style.setProperty(
      '--right',
      `${Math.max(12, Math.round(document.documentElement.clientWidth - right - 60))}px`,
    );
  });
}
