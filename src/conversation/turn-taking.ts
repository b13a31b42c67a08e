/**
 * Whose turn it is: a pure reducer from what is heard to what is to be done about it. Time is the sample count at
 * HEARING_RATE, so that the same audio gives the same turns however it arrives; a `gap` moves the count on when no
 * audio comes (mute, push-to-talk, a stalled network), so that no turn hangs and no paused avatar stays paused.
 *
 * A turn opens when somebody speaks, rests in a pause, goes on or stops. Over a speaking avatar it is a candidate first:
 * the avatar pauses, and is cut off only when the noise proves to be words; otherwise it resumes.
 */
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';
import {
  after,
  type Open,
  quiet,
  type Resting,
  samplesOf,
  type Talking,
  type Turn,
  type TurnStep,
  type Voice,
} from './turn.js';
import type { AvatarActivity, TurnAction, TurnEvent } from './turn-events.js';
import { MOST_ATTEMPTS, patience, patienceFor } from './turn-patience.js';
import type { TurnRules } from './turn-rules.js';
import { CUTS_IN, FORGIVES, isWish, letGoOn, overhear, RESUMES, weigh } from './turn-weighing.js';

/** Two frames: a click is shorter, the shortest word is longer. */
export const OPENS = samplesOf(64);
/** A recogniser that is busy may yet find a word in it; the avatar speaks on meanwhile. */
const FORGETS = samplesOf(4000);
/**
 * A stalled network sounds like silence until its audio comes after all; so much of a gap is therefore not counted as a
 * pause of the caller.
 */
const STALL = samplesOf(500);
/** Nobody speaks longer without a pause; music and crowds do. */
const LONGEST = samplesOf(60_000);
/**
 * Each is a request, too: in the bench's recordings four for three pauses. Closed lips in the midst of words are not to use up
 * what the end of the turn needs.
 */
const MOST_SILENCES = 6;
const MOST_HUSHES = 4;
/** So long the detector may take a silence for speech. What is soft for longer is a soft voice behind a loud noise. */
const LINGERS = samplesOf(96);
/** Who answers needs no longer than this to be ready, and the later it is begun the likelier it is wanted. */
const FORESEES = samplesOf(600);

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
  const heard = { from, lastVoiced: end, voiced, attempt: 1, isBackchannel: false, heldFrom: 0, silences: 0 } as const;
  const open: Turn = { kind: 'talking', ...heard, standing: 'hidden', voice: VOICED };
  return after([{ kind: 'open', from }], weigh(open, avatar, rules));
}

/** A voice is heard. */
const VOICED: Voice = { ahead: 'no', hushed: 0 };
/** None is, and the detector agrees. */
const SILENT: Voice = { ahead: 'silent', hushed: 0 };

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
  if (end - turn.lastVoiced < samplesOf(rules.softMs)) {
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
  const { from, standing, isBackchannel, heldFrom, silences } = turn;
  const isLate = standing !== 'told' && event.end - again - turn.lastVoiced >= FORGIVES;
  const voiced = isLate ? 0 : turn.voiced;
  // An attempt that nobody has asked for its words hears on; only one that was told that this is all is of no use now.
  const wasAsked = turn.attempt <= MOST_ATTEMPTS;
  const attempt = wasAsked ? turn.attempt + 1 : turn.attempt;
  const kept = { from, standing, isBackchannel, heldFrom, silences };
  const heard = { ...kept, attempt, lastVoiced: event.end, voiced: voiced + again };
  const talking: Talking = { kind: 'talking', ...heard, voice: VOICED };
  return after(wasAsked ? [{ kind: 'go_on', attempt }] : [], weigh(talking, event.avatar, rules));
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
  if (turn.standing !== 'pausing' || silence < RESUMES) return { turn, actions: [] };
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

function drop(turn: Open): TurnStep {
  return { turn: quiet, actions: [...letGoOn(turn), { kind: 'drop' }] };
}

function stop(turn: Talking | Resting, end: number): TurnStep {
  const { lastVoiced, voiced } = turn;
  const waited = turn.kind === 'resting' && turn.words !== 'none' ? patienceFor(turn) : null;
  return { turn: quiet, actions: [{ kind: 'stop', end, lastVoiced, voiced, waited }] };
}
