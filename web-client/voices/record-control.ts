/** The button that records, its meter and clock, and what it says meanwhile. */
import { MICROPHONE_RATE } from '../element/microphone-frames.js';
import { deviceMenu } from '../page/devices.js';
import type { Hint } from './loudness.js';
import { MOST_SECONDS, type RecorderState, recorder } from './recorder.js';

const HINTS: Record<Hint, string> = {
  waiting: 'Recording. Read the text aloud.',
  quiet: 'You can hardly be heard. Speak nearer to the microphone, or turn it up.',
  clipping: 'Too loud: the sound is cut off. Step back a little, or turn the microphone down.',
  good: 'Recording. That sounds good.',
};

export interface RecordControl {
  /** What is being recorded is done. */
  stop(): void;
  /** Why no more can be recorded; null: it can. */
  bar(reason: string | null): void;
}

export interface RecordHooks {
  onStart(): void;
  onRecorded(samples: Int16Array): void;
}

export function recordControl(root: HTMLElement, hooks: RecordHooks): RecordControl {
  const find = <T extends HTMLElement>(selector: string) => root.querySelector(selector) as T;
  const button = find<HTMLButtonElement>('.record');
  const hint = find('.hint');
  const devices = deviceMenu(find<HTMLSelectElement>('.device select'), () => {});
  let state: RecorderState = { kind: 'off' };
  let barred: string | null = null;
  let frame: number | undefined;

  const say = (sentence: string) => {
    // Said again only when it is another sentence: it is read out.
    if (hint.textContent !== sentence) hint.textContent = sentence;
  };

  const device = recorder({
    onState: show,
    onHint: (found) => {
      if (state.kind === 'recording') say(HINTS[found]);
    },
    onRecorded(samples) {
      hooks.onRecorded(samples);
      say(`${(samples.length / MICROPHONE_RATE).toFixed(1)} s are recorded. Play them, or record the next text.`);
    },
  });

  function tell(): void {
    find('.meter').style.setProperty('--level', device.level.toFixed(2));
    const clock = clockOf(device.seconds);
    if (find('.time').textContent !== clock) find('.time').textContent = clock;
  }

  function draw(): void {
    tell();
    frame = requestAnimationFrame(draw);
  }

  function show(next: RecorderState): void {
    state = next;
    const isOn = next.kind === 'recording' || next.kind === 'paused';
    button.dataset.state = next.kind;
    find('.does').textContent = isOn ? 'Stop' : next.kind === 'opening' ? 'One moment' : 'Record';
    say('message' in next ? next.message : '');
    if (next.kind === 'recording') {
      say(HINTS.waiting);
      find('.device').hidden = false;
      devices.refresh(device.deviceId).catch(() => {});
    }
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    if (isOn) draw();
    else tell();
  }

  button.addEventListener('click', () => {
    if (state.kind === 'recording' || state.kind === 'paused') return device.stop();
    if (state.kind === 'opening') return;
    if (barred !== null) return say(barred);
    hooks.onStart();
    void device.start(devices.chosen);
  });
  // Nobody records for a page that is being left.
  addEventListener('pagehide', device.stop);
  return {
    stop: () => device.stop(),
    bar(reason) {
      barred = reason;
      button.setAttribute('aria-disabled', String(reason !== null));
    },
  };
}

const clockOf = (seconds: number): string => {
  const whole = Math.min(MOST_SECONDS, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
