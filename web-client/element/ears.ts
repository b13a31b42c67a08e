/** The element's microphone: opened by its button or its page, heard by the conversation, shown on the stage. */
import type { Conversation } from './conversation.js';
import { type MicrophoneState, microphone } from './microphone.js';
import { sayProblem } from './microphone-problem.js';

export interface Ears {
  /** Call it from a gesture: it opens the sound too, so that the answers are heard. */
  open(deviceId?: string): Promise<void>;
  close(): void;
  /** What a press of the button does: opens, mutes, goes on. */
  press(): Promise<void>;
  /** Whether the server of this session has a recogniser. */
  setServer(hears: boolean): void;
  isMuted: boolean;
  readonly state: MicrophoneState;
  readonly deviceId: string | undefined;
  readonly level: number;
}

const UNAVAILABLE: MicrophoneState = { kind: 'unavailable', message: sayProblem('unavailable') };

export function ears(conversation: () => Conversation | undefined, onState: (state: MicrophoneState) => void): Ears {
  /** Until the first session says otherwise. */
  let hears = true;
  const device = microphone({
    onState: (state) => {
      if (hears) onState(state);
    },
    onFrame: (samples, isMuted) => conversation()?.hear(samples, isMuted),
  });

  const state = () => (hears ? device.state : UNAVAILABLE);

  async function open(deviceId?: string): Promise<void> {
    if (!hears) return onState(UNAVAILABLE);
    // Both at once: each needs the gesture, which does not last for ever.
    await Promise.all([device.open(deviceId), conversation()?.listen()]);
  }

  function close(): void {
    device.close();
    conversation()?.deafen();
  }

  return {
    open,
    close,
    async press() {
      const { kind } = state();
      if (kind === 'on' || kind === 'muted') device.isMuted = !device.isMuted;
      else if (kind !== 'opening') await open();
    },
    setServer(nowHears) {
      if (hears === nowHears) return;
      if (!nowHears) close();
      hears = nowHears;
      onState(state());
    },
    get isMuted() {
      return device.isMuted;
    },
    set isMuted(value) {
      device.isMuted = value;
    },
    get state() {
      return state();
    },
    get deviceId() {
      return device.deviceId;
    },
    get level() {
      return device.level;
    },
  };
}
