/** Audio a second at a time: one message may hold minutes, and everybody else gets a turn in between. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { type Encoded, type Sound, secondsIn, soundOf } from '../audio/encoding.js';

export interface Listener {
  hear(sound: Sound): void;
  /** Does something of which the caller is told if it goes wrong; false if it did. */
  obey(act: () => void): boolean;
  readonly gone: AbortSignal;
}

/** `audio` may throw what is wrong with it. */
export async function hearInSeconds(audio: () => Encoded, { hear, obey, gone }: Listener): Promise<void> {
  let encoded: Encoded = { encoding: 'audio/pcm', bytes: new Uint8Array(0) };
  let goesOn = obey(() => {
    encoded = audio();
    hear(soundOf(encoded, 0));
  });
  for (let second = 1; goesOn && second < secondsIn(encoded) && !gone.aborted; second += 1) {
    await turnOfTheLoop();
    goesOn = obey(() => hear(soundOf(encoded, second)));
  }
}
