/**
 * Whether the microphone hears the avatar. In the first seconds of a session's first answer a browser's echo canceller
 * still learns how it sounds, and speech may be an echo. An echo begins with the voice: a microphone that has been quiet
 * for a second of it hears none.
 */
import { msToSamples } from '../audio/pcm.js';
import type { AvatarActivity } from './turn-events.js';

const QUIET = msToSamples(1000);

export interface EchoWatch {
  /** A verdict on the microphone, at a time when the caller had heard so much of what the avatar says. */
  hear(isSpeech: boolean, avatar: AvatarActivity, heard: number): void;
  /** What the avatar does, as far as an echo of it is to be feared. */
  seen(avatar: AvatarActivity): AvatarActivity;
}

export function watchEcho(): EchoWatch {
  /** How much had been heard when the microphone was last loud. */
  let loudAt = 0;
  let hearsNone = false;
  return {
    hear(isSpeech, avatar, heard) {
      if (avatar !== 'speaking_early') return;
      if (isSpeech) loudAt = heard;
      hearsNone ||= heard - loudAt >= QUIET;
    },
    seen: (avatar) => (avatar === 'speaking_early' && hearsNone ? 'speaking' : avatar),
  };
}
