/** An answer over which something is heard: what is to cut it off is answered itself, what is not lets it go on. */
import { msToSamples } from '../audio/pcm.js';
import { beatFor, beginSound, type Place, turnResult } from './asking.js';
import { BEAT_MS } from './beats.js';
import type { Choice, Choose } from './choosing.js';
import { hasResumed, type Interruption } from './interruption-result.js';
import { watchInterruption } from './interruption-watch.js';
import type { Over } from './scenario.js';
import type { Session } from './session.js';
import { recordTurn, type TurnRecord } from './turn-record.js';

/** A server may find a word in a noise as late as 4 s after it. */
const VERDICT_MS = 5000;
/** What was taken for a question is answered within this, if at all. */
export const ANSWERED_MS = 2000;
const STOPPED_MS = 15_000;
export const TOO_SHORT = 'the answer was too short to be interrupted';

export interface Moment {
  readonly over: Over;
  /** So much of the answer has been played, in samples. */
  readonly at: number;
}

export function momentsOf(overs: readonly Over[], random: () => number): Moment[] {
  return overs.map((over) => {
    const [from, to] = typeof over.afterMs === 'number' ? [over.afterMs, over.afterMs] : over.afterMs;
    return { over, at: msToSamples(from === to ? from : from + random() * (to - from)) };
  });
}

export interface TalkedOver {
  readonly interruptions: readonly Interruption[];
  /** Why nothing more can be asked in this session; null: it can. */
  readonly stuck: string | null;
}

/** What is heard, and the moments of its first and its last voiced sample. */
interface Said {
  readonly choice: Choice;
  readonly first: number;
  readonly last: number;
}

/** False: the answer was over by then, or broke off. */
export async function heardUntil(session: Session, record: TurnRecord, at: number): Promise<boolean> {
  const isHere = () => session.player.response === record.response && session.player.played >= at;
  while (!isHere() && !record.isOver(performance.now())) await beatFor(session, record);
  return isHere() && !record.isOver(performance.now());
}

/**
 * One after the other, each over the answer to the one before if that cut it off, else over the same. The first moment
 * has come.
 */
export async function talkOver(
  session: Session,
  moments: readonly Moment[],
  first: TurnRecord,
  choose: Choose,
  place: Place,
): Promise<TalkedOver> {
  const made: Interruption[] = [];
  let answer = first;
  /** What became of a noise is known when it has had its time, or when the next thing is heard. */
  let noise: (() => Interruption) | null = null;
  const judgeNoise = () => {
    if (noise !== null) made.push(noise());
    noise = null;
  };
  for (const [index, { over, at }] of moments.entries()) {
    if (index > 0 && !(await heardUntil(session, answer, at))) answer.fail(TOO_SHORT);
    if (answer.failure !== null) break;
    const next = moments[index + 1]?.at ?? null;
    const choice = choose((over.say ?? over.noise)!);
    const began = await beginSound(session, choice).catch((thrown: Error) => answer.fail(thrown.message));
    judgeNoise();
    if (began === undefined || isInVain(made.at(-1))) break;
    if (index > 0 && made[index - 1]!.answer !== null) made[index - 1] = { ...made[index - 1]!, isTalkedOver: true };
    const said = { choice, ...began };
    if (over.cuts ?? choice.kind === 'speech') {
      const cut = await interrupt(session, said, answer, next, place);
      made.push(cut.interruption);
      answer = cut.record;
    } else {
      noise = await makeNoise(session, said, answer, { cuts: over.cuts, next }, place);
      if (next === null || session.player.played < next) judgeNoise();
    }
    if (noise === null && isInVain(made.at(-1))) break;
  }
  judgeNoise();
  // What is stopped now has not failed by that.
  const { failure } = answer;
  const stuck = await fallSilent(session, made.some(isFalselyCut) ? ANSWERED_MS : 0);
  return { interruptions: blamed(made, failure ?? stuck), stuck };
}

/** What went wrong behind the last one is its failure. */
function blamed(made: readonly Interruption[], failure: string | null): readonly Interruption[] {
  return made.map((each, index) => (index === made.length - 1 ? { ...each, failure: each.failure ?? failure } : each));
}

/** Behind it nothing more is to be learnt. */
const isInVain = (last: Interruption | undefined) =>
  last !== undefined && (last.failure !== null || isFalselyCut(last));

const isFalselyCut = ({ kind, outcome }: Interruption) => kind === 'noise' && outcome === 'cut_off';

/** `next`: so much is heard of the answer to this before it is talked over, too; null: all of it. */
async function interrupt(session: Session, said: Said, over: TurnRecord, next: number | null, place: Place) {
  const { player, job } = session;
  const { choice, first, last } = said;
  const watch = watchInterruption({ player, zero: first, itemId: over.itemId });
  const record = recordTurn({ player, zero: last, expectsPictures: job.expectsPictures });
  session.follow(watch, record);
  const isHere = () => next !== null && player.response === record.response && player.played >= next;
  while (session.microphone.isHearing || !(isHere() || record.isOver(performance.now())))
    if (!(await beatFor(session, record))) break;
  const answer = turnResult(session, record, { kind: 'spoken', text: choice.words }, place);
  const missed = watch.isCutOff ? null : 'the question did not cut the answer off';
  const failure = session.line.lost ?? missed ?? answer.failure;
  const told = { caller: job.caller, ...place, kind: 'question' as const, heard: choice.words, answer, failure };
  return { record, interruption: { ...told, ...watch.result() } };
}

/**
 * `next`: when so much of the answer has been played, the next thing is heard over it; null: nothing is. Resolves with what
 * tells then what became of it.
 */
async function makeNoise(
  session: Session,
  { choice, first, last }: Said,
  answer: TurnRecord,
  { cuts, next }: { readonly cuts: boolean | undefined; readonly next: number | null },
  place: Place,
): Promise<() => Interruption> {
  const { player, job } = session;
  const watch = watchInterruption({ player, zero: first, itemId: answer.itemId });
  session.follow(watch, answer);
  const isHere = () => next !== null && !session.microphone.isHearing && player.played >= next;
  while (performance.now() < last + VERDICT_MS && !isHere() && !watch.isCutOff && answer.failure === null)
    await beatFor(session, answer);
  return () => {
    const marks = watch.result();
    const hasHadItsTime = performance.now() >= last + VERDICT_MS;
    const isStuck = marks.outcome === 'held' && hasHadItsTime && !hasResumed(marks);
    const cut = cuts === false && watch.isCutOff ? `"${choice.words}" cut the answer off` : null;
    const stuck = isStuck ? `"${choice.words}" stopped the answer for good` : null;
    const failure = answer.failure ?? cut ?? stuck;
    return { caller: job.caller, ...place, kind: 'noise', heard: choice.words, ...marks, answer: null, failure };
  };
}

/** Stops whatever is answered until nothing has been for so long; gives the reason if that cannot be, else null. */
export async function fallSilent(session: Session, quietMs: number): Promise<string | null> {
  const isBusy = () => session.unfinished > 0 || ['buffering', 'playing', 'paused'].includes(session.player.state);
  let isStopping = false;
  for (let [waited, quiet] = [0, 0]; isBusy() || quiet < quietMs; waited += BEAT_MS) {
    // What has just been stopped fades for a moment.
    try {
      await session.beat();
    } catch (thrown) {
      return (thrown as Error).message;
    }
    if (waited > STOPPED_MS) return 'the answer could not be stopped';
    if (isBusy() && !isStopping) session.line.send({ type: 'response.cancel' });
    isStopping = isBusy();
    quiet = isStopping ? 0 : quiet + BEAT_MS;
  }
  return null;
}
