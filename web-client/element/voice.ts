/** Whether the avatar can be heard: sound is opened once, by a gesture, and may be refused. */
import type { Heard } from './audible.js';
import { openPlayer, type Player, SoundError } from './player.js';
import type { PlayoutCommand, Position } from './playout.js';

type Sound =
  | { readonly kind: 'closed' }
  /** No gesture can help; it was told once. */
  | { readonly kind: 'impossible' }
  | { readonly kind: 'opening'; readonly opened: Promise<boolean> }
  | { readonly kind: 'open'; readonly player: Player };

export interface Voice {
  /** Call it from a gesture. Resolves to false if there is no sound; the problem was told to the hook. */
  open(): Promise<boolean>;
  readonly isOpen: boolean;
  /** The browser refused, but might not after another gesture. */
  readonly mayYetOpen: boolean;
  command(command: PlayoutCommand): void;
  /** At this time of the page's clock, in milliseconds: now, or a moment later. */
  heard(at?: number): Heard;
  level(): number;
  setVolume(volume: number): void;
  readonly underruns: number;
  close(): void;
}

const NOTHING: Heard = { response: -1, state: 'idle', samples: 0, isSounding: false };

export function voice(hooks: { onPosition(position: Position): void; onProblem(problem: SoundError): void }): Voice {
  let sound: Sound = { kind: 'closed' };
  let volume = 1;
  let isClosed = false;
  let isBlocked = false;
  const player = () => (sound.kind === 'open' ? sound.player : undefined);

  const onSuspended = () => {
    player()?.close();
    sound = { kind: 'closed' };
    hooks.onProblem(new SoundError('sound_blocked', 'The device has stopped the sound. Press the button to go on.'));
  };

  async function start(): Promise<boolean> {
    try {
      const opened = await openPlayer({ onPosition: hooks.onPosition, onSuspended });
      if (isClosed) {
        opened.close();
        return false;
      }
      opened.setVolume(volume);
      sound = { kind: 'open', player: opened };
      return true;
    } catch (error) {
      const known = error instanceof SoundError;
      const problem = known ? error : new SoundError('sound_failed', 'This browser could not open its sound.', error);
      isBlocked = problem.code === 'sound_blocked';
      sound = { kind: problem.code === 'sound_insecure' ? 'impossible' : 'closed' };
      hooks.onProblem(problem);
      return false;
    }
  }

  return {
    open() {
      if (sound.kind === 'open' || sound.kind === 'impossible') return Promise.resolve(sound.kind === 'open');
      if (sound.kind === 'closed') sound = { kind: 'opening', opened: start() };
      return sound.opened;
    },
    get isOpen() {
      return sound.kind === 'open';
    },
    get mayYetOpen() {
      return isBlocked;
    },
    command: (command) => player()?.command(command),
    heard: (at) => player()?.heard(at) ?? NOTHING,
    level: () => player()?.level() ?? 0,
    setVolume(value) {
      volume = value;
      player()?.setVolume(value);
    },
    get underruns() {
      return player()?.underruns ?? 0;
    },
    close() {
      isClosed = true;
      player()?.close();
    },
  };
}
