/**
 * Whether the microphone hears the avatar: what was sent, as it is played, is held against what comes in. Speech that this
 * explains is nobody's. Until it is known how the echo sounds, the first seconds of a session's first answer are
 * mistrusted; an echo begins with the voice, so that a microphone that has been quiet for a second of it hears none.
 */
import { HEARING_RATE, msToSamples } from '../audio/pcm.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';
import { createHops, HOP, KEPT_HOPS } from './echo-hops.js';
import { MOST_LAG } from './echo-lag.js';
import { trackEcho } from './echo-tracking.js';
import { BEHIND_MS, type Loudspeaker, type Sounds } from './loudspeaker.js';
import { watchPlayed } from './played.js';
import type { Recording } from './recording.js';
import type { AvatarActivity } from './turn-events.js';

/** A frame of the microphone that the detector has judged. */
export interface JudgedFrame {
  readonly end: number;
  /** How likely somebody speaks in it; at `off` it may be. */
  readonly speech: number;
  readonly off: number;
  /** So long ago it came. */
  readonly lateMs: number;
}

export interface EchoWatch {
  /** How likely somebody speaks in it who is not the avatar. */
  hear(frame: JudgedFrame, avatar: AvatarActivity, sounds: Sounds | null): number;
  /** What the avatar does, as far as an echo of it is to be feared. */
  seen(avatar: AvatarActivity): AvatarActivity;
  /** Whether all that was said between the two places was the avatar's own voice. */
  isAll(from: number, to: number): boolean;
}

const QUIET = msToSamples(1000);
/** A room rings on behind the longest delay. */
const TAIL = msToSamples(700 + 500, HEARING_RATE);
const FORGOTTEN = msToSamples(BEHIND_MS, HEARING_RATE);
const PER_FRAME = VAD_FRAME_SAMPLES / HOP;
/** So much of the microphone is looked at before the first speech in it: by that the noise is known. */
const BEFORE = 8;
/** In dB over 64 ms. Echoes alone reach it in 1 of 100 hops, somebody as loud as the echo in 9 of 10 of its voiced ones. */
const FOREIGN = 0.4;
const SMOOTHED = 4;
/** Two frames in a row are somebody, whose softer sounds count for so long. */
const CERTAIN = 2;
const HOLDS = msToSamples(192, HEARING_RATE);
/** One look in so many frames without speech: whether there is still an echo. */
const MISSED_EVERY = 8;
/** So much of a noise may be more than the echo, and it is nobody's: a short word behind 400 ms of echo is twice as much. */
const REST = 0.2;
/**
 * In frames, 192 ms: so much is somebody, however long the echo that he speaks over. Of echoes alone, in rooms of five kinds,
 * no frame was foreign; of a "yeah" half as loud as they are, 7 or more.
 */
const SOMEBODY = 6;
/** As many as hops are kept. */
const MOST_SPOKEN = KEPT_HOPS / PER_FRAME - 1;

/** A frame with speech. `isForeign`: somebody else's than the avatar's; null: nobody knew yet how the echo sounds. */
interface Spoken {
  readonly end: number;
  isForeign: boolean | null;
}

/** A frame need not begin where a hop does. */
const hopAt = (end: number) => Math.floor(end / HOP);

export function watchEcho(recording: Recording, loudspeaker: Loudspeaker): EchoWatch {
  const early = watchEarly();
  const played = watchPlayed();
  const hops = createHops(recording, loudspeaker, played);
  const tracking = trackEcho(hops);
  let looked = 0;
  let inRow = 0;
  let missing = 0;
  let holdsUntil = 0;
  let spoken: Spoken[] = [];
  /** The response that sounds, or did last, until it is forgotten. */
  let sounded: number | null = null;

  const excessAt = (hop: number) => {
    let sum = 0;
    for (let back = 0; back < SMOOTHED; back += 1) sum += tracking.excess(hop - back) ?? 0;
    return sum / SMOOTHED;
  };
  const isForeign = (end: number) => excessAt(hopAt(end)) > FOREIGN || excessAt(hopAt(end) - 1) > FOREIGN;
  const look = (end: number) => {
    const hop = hopAt(end);
    hops.look(Math.max(looked + 1, hop - BEFORE - PER_FRAME + 1), hop, MOST_LAG);
    looked = hop;
  };
  const remember = (frame: Spoken) => {
    spoken = [...spoken.slice(-MOST_SPOKEN), frame];
  };
  const judge = (end: number, speech: number): number => {
    look(end);
    tracking.hear(hopAt(end), Math.ceil(played.since / HOP));
    const frame: Spoken = { end, isForeign: tracking.isKnown ? isForeign(end) : null };
    remember(frame);
    if (frame.isForeign === null) return speech;
    inRow = frame.isForeign ? inRow + 1 : 0;
    if (inRow >= CERTAIN) holdsUntil = end + HOLDS;
    return inRow > 0 || end <= holdsUntil ? speech : 0;
  };
  /** Of what was said before the echo was known; null: it is not kept so long. */
  const lateVerdict = (end: number) => (tracking.excess(hopAt(end)) === null ? null : isForeign(end));
  const lookForNone = (end: number) => {
    inRow = 0;
    // Counted in frames: after a commit they end anywhere.
    missing = (missing + 1) % MISSED_EVERY;
    if (missing > 0 || !tracking.isKnown) return;
    look(end);
    tracking.miss(hopAt(end));
  };
  /** A response that is over and whose echo has died away is not needed; one that is held is. */
  const forgetSounded = (end: number, sounds: Sounds | null) => {
    if (sounds !== null) sounded = sounds.response;
    if (sounds !== null || sounded === null || end - played.last <= FORGOTTEN) return;
    loudspeaker.forget(sounded);
    sounded = null;
  };
  return {
    hear({ end, speech, off, lateMs }, avatar, sounds) {
      early.hear(speech >= off, avatar, sounds?.heard ?? 0);
      played.note(end, sounds, lateMs);
      forgetSounded(end, sounds);
      const isNear = end - played.last <= TAIL;
      if (isNear && speech >= off) return judge(end, speech);
      if (speech >= off) remember({ end, isForeign: true });
      else if (isNear) lookForNone(end);
      return speech;
    },
    seen: (avatar) => (avatar === 'speaking_early' && tracking.isKnown ? 'speaking' : early.seen(avatar)),
    isAll(from, to) {
      if (!tracking.isKnown) return false;
      const all = spoken.filter(({ end }) => end > from && end <= to);
      for (const frame of all) frame.isForeign ??= lateVerdict(frame.end);
      // What was said long before is not remembered well enough.
      const known = all.filter(({ isForeign }) => isForeign !== null);
      if (known.length === 0 || known.length < all.length / 2) return false;
      const others = known.filter(({ isForeign }) => isForeign).length;
      return others < SOMEBODY && others <= known.length * REST;
    },
  };
}

function watchEarly() {
  /** How much had been heard when the microphone was last loud. */
  let loudAt = 0;
  let hearsNone = false;
  return {
    hear(isSpeech: boolean, avatar: AvatarActivity, heard: number): void {
      if (avatar !== 'speaking_early') return;
      if (isSpeech) loudAt = heard;
      hearsNone ||= heard - loudAt >= QUIET;
    },
    seen: (avatar: AvatarActivity): AvatarActivity => (avatar === 'speaking_early' && hearsNone ? 'speaking' : avatar),
  };
}
