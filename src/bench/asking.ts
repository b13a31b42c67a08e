/** A question of a session, and its answer. */
import { SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import { BEAT_MS } from './beats.js';
import { isSameWording } from './questions.js';
import type { Session } from './session.js';
import type { Sound } from './sound.js';
import { recordTurn, type TurnRecord } from './turn-record.js';
import type { TurnResult } from './turn-result.js';
import type { Asked } from './utterance.js';

/** Where a turn has its place in the run. */
export interface Place {
  /** Counts from 0 in each session. */
  readonly turn: number;
  readonly step: number;
}

/** One beat; false: the connection is lost, which is the failure of the turn. */
export async function beatFor(session: Session, record: TurnRecord): Promise<boolean> {
  try {
    await session.beat();
    return true;
  } catch (thrown) {
    record.fail((thrown as Error).message);
    return false;
  }
}

/** Waits until the answer has sounded to its end, or will not. */
export async function listenTo(session: Session, record: TurnRecord): Promise<void> {
  while (!record.isOver(performance.now())) await beatFor(session, record);
}

export async function quietFor(session: Session, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= BEAT_MS) await session.beat();
}

/** Resolves when the question has been asked. */
export async function ask(session: Session, asked: Asked): Promise<TurnRecord> {
  const { job, player, line } = session;
  const { expectsPictures } = job;
  if (asked.kind === 'typed') {
    const record = recordTurn({ player, zero: performance.now(), expectsPictures });
    session.follow(record);
    const content = [{ type: 'input_text' as const, text: asked.text }];
    line.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    line.send({ type: 'response.create' });
    return record;
  }
  const { last } = await beginSound(session, asked);
  const record = recordTurn({ player, zero: last, expectsPictures });
  session.follow(record);
  // A microphone whose line is lost never comes to the end of what it hears.
  while (session.microphone.isHearing) if (!(await beatFor(session, record))) break;
  return record;
}

/**
 * The microphone begins to hear it; gives the moments of its first and its last voiced sample. A frame is full, and
 * sent, at the end of its 20 ms: the next one began to be recorded when this beat was due.
 */
export async function beginSound(
  session: Session,
  { samples, voiced }: Sound,
): Promise<{ first: number; last: number }> {
  const began = await session.beat();
  session.microphone.hear(samples);
  const at = (sample: number) => began + samplesToMs(sample, SPEECH_RATE);
  return { first: at(voiced.from), last: at(voiced.to) };
}

export function turnResult(
  session: Session,
  record: TurnRecord,
  asked: Pick<Asked, 'kind' | 'text'>,
  place: Place,
): TurnResult {
  const result = record.result();
  const isRight = asked.kind === 'typed' ? null : isSameWording(result.transcript ?? '', asked.text);
  const server = serverMarks(session, record.responseIds);
  return { caller: session.job.caller, ...place, question: asked.text, ...result, transcriptIsRight: isRight, server };
}

/**
 * The server's own marks. Of a chain of function calls those of the answer that heard the question: the others count from
 * their own requests.
 */
export function serverMarks({ timings }: Session, responseIds: readonly string[]): TurnResult['server'] {
  const told = responseIds.map((id) => timings.get(id) ?? null);
  const heard = told.find((marks) => marks?.soft_end !== undefined || marks?.words !== undefined);
  return heard ?? told.at(-1) ?? null;
}
