/** What one turn consisted of, from the last voiced sample to the sound that was heard. Pure. */

import { percentile } from '../statistics.js';
import { judged, type Turn } from './reading.js';

export interface Bar {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}

/** `waiting`: nothing is worked at; nothing but time helps. */
type Kind = 'waiting' | 'working' | 'travelling';

export interface Fall {
  readonly bars: readonly Bar[];
  /** When the server held the turn for over; null: it was typed, or nobody told. */
  readonly hardEnd: number | null;
  readonly end: number;
}

/** Less is what it takes to get from one stage to the next. */
const LEAST_WAIT_MS = 5;
/** Less is not told in whole milliseconds. */
const LEAST_WORK_MS = 0.5;

/** Moments by name, those that a caller saw as `caller.first_sound`. */
type Moments = Readonly<Partial<Record<string, number>>>;
type Moment = (moments: Moments) => number | undefined;

interface Rule {
  readonly name: string;
  readonly kind: Kind;
  readonly from: Moment;
  readonly to: Moment;
}

const first =
  (...names: readonly string[]): Moment =>
  (moments) =>
    names.map((name) => moments[name]).find((value) => value !== undefined);

const earliest = (...names: readonly string[]) => among(Math.min, names);
const latest = (...names: readonly string[]) => among(Math.max, names);

function among(choose: (...values: number[]) => number, names: readonly string[]): Moment {
  return (moments) => {
    const values = names.flatMap((name) => moments[name] ?? []);
    return values.length === 0 ? undefined : choose(...values);
  };
}

// The caller hears of the end when it is decided; an answer that was begun ahead of it is begun long before.
const hardEnd = first('caller.speech_stopped', 'answered');
const heardFrom = first('caller.first_sound', 'caller.first_pair');
const onScreen = latest('caller.first_sound', 'caller.first_pair');

const TOLD: readonly Rule[] = [
  { name: 'Silence to the soft end', kind: 'waiting', from: first('start'), to: first('soft_end') },
  {
    name: 'Silence to the end',
    kind: 'waiting',
    from: first('start'),
    to: (m) => (m.soft_end === undefined ? hardEnd(m) : undefined),
  },
  { name: 'Recognising', kind: 'working', from: first('soft_end'), to: first('words') },
  {
    name: 'Waiting for the end',
    kind: 'waiting',
    from: latest('soft_end', 'words'),
    to: (m) => (m.soft_end === undefined ? undefined : hardEnd(m)),
  },
  {
    name: 'Model, first token',
    kind: 'working',
    from: (m) => earliest('speculated', 'model_asked')(m) ?? m.answered,
    to: first('first_token'),
  },
  { name: 'Model, first phrase', kind: 'working', from: first('first_token'), to: first('first_phrase') },
  {
    name: 'Voice, first sound',
    kind: 'working',
    from: first('first_phrase'),
    to: first('first_audible', 'first_speech'),
  },
  {
    name: 'Face, first picture',
    kind: 'working',
    from: first('first_speech', 'first_audible'),
    to: first('first_picture'),
  },
  {
    name: 'Ready, not sent yet',
    kind: 'waiting',
    from: latest('first_audible', 'first_picture'),
    to: first('first_sent'),
  },
  { name: 'On the way', kind: 'travelling', from: first('first_sent'), to: onScreen },
  { name: 'Player’s buffer', kind: 'waiting', from: onScreen, to: first('caller.heard') },
];

/** Of a server that tells nothing of itself only the outside is known. */
const SEEN: readonly Rule[] = [
  { name: 'Silence to the end', kind: 'waiting', from: first('start'), to: first('caller.speech_stopped') },
  { name: 'Recognising', kind: 'working', from: first('caller.speech_stopped'), to: first('caller.transcript') },
  {
    name: 'Answer begun',
    kind: 'working',
    from: latest('caller.speech_stopped', 'caller.transcript'),
    to: first('caller.response_created'),
  },
  { name: 'Model, voice, face', kind: 'working', from: first('caller.response_created'), to: heardFrom },
  { name: 'Player’s buffer', kind: 'waiting', from: heardFrom, to: first('caller.heard') },
];

export function fallOf(turn: Turn): Fall {
  const seen = Object.entries(turn.caller).map(([name, value]) => [`caller.${name}`, value]);
  const moments: Moments = { ...turn.server, ...Object.fromEntries(seen), start: 0 };
  const rules = Object.keys(turn.server).length > 0 ? TOLD : SEEN;
  const bars = rules.flatMap(({ name, kind, from, to }) => {
    const [begun, ended] = [from(moments), to(moments)];
    // The two clocks agree on the last voiced sample only as well as the server found it: no bar runs backwards.
    return begun === undefined || ended === undefined ? [] : [{ name, kind, from: Math.min(begun, ended), to: ended }];
  });
  const isSpoken = turn.result.transcriptIsRight !== null || turn.caller.speech_stopped !== undefined;
  const shown = bars.filter(({ kind, from, to }) => to - from >= (kind === 'waiting' ? LEAST_WAIT_MS : LEAST_WORK_MS));
  return {
    bars: shown,
    hardEnd: isSpoken ? (hardEnd(moments) ?? null) : null,
    end: Math.max(0, ...shown.map(({ to }) => to)),
  };
}

export interface Chosen {
  readonly name: 'Median turn' | 'Turn at p95' | 'Slowest turn';
  readonly turn: Turn;
}

/** Of few turns one stands for several of them, and is shown once. */
export function chosenTurns(turns: readonly Turn[]): Chosen[] {
  const timed = turns.flatMap((turn) => {
    const at = judged(turn);
    return at === null ? [] : [{ turn, at }];
  });
  if (timed.length === 0) return [];
  const sorted = timed.map(({ at }) => at).sort((a, b) => a - b);
  const nearest = (share: number) => timed.find(({ at }) => at === percentile(sorted, share))!.turn;
  const all: readonly Chosen[] = [
    { name: 'Median turn', turn: nearest(0.5) },
    { name: 'Turn at p95', turn: nearest(0.95) },
    { name: 'Slowest turn', turn: nearest(1) },
  ];
  return all.filter(({ turn }, at) => all.findIndex((other) => other.turn === turn) === at);
}
