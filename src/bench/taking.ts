/** One turn of a script: what is asked, what is heard over its answer, and what came of both. */
import { samplesToMs } from '../audio/pcm.js';
import { ask, beatFor, listenTo, type Place, serverMarks, turnResult } from './asking.js';
import type { Choose } from './choosing.js';
import {
  ANSWERED_MS,
  fallSilent,
  heardUntil,
  type Moment,
  momentsOf,
  type TalkedOver,
  TOO_SHORT,
  talkOver,
} from './interrupting.js';
import type { Interruption } from './interruption-result.js';
import { watchInterruption } from './interruption-watch.js';
import type { TurnScript } from './scenario.js';
import type { Session } from './session.js';
import type { TurnRecord } from './turn-record.js';
import type { TurnResult } from './turn-result.js';
import type { Asked } from './utterance.js';

export interface Taken {
  readonly turn: TurnResult;
  readonly interruptions: readonly Interruption[];
  readonly spokenMs: number;
  /** From the last voiced sample until nothing sounded any more. */
  readonly answeredMs: number;
  /** Why the session is of no use any more, which is a failure of the turn or of an interruption; null: it goes on. */
  readonly lost: string | null;
}

/** `choose`: for what is heard over the answer. */
export async function takeTurn(
  session: Session,
  script: TurnScript,
  asked: Asked,
  choose: Choose,
  place: Place,
): Promise<Taken> {
  const overs = script.flatMap(({ over }) => over ?? []);
  const echo = script.find((step) => step.echo !== undefined)?.echo ?? null;
  session.hearItself(echo);
  const record = await ask(session, asked);
  const began = performance.now();
  const { turn, interruptions, stuck } =
    overs.length > 0
      ? await beTalkedOver(session, momentsOf(overs, session.random), asked, record, choose, place)
      : await listen(session, asked, record, echo !== null, place);
  if (turn.failure !== null) session.line.send({ type: 'response.cancel' });
  const spokenMs = asked.kind === 'spoken' ? samplesToMs(asked.samples.length) : 0;
  const hasFailed = [turn, ...interruptions].some(({ failure }) => failure !== null);
  // A line that was lost behind all of it is found so by the next turn.
  const lost = stuck ?? (hasFailed ? session.line.lost : null);
  return { turn, interruptions, spokenMs, answeredMs: performance.now() - began, lost };
}

type Came = TalkedOver & Pick<Taken, 'turn'>;

async function listen(
  session: Session,
  asked: Asked,
  record: TurnRecord,
  isEchoed: boolean,
  place: Place,
): Promise<Came> {
  const echoed = isEchoed ? await listenToItself(session, record, place) : null;
  if (echoed === null) await listenTo(session, record);
  const turn = turnResult(session, record, asked, place);
  const stuck = echoed?.outcome === 'cut_off' ? await fallSilent(session, ANSWERED_MS) : null;
  return { turn, interruptions: echoed === null ? [] : [echoed], stuck };
}

/** Null: there was nothing that it could have heard. */
async function listenToItself(session: Session, record: TurnRecord, place: Place): Promise<Interruption | null> {
  if (!(await heardUntil(session, record, 1))) return null;
  const watch = watchInterruption({ player: session.player, zero: performance.now(), itemId: record.itemId });
  session.follow(watch, record);
  while (!watch.isCutOff && !record.isOver(performance.now())) await beatFor(session, record);
  const failure = watch.isCutOff ? 'its own voice cut the answer off' : null;
  const told = { caller: session.job.caller, ...place, heard: 'its own voice', answer: null, failure };
  return { ...told, kind: 'noise', ...watch.result() };
}

/** The turn is what it was until it was talked over; the server's marks come when it has given the answer up. */
async function beTalkedOver(
  session: Session,
  moments: readonly Moment[],
  asked: Asked,
  record: TurnRecord,
  choose: Choose,
  place: Place,
): Promise<Came> {
  if (!(await heardUntil(session, record, moments[0]!.at))) record.fail(TOO_SHORT);
  const { responseIds } = record;
  const turn = turnResult(session, record, asked, place);
  if (turn.failure !== null) {
    const stuck = await fallSilent(session, 0);
    return { turn, interruptions: [], stuck };
  }
  const came = await talkOver(session, moments, record, choose, place);
  // What went wrong before anything was heard over it is its own failure.
  const failure = came.interruptions.length === 0 ? record.failure : null;
  const interruptions = came.interruptions.map((each) => ({ ...each, answer: marked(session, each.answer) }));
  return { turn: { ...turn, failure, server: serverMarks(session, responseIds) }, interruptions, stuck: came.stuck };
}

const marked = (session: Session, answer: TurnResult | null): TurnResult | null =>
  answer && { ...answer, server: answer.server ?? serverMarks(session, [answer.responseId ?? '']) };
