/**
 * Whose turn it is: a pure reducer from what is heard to what is to be done about it. Time is the sample count at
 * HEARING_RATE, so that the same audio gives the same turns however it arrives; a `gap` moves the count on when no
 * audio comes (mute, push-to-talk, a stalled network), so that no turn hangs and no paused avatar stays paused.
 *
 * A turn opens when somebody speaks, rests in a pause, goes on or stops. Over a speaking avatar it is a candidate first:
 * the avatar pauses, and is cut off only when the noise proves to be words; otherwise it resumes.
 */
import { HEARING_RATE, msToSamples } from '../audio/pcm.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';
import type { Words } from './completeness.js';
import type { AvatarActivity, TurnAction, TurnEvent } from './turn-events.js';
import { MOST_ATTEMPTS, patience, patienceFor } from './turn-patience.js';
import type { TurnRules } from './turn-rules.js';

/** What has been told of a turn. `hidden`: nothing; `pausing`: the avatar holds; `told`: it is the caller's turn. */
type Standing = 'hidden' | 'pausing' | 'told';

interface Open {
  readonly from: number;
  readonly lastVoiced: number;
  readonly voiced: number;
  /** Counts how often the turn has been recognised, from 1. */
  readonly attempt: number;
  /** All that was understood so far is a listener's word. */
  readonly isBackchannel: boolean;
  readonly standing: Standing;
  /** Silences in which a recogniser was asked ahead. */
  readonly silences: number;
}

interface Voice {
  /** Whether a recogniser is asked ahead: because nothing is left of the voice, or because the detector hears none. */
  readonly ahead: 'no' | 'hushed' | 'silent';
  /** Samples that the detector has taken for speech since nothing is left of it. */
  readonly hushed: number;
}

export type Turn =
  /** `voiced`: samples of speech in a row that may become a turn. */
  | { readonly kind: 'quiet'; readonly voiced: number }
  | ({ readonly kind: 'talking'; readonly voice: Voice } & Open)
  | ({ readonly kind: 'resting' } & Pause & Open);

interface Pause {
  readonly words: Words | null;
  /** How likely it is the end, by how it sounds; null: nobody can tell. */
  readonly over: number | null;
  /** Samples of speech in a row that may end it. */
  readonly again: number;
  /** How much of it is a gap in the audio. */
  readonly missing: number;
  /** When it will be the end, as was foreseen last; null: it has not been. */
  readonly foreseen: number | null;
}

export interface TurnStep {
  readonly turn: Turn;
  readonly actions: readonly TurnAction[];
}

export const quiet: Turn = { kind: 'quiet', voiced: 0 };

const samples = (ms: number) => msToSamples(ms, HEARING_RATE);
/** Two frames: a click is shorter, the shortest word is longer. */
export const OPENS = samples(64);
/** Over an avatar that thinks or speaks, noise is likelier than words. Six frames: the first 200 ms are over. */
const PAUSES = samples(192);
/**
 * So much longer it may take while the avatar pauses: nobody hears it then, and a recogniser that is asked about the first 400 ms
 * needs its time: of a listener's "okay" there are 512 ms.
 */
const HELD = samples(300);
/** "Oh, I see", "right, sure": so long a listener's words may take; the avatar has paused meanwhile. */
const CONFIRMS_BACKCHANNEL = samples(1000);
/** Over an avatar, noises this far apart are several, and do not add up. */
export const FORGIVES = samples(500);
/** Nothing confirmed so long after the noise: a paused avatar goes on. */
const RESUMES = samples(1200);
/** A recogniser that is busy may yet find a word in it; the avatar speaks on meanwhile. */
const FORGETS = samples(4000);
/**
 * A stalled network sounds like silence until its audio comes after all; so much of a gap is therefore not counted as a
 * pause of the caller.
 */
const STALL = samples(500);
/** Nobody speaks longer without a pause; music and crowds do. */
const LONGEST = samples(60_000);
/**
 * Each is a request, too: in the bench's recordings four for three pauses. Closed lips in the midst of words are not to use up
 * what the end of the turn needs.
 */
const MOST_SILENCES = 6;
const MOST_HUSHES = 4;
/** So long the detector may take a silence for speech. What is soft for longer is a soft voice behind a loud noise. */
const LINGERS = samples(96);
/** Who answers needs no longer than this to be ready, and the later it is begun the likelier it is wanted. */
const FORESEES = samples(600);

export function step(turn: Turn, event: TurnEvent, rules: TurnRules): TurnStep {
  switch (turn.kind) {
    case 'quiet':
      return event.kind === 'frame' ? listen(turn.voiced, event, rules) : { turn: quiet, actions: [] };
    case 'talking':
      return talk(turn, event, rules);
    case 'resting':
      return rest(turn, event, rules);
  }
}

type Frame = Extract<TurnEvent, { kind: 'frame' }>;

function listen(before: number, { speech, end, avatar }: Frame, rules: TurnRules): TurnStep {
  if (speech < rules.on) return { turn: quiet, actions: [] };
  const voiced = before + VAD_FRAME_SAMPLES;
  if (voiced < OPENS) return { turn: { kind: 'quiet', voiced }, actions: [] };
  const from = end - voiced;
  const heard = { from, lastVoiced: end, voiced, attempt: 1, isBackchannel: false, silences: 0 } as const;
  const open: Turn = { kind: 'talking', ...heard, standing: 'hidden', voice: VOICED };
  return after([{ kind: 'open', from }], weigh(open, avatar, rules));
}

/** A voice is heard. */
const VOICED: Voice = { ahead: 'no', hushed: 0 };
/** None is, and the detector agrees. */
const SILENT: Voice = { ahead: 'silent', hushed: 0 };

type Talking = Extract<Turn, { kind: 'talking' }>;
type Resting = Extract<Turn, { kind: 'resting' }>;

/** Over an avatar a silence is the end of a noise more often than that of a turn. */
function askAhead(
  next: TurnStep,
  ahead: 'hushed' | 'silent',
  avatar: AvatarActivity,
  { speculates }: TurnRules,
): TurnStep {
  const { turn } = next;
  if (!speculates || avatar !== 'silent' || turn.kind !== 'talking' || turn.standing !== 'told') return next;
  const most = ahead === 'hushed' ? MOST_HUSHES : MOST_SILENCES;
  if (turn.voice.ahead !== 'no' || turn.silences >= most || turn.attempt > MOST_ATTEMPTS) return next;
  const asked: Talking = { ...turn, voice: { ...turn.voice, ahead }, silences: turn.silences + 1 };
  return { turn: asked, actions: [...next.actions, { kind: 'ask_ahead' }] };
}

function talk(turn: Talking, event: TurnEvent, rules: TurnRules): TurnStep {
  if (event.kind === 'words' || event.kind === 'judged') return { turn, actions: [] };
  if (event.kind === 'overheard') return overhear(turn, event, rules);
  const { end, avatar } = event;
  if (end - turn.from >= LONGEST) return turn.standing === 'told' ? stop(turn, end) : drop(turn);
  if (event.kind === 'frame' && event.speech >= rules.off) return hearOn(turn, event, rules);
  // What sounds right behind a hush was not in what was asked about, also if the detector takes it for nothing.
  if (event.kind === 'frame' && turn.voice.ahead === 'hushed') {
    if (event.hush !== 'lasts') return after([{ kind: 'forget' }], talk({ ...turn, voice: VOICED }, event, rules));
    return talk({ ...turn, voice: SILENT }, event, rules);
  }
  if (end - turn.lastVoiced < samples(rules.softMs)) {
    return askAhead(weigh(turn, avatar, rules), 'silent', avatar, rules);
  }
  const missing = event.kind === 'gap' ? event.length : 0;
  const { voice: _, ...open } = turn;
  const resting: Resting = { ...open, kind: 'resting', words: null, over: null, again: 0, missing, foreseen: null };
  const ask: TurnAction[] = turn.attempt <= MOST_ATTEMPTS ? [{ kind: 'ask', attempt: turn.attempt }] : [];
  return after(ask, conclude(resting, event, rules));
}

/** The detector hears the voice. Nothing may be left of it all the same: then a silence has begun. */
function hearOn(turn: Talking, { end, hush, avatar }: Frame, rules: TurnRules): TurnStep {
  const { ahead, hushed: before } = turn.voice;
  const hushed = { none: 0, begins: VAD_FRAME_SAMPLES, lasts: before + VAD_FRAME_SAMPLES }[hush];
  const isHush = hushed > 0 && hushed <= LINGERS;
  const isKept = isHush && hush === 'lasts';
  const voice: Voice = { ahead: isKept ? ahead : 'no', hushed };
  const heard: Talking = { ...turn, lastVoiced: end, voiced: turn.voiced + VAD_FRAME_SAMPLES, voice };
  const forget: TurnAction[] = ahead === voice.ahead ? [] : [{ kind: 'forget' }];
  const next = after(forget, weigh(heard, avatar, rules));
  return isHush ? askAhead(next, 'hushed', avatar, rules) : next;
}

function rest(turn: Resting, event: TurnEvent, rules: TurnRules): TurnStep {
  if (event.kind === 'words') {
    if (event.attempt !== turn.attempt) return { turn, actions: [] };
    return conclude({ ...turn, words: event.words }, event, rules);
  }
  if (event.kind === 'judged') {
    if (event.attempt !== turn.attempt) return { turn, actions: [] };
    return conclude({ ...turn, over: event.over }, event, rules);
  }
  if (event.kind === 'overheard') return overhear(turn, event, rules);
  if (event.kind === 'gap') {
    return conclude({ ...turn, again: 0, missing: turn.missing + event.length }, event, rules);
  }
  if (event.speech < rules.on) return conclude({ ...turn, again: 0 }, event, rules);
  const again = turn.again + VAD_FRAME_SAMPLES;
  if (again < OPENS) return conclude({ ...turn, again }, event, rules);
  const { from, standing, isBackchannel, silences } = turn;
  const isLate = standing !== 'told' && event.end - again - turn.lastVoiced >= FORGIVES;
  const voiced = isLate ? 0 : turn.voiced;
  // An attempt that nobody has asked for its words hears on; only one that was told that this is all is of no use now.
  const wasAsked = turn.attempt <= MOST_ATTEMPTS;
  const attempt = wasAsked ? turn.attempt + 1 : turn.attempt;
  const heard = { from, standing, attempt, isBackchannel, silences, lastVoiced: event.end, voiced: voiced + again };
  const talking: Talking = { kind: 'talking', ...heard, voice: VOICED };
  return after(wasAsked ? [{ kind: 'go_on', attempt }] : [], weigh(talking, event.avatar, rules));
}

/** How much speech it takes until it counts, which depends on what the avatar is doing. */
function weigh(turn: Talking, avatar: AvatarActivity, rules: TurnRules): TurnStep {
  if (turn.standing === 'told') return { turn, actions: [] };
  const told: Turn = { ...turn, standing: 'told' };
  if (avatar === 'silent' || !rules.interrupts)
    return after(letGoOn(turn), { turn: told, actions: [{ kind: 'started' }] });
  if (turn.voiced >= confirms(turn, avatar, rules) && avatar !== 'speaking_early')
    return { turn: told, actions: CUTS_IN };
  if (avatar === 'speaking' && turn.standing === 'hidden' && turn.voiced >= PAUSES) {
    return { turn: { ...turn, standing: 'pausing' }, actions: [{ kind: 'pause' }] };
  }
  return { turn, actions: [] };
}

function confirms(
  { isBackchannel, standing }: Open,
  avatar: AvatarActivity,
  { holds, interrupting }: TurnRules,
): number {
  const { thinkingMs, speakingMs } = interrupting;
  const usual = samples(avatar === 'thinking' ? thinkingMs : speakingMs) + (standing === 'pausing' && holds ? HELD : 0);
  return isBackchannel ? Math.max(usual, CONFIRMS_BACKCHANNEL) : usual;
}

/** A word shows what speech over the avatar is before its length does. */
function overhear(
  turn: Talking | Resting,
  event: Extract<TurnEvent, { kind: 'overheard' }>,
  rules: TurnRules,
): TurnStep {
  if (turn.standing === 'told' || event.avatar === 'silent' || !rules.interrupts) return { turn, actions: [] };
  if (isWish(event.words)) return { turn: { ...turn, standing: 'told' }, actions: CUTS_IN };
  return { turn: { ...turn, isBackchannel: event.words === 'backchannel' }, actions: [] };
}

/** In a pause: is it the end, is it nothing, or is it too early to say? */
function conclude(turn: Resting, event: TurnEvent, rules: TurnRules): TurnStep {
  const silence = event.end - turn.lastVoiced - Math.min(turn.missing, STALL);
  if (turn.standing === 'told')
    return isOver(turn, silence, rules) ? stop(turn, event.end) : foresee(turn, event, rules);
  const told: Resting = { ...turn, standing: 'told' };
  if (event.avatar === 'silent' || !rules.interrupts) {
    return after([...letGoOn(turn), { kind: 'started' }], conclude(told, event, rules));
  }
  if (isWish(turn.words)) return after(CUTS_IN, conclude(told, event, rules));
  if (turn.words !== null || silence >= FORGETS) return drop(turn);
  if (turn.standing === 'hidden' || silence < RESUMES) return { turn, actions: [] };
  return { turn: { ...turn, standing: 'hidden' }, actions: [{ kind: 'resume' }] };
}

/** When the words of a pause are known and its end is near; again, if that end is another then. */
function foresee(turn: Resting, event: TurnEvent, rules: TurnRules): TurnStep {
  const isLikely = turn.words !== null && turn.words !== 'none' && turn.again === 0 && event.avatar === 'silent';
  if (!rules.speculates || !isLikely) return { turn, actions: [] };
  const due = turn.lastVoiced + (turn.missing === 0 ? 0 : STALL) + patience(turn, rules);
  const isNews = turn.foreseen === null || Math.abs(due - turn.foreseen) > VAD_FRAME_SAMPLES;
  if (!isNews || due - event.end > FORESEES) return { turn, actions: [] };
  return { turn: { ...turn, foreseen: due }, actions: [{ kind: 'foresee', due }] };
}

/** Speech that has just begun again decides first whether it is any. */
const isOver = (turn: Resting, silence: number, rules: TurnRules): boolean =>
  turn.again === 0 && silence >= patience(turn, rules);

const CUTS_IN: readonly TurnAction[] = [{ kind: 'started' }, { kind: 'interrupt' }];

/** Words with which somebody wishes to speak. */
const isWish = (words: Words | null): boolean => words === 'complete' || words === 'incomplete';

const letGoOn = ({ standing }: Open): TurnAction[] => (standing === 'pausing' ? [{ kind: 'resume' }] : []);

function drop(turn: Open): TurnStep {
  return { turn: quiet, actions: [...letGoOn(turn), { kind: 'drop' }] };
}

function stop(turn: Talking | Resting, end: number): TurnStep {
  const { lastVoiced, voiced } = turn;
  const waited = turn.kind === 'resting' && turn.words !== 'none' ? patienceFor(turn) : null;
  return { turn: quiet, actions: [{ kind: 'stop', end, lastVoiced, voiced, waited }] };
}

const after = (actions: readonly TurnAction[], next: TurnStep): TurnStep => ({
  turn: next.turn,
  actions: [...actions, ...next.actions],
});
