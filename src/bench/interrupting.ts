/**
 * An answer over which something is heard: by turns a question, which is to cut it off, and a listener's noise, which is
 * not.
 */
import { msToSamples } from '../audio/pcm.js';
import { ask, beginSound, turnResult } from './asking.js';
import { BEAT_MS } from './beats.js';
import type { Interruption } from './interruption-result.js';
import { watchInterruption } from './interruption-watch.js';
import type { Noise, Question, Recordings } from './questions.js';
import type { Session } from './session.js';
import { recordTurn, type TurnRecord } from './turn-record.js';
import type { TurnResult } from './turn-result.js';

/** So much of the answer is heard first: in the first 3 s of a session's first one, only words interrupt. */
const LISTEN_MS = 3500;
const LISTEN_SPREAD_MS = 2000;
/** A server may find a word in a noise as late as 4 s after it. */
const VERDICT_MS = 5000;
/** What was taken for a question is answered within this, if at all. */
const ANSWERED_MS = 2000;
const STOPPED_MS = 15_000;

interface TalkedOver {
  readonly turn: TurnResult;
  /** Null if there was no answer to talk over. */
  readonly interruption: Interruption | null;
}

export async function talkOver(session: Session, recordings: Recordings, number: number): Promise<TalkedOver> {
  const { story } = recordings;
  const moment = msToSamples(LISTEN_MS + session.random() * LISTEN_SPREAD_MS);
  const record = await ask(session, story);
  const isHere = () => session.player.response === record.response && session.player.played >= moment;
  while (!isHere() && !record.isOver(performance.now())) await session.beat();
  if (!isHere()) record.fail('the answer was too short to be interrupted');
  const turn = turnResult(session, record, story, number);
  if (turn.failure !== null) {
    await fallSilent(session, 0);
    return { turn, interruption: null };
  }
  const isQuestion = (number + session.job.caller) % 2 === 0;
  const interruption = isQuestion
    ? await interrupt(session, one(session, recordings.questions), record, number)
    : await makeNoise(session, one(session, recordings.noises), record, number);
  return { turn, interruption };
}

const one = <T>({ random }: Session, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

async function interrupt(session: Session, question: Question, over: TurnRecord, turn: number): Promise<Interruption> {
  const { player, job } = session;
  const { first, last } = await beginSound(session, question);
  const watch = watchInterruption({ player, zero: first, itemId: over.itemId });
  const record = recordTurn({ player, zero: last, expectsPictures: job.expectsPictures });
  session.follow(watch, record);
  while (session.microphone.isHearing || !record.isOver(performance.now())) await session.beat();
  const answer = turnResult(session, record, question, turn);
  if (answer.failure !== null) await fallSilent(session, 0);
  const failure = watch.isCutOff ? answer.failure : 'the question did not cut the answer off';
  return { caller: job.caller, turn, kind: 'question', heard: question.text, ...watch.result(), answer, failure };
}

async function makeNoise(session: Session, noise: Noise, over: TurnRecord, turn: number): Promise<Interruption> {
  const { player, job } = session;
  const { first, last } = await beginSound(session, noise);
  const watch = watchInterruption({ player, zero: first, itemId: over.itemId });
  session.follow(watch);
  while (performance.now() < last + VERDICT_MS && !watch.isCutOff) await session.beat();
  const result = watch.result();
  await fallSilent(session, watch.isCutOff ? ANSWERED_MS : 0);
  return { caller: job.caller, turn, kind: 'noise', heard: noise.name, ...result, answer: null, failure: null };
}

/** Stops whatever is answered until nothing has been for so long. */
async function fallSilent(session: Session, quietMs: number): Promise<void> {
  const isBusy = () => session.unfinished > 0 || ['buffering', 'playing', 'paused'].includes(session.player.state);
  let isStopping = false;
  for (let [waited, quiet] = [0, 0]; isBusy() || quiet < quietMs; waited += BEAT_MS) {
    // What has just been stopped fades for a moment.
    await session.beat();
    if (waited > STOPPED_MS) throw new Error('the answer could not be stopped');
    if (isBusy() && !isStopping) session.line.send({ type: 'response.cancel' });
    isStopping = isBusy();
    quiet = isStopping ? 0 : quiet + BEAT_MS;
  }
}
