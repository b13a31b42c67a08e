/** Which microphone: a list of what is there, and the choice, which this browser remembers. */
import { remember, remembered } from './memory.js';

const REMEMBERED = 'parley.microphone';

export interface DeviceMenu {
  /** The device to begin with; undefined is the browser's own choice. */
  readonly chosen: string | undefined;
  /** Asks anew what is there. `open` is the device that is in use. */
  refresh(open: string | undefined): Promise<void>;
}

export function deviceMenu(select: HTMLSelectElement, onChoose: (deviceId: string) => void): DeviceMenu {
  let shown: string | undefined;

  const refresh = async (open: string | undefined) => {
    shown = open;
    const devices = await navigator.mediaDevices.enumerateDevices();
    const microphones = devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
    select.replaceChildren(
      ...microphones.map(({ deviceId, label }, at) => new Option(label || `Microphone ${at + 1}`, deviceId)),
    );
    select.value = open ?? '';
  };

  select.addEventListener('change', () => {
    remember(REMEMBERED, select.value);
    onChoose(select.value);
  });
  // Not there on a page that is not secure.
  (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener('devicechange', () => {
    refresh(shown).catch(() => {});
  });
  return {
    get chosen() {
      return remembered(REMEMBERED) ?? undefined;
    },
    refresh,
  };
}
