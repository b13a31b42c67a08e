/** Whether speech is a turn, which over an avatar that thinks or speaks is not so sure. Pure. */
import type { Words } from './completeness.js';
import { after, type Open, type Resting, samplesOf, type Talking, type Turn, type TurnStep } from './turn.js';
import type { AvatarActivity, TurnAction, TurnEvent } from './turn-events.js';
import type { TurnRules } from './turn-rules.js';

/** Over an avatar that thinks or speaks, noise is likelier than words. Six frames: the first 200 ms are over. */
const PAUSES = samplesOf(192);
/**
 * So much longer it may take while the avatar pauses: nobody hears it then, and a recogniser that is asked about the first 400 ms
 * needs its time: of a listener's "okay" there are 512 ms.
 */
const HELD = samplesOf(300);
/** "Oh, I see", "right, sure": so long a listener's words may take; the avatar has paused meanwhile. */
const CONFIRMS_BACKCHANNEL = samplesOf(1000);
/** Over an avatar, noises this far apart are several, and do not add up. */
export const FORGIVES = samplesOf(500);
/** Nothing confirmed so long after the noise, or so far into it: a paused avatar goes on. */
export const RESUMES = samplesOf(1200);

/** How much speech it takes until it counts, which depends on what the avatar is doing. */
export function weigh(turn: Talking, avatar: AvatarActivity, rules: TurnRules): TurnStep {
  if (turn.standing === 'told') return { turn, actions: [] };
  const told: Turn = { ...turn, standing: 'told' };
  if (avatar === 'silent' || !rules.interrupts)
    return after(letGoOn(turn), { turn: told, actions: [{ kind: 'started' }] });
  if (turn.voiced >= confirms(turn, avatar, rules) && avatar !== 'speaking_early')
    return { turn: told, actions: CUTS_IN };
  if (avatar === 'speaking' && turn.standing === 'hidden' && turn.voiced >= PAUSES) {
    return { turn: { ...turn, standing: 'pausing', heldFrom: turn.lastVoiced }, actions: [{ kind: 'pause' }] };
  }
  // A noise that lasts must not make it stand still for as long.
  if (turn.standing === 'pausing' && turn.lastVoiced - turn.heldFrom >= RESUMES) {
    return { turn: { ...turn, standing: 'endured' }, actions: [{ kind: 'resume' }] };
  }
  return { turn, actions: [] };
}

function confirms(
  { isBackchannel, standing }: Open,
  avatar: AvatarActivity,
  { holds, interrupting }: TurnRules,
): number {
  const { thinkingMs, speakingMs } = interrupting;
  const usual =
    samplesOf(avatar === 'thinking' ? thinkingMs : speakingMs) + (standing !== 'hidden' && holds ? HELD : 0);
  return isBackchannel ? Math.max(usual, CONFIRMS_BACKCHANNEL) : usual;
}

/** A word shows what speech over the avatar is before its length does. */
export function overhear(
  turn: Talking | Resting,
  event: Extract<TurnEvent, { kind: 'overheard' }>,
  rules: TurnRules,
): TurnStep {
  if (turn.standing === 'told' || event.avatar === 'silent' || !rules.interrupts) return { turn, actions: [] };
  if (isWish(event.words)) return { turn: { ...turn, standing: 'told' }, actions: CUTS_IN };
  return { turn: { ...turn, isBackchannel: event.words === 'backchannel' }, actions: [] };
}

export const CUTS_IN: readonly TurnAction[] = [{ kind: 'started' }, { kind: 'interrupt' }];

/** Words with which somebody wishes to speak. */
export const isWish = (words: Words | null): boolean => words === 'complete' || words === 'incomplete';

export const letGoOn = ({ standing }: Open): TurnAction[] => (standing === 'pausing' ? [{ kind: 'resume' }] : []);
